"""Shifted-beta-geometric against Fader & Hardie (2007, 2010), against nature and 2F1."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln

from clv.errors import BadParameter, DidNotConverge
from clv.models import sbg
from clv.models.sbg import ShiftedBetaGeometric

# Of 1,000 customers, in percent, after 0 to 12 years: 2007, table 1; the first seven are fitted.
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
PAPER = ShiftedBetaGeometric(alpha=0.704, beta=1.182)

few = settings(max_examples=60, deadline=None)
any_params = st.builds(ShiftedBetaGeometric, st.floats(0.05, 30), st.floats(0.05, 30))


def seen(percent, years):
    return 10 * np.array(percent[: years + 1])


@pytest.mark.parametrize(
    ("percent", "years", "alpha", "beta"),
    [
        (REGULAR, 7, 0.704, 1.182),  # 2007, the paper's fit
        (HIGH_END, 7, 0.668, 3.806),
        (REGULAR, 4, 0.764, 1.296),  # 2010, which fits four renewals
        (HIGH_END, 4, 1.281, 7.790),
    ],
)
def test_the_fit_is_the_published_one(percent, years, alpha, beta):
    found = sbg.fit(seen(percent, years))
    assert found.estimates.round(3).tolist() == [alpha, beta]
    assert found.n_customers == pytest.approx(1000)


def test_seven_years_foretell_the_next_five():
    """2007, its point: both projections lie next to what came."""
    for percent in (REGULAR, HIGH_END):
        projected = sbg.survival(sbg.fit(seen(percent, 7)).params, np.arange(13))
        assert projected == pytest.approx(np.array(percent) / 100, abs=0.02)


def test_the_log_likelihood_is_that_of_the_times_of_leaving():
    """2007, appendix: those who left, each at their time, and those still there."""
    counts = seen(REGULAR, 7)
    found = sbg.fit(counts)
    left = -np.diff(counts) @ np.log(-np.diff(sbg.survival(found.params, np.arange(8))))
    still = counts[-1] * np.log(sbg.survival(found.params, 7))
    assert found.log_likelihood == pytest.approx(left + still, rel=1e-12)


def test_slope_and_curvature_are_those_of_differences():
    counts, values = seen(HIGH_END, 7), np.array([0.5, 3.0])
    curve = sbg._curve(np.arange(1, 8), counts[1:], -np.diff(counts))
    here = curve(values)
    for i, step in enumerate(np.diag(1e-6 * values)):
        up, down = curve(values + step), curve(values - step)
        assert here.gradient[i] == pytest.approx((up.value - down.value) / (2 * step[i]), rel=1e-5)
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert here.hessian[i] == pytest.approx(bend, rel=1e-5)


def test_cohorts_that_began_at_different_times_are_fitted_together():
    counts = seen(REGULAR, 7)
    both = sbg.fit([counts, counts[:4]])
    table = np.full((2, 8), np.nan)
    table[0], table[1, :4] = counts, counts[:4]
    assert sbg.fit(table).estimates == pytest.approx(both.estimates, rel=1e-12)
    assert both.n_customers == pytest.approx(2000)
    twice = sbg.fit([counts, counts])
    assert twice.estimates == pytest.approx(sbg.fit(counts).estimates, rel=1e-9)
    assert twice.log_likelihood == pytest.approx(2 * sbg.fit(counts).log_likelihood, rel=1e-12)


def test_known_parameters_are_recovered_within_their_errors():
    rng = np.random.default_rng(3)
    stays = 1 - rng.beta(0.8, 3.0, 50_000)
    lifetime = rng.geometric(1 - stays)
    found = sbg.fit([(lifetime > period).sum() for period in range(11)])
    assert np.abs((found.estimates - [0.8, 3.0]) / found.standard_errors).max() < 3.5


# Nature -----------------------------------------------------------------------------------------


@few
@given(any_params)
def test_survival_is_a_ratio_of_betas_and_retention_rises(params):
    """2007, equations (6) and (8)."""
    alpha, beta = mp.mpf(params.alpha), mp.mpf(params.beta)
    known = [float(mp.beta(alpha, beta + t) / mp.beta(alpha, beta)) for t in range(40)]
    assert sbg.survival(params, np.arange(40)) == pytest.approx(known, rel=1e-12)
    assert (np.diff(sbg.retention(params, np.arange(1, 200))) > 0).all()


@few
@given(any_params, st.integers(1, 300))
def test_who_is_still_there_has_not_left_in_any_period_before(params, periods):
    """2007, equation (5): the chance to leave at the end of just that period."""
    period = np.arange(1, periods + 1)
    alpha, beta = params.alpha, params.beta
    leaves = np.exp(betaln(alpha + 1, beta + period - 1) - betaln(alpha, beta))
    assert sbg.survival(params, periods) + leaves.sum() == pytest.approx(1, rel=1e-9)


@few
@given(any_params, st.integers(0, 50), st.floats(1e-6, 2))
def test_the_discounted_lifetime_is_the_papers_function(params, renewals, force):
    """2010, DEL and DERL: 2F1(1, beta + n; alpha + beta + n; 1 / (1 + d))."""
    alpha, beta = mp.mpf(params.alpha), mp.mpf(params.beta) + renewals
    with mp.workdps(40):
        z = mp.exp(-mp.mpf(force))
        now = mp.hyp2f1(1, beta, alpha + beta, z)
        next_one = beta / (alpha + beta) * mp.hyp2f1(1, beta + 1, alpha + beta + 1, z)
    ours = sbg.discounted_lifetime(params, renewals, force_of_interest=force)
    assert ours == pytest.approx(float(now), rel=1e-12)
    residual = sbg.discounted_residual_lifetime(params, renewals, force_of_interest=force)
    assert residual == pytest.approx(float(next_one), rel=1e-12)


def test_the_discounted_lifetime_is_the_sum_of_what_survives():
    periods, force = np.arange(2000), 0.1
    total = sbg.survival(PAPER, periods) @ np.exp(-force * periods)
    assert sbg.discounted_lifetime(PAPER, force_of_interest=force) == pytest.approx(total)


def test_what_is_paid_now_and_what_is_to_come_make_the_lifetime():
    now = sbg.discounted_lifetime(PAPER, 3, force_of_interest=0.1)
    later = sbg.discounted_residual_lifetime(PAPER, 3, force_of_interest=0.1)
    assert now == pytest.approx(1 + np.exp(-0.1) * later, rel=1e-12)


def test_a_mean_lifetime_is_a_sum_as_well_or_infinite():
    short = ShiftedBetaGeometric(alpha=6.0, beta=2.0)
    total = sbg.survival(short, np.arange(20_000)).sum()
    assert sbg.expected_lifetime(short) == pytest.approx(total, rel=1e-9)
    assert sbg.discounted_lifetime(short, force_of_interest=0.0) == pytest.approx(total, rel=1e-9)
    assert sbg.expected_lifetime(PAPER) == np.inf


def test_without_a_discount_there_must_be_a_mean_lifetime():
    with pytest.raises(BadParameter, match="take a discount rate above 0"):
        sbg.discounted_lifetime(PAPER, force_of_interest=0.0)


# What is refused --------------------------------------------------------------------------------


def test_nobody_comes_back():
    with pytest.raises(BadParameter, match="counts from 0 that never rise"):
        sbg.fit([100, 60, 61])


@pytest.mark.parametrize("counts", [[100, np.nan, 50], [np.nan, np.nan], [100, -1], []])
def test_counts_are_counts(counts):
    with pytest.raises(BadParameter, match="`survivors`"):
        sbg.fit(counts)


@pytest.mark.parametrize(
    ("counts", "found"),
    [([100], "0 customers left"), ([100, 60], "0 renewed more than once"), ([100, 100, 100], "0")],
)
def test_too_little_seen_is_refused_in_words(counts, found):
    with pytest.raises(DidNotConverge, match=found):
        sbg.fit(counts)


def test_customers_who_are_all_alike_have_no_spread_to_find():
    with pytest.raises(DidNotConverge, match="not usable"):
        sbg.fit(1000 * 0.8 ** np.arange(8))


@pytest.mark.parametrize("periods", [-1, 0.5, [1, np.nan]])
def test_periods_are_whole(periods):
    with pytest.raises(BadParameter, match="whole numbers from 0"):
        sbg.survival(PAPER, periods)


def test_the_first_retention_is_that_of_period_1():
    with pytest.raises(BadParameter, match="whole numbers from 1"):
        sbg.retention(PAPER, 0)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_parameters_are_positive_numbers(value):
    with pytest.raises(BadParameter, match="`alpha` must be a positive number"):
        ShiftedBetaGeometric(value, 1.0)
