from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from clv.errors import DidNotConverge
from clv.models import estimation
from clv.models.estimation import Curve

WEIGHTS = np.ones(100)
STARTS = [np.array([1.0, 1.0]), np.array([3.0, 0.2])]


@dataclass(frozen=True)
class Toy:
    rate: float
    shape: float

    title: ClassVar[str] = "toy"


def hill(values):
    """Highest at (2, 5): on the log scale a parabola."""
    away = np.log(values / np.array([2.0, 5.0]))
    spread = np.array([10.0, 4.0])
    gradient = -spread * away / values
    return Curve(
        float(-(spread * away**2).sum() / 2),
        gradient,
        np.diag(-(spread * (1 - away)) / values**2),
    )


def endless(values):
    """The larger the shape the better, ever less so."""
    rate, shape = values
    return Curve(
        float(-((rate - 2) ** 2) - 1 / shape),
        np.array([-2 * (rate - 2), 1 / shape**2]),
        np.diag([-2.0, -2 / shape**3]),
    )


def fit(curve):
    return estimation.fit(Toy, lambda _: curve, STARTS, WEIGHTS)


def test_the_top_of_a_hill_is_found_and_its_curvature_gives_the_errors():
    found = fit(hill)
    assert found.params == Toy(pytest.approx(2, rel=1e-9), pytest.approx(5, rel=1e-9))
    assert found.standard_errors == pytest.approx([2 / np.sqrt(10), 5 / np.sqrt(4)], rel=1e-8)
    assert (found.names, found.converged) == (("rate", "shape"), True)
    assert found.why == "Converged; 2 of 2 starts led here."


def test_information_criteria_count_parameters_and_customers():
    found = fit(hill)
    assert found.aic == pytest.approx(4, abs=1e-12)
    assert found.bic == pytest.approx(2 * np.log(100), abs=1e-12)


def test_bounds_of_a_parameter_are_walds_on_the_log_scale():
    low, high = fit(hill).bounds(0.90)[0]
    assert np.log([low / 2, high / 2]) == pytest.approx(
        [-1.6449 / 10**0.5, 1.6449 / 10**0.5], rel=1e-4
    )


def test_a_parameter_that_runs_to_infinity_is_named():
    with pytest.raises(DidNotConverge, match=r"The toy fit .* `shape` ran to a bound") as caught:
        fit(endless)
    assert caught.value.estimation.params.shape > 1e4
    assert not caught.value.estimation.converged


def test_a_ridge_is_refused_because_other_values_fit_alike():
    def ridge(values):
        away = np.log(values[0] / 2)
        slope, bend = -away / values[0], -(1 - away) / values[0] ** 2
        return Curve(-(away**2) / 2, np.array([slope, 0.0]), np.diag([bend, 0.0]))

    with pytest.raises(DidNotConverge, match="Hessian is not positive definite"):
        fit(ridge)


def test_a_likelihood_that_is_not_a_number_is_refused():
    def nothing(values):
        return Curve(np.nan, np.full(2, np.nan), np.full((2, 2), np.nan))

    with pytest.raises(DidNotConverge, match="did not converge in 1 evaluations"):
        fit(nothing)


def test_a_fit_that_has_not_moved_from_its_start_is_refused():
    def flat(values):
        return Curve(0.0, np.zeros(2), -np.eye(2))

    with pytest.raises(DidNotConverge, match="did not move from its start"):
        fit(flat)


def test_a_slope_that_points_the_wrong_way_is_refused_rather_than_followed():
    def lying(values):
        true = hill(values)
        return Curve(true.value, -true.gradient, true.hessian)

    with pytest.raises(DidNotConverge, match="did not converge"):
        fit(lying)


def test_many_rows_are_climbed_on_a_sample_first():
    seen = []

    def curve_of(rows):
        seen.append(rows.step)
        return hill

    found = estimation.fit(Toy, curve_of, STARTS, np.ones(2 * estimation.ROUGHLY))
    assert seen == [3, 3, None]
    assert found.params == Toy(pytest.approx(2), pytest.approx(5))
