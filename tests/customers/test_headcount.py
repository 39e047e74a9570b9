import numpy as np
import pytest

import clv
from clv.customers import headcount

FAMILIES = [clv.BetaGeoModel, clv.ModifiedBetaGeoModel, clv.ParetoNBDModel]


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def model(customers):
    return clv.ModifiedBetaGeoModel.fit(customers)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_sum_is_that_of_the_chances_of_all_customers(customers, family):
    fitted = family.fit(customers)
    told = headcount.buyers(customers, fitted, horizon="39W")
    assert told.expected == pytest.approx(fitted.p_purchase(customers, "39W").sum())
    assert told.low < told.expected < told.high


def test_fewer_are_left_when_the_horizon_ends(customers, model):
    now, then = (headcount.alive(customers, model, horizon=ahead) for ahead in (None, "12M"))
    assert now.expected == pytest.approx(model.p_alive(customers).sum())
    assert then.expected < now.expected


def test_nobody_else_can_be_left_than_there_is(customers, model):
    few = customers[customers["frequency"] > 10].iloc[:3]
    told = headcount.alive(few, model, interval=0.999)
    assert 0 <= told.low < told.expected < told.high <= len(few)


def test_given_parameters_leave_chance_alone(customers):
    given = clv.ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
    told = headcount.buyers(customers, given, horizon="39W")
    p = given.p_purchase(customers, "39W")
    assert told.high - told.low == pytest.approx(2 * 1.644854 * np.sqrt((p * (1 - p)).sum()))


def test_bounds_hold_as_many_outcomes_as_they_say(customers):
    given = clv.ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
    told = headcount.buyers(customers, given, horizon="39W")
    draws = given.draws(customers, "39W", 400, np.random.default_rng(1))
    came = (draws > 0).sum(axis=0)
    assert ((told.low <= came) & (came <= told.high)).mean() == pytest.approx(0.9, abs=0.04)


def test_uncertain_parameters_widen_the_bounds(customers, model):
    given = clv.ModifiedBetaGeoModel(
        **{name: getattr(model, name) for name in ("r", "alpha", "a", "b")}, unit="W"
    )
    sure, unsure = (headcount.alive(customers, each) for each in (given, model))
    assert unsure.high - unsure.low > 2 * (sure.high - sure.low)
