import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.models import race

few = settings(max_examples=60, deadline=None)
shapes = st.floats(1e-3, 3e3)
scales = st.floats(1e-8, 1e8)
moments = st.floats(1e-9, 1e9)


@few
@given(shapes, shapes, scales, moments)
def test_clocks_of_one_scale_ring_first_in_proportion_to_their_shapes(shape, other, scale, within):
    ours = np.exp(race.log_p_first(shape, scale, other, scale, within))
    either = -np.expm1(-(shape + other) * np.log1p(within / scale))
    assert ours == pytest.approx(shape / (shape + other) * either, rel=1e-12)


@few
@given(shapes, scales, shapes, scales, moments)
def test_one_clock_is_first_or_the_other_or_both_are_silent(shape, scale, other, its, within):
    first = np.exp(
        race.log_p_first([shape, other], [scale, its], [other, shape], [its, scale], within)
    )
    silent = np.exp(-shape * np.log1p(within / scale) - other * np.log1p(within / its))
    assert first.sum() + silent == pytest.approx(1, rel=1e-12)


def test_in_no_time_no_clock_rings():
    assert race.log_p_first([2.0], 10.0, 1.0, 5.0, 0.0).tolist() == [-np.inf]


def test_with_ever_more_time_it_is_ever_likelier_to_have_rung():
    within = np.geomspace(1e-6, 1e6, 200)
    assert (np.diff(race.log_p_first(0.6, 11.7, 3.5, 10.6, within)) > 0).all()


def test_rows_are_what_they_are_in_whatever_block_they_stand():
    rng = np.random.default_rng(1)
    columns = 10 ** rng.uniform(-3, 3, (5, 3 * race.BLOCK + 7))
    together, alone = race.log_p_first(*columns), race.log_p_first(*columns[:, -1:])
    assert together[-1] == pytest.approx(alone[0], rel=1e-13)


def test_nobody_at_all_is_no_obstacle():
    assert race.log_p_first([], 1.0, 1.0, 1.0, 1.0).shape == (0,)


@pytest.mark.parametrize("least", [1, 16, 63, 64, 200, 1000])
def test_places_are_at_least_so_many_and_integrate_what_is_smooth(least):
    place, weight = race.places(least)
    assert len(place) >= least
    assert weight.sum() == pytest.approx(1, rel=1e-13)
    assert weight @ place**5 == pytest.approx(1 / 6, rel=1e-13)


def test_times_end_where_nothing_more_is_to_come():
    one = np.ones(1)
    time, length = race.nodes(2.0, 10 * one, 3000.0, 12 * one, 1e6 * one)
    assert time.max() < 1
    assert length.sum() == pytest.approx(12 * np.expm1(race.SPENT / 3000), rel=1e-12)
