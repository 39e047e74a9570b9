import numpy as np
import pytest

from clv.errors import BadParameter, DidNotConverge
from clv.models import beta_geometric_fit, bgnbd, mbgnbd
from clv.models.beta_geometric import log_likelihood
from clv.models.simulate import draw_histories

MODELS = [bgnbd, mbgnbd]
VERDICTS = ["ran to a bound", "Hessian not positive definite", "a nested model is better"]


def kind_of(model):
    return {bgnbd: bgnbd.BgNbd, mbgnbd: mbgnbd.MbgNbd}[model]


def customers(params, n, rng):
    """Histories of customers who do what the model says."""
    T = rng.uniform(20, 60, n)
    return *draw_histories(params, T, rng), T


def described(n, rng):
    """A yes or no and an age of each customer, shape (n, 2)."""
    return np.column_stack([rng.integers(0, 2, n), rng.normal(40, 12, n)])


def curve_of(model, cdnow, *covariates):
    effects = np.stack([np.ones(len(cdnow.T)), *covariates])
    return beta_geometric_fit._curve(kind_of(model), cdnow[:3], cdnow.customers, effects)


@pytest.mark.parametrize("model", MODELS)
def test_the_curve_is_the_log_likelihood_summed(model, cdnow):
    values = np.array([0.3, 5.0, 0.7, 2.0])
    each = log_likelihood(kind_of(model)(*values), *cdnow[:3])
    assert curve_of(model, cdnow)(values).value == pytest.approx(each @ cdnow.customers, rel=1e-13)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("values", [[0.3, 5.0, 0.7, 2.0], [2.0, 50.0, 3.0, 0.4]])
