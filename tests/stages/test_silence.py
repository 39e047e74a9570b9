import dataclasses
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression

from clv.stages import signals, silence
from clv.stages.silence import STRATA, Limit, in_order, learn, points

SHARES = st.floats(0, 1).map(lambda share: round(share, 3))


@settings(deadline=None)
@given(st.lists(st.tuples(SHARES, st.integers(1, 500)), min_size=1, max_size=40), SHARES)
def test_the_day_below_p_is_the_one_of_the_smoothed_curve(days, p):
    chance, weights = (np.array(column, dtype=float) for column in zip(*days, strict=True))
    smoothed = isotonic_regression(chance, weights=weights, increasing=False).x
    assume(np.abs(smoothed - p).min() > 1e-9)
    below = np.flatnonzero(smoothed < p)
    expected = below[0] if below.size else np.inf
    assert silence._falls_below(p, chance, weights) == expected


def leavers_and_stayers(staying, daily, longest=1000, customers=1e6):
    """Exact numbers of silences where a share comes back with a fixed chance a day."""
    days = np.arange(longest + 1)
    ended = customers * staying * daily * (1 - daily) ** (days - 1)
    ended[0] = 0
    ongoing = np.zeros(longest + 1)
    ongoing[-1] = customers - ended.sum()
    return ended, ongoing


def test_the_two_points_are_those_of_a_known_mixture():
    staying, daily, horizon, cap = 0.6, 0.02, 90, 365
    at_risk, dormant, churned = points(
        *leavers_and_stayers(staying, daily), horizon=horizon, cap=cap
    )
    days = np.arange(cap + 1)
    gone_quiet = staying * (1 - daily) ** days
    chance = gone_quiet * (1 - (1 - daily) ** horizon) / (gone_quiet + 1 - staying)
    for point, p in ((at_risk, 0.50), (dormant, 0.25), (churned, 0.10)):
        assert point.chance == np.flatnonzero(chance < p)[0]
    returned = 1 - (1 - daily) ** days
    for point, q in ((at_risk, 0.75), (dormant, 0.90), (churned, 0.97)):
        assert point.cadence == np.flatnonzero(returned >= q * returned[-1])[0]
        assert point.after == max(point.cadence, point.chance)


def test_customers_who_always_come_back_are_never_called_lost():
    assert [
        point.after for point in points(*leavers_and_stayers(1, 0.02), horizon=90, cap=365)
    ] == [np.inf] * 3


def test_fewer_than_fifty_silences_teach_nothing():
    few = points(*leavers_and_stayers(0.6, 0.02, customers=49), horizon=90, cap=365)
    assert [point.after for point in few] == [np.inf] * 3


def test_silences_that_nobody_ended_teach_nothing():
    ongoing = np.full(300, 10.0)
    assert [p.after for p in points(np.zeros(300), ongoing, horizon=90, cap=365)] == [np.inf] * 3


def test_a_chance_beyond_what_was_followed_is_not_read():
    ended, ongoing = leavers_and_stayers(0.6, 0.02, longest=80)
    assert points(ended, ongoing, horizon=90, cap=365)[0].chance == np.inf


def limits_of(days, as_of, draws=20):
    gaps = signals.gaps(days, as_of)
    found = learn(gaps, horizon=90, cap=365, draws=draws, rng=np.random.default_rng(1))
    return in_order(found)


def test_every_stratum_has_its_three_states_and_worse_ones_begin_later(sample_days):
    limits = limits_of(sample_days, sample_days["date"].max().date())
    assert [limit.least for limit in limits] == [k for k in STRATA for _ in range(3)]
    for least in STRATA:
        days = [limit.after for limit in limits if limit.least == least and limit.after]
        assert days == sorted(set(days))


def test_a_limit_that_is_used_lies_inside_a_narrow_interval(sample_days):
    limits = limits_of(sample_days, sample_days["date"].max().date())
    for limit in (limit for limit in limits if limit.basis in ("learned", "pooled")):
        assert limit.after <= limit.high <= 1.25 * limit.after
        assert 0.75 * limit.after <= limit.low <= limit.after


def test_a_state_that_is_not_reached_does_not_exist_rather_than_begin_at_the_cap(bought, on):
    limits = limits_of(bought(a=[0, 10], b=[0, 20], c=[0]), on(100))
    assert {limit.basis for limit in limits} == {"not_reached"}
    assert {limit.after for limit in limits} == {None}
    assert "too few silences or customers" in limits[0].why


