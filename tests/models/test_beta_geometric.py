"""Laws that hold for BG/NBD and MBG/NBD alike; the published numbers stand beside each model."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import nbinom

from clv.errors import BadParameter
from clv.models import beta_geometric as model
from clv.models.bgnbd import BgNbd
from clv.models.expectation import new_customer_purchases
from clv.models.mbgnbd import MbgNbd

BOTH = [BgNbd(0.243, 4.414, 0.793, 2.426), MbgNbd(0.525, 6.183, 0.891, 1.614)]

few = settings(max_examples=40, deadline=None)
positive = st.floats(0.05, 20)
any_params = st.builds(
    lambda kind, r, alpha, a, b: kind(r, alpha, a, b),
    st.sampled_from([BgNbd, MbgNbd]), positive, positive, positive, positive,
)  # fmt: skip


@st.composite
def histories(draw):
    """frequency, recency, T of one customer."""
    T = draw(st.floats(0, 200))
    frequency = draw(st.integers(0, 40)) if T > 0 else 0
    recency = T * draw(st.floats(0.01, 1)) if frequency else 0.0
    return frequency, recency, T


@pytest.mark.parametrize("params", BOTH)
def test_p_alive_falls_with_silence(params):
    assert (np.diff(model.p_alive(params, 3, 10.0, np.linspace(10, 200, 50))) < 0).all()


@few
@given(any_params, histories(), st.floats(0.1, 300))
def test_probabilities_lie_between_0_and_1_and_buying_needs_a_customer(params, history, horizon):
    alive = model.p_alive(params, *history)
    buys = model.p_purchase(params, *history, horizon)
    assert 0 <= buys <= alive <= 1


@few
@given(any_params, histories())
def test_a_horizon_of_0_gives_0(params, history):
    assert model.expected_purchases(params, *history, 0.0) == 0
    assert model.p_purchase(params, *history, 0.0) == 0
    assert model.discounted_purchases(params, *history, 0.0, force_of_interest=0.01) == 0
    assert model.purchase_count_distribution(params, *history, 0.0, most=2).tolist()[
        0
    ] == pytest.approx([1, 0, 0], abs=1e-12)


@few
@given(any_params, st.floats(0.1, 300))
def test_a_new_customer_is_one_with_no_repeat_purchase_and_no_time(params, horizon):
    new = model.expected_purchases_new_customer(params, horizon)
    assert new == pytest.approx(model.expected_purchases(params, 0, 0, 0, horizon)[0], rel=1e-14)


@few
@given(any_params, histories(), st.floats(0.1, 100), st.floats(0.1, 100))
def test_more_time_is_more_purchases_and_ever_less_so(params, history, first, more):
    ends = [first, first + more, first + 2 * more]
    low, middle, high = (model.expected_purchases(params, *history, end)[0] for end in ends)
    rounding = 1e-12 * high
    assert low <= middle + rounding
    assert middle <= high + rounding
    assert high - middle <= middle - low + rounding


@few
@given(any_params, histories(), st.floats(0.1, 10), st.floats(0.1, 100))
def test_expectations_add_up_over_horizons(params, history, first, more):
    """Then comes what those will buy who are still alive, having bought 0, 1, 2 ... until then."""
    frequency, _, T = history
    new, k = params.restarted(frequency, T), np.arange(2000)
    chance = nbinom.pmf(k, new.r, new.alpha / (new.alpha + first))
    chance *= np.exp(betaln(new.a, new.b + k) - betaln(new.a, new.b))
    assume(chance[-1] < 1e-15)
    then = new_customer_purchases(new.r + k, new.alpha + first, new.a, new.b + k, more)
    now = model.expected_purchases(params, *history, first)
    both = model.expected_purchases(params, *history, first + more)
    assert both == pytest.approx(now + model.p_alive(params, *history) * (chance @ then), rel=1e-9)


@few
@given(any_params, histories(), st.floats(0.1, 50))
def test_the_distribution_of_the_count_has_the_expected_mean(params, history, horizon):
    n = np.arange(3001)
    distribution = model.purchase_count_distribution(params, *history, horizon, most=3000)[0]
    missing = 1 - distribution.sum()
    assert missing >= -1e-9
    if missing < 1e-12:
        expected = model.expected_purchases(params, *history, horizon)[0]
        assert distribution @ n == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert 1 - distribution[0] == pytest.approx(
        model.p_purchase(params, *history, horizon)[0], abs=1e-9
    )


@pytest.mark.parametrize("params", BOTH)
def test_draws_have_the_expected_mean_and_distribution(params):
    history = 4, 25.0, 30.0
    draws = model.draw_purchases(
        params, *history, 39.0, draws=200_000, rng=np.random.default_rng(1)
    )
    expected = model.expected_purchases(params, *history, 39.0)[0]
    assert draws.mean() == pytest.approx(expected, abs=4 * draws.std() / 200_000**0.5)
    shares = np.bincount(draws[0], minlength=6)[:6] / 200_000
    distribution = model.purchase_count_distribution(params, *history, 39.0, most=5)[0]
    assert shares == pytest.approx(distribution, abs=0.005)


def test_draws_hold_where_almost_nobody_leaves_or_everybody_does():
    rng = np.random.default_rng(1)
    stays = model.draw_purchases(BgNbd(2, 10, 1e-4, 10), 5, 9, 10, 30, draws=1000, rng=rng)
    leaves = model.draw_purchases(BgNbd(2, 10, 1e4, 1e-4), 0, 0, 10, 30, draws=1000, rng=rng)
    assert stays.mean() > 10
    assert leaves.max() == 1


@pytest.mark.parametrize("params", BOTH)
@pytest.mark.parametrize("force", [0.0, np.log(1.1) / 52, 0.05])
def test_discounted_purchases_are_the_integral_of_the_discounted_intensity(params, force):
    history = np.array([0.0, 2.0, 30.0]), np.array([0.0, 30.43, 38.0]), np.array([0.0, 38.86, 39.0])
    ours = model.discounted_purchases(params, *history, 52.0, force_of_interest=force)
    reference = [
        discounted_by_quadrature(params, *row, 52.0, force) for row in zip(*history, strict=True)
    ]
    assert ours == pytest.approx(reference, rel=1e-9)


def discounted_by_quadrature(params, frequency, recency, T, horizon, force):
    def waiting(time):
        return (
            np.exp(-force * time) * model.expected_purchases(params, frequency, recency, T, time)[0]
        )

    end = waiting(horizon)
    return end + force * quad(waiting, 0, horizon, epsrel=1e-12, limit=200)[0]


@few
@given(any_params, histories(), st.floats(0.1, 500))
def test_without_discount_the_present_value_is_the_expectation(params, history, horizon):
    assert model.discounted_purchases(
        params, *history, horizon, force_of_interest=0.0
    ) == pytest.approx(model.expected_purchases(params, *history, horizon), rel=1e-14)


@few
@given(any_params, histories(), st.floats(0.1, 200))
def test_days_and_weeks_are_the_same_model(params, history, horizon):
    frequency, recency, T = history
    in_days = type(params)(params.r, 7 * params.alpha, params.a, params.b)
    days = frequency, 7 * recency, 7 * T
    for quantity in (model.expected_purchases, model.p_purchase):
        assert quantity(in_days, *days, 7 * horizon) == pytest.approx(
            quantity(params, *history, horizon), rel=1e-11
        )
    per_week = model.log_likelihood(params, *history) - frequency * np.log(7)
    assert model.log_likelihood(in_days, *days) == pytest.approx(per_week, rel=1e-11, abs=1e-9)


def test_customers_are_computed_together_as_they_are_alone():
    rng = np.random.default_rng(2)
    T = rng.uniform(1, 100, 500)
    x = rng.integers(0, 9, 500)
    recency = np.where(x > 0, T * rng.random(500), 0)
    together = model.expected_purchases(BOTH[1], x, recency, T, 39.0)
    alone = [
        model.expected_purchases(BOTH[1], *row, 39.0)[0] for row in zip(x, recency, T, strict=True)
    ]
    assert together == pytest.approx(alone, rel=1e-13)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_parameter_that_is_not_positive_is_refused_by_name(value):
    with pytest.raises(BadParameter, match="`alpha` must be a positive number; got"):
        BgNbd(r=0.2, alpha=value, a=0.8, b=2.4)
