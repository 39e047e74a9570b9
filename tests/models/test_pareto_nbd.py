"""Pareto/NBD against print, nature and 60 digits; what is printed is named where it is used."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from clv.errors import BadParameter
from clv.models import pareto_nbd as model
from clv.models.pareto_nbd import ParetoNbd

PAPER = ParetoNbd(r=0.55, alpha=10.58, s=0.61, beta=11.67)  # rounded as in Fader & Hardie's notes
# CDNOW sample, as BTYD's optimizer leaves it: the maximum is 2e-6 higher, see the fit's tests.
SAMPLE = ParetoNbd(r=0.55327, alpha=10.5778007, s=0.60602, beta=11.6639145)
PER_WEEK = np.log(1.1) / 52

# x, t_x, T, log-likelihood, P(alive), E[Y(39)], DERT at .0027 a week: computed apart from this
# code, by the formulas of Fader & Hardie's notes.
ROWS = np.array([
    [0, 0, 39, -0.5174814046, 0.2929564194, 0.1052766167, 0.4674610647],
    [0, 0, 27, -0.4662643716, 0.382253888, 0.1733869123, 0.7213535544],
    [1, 5, 39, -4.8710714579, 0.2526965558, 0.255915878, 1.1363464413],
    [1, 38, 39, -6.2342850617, 0.987723686, 1.0003071608, 4.4416762704],
    [2, 30.43, 38.86, -9.5619812608, 0.8684109171, 1.4503713748, 6.4357480298],
    [5, 20, 39, -16.6826568757, 0.3599077767, 1.3051199399, 5.7951402274],
    [10, 38.5, 39, -27.1988352103, 0.9936365564, 6.849300679, 30.4130346036],
    [29, 38.86, 38.86, -45.6065440082, 1, 19.3540228748, 85.8798075792],
])  # fmt: skip
HISTORIES = tuple(ROWS[:, :3].T)

few = settings(max_examples=60, deadline=None)
positive = st.floats(0.05, 20)
any_params = st.builds(ParetoNbd, positive, positive, positive, positive)


@st.composite
def histories(draw):
    """frequency, recency, T of one customer."""
    T = draw(st.floats(0, 200))
    frequency = draw(st.integers(0, 40)) if T > 0 else 0
    recency = T * draw(st.floats(0.01, 1)) if frequency else 0.0
    return frequency, recency, T


# Print ------------------------------------------------------------------------------------------


def test_log_likelihood_p_alive_and_expected_purchases_of_known_customers():
    assert model.log_likelihood(PAPER, *HISTORIES) == pytest.approx(ROWS[:, 3], rel=1e-9)
    assert model.p_alive(PAPER, *HISTORIES) == pytest.approx(ROWS[:, 4], rel=1e-9)
    assert model.expected_purchases(PAPER, *HISTORIES, 39) == pytest.approx(ROWS[:, 5], rel=1e-9)


def test_discounted_without_an_end_they_are_the_residual_transactions_of_computing_dert():
    """Fader & Hardie, "Computing DERT", at three rates a week."""
    each = model.discounted_purchases(PAPER, *HISTORIES, np.inf, force_of_interest=0.0027)
    assert each == pytest.approx(ROWS[:, 6], rel=1e-9)
    for force, worth in ((0.0027, 85.55155416), (0.0031, 78.77101488), (0.01, 36.73225185)):
        ours = model.discounted_purchases(PAPER, 26, 30.86, 31, np.inf, force_of_interest=force)
        assert ours == pytest.approx(worth, rel=1e-9)


def test_the_customer_with_26_repeat_purchases_and_the_new_one():
    """Customer 1516 of the sample, the example of BTYD's walkthrough."""
    assert model.expected_purchases(PAPER, 26, 30.86, 31, 52) == pytest.approx(25.41149938)
    assert model.p_alive(PAPER, 26, 30.86, 31) == pytest.approx(0.9979050726, rel=1e-9)
    assert model.expected_purchases_new_customer(PAPER, 52) == pytest.approx(1.459264475, rel=1e-9)


