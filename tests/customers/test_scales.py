from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.customers import scales
from clv.errors import BadParameter

SPREAD = np.arange(1, 101, dtype=float)
AMOUNTS = st.lists(st.integers(0, 5_000), min_size=1, max_size=60).map(
    lambda cents: np.array(cents) / 100
)


def test_fifths_hold_a_fifth_of_the_customers_each():
    scale = scales.fit("F", SPREAD, "quantile")
    assert scale.breaks == (21, 41, 61, 81)
    assert scale.customers == (20,) * 5
    assert scale.why == "at most 1.0% of customers have the same: fifths of the customers"


def test_what_an_earlier_version_held_of_a_scale_besides_is_left_out():
    scale = scales.fit("F", SPREAD, "quantile")
    assert scales.read(asdict(scale) | {"tied": 0.01}) == scale


def test_fixed_points_can_be_asked_for():
    scale = scales.fit("R", SPREAD, "fixed")
    assert scale.breaks == scales.FIXED["R"]
    assert scale.customers == (0, 0, 10, 60, 30)
    assert scale.why == "fixed cut points, as asked for"


def test_natural_breaks_stand_in_the_gaps_between_groups():
    days = np.concatenate([start + np.arange(4.0) for start in (0, 100, 200, 300, 400)])
    scale = scales.fit("R", days, "jenks")
    assert scale.breaks == (100, 200, 300, 400)
    assert scale.apply([3.0, 399.0, 9999.0]).tolist() == [5, 2, 1]


def test_the_few_who_buy_most_are_not_three_natural_bands_of_their_own():
    days = np.repeat([1.0, 2.0, 4.0, 8.0, 16.0, 500.0], [500, 200, 80, 30, 10, 1])
    scale = scales.fit("F", days, "jenks")
    assert scale.breaks == (2, 4, 8, 500)


@pytest.mark.parametrize("score", ["R", "F", "M"])
def test_the_best_k_means_in_one_dimension_is_natural_breaks(score):
    assert scales.fit(score, SPREAD, "kmeans1d") == scales.fit(score, SPREAD, "jenks")


def test_too_few_values_for_natural_breaks_are_cut_at_fixed_points():
    scale = scales.fit("F", np.array([1.0, 2, 3, 3]), "jenks")
    assert (scale.method, scale.breaks) == ("fixed", scales.FIXED["F"])
    assert scale.why == "only 3 different values: fixed cut points"


def test_customers_whose_spend_was_paid_back_are_in_the_lowest_band():
    spend = np.array([-5.0, 0.0, 1.0, 10.0, 100.0, 1000.0, 1001.0])
    scale = scales.fit("M", spend, "jenks")
    assert scale.apply(np.array([-5.0, 0.0])).tolist() == [1, 1]


@pytest.mark.parametrize("method", scales.METHODS)
@settings(deadline=None, max_examples=40)
@given(AMOUNTS, st.sampled_from([0.01, 0.3, 7.3, 100.0, 1e6]))
def test_no_method_knows_the_currency(method, amounts, rate):
    own, other = scales.significant(amounts), scales.significant(amounts * rate)
    scores = scales.fit("M", own, method).apply(own)
    assert scales.fit("M", other, method).apply(other).tolist() == scores.tolist()


@pytest.mark.parametrize("method", scales.METHODS)
@settings(deadline=None, max_examples=40)
@given(AMOUNTS, st.randoms(use_true_random=False))
def test_no_method_knows_the_order_of_the_customers(method, amounts, random):
    shuffled = np.array(random.sample(amounts.tolist(), len(amounts)))
    assert scales.fit("M", shuffled, method) == scales.fit("M", amounts, method)


@pytest.mark.parametrize("method", scales.METHODS)
@settings(deadline=None, max_examples=40)
@given(AMOUNTS)
def test_more_is_never_scored_lower(method, amounts):
    ascending = np.sort(amounts)
    assert (np.diff(scales.fit("M", ascending, method).apply(ascending)) >= 0).all()


def test_an_unknown_method_is_refused():
    with pytest.raises(BadParameter, match=r"one of .*quantile.*fixed.*jenks"):
        scales.fit("R", SPREAD, "quintile")


def test_unordered_breaks_are_not_read():
    saved = {"score": "R", "breaks": [4, 3, 2, 1], "customers": []}
    with pytest.raises(ValueError, match="R needs 4 ascending breaks"):
        scales.read(saved)
