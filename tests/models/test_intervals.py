from functools import partial
from statistics import NormalDist

import numpy as np
import pytest

from clv.errors import BadParameter
from clv.models.intervals import of_rate, of_share, p_below, quantile, tail, tails, wilson


def test_the_limits_of_ten_events_are_the_published_ones():
    # Garwood (1936), as in every table of the Poisson distribution: 10 events, 95 %.
    low, high = of_rate(10, 1.0, interval=0.95)
    assert (round(float(low), 3), round(float(high), 3)) == (4.795, 18.390)


def test_no_event_is_no_proof_of_no_rate():
    low, high = of_rate(0, 1.0, interval=0.95)
    assert low == 0
    assert high == pytest.approx(-np.log(0.025))  # P(0 events) = 2.5 %


def test_a_rate_without_exposure_is_not_known():
    assert np.isnan(of_rate([0, 3], [0, 0])).all()


def test_bounds_of_a_share_are_between_0_and_1_and_around_it():
    share = np.linspace(0.001, 0.999, 50)
    low, high = of_share(share, share * (1 - share) / 10, known=10)
    assert (low >= 0).all()
    assert (low < share).all()
    assert (share < high).all()
    assert (high <= 1).all()


def test_bounds_of_a_survival_curve_are_those_of_its_complement():
    low, high = of_share(0.7, 0.004, known=50)
    place = np.log(-np.log(0.3))
    reach = 1.6448536269514722 * np.sqrt(0.004) / (0.3 * -np.log(0.3))
    assert low == pytest.approx(1 - np.exp(-np.exp(place - reach)))
    assert high == pytest.approx(1 - np.exp(-np.exp(place + reach)))


def test_nobody_of_many_has_the_exact_limits():
    low, high = of_share([0.0, 1.0], [0.0, 0.0], known=[100, 100], interval=0.95)
    # Clopper & Pearson for 0 and for 100 of 100: the "rule of three".
    assert low.round(4).tolist() == [0.0, 0.9638]
    assert high.round(4).tolist() == [0.0362, 1.0]


def test_what_rounding_keeps_from_all_is_all():
    nearly, all_of_them = (of_share(share, 0.0, known=10) for share in (1 + 1e-15, 1.0))
    assert nearly == all_of_them


def test_of_nobody_nothing_is_known():
    assert np.isnan(of_share([0.0, 1.0, np.nan], [0.0, 0.0, np.nan], known=[0, 0, 0])).all()
    assert np.isnan(p_below([0.0, np.nan], [0.0, np.nan], known=[0, 0], limit=0.2)).all()


@pytest.mark.parametrize("share", [0.0, 0.05, 0.15, 0.19, 0.21, 0.5, 1.0])
def test_a_share_is_below_a_limit_exactly_where_its_interval_is(share):
    for known in (5, 20, 100, 1000):
        variance = share * (1 - share) / known
        _, high = of_share(share, variance, known, 0.90)
        p = p_below(share, variance, known, 0.2)
        assert bool(high < 0.2) == bool(p < tail(0.90))


def test_wilsons_interval_is_the_one_of_newcombe_1998_table_1():
    low, high = wilson(81 / 263, trials=263, interval=0.95)
    assert (low, high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_without_trials_a_share_has_no_interval():
    assert np.isnan(wilson(0.0, trials=0)).all()


@pytest.mark.parametrize("interval", [0.5, 0.9, 0.95, 0.99])
def test_the_same_share_is_left_out_at_either_side(interval):
    low, high = tails(interval)
    assert (low, high - low) == pytest.approx((tail(interval), interval))
    assert quantile(interval) == pytest.approx(NormalDist().inv_cdf(high))


@pytest.mark.parametrize("told", [tail, tails, quantile, partial(of_rate, 3, 10)])
@pytest.mark.parametrize("interval", [0, 1, 1.5, 90, float("nan")])
def test_an_interval_that_is_no_share_is_refused(told, interval):
    with pytest.raises(BadParameter, match=r"a share between 0 and 1, such as 0\.90"):
        told(interval)