def test_sums_over_the_cdnow_sample(cdnow):
    """As BTYD 2.4.3 computes them with these parameters."""
    customers, weights = cdnow[:3], cdnow.customers
    worth = model.discounted_purchases(SAMPLE, *customers, np.inf, force_of_interest=PER_WEEK)
    assert model.log_likelihood(SAMPLE, *customers) @ weights == pytest.approx(-9594.976181)
    assert model.p_alive(SAMPLE, *customers) @ weights == pytest.approx(1051.971, rel=1e-6)
    assert model.expected_purchases(SAMPLE, *customers, 39) @ weights == pytest.approx(
        1665.688, rel=1e-6
    )
    assert worth @ weights == pytest.approx(9012.3006, rel=1e-7)
    assert model.expected_purchases_new_customer(SAMPLE, 52) == pytest.approx(1.473498, rel=1e-6)


# Nature -----------------------------------------------------------------------------------------


@few
@given(any_params, histories(), st.floats(0.1, 300))
def test_p_alive_falls_with_silence_and_with_the_horizon(params, history, more):
    frequency, recency, T = history
    now = model.p_alive(params, *history)[0]
    assert model.p_alive(params, frequency, recency, T + more) < now
    assert model.p_alive(params, *history, more) < now


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
    counts = model.purchase_count_distribution(params, *history, 0.0, most=2)[0]
    assert counts == pytest.approx([1, 0, 0], abs=1e-12)


@few
@given(any_params, st.floats(0.1, 300))
def test_a_new_customer_is_one_with_no_repeat_purchase_and_no_time(params, horizon):
    new = model.expected_purchases_new_customer(params, horizon)
    assert new == pytest.approx(model.expected_purchases(params, 0, 0, 0, horizon)[0], rel=1e-13)


@few
@given(any_params, histories(), st.floats(0.1, 100), st.floats(0.1, 100))
def test_expectations_add_up_over_horizons(params, history, first, more):
    """Then comes what those will buy who are still customers, whose rates of leaving are lower."""
    frequency, _, T = history
    still = ParetoNbd(params.r + frequency, params.alpha + T, params.s, params.beta + T + first)
    later = model.p_alive(params, *history, first) * model.expected_purchases_new_customer(
        still, more
    )
    now = model.expected_purchases(params, *history, first)
    both = model.expected_purchases(params, *history, first + more)
    assert both == pytest.approx(now + later, rel=1e-12)


@few
@given(any_params, histories(), st.floats(0.1, 50))
def test_the_distribution_of_the_count_adds_up_and_has_the_expected_mean(params, history, horizon):
    counts = model.purchase_count_distribution(params, *history, horizon, most=2000)[0]
    missing = 1 - counts.sum()
    assert missing >= -1e-11
    if missing < 1e-14:
        expected = model.expected_purchases(params, *history, horizon)[0]
        assert counts @ np.arange(2001) == pytest.approx(expected, rel=1e-9, abs=1e-11)
    buys = model.p_purchase(params, *history, horizon)[0]
    assert 1 - counts[0] == pytest.approx(buys, abs=1e-12)


def test_where_nobody_leaves_counts_are_negative_binomial():
    loyal = ParetoNbd(r=2.0, alpha=10.0, s=1e-14, beta=5.0)
    counts = model.purchase_count_distribution(loyal, 3, 20, 30, [10, 60], most=40)
    known = nbinom.pmf(np.arange(41), 5.0, 40 / np.array([[50], [100]]))
    assert counts == pytest.approx(known, rel=1e-11)


@pytest.mark.parametrize(("x", "most"), [(0, 30), (40, 200), (1200, 2400)])
def test_counts_are_those_of_many_nodes_also_for_heavy_buyers(x, most):
    """Negative binomials over a plain grid of the moment of leaving."""
    T = horizon = 365.0
    counts = model.purchase_count_distribution(PAPER, x, T, T, horizon, most=most)[0]
    r, alpha, s, beta = PAPER.r + x, PAPER.alpha + T, PAPER.s, PAPER.beta + T
    node, weight = np.polynomial.legendre.leggauss(500)
    ends = horizon * (1 + node) / 2
    chance = weight / 2 * horizon * s / (beta + ends) * (1 + ends / beta) ** -s
    ends, chance = np.append(ends, horizon), np.append(chance, (1 + horizon / beta) ** -s)
    n = np.arange(0, most + 1, 10)[:, None]
    known = nbinom.pmf(n, r, alpha / (alpha + ends)) @ chance
    assert counts[::10] == pytest.approx(known, rel=1e-9, abs=1e-16)


