"""Laws that hold for predictions of both models; the published numbers stand beside each model."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln
from scipy.stats import nbinom

from clv.errors import BadParameter
from clv.models import beta_geometric_prediction as model
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
    assert model.p_alive(params, *history, 0.0) == model.p_alive(params, *history)
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
    assert model.p_alive(in_days, *days, 7 * horizon) == pytest.approx(
        model.p_alive(params, *history, horizon), rel=1e-11
    )
    worth = model.discounted_purchases(in_days, *days, np.inf, force_of_interest=0.01 / 7)
    assert worth == pytest.approx(
        model.discounted_purchases(params, *history, np.inf, force_of_interest=0.01), rel=1e-11
    )


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


@few
@given(any_params, histories(), st.floats(0.1, 300))
def test_fewer_are_alive_later_and_nobody_in_the_end(params, history, horizon):
    now, sooner, later, never = (
        model.p_alive(params, *history, ahead)[0] for ahead in (0, horizon, 2 * horizon, np.inf)
    )
    assert now > sooner > later > never == 0


@few
@given(any_params, histories(), st.floats(0.1, 100), st.floats(0.1, 100), st.floats(1e-4, 0.1))
def test_discounted_purchases_add_up_over_horizons(params, history, first, more, force):
    """What comes after the first horizon, at its price then: an integral over the later intensity,
    here by parts from there on."""

    def until(end):
        return model.discounted_purchases(params, *history, end, force_of_interest=force)[0]

    frequency, _, T = history
    new, alive = params.restarted(frequency, T), model.p_alive(params, *history)[0]

    def bought(time):
        return alive * new_customer_purchases(new.r, new.alpha, new.a, new.b, time)

    node, weight = np.polynomial.legendre.leggauss(60)
    time = first + more * (1 + node) / 2
    waiting = more / 2 * (weight * np.exp(-force * time)) @ (bought(time) - bought(first))
    last = np.exp(-force * (first + more)) * (bought(first + more) - bought(first))
    assert until(first + more) == pytest.approx(until(first) + last + force * waiting, rel=1e-9)


@few
@given(any_params, histories(), st.floats(1e-4, 0.2))
def test_a_horizon_that_grows_without_end_comes_to_the_residual_transactions(
    params, history, force
):
    ends = np.array([1, 10, 30, 100, np.inf]) / force
    values = [
        model.discounted_purchases(params, *history, end, force_of_interest=force)[0]
        for end in ends
    ]
    assert (np.diff(values) >= -1e-12 * values[-1]).all()
    assert values[3] == pytest.approx(values[4], rel=1e-12)


@few
@given(any_params, histories(), st.floats(1, 300))
def test_a_discount_that_vanishes_leaves_the_expectation(params, history, horizon):
    expected = model.expected_purchases(params, *history, horizon)
    worth = model.discounted_purchases(params, *history, horizon, force_of_interest=1e-14)
    assert worth == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("params", [BgNbd(2.5, 6, 1.8, 2.4), MbgNbd(2.5, 6, 1.8, 2.4)])
def test_without_end_and_discount_the_expectation_is_finite_where_a_is_above_one(params):
    history = [0, 3], [0, 20.0], [30.0, 30.0]
    x = np.array(history[0])
    whole = (1.8 + 2.4 + params.survived(x) - 1) / 0.8
    endless = model.expected_purchases(params, *history, np.inf)
    assert endless == pytest.approx(model.p_alive(params, *history) * whole, rel=1e-14)
    assert model.expected_purchases(params, *history, 1e14) == pytest.approx(endless, rel=1e-9)
    cheap = model.discounted_purchases(params, *history, np.inf, force_of_interest=1e-13)
    assert cheap == pytest.approx(endless, rel=1e-7)


@pytest.mark.parametrize("a", [1.0, 0.793])
def test_an_expectation_that_diverges_is_refused_with_the_way_out(a):
    params = BgNbd(0.243, 4.414, a, 2.426)
    with pytest.raises(BadParameter, match=f"infinite where a <= 1 .a = {a:.4g}.: pass a discount"):
        model.expected_purchases(params, 2, 30, 39, np.inf)
    assert np.isfinite(
        model.discounted_purchases(params, 2, 30, 39, np.inf, force_of_interest=1e-4)
    )


# Where customers differ in their parameters -----------------------------------------------------

QUANTITIES = {
    "p_alive": model.p_alive,
    "p_alive_later": lambda params, *history: model.p_alive(params, *history, 39.0),
    "p_purchase": lambda params, *history: model.p_purchase(params, *history, 39.0),
    "expected_purchases": lambda params, *history: model.expected_purchases(params, *history, 39.0),
    "discounted_purchases": lambda params, *history: model.discounted_purchases(
        params, *history, 52.0, force_of_interest=0.002
    ),
    "residual_purchases": lambda params, *history: model.discounted_purchases(
        params, *history, np.inf, force_of_interest=0.002
    ),
    "purchase_count_distribution": lambda params, *history: model.purchase_count_distribution(
        params, *history, 39.0, most=5
    ),
}


def crowd(rng, n=60):
    """Histories of which several differ in nothing but a parameter."""
    x = rng.integers(0, 4, n)
    T = rng.choice([20.0, 39.0], n)
    return x, np.where(x > 0, 0.75 * T, 0.0), T


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
@pytest.mark.parametrize("params", BOTH)
@pytest.mark.parametrize("differing", [("alpha",), ("r", "alpha", "a", "b")])
def test_customers_with_parameters_of_their_own_are_each_a_model_of_one(
    params, quantity, differing
):
    rng = np.random.default_rng(4)
    history = crowd(rng)
    values = {name: getattr(params, name) for name in ("r", "alpha", "a", "b")}
    values |= {name: values[name] * rng.choice([0.5, 1.0, 1.7], 60) for name in differing}
    together = quantity(type(params)(**values), *history)
    each = [np.broadcast_to(value, 60) for value in values.values()]
    alone = np.concatenate([
        quantity(type(params)(*row[:4]), *row[4:]) for row in zip(*each, *history, strict=True)
    ])  # fmt: skip
    assert together == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("params", BOTH)
def test_parameters_of_their_own_also_serve_customers_without_a_history(params):
    alpha = params.alpha * np.array([0.5, 1.0, 2.0])
    own = type(params)(params.r, alpha, params.a, params.b)
    new = model.expected_purchases_new_customer(own, 39.0)
    assert new == pytest.approx(model.expected_purchases(own, 0, 0, 0, 39.0), rel=1e-14)
    chances = model.purchase_count_distribution(own, 0, 0, 0, 39.0, most=4)
    assert chances.shape == (3, 5)
    assert (np.diff(chances[:, 0]) > 0).all()  # who buys seldom may well buy nothing


@pytest.mark.parametrize("params", BOTH)
def test_draws_follow_each_customers_own_parameters(params):
    alpha = params.alpha * np.array([0.3, 1.0, 3.0])
    own, history = type(params)(params.r, alpha, params.a, params.b), ([2] * 3, [30] * 3, [39] * 3)
    draws = model.draw_purchases(own, *history, 39.0, draws=40_000, rng=np.random.default_rng(5))
    expected = model.expected_purchases(own, *history, 39.0)
    assert (np.abs(draws.mean(axis=1) - expected) < 4 * draws.std(axis=1) / 200).all()


def test_distinct_histories_are_computed_once(monkeypatch):
    seen = []

    def spy(r, alpha, a, b, t):
        seen.append(np.size(alpha))
        return new_customer_purchases(r, alpha, a, b, t)

    monkeypatch.setattr(model, "new_customer_purchases", spy)
    x, recency, T = crowd(np.random.default_rng(6), 1000)
    model.expected_purchases(BOTH[0], x, recency, T, 39.0)
    assert seen == [8]
