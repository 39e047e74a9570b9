from dataclasses import replace

import numpy as np
import pytest

import clv
from clv.customers.uncertainty import directions, standard_error
from clv.models.estimation import MaximumLikelihood


@pytest.fixture(scope="module")
def fitted():
    customers = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


def test_the_error_of_a_parameter_is_the_one_of_its_estimation(fitted):
    purchases, _ = fitted
    error = standard_error(lambda model: model.r, purchases)
    assert error == pytest.approx(purchases.estimation.standard_errors[0], rel=1e-6)


def test_errors_of_two_models_add_as_squares(fitted):
    each = [
        standard_error(lambda m, n=n: getattr(m, n), m) for m, n in zip(fitted, "rp", strict=True)
    ]
    both = standard_error(lambda purchases, spend: purchases.r + spend.p, *fitted)
    assert both == pytest.approx(np.hypot(*each), rel=1e-6)


def test_models_that_were_given_and_not_fitted_leave_the_error_unknown():
    given = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert np.isnan(standard_error(lambda model: model.r, given))


def test_covariance_is_taken_into_account(fitted):
    purchases, _ = fitted
    found: MaximumLikelihood = purchases.estimation
    error = standard_error(lambda model: model.r + model.alpha, purchases)
    variance = np.array([1, 1]) @ found.covariance[:2, :2] @ np.array([1, 1])
    assert error == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_the_error_of_several_numbers_is_that_of_each(fitted):
    purchases, _ = fitted
    both = standard_error(lambda model: np.array([model.r, model.b]), purchases)
    assert both == pytest.approx(purchases.estimation.standard_errors[[0, 3]], rel=1e-6)


def test_a_weakly_identified_model_leaves_the_error_unknown(fitted):
    purchases, spend = fitted
    wide = replace(purchases.estimation, covariance=400 * purchases.estimation.covariance)
    assert not wide.identified
    weak = replace(purchases, estimation=wide)
    assert np.isnan(standard_error(lambda model: model.r, weak))
    assert np.isnan(standard_error(lambda model, other: model.r * other.p, weak, spend))


def test_directions_are_draws_of_the_parameters_in_disguise(fitted):
    purchases, _ = fitted
    found, rng = purchases.estimation, np.random.default_rng(6)
    moves = directions(lambda model: np.log([model.a, model.b]), purchases)
    drawn = rng.standard_normal((200_000, len(moves))) @ moves
    scale = np.outer(found.estimates, found.estimates)
    told = (found.covariance / scale)[2:, 2:]
    assert np.cov(drawn.T) == pytest.approx(told, rel=0.03)


def test_a_coefficient_moves_as_it_is_and_not_by_its_logarithm():
    customers = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")
    halves = customers.assign(even=np.arange(len(customers)) % 2)
    model = clv.BetaGeoModel.fit(halves, covariates=["even"])
    error = standard_error(lambda model: model.coefficients["even"], model)
    assert error == pytest.approx(model.estimation.standard_errors[-1], rel=1e-6)