@pytest.mark.parametrize("history", [(4, 25.0, 30.0), (0, 0.0, 10.0)])
def test_draws_have_the_expected_mean_and_distribution(history):
    rng = np.random.default_rng(1)
    draws = model.draw_purchases(PAPER, *history, 39.0, draws=200_000, rng=rng)
    expected = model.expected_purchases(PAPER, *history, 39.0)[0]
    assert draws.mean() == pytest.approx(expected, abs=4 * draws.std() / 200_000**0.5)
    shares = np.bincount(draws[0], minlength=6)[:6] / 200_000
    counts = model.purchase_count_distribution(PAPER, *history, 39.0, most=5)[0]
    assert shares == pytest.approx(counts, abs=0.005)


def test_draws_hold_where_almost_nobody_leaves_or_everybody_does():
    rng = np.random.default_rng(1)
    stays = model.draw_purchases(ParetoNbd(2, 10, 1e-4, 10), 5, 9, 10, 30, draws=1000, rng=rng)
    leaves = model.draw_purchases(ParetoNbd(2, 10, 1e4, 1e-4), 0, 0, 0, 30, draws=1000, rng=rng)
    assert stays.mean() > 10
    assert leaves.max() == 0


@few
@given(any_params, histories(), st.floats(0.1, 200))
def test_days_and_weeks_are_the_same_model(params, history, horizon):
    frequency, recency, T = history
    in_days = ParetoNbd(params.r, 7 * params.alpha, params.s, 7 * params.beta)
    days = frequency, 7 * recency, 7 * T
    for quantity in (model.expected_purchases, model.p_purchase, model.p_alive):
        weekly = quantity(params, *history, horizon)
        assert quantity(in_days, *days, 7 * horizon) == pytest.approx(weekly, rel=1e-9)
    density = frequency * np.log(7)
    assert model.log_likelihood(in_days, *days) + density == pytest.approx(
        model.log_likelihood(params, *history), rel=1e-9, abs=1e-9
    )


# Discounting ------------------------------------------------------------------------------------


@few
@given(any_params, histories(), st.floats(0.1, 500))
def test_next_to_no_discount_is_no_discount(params, history, horizon):
    barely = model.discounted_purchases(params, *history, horizon, force_of_interest=1e-13)
    assert barely == pytest.approx(model.expected_purchases(params, *history, horizon), rel=1e-9)


@pytest.mark.parametrize("force", [1e-6, 0.0027, 0.5, 30.0])
@pytest.mark.parametrize("s", [0.03, 0.61, 1.0, 2.5, 40.0])
def test_without_an_end_the_discounted_time_is_tricomis_function(s, force):
    """Computing DERT: (beta + T)^s force^(s - 1) Psi(s, s; force (beta + T))."""
    params = ParetoNbd(0.55, 10.58, s, 11.67)
    ours = model.discounted_purchases(params, 2, 30.43, 38.86, np.inf, force_of_interest=force)
    with mp.workdps(40):
        beta = mp.mpf(11.67 + 38.86)
        stay = beta**s * mp.mpf(force) ** (s - 1) * mp.hyperu(s, s, force * beta)
    alive = model.p_alive(params, 2, 30.43, 38.86)
    assert ours == pytest.approx(alive * 2.55 / (10.58 + 38.86) * float(stay), rel=1e-12)