def test_slope_and_curvature_are_those_of_differences(model, values, cdnow):
    curve, values = curve_of(model, cdnow), np.array(values)
    here = curve(values)
    for i, step in enumerate(np.diag(1e-6 * values)):
        up, down = curve(values + step), curve(values - step)
        slope = (up.value - down.value) / (2 * step[i])
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert here.gradient[i] == pytest.approx(slope, rel=1e-5)
        assert here.hessian[i] == pytest.approx(bend, rel=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_a_weight_is_so_many_customers(model, cdnow):
    repeated = (np.repeat(column, cdnow.customers.astype(int)) for column in cdnow[:3])
    one_by_one, counted = model.fit(*repeated), model.fit(*cdnow)
    assert one_by_one.estimates == pytest.approx(counted.estimates, rel=1e-8)
    assert one_by_one.n_customers == counted.n_customers


@pytest.mark.parametrize("model", MODELS)
def test_twenty_million_customers_are_fitted_as_two_thousand_are(model, cdnow):
    few, many = model.fit(*cdnow), model.fit(*cdnow[:3], weights=1e4 * cdnow.customers)
    assert many.estimates == pytest.approx(few.estimates, rel=1e-7)
    assert many.standard_errors == pytest.approx(few.standard_errors / 100, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_days_and_weeks_fit_the_same_model(model, cdnow):
    frequency, recency, T, weights = cdnow
    weekly, daily = model.fit(*cdnow), model.fit(frequency, 7 * recency, 7 * T, weights)
    assert daily.estimates == pytest.approx(weekly.estimates * [1, 7, 1, 1], rel=1e-9)
    assert daily.standard_errors == pytest.approx(weekly.standard_errors * [1, 7, 1, 1], rel=1e-7)
    assert daily.evaluations == weekly.evaluations


@pytest.mark.parametrize("model", MODELS)
def test_known_parameters_are_recovered_within_their_errors(model):
    params = kind_of(model)(r=0.6, alpha=6.0, a=0.9, b=2.5)
    found = model.fit(*customers(params, 60_000, np.random.default_rng(4)))
    away = (found.estimates - [0.6, 6.0, 0.9, 2.5]) / found.standard_errors
    assert np.abs(away).max() < 3.5
    assert (found.standard_errors / found.estimates < 0.1).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_base_that_never_came_back_cannot_be_fitted(model):
    with pytest.raises(DidNotConverge, match="none of 3 customers has come back"):
        model.fit([0, 0, 0], [0, 0, 0], [10, 20, 30])


@pytest.mark.parametrize("model", MODELS)
def test_a_base_where_nobody_has_ever_left_runs_to_a_bound(model):
    rng = np.random.default_rng(1)
    T = np.full(2000, 50.0)
    frequency = 1 + rng.poisson(rng.gamma(5, 1 / 5, 2000) * T)
    with pytest.raises(DidNotConverge, match="ran to a bound") as caught:
        model.fit(frequency, T, T)
    assert "Take a longer history" in str(caught.value)


def test_everybody_alike_has_no_spread_of_rates_to_find():
    with pytest.raises(DidNotConverge, match=r"`r`, `alpha`.* ran to a bound"):
        mbgnbd.fit([2] * 100, [10.0] * 100, [30.0] * 100)


@pytest.mark.parametrize("model", MODELS)
def test_a_recency_that_is_not_a_number_leaves_the_fit_where_it_started(model, cdnow):
    recency = np.where(cdnow.frequency == 26, np.nan, cdnow.recency)
    with pytest.raises(DidNotConverge, match="did not move from its start") as caught:
        model.fit(cdnow.frequency, recency, cdnow.T, cdnow.customers)
    assert not caught.value.estimation.converged


@pytest.mark.parametrize("model", MODELS)
def test_sixty_customers_of_whom_a_third_came_back_identify_no_parameter(model):
    found = next(found for found in small_fits(model, range(20)) if not found.identified)
    assert found.why.startswith("Converged, but weakly identified: ")
    assert np.isnan(found.bounds(0.90)).all()
    assert np.isfinite(found.standard_errors).all()


def small_fits(model, seeds):
    """Fits of sixty customers, as far as they are not refused with a named verdict."""
    params = kind_of(model)(r=0.4, alpha=5.0, a=0.8, b=2.2)
    for seed in seeds:
        try:
            yield model.fit(*customers(params, 60, np.random.default_rng(seed)))
        except DidNotConverge as refused:
            next(verdict for verdict in VERDICTS if verdict in str(refused))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_sixty_customers_end_in_a_good_fit_or_in_a_named_verdict(model):
    fits = list(small_fits(model, range(200)))
    good = [found for found in fits if found.identified]
    assert 0 < len(good) < len(fits) < 200
    for found in good:
        low, high = found.bounds(0.90).T
        assert ((low < found.estimates) & (found.estimates < high)).all()


@pytest.mark.parametrize("model", MODELS)
def test_coefficients_of_zero_are_the_plain_log_likelihood(model, cdnow):
    plain, effects = curve_of(model, cdnow), -described(len(cdnow.T), np.random.default_rng(8)).T
    told, values = curve_of(model, cdnow, *effects), np.array([0.3, 5.0, 0.7, 2.0])
    here, there = plain(values), told(np.append(values, [0, 0]))
    assert there.value == pytest.approx(here.value, rel=1e-13)
    assert there.gradient[:4] == pytest.approx(here.gradient, rel=1e-9)
    assert there.hessian[:4, :4] == pytest.approx(here.hessian, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_a_coefficient_moves_each_customers_own_alpha(model, cdnow):
    told, coefficients = described(len(cdnow.T), np.random.default_rng(8)), [0.4, -0.03]
    curve = curve_of(model, cdnow, *-told.T)
    params = kind_of(model)(0.3, 5 * np.exp(-told @ coefficients), 0.7, 2.0)
    each = log_likelihood(params, *cdnow[:3])
    values = np.array([0.3, 5.0, 0.7, 2.0, *coefficients])
    assert curve(values).value == pytest.approx(each @ cdnow.customers, rel=1e-12)
    for i, step in enumerate(np.diag(1e-6 * np.abs(values))):
        up, down = curve(values + step), curve(values - step)
        slope = (up.value - down.value) / (2 * step[i])
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert curve(values).gradient[i] == pytest.approx(slope, rel=1e-5)
        assert curve(values).hessian[i] == pytest.approx(bend, rel=2e-5)


@pytest.mark.parametrize("model", MODELS)
def test_known_coefficients_are_recovered_within_their_errors(model):
    rng, known = np.random.default_rng(12), [0.6, 6.0, 0.9, 2.5, 0.5, -0.02]
    told = described(15_000, rng)
    params = kind_of(model)(0.6, 6 * np.exp(-told @ known[4:]), 0.9, 2.5)
    found = model.fit(*customers(params, 15_000, rng), covariates=told)
    assert found.names == ("r", "alpha", "a", "b", "x1", "x2")
    assert np.abs((found.estimates - known) / found.standard_errors).max() < 3
    low, high = found.bounds(0.999).T
    assert ((low < known) & (known < high)).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_covariate_in_cents_is_the_covariate_in_dollars(model, cdnow):
    dollars = described(len(cdnow.T), np.random.default_rng(8))
    one, other = (model.fit(*cdnow, covariates=dollars * unit) for unit in ([1, 1], [1, 100]))
    assert other.estimates == pytest.approx(one.estimates / [1, 1, 1, 1, 1, 100], rel=1e-7)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)


@pytest.mark.parametrize("value", [0, 7.5])
def test_a_covariate_that_never_varies_is_refused_because_it_is_not_identified(cdnow, value):
    constant = np.column_stack([cdnow.frequency > 1, np.full(len(cdnow.T), value)])
    words = f"Covariate 2 is {value:g} for every customer.* not identified.* Leave it out"
    with pytest.raises(BadParameter, match=words):
        bgnbd.fit(*cdnow, covariates=constant)


def test_a_covariate_is_a_number(cdnow):
    with pytest.raises(BadParameter, match="`covariates` must be finite numbers"):
        bgnbd.fit(*cdnow, covariates=np.full((len(cdnow.T), 1), np.nan))


def test_two_covariates_that_say_the_same_make_the_hessian_singular(cdnow):
    told = described(len(cdnow.T), np.random.default_rng(8))[:, 0]
    with pytest.raises(DidNotConverge, match=r"Hessian not positive definite .* fit alike"):
        mbgnbd.fit(*cdnow, covariates=np.column_stack([told, 2 * told]))


def test_a_group_that_never_came_back_has_no_finite_coefficient(cdnow):
    absent = (cdnow.frequency == 0) & (np.arange(len(cdnow.T)) % 2 == 0)
    with pytest.raises(DidNotConverge, match="`x1` ran to a bound"):
        bgnbd.fit(*cdnow, covariates=absent[:, None])