def often(customers, times=40):
    """Customers who are silent for 5 to 60 days again and again, then stay away."""
    days = np.random.default_rng(7).integers(5, 60, (customers, times)).cumsum(axis=1)
    return {f"c{number}": [0, *own.tolist()] for number, own in enumerate(days)}


@pytest.mark.parametrize(("customers", "bases"), [(49, {"not_reached"}), (50, {"learned"})])
def test_the_many_silences_of_a_few_customers_teach_nothing(bought, on, customers, bases):
    limits = limits_of(bought(**often(customers)), on(3000))
    regular = [limit for limit in limits if limit.least == 7]
    assert {limit.basis for limit in regular if limit.state == "at_risk"} == bases
    if customers < silence.LEAST_CUSTOMERS:
        assert {dataclasses.astuple(limit)[2:8] for limit in limits} == {(None,) * 5 + (0,)}


def test_two_strata_hold_enough_customers_together_where_neither_does_alone(bought, on):
    few = {f"few{n}": purchases[:5] for n, purchases in enumerate(often(30).values())}
    limits = limits_of(bought(**often(45), **few), on(3000))
    found = {limit.basis for limit in limits if limit.least == 7}
    assert found <= {"pooled", "unstable", "same_day"}
    assert "pooled" in found


def test_a_draw_is_forgotten_before_the_next_one(bought):
    customers, draws = 5_000, 60
    gaps = pd.DataFrame(
        {
            "customer_id": np.arange(customers),
            "purchase_days": 1,
            "days": np.arange(customers) % 90,
            "returned": np.arange(customers) % 2 == 0,
        }
    )
    silence._counts(gaps, 1, np.random.default_rng(1))
    tracemalloc.start()
    silence._counts(gaps, draws, np.random.default_rng(1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < draws * customers * 8  # bytes of all draws at once


def limit(state, after):
    return Limit(state, 1, after, after, after, after, after, 99, "learned")


@pytest.mark.parametrize(
    ("learned", "used"),
    [
        ((90, 120, 200), [90, 120, 200]),
        ((120, 120, 200), [None, 120, 200]),
        ((120, 120, 120), [None, None, 120]),
        ((130, 120, 200), [None, 130, 200]),
        ((None, 120, 200), [None, 120, 200]),
        ((90, None, 80), [None, None, 90]),
        ((90, None, 95), [90, None, 95]),
    ],
)
def test_of_two_states_that_begin_on_the_same_day_the_worse_stays(learned, used):
    limits = [limit(*pair) for pair in zip(silence.MEANING, learned, strict=True)]
    assert [ordered.after for ordered in in_order(limits)] == used


def test_a_limit_that_is_put_off_still_lies_inside_its_interval():
    at_risk = dataclasses.replace(limit("at_risk", 130), low=120, high=140)
    dormant = dataclasses.replace(limit("dormant", 120), low=110, high=128)
    later = dataclasses.replace(limit("churned", 200), low=190, high=220)
    first, second, last = in_order([at_risk, dormant, later])
    assert first.basis == "same_day"
    assert (second.after, second.low, second.high) == (130, 120, 140)
    assert (second.cadence, second.chance) == (120, 120)  # its own two points stay
    assert last == later


def test_the_ends_of_a_limit_that_does_not_hold_move_no_other():
    at_risk = dataclasses.replace(
        limit("at_risk", None), low=150, high=290, basis="unstable", cadence=160, chance=170
    )
    dormant = dataclasses.replace(limit("dormant", 120), low=110, high=128)
    assert in_order([at_risk, dormant]) == (at_risk, dormant)


def test_each_stratum_is_put_in_order_by_itself():
    own = [dataclasses.replace(limit("churned", day), least=n) for n, day in ((1, 300), (2, 200))]
    assert in_order(own) == tuple(own)


def test_the_bootstrap_does_not_depend_on_names_or_order(sample_days):
    last = sample_days["date"].max().date()
    names = sample_days["customer_id"].drop_duplicates()
    other = dict(zip(names, names.sample(frac=1, random_state=2), strict=True))
    renamed = sample_days.assign(customer_id=sample_days["customer_id"].map(other))
    assert limits_of(renamed.sample(frac=1, random_state=3), last) == limits_of(sample_days, last)
