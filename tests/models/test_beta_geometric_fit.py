import numpy as np
import pytest

from clv.errors import DidNotConverge
from clv.models import beta_geometric_fit, bgnbd, mbgnbd
from clv.models.beta_geometric import log_likelihood

MODELS = [bgnbd, mbgnbd]


def kind_of(model):
    return {bgnbd: bgnbd.BgNbd, mbgnbd: mbgnbd.MbgNbd}[model]


def customers(params, n, rng):
    """Histories of customers who do what the model says, one purchase after the other."""
    T = rng.uniform(20, 60, n)
    rate, dropout = rng.gamma(params.r, 1 / params.alpha, n), rng.beta(params.a, params.b, n)
    frequency, recency, now = np.zeros(n), np.zeros(n), np.zeros(n)
    may_leave = params.chances_at_first_purchase == 1
    alive = rng.random(n) >= dropout * may_leave
    while alive.any():
        now += rng.exponential(1 / np.maximum(rate, 1e-12))
        buys = alive & (now <= T)
        frequency += buys
        recency = np.where(buys, now, recency)
        alive = buys & (rng.random(n) >= dropout)
    return frequency, recency, T


def curve_of(model, cdnow):
    return beta_geometric_fit._curve(kind_of(model), *cdnow)


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
    with pytest.raises(DidNotConverge):
        mbgnbd.fit([2] * 100, [10.0] * 100, [30.0] * 100)