def test_finite_horizons_come_to_the_endless_one():
    horizons = [100, 1000, 10_000]
    ever = model.discounted_purchases(PAPER, 5, 20, 39, np.inf, force_of_interest=0.0027)[0]
    until = [
        model.discounted_purchases(PAPER, 5, 20, 39, h, force_of_interest=0.0027)[0]
        for h in horizons
    ]
    assert until[0] < until[1] < until[2] == pytest.approx(ever, rel=1e-11)


def test_without_a_discount_and_an_end_there_must_be_a_mean_lifetime():
    finite = ParetoNbd(0.55, 10.58, 1.5, 11.67)
    ever = model.discounted_purchases(finite, 5, 20, 39, np.inf, force_of_interest=0.0)
    expected = model.expected_purchases(finite, 5, 20, 39, 1e24)
    assert ever == pytest.approx(expected, rel=1e-10)
    with pytest.raises(BadParameter, match=r"s = 0\.61, and finitely many only for s above 1"):
        model.discounted_purchases(PAPER, 5, 20, 39, np.inf, force_of_interest=0.0)


# Extremes ---------------------------------------------------------------------------------------


def truth(row):
    """P(alive) and E[Y(t)] by the notes' formulas, in as many digits as they cancel."""
    r, alpha, s, beta, x, recency, T, horizon = (mp.mpf(float(value)) for value in row)
    p = r + x
    for digits in (60, 200, 800, 2000):
        with mp.workdps(digits):
            odds, cancels = odds_left((p, alpha, s, beta), recency, T)
            if recency == T or (odds > 0 and cancels < digits / 2):
                break
    else:
        raise AssertionError(row)
    with mp.workdps(80):
        waiting = mp.log1p(horizon / (beta + T))
        stay = waiting if s == 1 else -mp.expm1((1 - s) * waiting) / (s - 1)
        alive = 1 / (1 + odds)
        return alive, alive * p / (alpha + T) * (beta + T) * stay


def odds_left(rates, recency, T):
    """Note of 2005: A_0, from two hypergeometric functions."""
    p, alpha, s, beta = rates
    large, small, b = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, p)
    first, last = (
        mp.hyp2f1(p + s, b, p + s + 1, (large - small) / (large + u), maxterms=10**6)
        / (large + u) ** (p + s)
        for u in (recency, T)
    )
    cancels = -mp.log10((first - last) / first) if first != last else mp.inf
    return s / (p + s) * (alpha + T) ** p * (beta + T) ** s * (first - last), cancels


def usual(rng, n):
    r, s = 10 ** rng.uniform(-1, 1, (2, n))
    alpha, beta = 10 ** rng.uniform(-1, 2, (2, n))
    T = 10 ** rng.uniform(0, 2.5, n)
    x = np.where(rng.random(n) < 0.3, 0, rng.integers(1, 40, n))
    recency = np.where(x > 0, T * np.sqrt(rng.uniform(0.01, 1, n)), 0)
    return np.stack([r, alpha, s, beta, x, recency, T, 10 ** rng.uniform(0, 2.5, n)])


def heavy_buyers(rng, n):
    rows = usual(rng, n)
    rows[4] = rng.integers(100, 3000, n)
    rows[5] = rows[6] * rng.uniform(0.01, 1, n) ** 0.1
    return rows


def a_long_time_ahead(rng, n):
    rows = usual(rng, n)
    rows[7] = 10 ** rng.uniform(3, 6, n)
    return rows


def s_near_one(rng, n):
    rows = usual(rng, n)
    rows[2] = 1 + rng.choice([0, 1e-15, -1e-12, 1e-9, -1e-6, 1e-3], n)
    return rows


def no_time_ahead(rng, n):
    rows = usual(rng, n)
    rows[7] = 10 ** rng.uniform(-12, -2, n)
    return rows


def scales_far_apart(rng, n):
    rows = usual(rng, n)
    rows[[1, 3]] = 10 ** rng.uniform(-8, 8, (2, n))
    return rows


def shapes_far_apart(rng, n):
    rows = usual(rng, n)
    rows[[0, 2]] = 10 ** rng.uniform(-4, 3, (2, n))
    return rows


