import numpy as np
import pytest

from clv.errors import BadParameter
from clv.models.spells import OPEN, Spells


@pytest.fixture
def spells():
    return Spells.of(
        [0, 1, 0], [1, OPEN, OPEN], [0, 4, 2], [4, 9, 6], subject=["a", "a", "b"], weights=[2, 2, 3]
    )


def test_after_a_time_only_what_lies_behind_it_is_left(spells):
    later = spells.after(4)
    assert later.subject.tolist() == ["a", "b"]
    assert later.entry.tolist() == [4, 4]
    assert later.exit.tolist() == [9, 6]


def test_those_in_a_state_come_with_all_their_spells(spells):
    assert spells.of_those_in(0, 1).subject.tolist() == ["a", "a"]
    assert spells.of_those_in(0, 3).subject.tolist() == ["a", "a", "b"]
    assert spells.of_those_in(0, 4).subject.tolist() == ["b"]  # the move at 4 has been made


def test_every_row_is_a_subject_of_weight_one_unless_said():
    spells = Spells.of([0, 0], [1, 1], [0, 0], [1, 2])
    assert spells.subject.tolist() == [0, 1]
    assert spells.weight.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("origin is 0 or more", ([-1], [1], [0], [1])),
        ("destination is another state", ([0], [0], [0], [1])),
        ("entry < exit", ([0], [1], [1], [1])),
        ("entry < exit", ([0], [1], [0], [np.nan])),
        ("entry < exit", ([0], [1], [-np.inf], [1])),
    ],
)
def test_a_row_that_cannot_be_is_named(rule, columns):
    with pytest.raises(BadParameter, match=rf"`{rule}.*1 of 1 rows \(first: 0\)"):
        Spells.of(*columns)


def test_a_weight_of_nothing_is_refused():
    with pytest.raises(BadParameter, match="weight > 0"):
        Spells.of([0], [1], [0], [1], weights=[0])
