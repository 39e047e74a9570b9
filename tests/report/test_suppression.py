"""No handful is worked out from what stands beside it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from clv.customers import rfm
from clv.report import suppression
from clv.stages.segment_stages import QUIET, RECENT

CELLS = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6])


def hidden(counts):
    return suppression.hidden(pd.DataFrame(counts)).to_numpy()


def free(counts, gone, floor):
    """The handfuls that hold another number in some grid with the same sums and shown cells."""
    cells = list(zip(*np.nonzero(gone), strict=True))
    found, sought = set(), handfuls(counts)

    def fill(place, rows, columns, so_far):
        ended = place and (place == len(cells) or cells[place][0] > cells[place - 1][0])
        if sought <= found or (ended and rows[cells[place - 1][0]]):
            return  # all is known, or a row is over and does not have its sum
        if place == len(cells):
            if not any(columns):
                found.update(
                    cell for cell, n in zip(cells, so_far, strict=True) if n != counts[cell]
                )
            return
        row, column = cells[place]
        for count in range(floor, min(rows[row], columns[column]) + 1):
            rows[row], columns[column] = rows[row] - count, columns[column] - count
            fill(place + 1, rows, columns, [*so_far, count])
            rows[row], columns[column] = rows[row] + count, columns[column] + count

    left = np.where(gone, counts, 0)
    fill(0, left.sum(axis=1).tolist(), left.sum(axis=0).tolist(), [])
    return found & sought


def handfuls(counts):
    return set(zip(*np.nonzero((counts > 0) & (counts < 5)), strict=True))


def held_alone(counts):
    """Whether all customers stand in one row or in one column: each cell is then a sum."""
    return (counts.sum(axis=0) > 0).sum() < 2 or (counts.sum(axis=1) > 0).sum() < 2


@given(arrays(int, st.tuples(st.integers(2, 3), st.integers(2, 3)), elements=CELLS))
@settings(max_examples=100, deadline=None)
def test_no_handful_has_one_number_only_among_all_grids_with_the_same_sums(counts):
    assume(not held_alone(counts))
    gone = hidden(counts)
    assert free(counts, gone, 0) == handfuls(counts)
    # Who takes hidden cells to hold somebody learns no more than if all with customers were hidden.
    assert free(counts, gone & (counts > 0), 1) == free(counts, counts > 0, 1)


def attainable(counts, gone, cell, told=()):
    """The least and the most that a hidden cell can hold, by linear programming.

    One customer at least, unless an empty cell is hidden too. With sums of rows and columns only,
    all corners are whole numbers. `told`: further cells of which the sum is known.
    """
    places = list(zip(*np.nonzero(gone), strict=True))
    sums = np.zeros((sum(counts.shape), len(places)))
    for n, (row, column) in enumerate(places):
        sums[row, n] = sums[counts.shape[0] + column, n] = 1
    open_counts = np.where(gone, counts, 0)
    right = np.concatenate([open_counts.sum(axis=1), open_counts.sum(axis=0)])
    further = np.array([[mask[place] for place in places] for mask in told], dtype=float)
    sums = np.concatenate([sums, further.reshape(-1, len(places))])
    right = np.concatenate([right, [open_counts[mask].sum() for mask in told]])
    aim = np.array([place == cell for place in places], dtype=float)
    bounds = (int(counts[gone].all()), None)
    ends = [linprog(sign * aim, A_eq=sums, b_eq=right, bounds=bounds) for sign in (1, -1)]
    return round(ends[0].fun), round(-ends[1].fun)


@pytest.mark.parametrize("seed", range(4))
def test_in_a_large_grid_too_no_handful_has_one_number_only(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 60, (9, 8)) * (rng.random((9, 8)) < 0.4)
    counts = np.where(rng.random(counts.shape) < 0.15, rng.integers(1, 5, counts.shape), counts)
    gone = hidden(counts)
    assert handfuls(counts)
    for cell in handfuls(counts):
        low, high = attainable(counts, gone, cell)
        assert low < high


SEGMENTS = list(rfm.SEGMENTS)
MOVED = np.array(  # customers by segment then and now, of a shop whose customers seldom return
    [
        [19, 12, 0, 0, 0, 0, 0, 0, 0, 0],
        [14, 31, 0, 0, 0, 0, 0, 6, 0, 9],
        [1, 0, 60, 0, 0, 29, 82, 8, 0, 40],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [3, 0, 21, 0, 0, 0, 349, 0, 0, 701],
        [0, 0, 0, 0, 0, 0, 0, 11, 0, 0],
        [0, 0, 17, 0, 0, 0, 0, 0, 0, 308],
    ]
)


def warmth(names):
    """2 of a segment of recent buyers, 0 of a quiet one, 1 of those between."""
    return np.array([2 * (name in RECENT) + (name not in (*RECENT, *QUIET)) for name in names])


def test_a_handful_is_not_told_by_how_many_have_slipped_and_come_up():
    then, now = SEGMENTS[: len(MOVED)], pd.Index(SEGMENTS, name="segment_now")
    change = warmth(now)[None, :] - warmth(then)[:, None]
    told = (change < 0, change > 0)
    gone = suppression.hidden(pd.DataFrame(MOVED, then, now)).to_numpy()
    unnamed = hidden(MOVED)
    ranges = [
        [np.subtract(*attainable(MOVED, own, cell, told)) for cell in sorted(handfuls(MOVED))]
        for own in (gone, unnamed)
    ]
    assert all(ranges[0])
    assert not all(ranges[1])  # so that the test can fail


LOYAL_AND_LOST = np.array(  # segments by stages of an invented company
    [
        [0, 19, 58, 52, 0, 0, 0, 11],
        [0, 13, 25, 26, 32, 56, 3, 7],
        [40, 85, 0, 39, 22, 0, 6, 23],
        [59, 0, 0, 0, 0, 0, 0, 0],
        [37, 28, 0, 0, 15, 0, 1, 0],
        [0, 0, 0, 0, 18, 43, 3, 0],
        [0, 0, 0, 0, 51, 103, 13, 0],
        [0, 0, 0, 0, 0, 70, 84, 0],
        [0, 0, 0, 0, 0, 0, 28, 0],
        [0, 0, 0, 0, 0, 10, 401, 0],
    ]
)


def test_sums_that_cross_do_not_give_a_handful_away():
    gone = hidden(LOYAL_AND_LOST)
    assert len(handfuls(LOYAL_AND_LOST)) == 3
    for cell in handfuls(LOYAL_AND_LOST):
        low, high = attainable(LOYAL_AND_LOST, gone, cell)
        assert low < high
    assert gone.sum() < 16


def test_in_a_line_the_hidden_hold_five_together_or_are_all_there_are():
    for lines, own in (
        (LOYAL_AND_LOST, hidden(LOYAL_AND_LOST)),
        (LOYAL_AND_LOST.T, hidden(LOYAL_AND_LOST).T),
    ):
        for line, gone in zip(lines, own, strict=True):
            assert not gone.any() or line[gone].sum() >= 5 or not line[~gone].any()


def test_where_no_cell_is_a_handful_all_are_shown():
    assert not hidden([[0, 5], [70, 12]]).any()
    assert not suppression.hidden(pd.DataFrame(columns=["a"], dtype=int)).any(axis=None)


def test_empty_lines_change_nothing():
    wide = np.pad(LOYAL_AND_LOST, 1)
    assert (hidden(wide)[1:-1, 1:-1] == hidden(LOYAL_AND_LOST)).all()
    assert hidden(wide).sum() == hidden(LOYAL_AND_LOST).sum()


def test_an_empty_cell_is_hidden_where_nothing_else_keeps_a_handful():
    counts = np.array([[3, 0], [20, 50]])
    assert hidden(counts).all()


def test_hidden_cells_keep_the_names_of_the_grid():
    grid = pd.DataFrame({"active": pd.array([3, None], dtype="Int64"), "loyal": [7, 9]}, ["a", "b"])
    gone = suppression.hidden(grid)
    assert gone.index.equals(grid.index)
    assert gone.columns.equals(grid.columns)
    assert gone.loc["a"].all()


def stays(by_event, by_rule, still_open):
    entries = by_event + by_rule + still_open
    parts = {"by_event": by_event, "by_rule": by_rule, "still_open": still_open}
    return pd.DataFrame({"entries": [entries], "customers": [entries], **parts})


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((1191, 4, 52), {"entries", "still_open"}),
        ((4, 1191, 52), {"entries", "still_open"}),
        ((1191, 20, 3), {"entries"}),
        ((3, 0, 2318), {"still_open"}),
        ((2, 1, 52), {"still_open"}),
        ((11, 0, 2318), {"entries", "by_event", "by_rule", "still_open"}),
    ],
)
def test_an_exit_is_not_told_by_the_entries_and_who_is_still_there(parts, shown):
    gone = suppression.parts(stays(*parts)).loc[0].drop("customers")
    assert set(gone.index[~gone]) == shown


@pytest.mark.parametrize(("customers", "told"), [(2325, False), (2320, True), (2329, True)])
def test_who_entered_once_more_is_not_told_where_they_are_a_handful(customers, told):
    table = stays(11, 0, 2318).assign(customers=customers)
    assert suppression.parts(table).loc[0, "customers"] == (not told)


def test_parts_of_which_no_sum_is_known_are_hidden_alone():
    table = pd.DataFrame({"customers": [90, 80, 70], "at_risk": pd.array([3, 0, None], "Int64")})
    assert suppression.parts(table)["at_risk"].tolist() == [True, False, False]
