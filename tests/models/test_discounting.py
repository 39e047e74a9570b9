import math

import numpy as np
import pytest
from scipy.special import exp1

from clv.errors import BadParameter
from clv.models.discounting import force_of_interest, present_value


def test_a_year_of_periods_compounds_to_the_annual_rate():
    force = force_of_interest(0.15, periods_per_year=365.25 / 7)
    assert math.exp(force * 365.25 / 7) == pytest.approx(1.15, rel=1e-15)


def test_no_discount_is_no_force():
    assert force_of_interest(0.0, periods_per_year=365.25) == 0


@pytest.mark.parametrize("rate", [-0.01, 1.0, 10, float("nan")])
def test_a_rate_outside_its_range_is_refused(rate):
    with pytest.raises(BadParameter, match="at least 0 and below 1"):
        force_of_interest(rate, periods_per_year=52)


@pytest.mark.parametrize("periods", [0, -12, math.nan, math.inf])
def test_a_year_has_periods(periods):
    with pytest.raises(BadParameter, match="`periods_per_year` must be a number above 0"):
        force_of_interest(0.10, periods_per_year=periods)


def buying_at(rate):
    """Purchases of customers who never change."""
    return lambda rows, time: rate[rows] * time


@pytest.mark.parametrize("horizon", [0.001, 1.0, 52.0, 1e6, np.inf])
@pytest.mark.parametrize("force", [1e-9, 0.002, 3.0])
def test_a_steady_stream_is_worth_what_an_annuity_is(horizon, force):
    rate, scale = np.array([0.1, 2.0, 30.0]), np.array([0.5, 40.0, 1e3])
    worth = present_value(buying_at(rate), scale, horizon, force)
    assert worth == pytest.approx(-rate * np.expm1(-force * horizon) / force, rel=1e-12)


def test_a_stream_that_fades_slowly_is_worth_an_exponential_integral():
    """Purchases log(1 + t) by time t come at a rate 1 / (1 + t)."""
    force = np.array([1e-6, 0.01, 0.5])
    ours = [present_value(lambda _, t: np.log1p(t), np.ones(1), np.inf, f)[0] for f in force]
    assert ours == pytest.approx(np.exp(force) * exp1(force), rel=1e-12)


def test_each_customer_is_worth_the_same_in_any_company():
    rate = np.random.default_rng(1).uniform(0.1, 3, 5000)
    scale = np.random.default_rng(2).uniform(0.1, 100, 5000)
    together = present_value(buying_at(rate), scale, 52.0, 0.002)
    alone = present_value(buying_at(rate[4321:4322]), scale[4321:4322], 52.0, 0.002)
    assert together[4321] == pytest.approx(alone[0], rel=1e-13)
