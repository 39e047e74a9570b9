from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.models.partition import natural_breaks


def squares(values, breaks):
    """Squared distances from the means of the classes that begin at the breaks."""
    classes = np.split(np.sort(values), np.searchsorted(np.sort(values), breaks))
    return sum(((each - each.mean()) ** 2).sum() for each in classes)


def test_the_example_of_wang_and_song():
    values = [-1, 2, -1, 2, 4, 5, 6, -1, 2, -1]
    assert natural_breaks(values, 3).tolist() == [2, 4]


def test_one_class_has_no_breaks():
    assert natural_breaks([3.0, 1.0], 1).tolist() == []


def test_as_many_classes_as_values_are_the_values():
    assert natural_breaks([7, 1, 3, 3, 1], 3).tolist() == [3, 7]


def test_more_classes_than_values_are_refused():
    with pytest.raises(ValueError, match="2 different values make no 3 classes"):
        natural_breaks([1, 1, 2], 3)


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=5, max_size=12), st.integers(2, 4))
def test_no_other_partition_is_better(values, classes):
    values = np.array(values, dtype=float)
    distinct = np.unique(values)
    if len(distinct) < classes:
        return
    least = min(squares(values, breaks) for breaks in combinations(distinct[1:], classes - 1))
    assert squares(values, natural_breaks(values, classes)) == pytest.approx(least, abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=6, max_size=20))
def test_a_weight_counts_as_so_many_values(pairs):
    values, weights = (np.array(each) for each in zip(*pairs, strict=True))
    if len(np.unique(values)) < 3:
        return
    repeated = natural_breaks(np.repeat(values, weights), 3)
    assert natural_breaks(values, 3, weights).tolist() == repeated.tolist()


def test_far_from_zero_the_classes_are_the_same():
    values = np.array([0.0, 0.1, 0.2, 5.0, 5.1, 9.0])
    assert natural_breaks(values + 1e8, 3).tolist() == [1e8 + 5.0, 1e8 + 9.0]
