from dataclasses import replace

import numpy as np
import pytest

import clv
from clv.customers.departure import by_frequency, total_at_risk, value_at_risk
from clv.models import departure


@pytest.fixture(scope="module")
def models():
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


@pytest.fixture(scope="module")
def valued(models):
    return clv.value_customers(clv.customer_summary(clv.load("cdnow-sample")), *models)


@pytest.fixture(scope="module")
def at_risk(valued, models):
    return value_at_risk(valued, models[0])


def test_nobody_leaves_who_is_not_there(at_risk):
    assert (at_risk["p_leaves"] < at_risk["p_alive"]).all()
    assert (at_risk["value_at_risk"] <= at_risk["clv"]).all()


def test_it_is_the_chance_to_leave_times_the_value_if_alive(at_risk):
    if_alive = at_risk["clv"] / at_risk["p_alive"]
    assert at_risk["value_at_risk"].to_numpy() == pytest.approx(
        (at_risk["p_leaves"] * if_alive).to_numpy()
    )


def test_more_time_puts_more_at_risk(valued, models):
    sums = [
        value_at_risk(valued, models[0], within=w)["value_at_risk"].sum() for w in ("30D", "1Y")
    ]
    assert sums[0] < sums[1]


def test_the_total_is_the_sum_and_lies_within_its_bounds(valued, at_risk, models):
    total = total_at_risk(valued, models[0])
    assert total.expected == pytest.approx(at_risk["value_at_risk"].sum())
    assert 0 <= total.low < total.expected < total.high


def test_the_bounds_of_chance_hold_as_many_losses_as_they_say(valued, at_risk, models):
    rng, known = np.random.default_rng(1), replace(models[0], estimation=None)
    if_alive = (at_risk["clv"] / at_risk["p_alive"]).to_numpy()
    leaves = rng.random((4000, len(at_risk))) < at_risk["p_leaves"].to_numpy()
    lost, total = leaves @ if_alive, total_at_risk(valued, known, interval=0.9)
    assert ((lost > total.low) & (lost < total.high)).mean() == pytest.approx(0.9, abs=0.03)


def test_the_less_the_parameters_are_known_the_wider_the_bounds(valued, models):
    purchases = models[0]
    told = []
    for times in (0, 1, 9):
        found = replace(purchases.estimation, covariance=times * purchases.estimation.covariance)
        assert found.identified
        told.append(total_at_risk(valued, replace(purchases, estimation=found)))
    widths = [each.high - each.low for each in told]
    assert widths[0] < widths[1] < widths[2]


def test_groups_by_repeat_purchases_add_up(at_risk):
    groups = by_frequency(at_risk)
    assert groups["customers"].sum() == len(at_risk)
    assert groups["value_at_risk"].sum() == pytest.approx(at_risk["value_at_risk"].sum())
    assert groups["share"].between(0, 1).all()
    assert groups.attrs == at_risk.attrs  # they know what their money is


def test_days_or_weeks_put_the_same_at_risk(at_risk):
    customers = clv.customer_summary(clv.load("cdnow-sample"), unit="D")
    models = clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)
    daily = total_at_risk(clv.value_customers(customers, *models), models[0])
    assert daily.expected == pytest.approx(at_risk["value_at_risk"].sum(), rel=1e-4)


@pytest.mark.parametrize("family", [clv.BetaGeoModel, clv.ParetoNBDModel])
def test_every_model_can_tell_what_is_at_risk(family):
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    models = family.fit(customers), clv.GammaGammaModel.fit(customers)
    valued = clv.value_customers(customers, *models, interval=None)
    told = value_at_risk(valued, models[0])
    stays = models[0].p_alive(customers, "90D")
    assert (told["p_alive"] - told["p_leaves"]).to_numpy() == pytest.approx(stays.to_numpy())
    assert 0 < told["value_at_risk"].sum() < valued["clv"].sum()


def test_the_chance_to_leave_is_that_of_the_models(at_risk, models):
    after = models[0].params.restarted(at_risk["frequency"], at_risk["T"])
    leaves = departure.new_customer_leaves(after, 90 / 7)
    told = at_risk["p_leaves"] / at_risk["p_alive"]
    assert told.to_numpy() == pytest.approx(leaves, rel=1e-9)