def bought_just_now(rng, n):
    rows = usual(rng, n)
    rows[5] = np.where(rows[4] > 0, rows[6] * (1 - 10 ** rng.uniform(-12, -1, n)), 0)
    return rows


CLASSES = [
    usual,
    heavy_buyers,
    a_long_time_ahead,
    s_near_one,
    no_time_ahead,
    scales_far_apart,
    shapes_far_apart,
    bought_just_now,
]


def worst(rows):
    params, history, horizon = ParetoNbd(*rows[:4]), rows[4:7], rows[7]
    alive = model.p_alive(params, *history)
    expected = model.expected_purchases(params, *history, horizon)
    buys = model.p_purchase(params, *history, horizon)
    discounted = model.discounted_purchases(params, *history, np.inf, force_of_interest=1e-3)
    assert np.isfinite(model.log_likelihood(params, *history)).all()
    assert (np.isfinite(discounted) & (buys >= 0) & (buys <= alive)).all()
    errors = [
        abs(mp.mpf(float(ours)) / known - 1)
        for pair, row in zip(zip(alive, expected, strict=True), rows.T, strict=True)
        for ours, known in zip(pair, truth(row), strict=True)
        if known > 1e-300
    ]
    return float(max(errors))


@pytest.mark.parametrize("draw", CLASSES)
def test_twelve_digits_hold_where_the_papers_formulas_break(draw):
    assert worst(draw(np.random.default_rng(7), 20 if draw is heavy_buyers else 70)) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("draw", CLASSES)
def test_twelve_digits_hold_wherever_one_looks(draw):
    assert worst(draw(np.random.default_rng(8), 400)) < 1e-12


def test_whoever_bought_without_pause_and_stopped_is_hardly_alive():
    alive = model.p_alive(PAPER, [200, 3000], [38, 1], 365)
    known, _ = truth([0.55, 10.58, 0.61, 11.67, 200, 38, 365, 39])
    assert 0 < known < 1e-150
    assert alive == pytest.approx([float(known), 0], rel=1e-12, abs=0)
    assert model.log_likelihood(PAPER, 3000, 1, 365) > 0


def test_customers_may_differ_in_their_parameters():
    params = ParetoNbd(np.array([0.55, 2.0]), np.array([10.58, 5.0]), 0.61, 11.67)
    history = [2, 2], [30.43, 30.43], [38.86, 38.86]
    for quantity in (model.p_alive, model.p_purchase, model.expected_purchases):
        each = [
            quantity(ParetoNbd(r, alpha, 0.61, 11.67), 2, 30.43, 38.86, 39)[0]
            for r, alpha in ((0.55, 10.58), (2.0, 5.0))
        ]
        assert quantity(params, *history, 39) == pytest.approx(each, rel=1e-13)
    counts = model.purchase_count_distribution(params, *history, 39, most=3)
    assert 1 - counts[:, 0] == pytest.approx(model.p_purchase(params, *history, 39), rel=1e-11)


def test_each_may_have_a_horizon_of_its_own():
    counts = model.purchase_count_distribution(PAPER, 0, 0, 0, [5.0, 50.0], most=4)
    alone = model.purchase_count_distribution(PAPER, 0, 0, 0, 50.0, most=4)
    assert counts.shape == (2, 5)
    assert counts[1] == pytest.approx(alone[0], rel=1e-12)


def test_nobody_at_all_is_no_obstacle():
    nobody = [], [], []
    assert model.expected_purchases(PAPER, *nobody, 39).shape == (0,)
    assert model.p_purchase(PAPER, *nobody, 39).shape == (0,)
    assert model.discounted_purchases(PAPER, *nobody, 39, force_of_interest=0.01).shape == (0,)
    assert model.purchase_count_distribution(PAPER, *nobody, 39, most=3).shape == (0, 4)


@pytest.mark.parametrize("name", ["r", "alpha", "s", "beta"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_parameters_are_positive_numbers(name, value):
    given = {"r": 0.55, "alpha": 10.58, "s": 0.61, "beta": 11.67} | {name: value}
    with pytest.raises(BadParameter, match=f"`{name}` must be a positive number"):
        ParetoNbd(**given)
