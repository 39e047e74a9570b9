import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clv.customers import measures

COUNTS = arrays(int, st.integers(2, 40), elements=st.integers(0, 9))


def test_bias_is_a_share_of_what_came():
    assert measures.bias([1, 2], [2, 2]) == -0.25
    assert np.isnan(measures.bias([1, 2], [0, 0]))


def test_large_errors_count_most():
    assert measures.root_mean_square([3, -3]) == 3
    assert measures.root_mean_square([6, 0]) > 3


def test_gini_is_that_of_the_curve_of_what_came_in_the_order_of_the_forecast():
    forecast, actual = np.array([5, 1, 4, 2, 3]), np.array([4.0, 1, 9, 0, 6])

    def area(order):  # between the Lorenz curve and the diagonal
        return 0.5 - np.trapezoid(np.append(0, actual[order].cumsum()) / actual.sum(), dx=0.2)

    expected = area(forecast.argsort()) / area(actual.argsort())
    assert measures.gini(forecast, actual) == pytest.approx(expected)


@given(COUNTS)
def test_what_came_ranks_itself_best_and_its_opposite_worst(actual):
    if actual.min() == actual.max():
        assert np.isnan(measures.gini(actual, actual))
    else:
        assert measures.gini(actual, actual) == pytest.approx(1)
        assert measures.gini(-actual, actual) == pytest.approx(-1)


def test_a_forecast_that_tells_nobody_apart_ranks_nobody():
    assert measures.gini(np.full(7, 0.3), [0, 0, 1, 0, 5, 2, 0]) == 0


def test_equal_forecasts_share_the_place_at_the_limit():
    # Two places; one goes to the best, the other to one of the three that are alike.
    share = measures.share_of_top([9, 2, 2, 2], [5, 3, 0, 0], top=0.5)
    assert share == pytest.approx((5 + 3 / 3) / 8)


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(actual, random):
    forecast = np.array([random.randint(0, 3) for _ in actual])
    other = np.array(random.sample(range(len(actual)), len(actual)))
    for measure in (measures.gini, measures.share_of_top):
        mixed = measure(forecast[other], actual[other])
        assert mixed == pytest.approx(measure(forecast, actual), nan_ok=True)
