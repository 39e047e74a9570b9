import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clv.models.bgnbd import BgNbd
from clv.models.departure import new_customer_leaves, new_customer_stays
from clv.models.mbgnbd import MbgNbd

PAPER = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
MODIFIED = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)
BOTH = pytest.mark.parametrize("params", [PAPER, MODIFIED])


@BOTH
@pytest.mark.parametrize(
    ("x", "T", "t"), [(0, 39, 39), (3, 20, 1), (1200, 365, 365), (7, 0.5, 900)]
)
def test_it_is_what_the_hypergeometric_function_leaves_over(params, x, T, t):
    new = params.restarted(float(x), float(T))
    stays = mpmath.hyp2f1(new.r, new.a, new.a + new.b, -t / new.alpha)
    assert new_customer_leaves(new, t) == pytest.approx(float(1 - stays), rel=1e-11)


@BOTH
def test_nobody_leaves_in_no_time_and_everybody_in_the_end(params):
    new = params.restarted(np.array([0.0, 5.0]), 30.0)
    assert new_customer_leaves(new, 0.0).tolist() == [0, 0]
    again = params.restarted(np.array([1.0, 5.0]), 30.0)
    assert new_customer_leaves(again, 1e12) == pytest.approx([1, 1], abs=1e-4)


@given(x=st.integers(0, 100), T=st.floats(0.1, 500), t=st.floats(0.1, 500))
def test_more_time_is_more_chances_to_leave(x, T, t):
    sooner, later = new_customer_leaves(MODIFIED.restarted(float(x), T), [t, 2 * t])
    assert 0 < sooner < later < 1


def test_a_simulated_crowd_leaves_as_often():
    rng = np.random.default_rng(1)
    rate, dropout = rng.gamma(2.0, 1 / 10.0, 200_000), rng.beta(0.9, 1.7, 200_000)
    left = rng.random(200_000) < -np.expm1(-rate * dropout * 26.0)
    expected = new_customer_leaves(BgNbd(r=2.0, alpha=10.0, a=0.9, b=1.7), 26.0)
    assert left.mean() == pytest.approx(float(expected), abs=0.004)


@BOTH
def test_who_does_not_leave_stays(params):
    new = params.restarted(np.arange(20.0), 39.0)
    for horizon in (0.0, 1.0, 39.0, 1e4):
        whole = new_customer_stays(new, horizon) + new_customer_leaves(new, horizon)
        assert whole == pytest.approx(np.ones(20), rel=1e-14)


@pytest.mark.parametrize(
    ("r", "a", "b", "w"),
    [
        (3000.0, 5.0, 30.0, 1e4),
        (0.8, 1.5, 0.06, 2.6e5),
        (1e3, 1e3, 1.0, 1.0),
        (50.0, 20.0, 1e6, 1e7),
    ],
)
def test_the_few_who_stay_very_long_are_counted_to_twelve_digits(r, a, b, w):
    ours = new_customer_stays(BgNbd(r, 1.0, a, b), w)
    with mpmath.workdps(60):
        exact = mpmath.hyp2f1(r, a, a + b, -w, maxterms=10**6)
    assert float(ours / exact) == pytest.approx(1, abs=1e-12)
    assert exact < 1e-4
