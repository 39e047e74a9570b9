import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clv.stages.moments import Moments, Times

days = st.integers(1, 60)
happened = st.lists(st.tuples(st.integers(0, 3), days), max_size=25)
lasted = st.lists(st.tuples(st.integers(0, 3), days, days), max_size=25)
GRID = np.array([(customer, day) for customer in range(4) for day in range(1, 70)]).T


def columns(rows, width):
    return np.array(rows, dtype=np.int64).reshape(-1, width).T


@given(happened)
def test_moments_are_counted_as_by_hand(rows):
    found = Moments.of(*columns(rows, 2))
    so_far, recent, since = (
        found.so_far(*GRID),
        found.within(*GRID, 10),
        found.since(*GRID),
    )
    for place, (customer, day) in enumerate(GRID.T):
        own = [when for who, when in rows if who == customer and when <= day]
        assert so_far[place] == len(own)
        assert recent[place] == sum(when > day - 10 for when in own)
        np.testing.assert_equal(since[place], day - max(own) if own else np.nan)
    assert sorted(zip(found.customer, found.day, strict=True)) == sorted(rows)


@given(lasted)
def test_times_go_on_from_their_start_until_the_day_before_their_stop(rows):
    found = Times.of(*columns(rows, 3))
    going_on, since = found.going_on(*GRID), found.since(*GRID, np.full(GRID.shape[1], 20))
    for place, (customer, day) in enumerate(GRID.T):
        own = [(start, stop) for who, start, stop in rows if who == customer and start < stop]
        assert going_on[place] == sum(start <= day < stop for start, stop in own)
        assert since[place] == any(start <= day and stop > 20 for start, stop in own)


@given(happened, st.integers(1, 30))
def test_what_lasts_ends_when_nothing_has_happened_for_so_long(rows, length):
    moments = Moments.of(*columns(rows, 2))
    lasting = moments.lasting(length).going_on(*GRID) > 0
    np.testing.assert_array_equal(lasting, moments.since(*GRID) < length)


def test_a_time_that_never_ends_goes_on():
    forever = Times.of(np.array([0]), np.array([5]), np.array([2**40]))
    assert forever.going_on(np.array([0, 1]), np.array([10**6, 10**6])).tolist() == [1, 0]
