import numpy as np
import pytest

from clv.models.newton import Curve, Scale, climb

SCALE = Scale(1, np.array([10.0]))  # one logarithm, one coefficient of which 10 is much


def hill(values):
    """Highest at (2, 30): a parabola in the logarithm of the first and in the second."""
    away = np.array([np.log(values[0] / 2), (values[1] - 30) / 10])
    slopes = np.array([1 / values[0], 0.1])
    bends = np.array([-(1 - away[0]) / values[0] ** 2, -0.01])
    return Curve(float(-(away @ away) / 2), -away * slopes, np.diag(bends))


def test_a_place_and_its_values_are_two_names_of_one_point():
    place = SCALE.place(np.array([2.0, 30.0]))
    assert place == pytest.approx([np.log(2), 3])
    assert SCALE.values(place) == pytest.approx([2, 30])


def test_on_its_scale_a_curve_has_the_slope_of_its_differences():
    surface, place, step = SCALE.surface(hill), np.array([0.3, 1.0]), 1e-6
    here = surface(place)
    for i in range(2):
        up, down = (surface(place + side * step * np.eye(2)[i]) for side in (1, -1))
        assert here.gradient[i] == pytest.approx((up.value - down.value) / (2 * step), rel=1e-6)
        bend = (up.gradient - down.gradient) / (2 * step)
        assert here.hessian[i] == pytest.approx(bend, abs=1e-8)


def test_a_climb_on_its_scale_ends_at_the_top_of_a_parabola_in_two_steps():
    found = climb(SCALE.surface(hill), SCALE.place(np.array([1.0, 20.0])))
    assert SCALE.values(found.place) == pytest.approx([2, 30])
    assert (found.converged, found.evaluations) == (True, 3)


def test_what_is_not_free_stays_where_it_was():
    found = climb(SCALE.surface(hill), SCALE.place(np.array([1.0, 0.0])), np.array([1]))
    assert SCALE.values(found.place) == pytest.approx([1, 30])


def test_a_climb_that_never_arrives_ends():
    def slope(place):
        return Curve(float(place[0]), np.ones(1), np.array([[-1e-3]]))

    found = climb(slope, np.zeros(1))
    assert not found.converged
    assert found.place[0] >= 30


def test_nothing_is_lower_than_what_is_not_a_number():
    found = climb(lambda _: Curve(np.nan, np.zeros(1), np.eye(1)), np.zeros(1))
    assert (found.height, found.evaluations, found.converged) == (-np.inf, 1, False)


def test_a_curve_of_some_parameters_says_nothing_of_the_others():
    wide = Curve(1.0, np.array([2.0, 3.0]), np.array([[4.0, 5.0], [5.0, 6.0]])).among([0, 2], 3)
    assert wide.gradient.tolist() == [2, 0, 3]
    assert wide.hessian.tolist() == [[4, 0, 5], [0, 0, 0], [5, 0, 6]]
