import mpmath as mp
import numpy as np
import pytest

from clv.models.expectation import new_customer_purchases


def truth(r, a, b, w):
    """Equation (9) in as many digits as it needs; a is moved by far less than is asked for,
    because at a = 1 and at a + b = 1 the equation divides zero by zero."""
    r, a, b, w = (mp.mpf(float(value)) for value in (r, a, b, w))
    for digits in (90, 300, 1200):
        with mp.workdps(digits):
            near = a * (1 + mp.mpf(10) ** (-digits / 4))
            whole = (near + b - 1) / (near - 1)
            rest = mp.hyp2f1(r, b, near + b - 1, w / (1 + w), maxterms=10**6)
            value = whole * (1 - (1 + w) ** -r * rest)
            if value > 0 and mp.log10(abs(whole) / value) < digits / 2:
                return value
    raise AssertionError((r, a, b, w))


def usual(rng, n):
    return 10 ** rng.uniform(-1, 1, n), 10 ** rng.uniform(-1, 1, n), 10 ** rng.uniform(-1, 1, n)


def heavy_buyers(rng, n):
    r, a, b = usual(rng, n)
    x = rng.integers(100, 3000, n)
    return r + x, a, b + x, 10 ** rng.uniform(-2, 1, n)


def a_and_b_below_one(rng, n):
    a = rng.uniform(0.01, 0.9, n)
    return 10 ** rng.uniform(-1, 1, n), a, (1 - a) * rng.uniform(0.01, 1, n), rng.uniform(0, 20, n)


def a_near_one(rng, n):
    r, _, b = usual(rng, n)
    return r, 1 + rng.choice([0, 1e-15, -1e-12, 1e-9, -1e-6, 1e-3], n), b, rng.uniform(0, 10, n)


def hardly_different_dropout(rng, n):
    r, _, _ = usual(rng, n)
    return r, 10 ** rng.uniform(1, 3.3, n), 10 ** rng.uniform(1, 3.3, n), rng.uniform(0, 3, n)


def a_long_time_ahead(rng, n):
    return *usual(rng, n), 10 ** rng.uniform(1, 4, n)


def hardly_different_rates(rng, n):
    _, a, b = usual(rng, n)
    return rng.uniform(10, 200, n), a, b, 10 ** rng.uniform(-3, 1, n)


CLASSES = [
    heavy_buyers,
    a_and_b_below_one,
    a_near_one,
    hardly_different_dropout,
    a_long_time_ahead,
    hardly_different_rates,
]


def worst(inputs):
    r, a, b, w = inputs
    ours = new_customer_purchases(r, 1.0, a, b, w)
    return max(
        float(abs(mp.mpf(float(value)) / truth(*row) - 1))
        for value, row in zip(ours, zip(r, a, b, w, strict=True), strict=True)
    )


@pytest.mark.parametrize("draw", CLASSES)
def test_twelve_digits_hold_where_the_papers_formula_breaks(draw):
    assert worst(draw(np.random.default_rng(7), 25)) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("draw", CLASSES)
def test_twelve_digits_hold_wherever_one_looks(draw):
    assert worst(draw(np.random.default_rng(8), 300)) < 1e-12


def test_a_horizon_of_nothing_is_no_purchase():
    assert new_customer_purchases(0.2, 4.0, 0.8, 2.4, 0.0) == 0


def test_the_shortest_horizon_counts_its_purchases_at_the_mean_rate():
    assert new_customer_purchases(0.2, 4.0, 0.8, 2.4, 1e-40) == pytest.approx(0.2 / 4 * 1e-40)


def test_where_hardly_anybody_leaves_purchases_are_rate_times_time():
    assert new_customer_purchases(2.0, 10.0, 1e-9, 50.0, 30.0) == pytest.approx(6.0, rel=1e-6)


def test_where_everybody_leaves_at_once_there_is_at_most_one_purchase():
    at_least_one = 1 - (10 / 40) ** 2
    assert new_customer_purchases(2.0, 10.0, 1e9, 1e-6, 30.0) == pytest.approx(at_least_one)


def test_shapes_broadcast():
    ours = new_customer_purchases([[0.2], [0.3]], 4.0, 0.8, 2.4, [1.0, 10.0, 100.0])
    assert ours.shape == (2, 3)
    assert ours[1, 2] == pytest.approx(new_customer_purchases(0.3, 4.0, 0.8, 2.4, 100.0))


def test_without_end_they_are_finite_where_a_is_above_one():
    assert new_customer_purchases(0.2, 4.0, [1.5, 1.0, 0.8], 2.4, np.inf).tolist() == [
        pytest.approx(2.9 / 0.5), np.inf, np.inf
    ]  # fmt: skip


def test_a_series_that_overflows_is_not_trusted():
    ours = new_customer_purchases(2880.96, 1.0, 0.034, 6.455, 0.685)
    assert float(ours) == pytest.approx(float(truth(2880.96, 0.034, 6.455, 0.685)), rel=1e-12)
