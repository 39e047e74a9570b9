"""Gamma-Gamma: Fader & Hardie (2013), note 025; Fader, Hardie & Lee (2005), "RFM and CLV"."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from clv.errors import BadParameter, DidNotConverge
from clv.models import gamma_gamma
from clv.models.gamma_gamma import GammaGamma

NOTE = GammaGamma(p=6.25, q=3.74, v=15.44)  # note 025

VERDICTS = ["ran to a bound", "infinite mean spend (q <= 1)", "Hessian not positive definite"]


def money(params, n, rng):
    """Frequency and mean spend of customers who do what the model says."""
    x = 1 + rng.poisson(3, n)
    return x, rng.gamma(params.p * x) / rng.gamma(params.q, 1 / params.v, n) / x


def test_the_fit_of_the_cdnow_sample(cdnow_spend):
    """The figures in print are those of a search that stopped 3e-8 below the top."""
    found = gamma_gamma.fit(*cdnow_spend)
    assert found.estimates == pytest.approx([6.249349, 3.744256, 15.444307], rel=6e-5)
    assert found.log_likelihood == pytest.approx(-4055.917695, abs=1e-6)
    assert found.standard_errors == pytest.approx([1.189974, 0.290136, 4.159534], rel=1e-4)
    assert found.n_customers == 946


def test_expected_spend_of_known_customers():
    ours = gamma_gamma.expected_spend(NOTE, [3, 2, 1, 0, 7], [35.21, 22.35, 11.77, 0, 73.74])
    published = [35.21114472, 24.66371391, 18.91685206, 35.2189781, 71.4696709]
    assert ours == pytest.approx(published, rel=1e-9)


def test_the_mean_of_the_whole_sample_counts_one_time_buyers_at_the_populations(cdnow_spend):
    params = gamma_gamma.fit(*cdnow_spend).params
    total = gamma_gamma.expected_spend(params, *cdnow_spend).sum()
    total += 1411 * gamma_gamma.expected_spend(params, 0, np.nan)[0]
    assert total / 2357 == pytest.approx(35.252364, rel=1e-5)


def test_the_log_likelihood_is_that_of_the_published_optimum(cdnow_spend):
    published = GammaGamma(6.24934918, 3.744256334, 15.444306682)
    each = gamma_gamma.log_likelihood(published, *cdnow_spend)
    assert each.sum() == pytest.approx(-4055.917695, abs=1e-6)


@pytest.mark.parametrize("x", [1, 3, 40])
def test_the_density_of_mean_spend_integrates_to_one(x):
    density = quad(
        lambda m: np.exp(gamma_gamma.log_likelihood(NOTE, x, m)[0]), 0, np.inf, limit=200
    )
    assert density[0] == pytest.approx(1, rel=1e-6)


def test_dollars_and_cents_fit_the_same_model(cdnow_spend):
    dollars = gamma_gamma.fit(*cdnow_spend)
    cents = gamma_gamma.fit(cdnow_spend.frequency, 100 * cdnow_spend.monetary_value)
    assert cents.estimates == pytest.approx(dollars.estimates * [1, 1, 100], rel=1e-10)
    assert cents.standard_errors == pytest.approx(dollars.standard_errors * [1, 1, 100], rel=1e-9)
    bounds = dollars.bounds(0.90) * [[1], [1], [100]]
    assert cents.bounds(0.90) == pytest.approx(bounds, rel=1e-9)
    per_dollar = cents.log_likelihood + 946 * np.log(100)
    assert per_dollar == pytest.approx(dollars.log_likelihood, rel=1e-12)


def test_ten_million_customers_are_fitted_as_a_thousand_are(cdnow_spend):
    few = gamma_gamma.fit(*cdnow_spend)
    many = gamma_gamma.fit(*cdnow_spend, weights=np.full(946, 1e4))
    assert many.estimates == pytest.approx(few.estimates, rel=1e-7)
    assert many.standard_errors == pytest.approx(few.standard_errors / 100, rel=1e-6)


def test_slope_and_curvature_are_those_of_differences(cdnow_spend):
    x, mean = cdnow_spend
    curve = gamma_gamma._curve(x, x * mean, np.ones(len(x)), unit=35.0)
    values = np.array([5.0, 3.0, 20.0])
    here = curve(values)
    assert here.value == pytest.approx(
        gamma_gamma.log_likelihood(GammaGamma(*values), x, mean).sum(), rel=1e-13
    )
    for i, step in enumerate(np.diag(1e-6 * values)):
        up, down = curve(values + step), curve(values - step)
        assert here.gradient[i] == pytest.approx((up.value - down.value) / (2 * step[i]), rel=1e-5)
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert here.hessian[i] == pytest.approx(bend, rel=1e-5)


def test_known_parameters_are_recovered_within_their_errors():
    params = GammaGamma(p=6.0, q=4.0, v=15.0)
    found = gamma_gamma.fit(*money(params, 50_000, np.random.default_rng(3)))
    assert np.abs((found.estimates - [6, 4, 15]) / found.standard_errors).max() < 3.5


def test_infinite_mean_spend_is_refused_in_these_words():
    few_fortunes = money(GammaGamma(p=4.0, q=0.7, v=10.0), 3000, np.random.default_rng(3))
    with pytest.raises(DidNotConverge, match=r"infinite mean spend \(q <= 1\): q = 0\.") as caught:
        gamma_gamma.fit(*few_fortunes)
    assert "are they purchases?" in str(caught.value)
    assert caught.value.estimation.params.q < 1
    assert not caught.value.estimation.converged


def test_bounds_of_the_cdnow_sample_lean_to_the_side_that_the_data_leave_open(cdnow_spend):
    found = gamma_gamma.fit(*cdnow_spend)
    low, high = np.log(found.bounds(0.90).T / found.estimates)
    walds = 1.644854 * found.log_errors
    assert (-low > 0.8 * walds)[:2].all()
    assert (high > walds)[0]
    assert (low < 0).all()
    assert (high < 1.3 * walds).all()


def ending(x, mean):
    """What became of a fit, in a word."""
    try:
        found = gamma_gamma.fit(x, mean)
    except DidNotConverge as refused:
        return next(verdict for verdict in VERDICTS if verdict in str(refused))
    low, high = found.bounds(0.90).T
    bounded = bool(((low < found.estimates) & (found.estimates < high)).all())
    assert (found.params.q > 1, found.identified) == (True, bounded)
    return "good" if found.identified else "weakly identified"


@pytest.mark.slow
def test_sixty_customers_end_in_a_good_fit_or_in_a_named_verdict():
    samples = (money(NOTE, 60, np.random.default_rng(seed)) for seed in range(200))
    ends = Counter(ending(*sample) for sample in samples)
    assert ends.total() == 200
    assert {"good", "weakly identified", "ran to a bound"} <= ends.keys()


def test_money_that_is_always_the_same_has_no_spread_to_find():
    with pytest.raises(DidNotConverge, match="ran to a bound"):
        gamma_gamma.fit([1, 2, 3, 4] * 10, [20.0] * 40)


def test_customers_without_a_repeat_purchase_take_no_part_in_the_fit(cdnow_spend):
    frequency = np.append(cdnow_spend.frequency, [0, 0])
    monetary_value = np.append(cdnow_spend.monetary_value, [np.nan, 0])
    with_them, without = gamma_gamma.fit(frequency, monetary_value), gamma_gamma.fit(*cdnow_spend)
    assert with_them.estimates == pytest.approx(without.estimates)
    assert with_them.n_customers == 946


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.floats(0.01, 1e6))
def test_expected_spend_lies_between_the_customers_mean_and_the_populations(x, mean):
    ours = gamma_gamma.expected_spend(NOTE, [x, 0], [mean, np.nan])
    low, high = sorted([mean, ours[1]])
    assert low * (1 - 1e-12) <= ours[0] <= high * (1 + 1e-12)


def test_a_customer_of_free_orders_is_impossible_and_without_orders_says_nothing():
    ours = gamma_gamma.log_likelihood(NOTE, [3, 0, 0], [0.0, np.nan, 20.0])
    assert ours.tolist() == [-np.inf, 0, 0]


def test_a_base_that_has_spent_nothing_cannot_be_fitted():
    with pytest.raises(DidNotConverge, match="nobody has spent anything"):
        gamma_gamma.fit([0, 1], [np.nan, 0.0])


def test_without_a_finite_mean_the_population_spends_without_end():
    assert gamma_gamma.expected_spend(GammaGamma(6, 0.9, 15), 0, np.nan) == np.inf


def test_draws_of_money_have_the_expected_mean():
    rng = np.random.default_rng(5)
    factors = gamma_gamma.draw_factors(NOTE, 4, np.full(200_000, 3), rng)
    money = factors * gamma_gamma.spend_scale(NOTE, 4, 40.0)
    expected = 3 * gamma_gamma.expected_spend(NOTE, 4, 40.0)[0]
    assert money.mean() == pytest.approx(expected, rel=0.01)


def test_no_purchase_is_no_money():
    assert gamma_gamma.draw_factors(NOTE, 4, 0, np.random.default_rng(5)) == 0


def test_a_parameter_that_is_not_positive_is_refused_by_name():
    with pytest.raises(BadParameter, match="`q` must be a positive number; got 0"):
        GammaGamma(p=6.25, q=0, v=15.44)


def test_free_purchases_are_impossible_and_none_at_all_says_nothing():
    likelihood = gamma_gamma.log_likelihood(NOTE, [0, 2], [np.nan, 0.0])
    assert likelihood.tolist() == [0.0, -np.inf]
