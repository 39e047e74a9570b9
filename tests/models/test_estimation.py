from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from clv.errors import BadParameter, DidNotConverge
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


def scaled(curve, by):
    return Curve(by * curve.value, by * curve.gradient, by * curve.hessian)


def two_tops(low, high):
    """Round hills in the logs, one at a rate of 1/2 and one at 20, a valley between them."""

    def curve(values):
        place = np.log(values)
        total = Curve(0.0, np.zeros(2), np.zeros((2, 2)))
        for height, top in ((low, np.log(0.5)), (high, np.log(20))):
            away = place - [top, 1.0]
            value = height * np.exp(-(away @ away) / 2)
            hessian = value * (np.outer(away, away) - np.eye(2))
            total += Curve(value, -value * away, hessian)
        return total.stretched(1 / values, -1 / values**2)

    return curve


def endless_to_the_right(values):
    """Ever higher, the farther the rate lies above 100."""
    rate = values[0] / 100
    gain = 100 * np.array([1 - 1 / (1 + rate), 1 / (1 + rate) ** 2 / 100, -2e-4 / (1 + rate) ** 3])
    return Curve(float(gain[0]), np.array([gain[1], 0]), np.diag([gain[2], 0]))


def fit(curve):
    return estimation.fit(Toy, lambda *_: curve, STARTS, WEIGHTS)


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


def test_where_the_surface_is_a_parabola_of_the_logs_bounds_are_walds():
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

    with pytest.raises(DidNotConverge, match="Hessian not positive definite"):
        fit(ridge)


def test_a_likelihood_that_is_not_a_number_is_refused():
    def nothing(values):
        return Curve(np.nan, np.full(2, np.nan), np.full((2, 2), np.nan))

    with pytest.raises(DidNotConverge, match="did not move from its start"):
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

    with pytest.raises(DidNotConverge, match="did not move"):
        fit(lying)


def test_a_climb_that_is_stopped_on_its_way_is_refused():
    def cliff(values):
        if values[0] > 1.5:
            return Curve(np.nan, np.full(2, np.nan), np.full((2, 2), np.nan))
        steep = hill(values)
        return Curve(steep.value, steep.gradient, steep.hessian)

    with pytest.raises(DidNotConverge, match=r"not converged in \d+ evaluations") as caught:
        fit(cliff)
    assert "Take a longer history or more customers" in str(caught.value)
    assert np.isnan(caught.value.estimation.bounds(0.9)).all()


def test_the_highest_of_two_tops_is_taken_and_the_other_is_named():
    found = fit(two_tops(low=1.0, high=3.0))
    assert found.params.rate == pytest.approx(20, rel=0.01)
    assert "1 of 2 starts led here. Another top is lower" in found.why


def test_a_top_is_refused_where_another_start_runs_higher_to_a_bound():
    def rising(values):
        return two_tops(low=1.0, high=3.0)(values) + endless_to_the_right(values)

    with pytest.raises(DidNotConverge, match="`rate` ran to a bound"):
        estimation.fit(
            Toy, lambda *_: rising, [np.array([1.0, 1.0]), np.array([50.0, 1.0])], WEIGHTS
        )


def test_a_broad_top_is_weakly_identified_and_has_no_bounds():
    broad = fit(lambda values: scaled(hill(values), 1 / 16))
    assert not broad.identified
    assert broad.why.startswith("Converged, but weakly identified: `rate`, `shape`")
    assert "Use predictions, but no single parameter" in broad.why
    assert np.isnan(broad.bounds(0.90)).all()
    assert (broad.log_errors > 1).all()


def test_the_condition_number_compares_what_is_known_best_and_least():
    assert fit(hill).condition == pytest.approx(10 / 4)


def test_what_the_model_itself_has_against_a_fit_refuses_it():
    with pytest.raises(DidNotConverge, match="The toy fit is not usable: too round") as caught:
        estimation.fit(
            Toy, lambda *_: hill, STARTS, WEIGHTS, verdict=lambda found: f"too round {found.names}"
        )
    assert caught.value.estimation.why == "too round ('rate', 'shape')"
    assert not caught.value.estimation.converged


def test_coefficients_follow_the_parameters_and_climb_as_they_are():
    def tilted(values):
        away = (values[2] + 30) / 20
        curve = hill(values[:2]).among([0, 1], 3)
        return curve + Curve(
            -(away**2) / 2, np.array([0, 0, -away / 20]), np.diag([0, 0, -1 / 400])
        )

    starts = [np.append(start, 0.0) for start in STARTS]
    found = estimation.fit(Toy, lambda *_: tilted, starts, WEIGHTS, units=[10.0])
    assert found.names == ("rate", "shape", "x1")
    assert found.coefficients == (pytest.approx(-30),)
    assert found.log_errors == pytest.approx([10**-0.5, 4**-0.5, 20])
    assert found.bounds(0.90)[2] == pytest.approx([-30 - 32.897, -30 + 32.897], rel=1e-4)
    assert found.identified


def test_many_rows_are_climbed_on_a_sample_of_their_customers_first():
    weights, seen = np.append(np.ones(2 * estimation.ROUGHLY), 6.0 * estimation.ROUGHLY), []

    def curve_of(rows, times):
        seen.append(np.broadcast_to(times, len(weights[rows])) * weights[rows])
        return hill

    found = estimation.fit(Toy, curve_of, STARTS, weights)
    everybody, sample = seen
    assert everybody.tolist() == weights.tolist()
    assert sample.sum() == estimation.ROUGHLY
    assert sample[-1] == 0.75 * estimation.ROUGHLY
    assert found.params == Toy(pytest.approx(2), pytest.approx(5))


@pytest.mark.parametrize("value", [0, -1.0, np.inf, np.nan, np.array([1.0, 0.0])])
def test_parameters_that_are_not_positive_are_refused_by_name(value):
    estimation.positive(Toy(rate=np.array([0.5, 2.0]), shape=1))
    with pytest.raises(BadParameter, match="`shape` must be a positive number; got"):
        estimation.positive(Toy(rate=1.0, shape=value))
