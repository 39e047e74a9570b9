"""Which cells of a table are not shown, so that no handful can be worked out from the others.

Cells of one to four customers are hidden, and beside them as few others as are needed: the
suppression of cells, with its chains of cells found as shortest paths through the lines of the
table (Kelly, Golden and Assad 1992, Networks 22(4)).
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from clv.report.privacy import COUNT, FEWEST, OF_THEM
from clv.stages.rules import IN_RHYTHM, SILENT
from clv.stages.segment_stages import QUIET, RECENT

Grid = NDArray[np.float64]
Cell = tuple[int, int]
Line = tuple[str, int]  # "row" or "column", and its place
Way = tuple[float, list[Cell]]  # customers newly hidden, and the cells

EXITS: Final = ["by_event", "by_rule"]  # of a stage: its entries are these and who is still there
ENTRIES: Final = "entries"

# By the name of a crosstab's columns: those whose customers are told in one number, by some of the
# rows, such as who has slipped since, or whom the lifecycle calls overdue.
KINDS: Final = {"segment_now": (RECENT, QUIET), "stage": (IN_RHYTHM, SILENT)}


# Crosstabs ----------------------------------------------------------------------------------


def hidden(grid: pd.DataFrame) -> pd.DataFrame:
    """Which cells of a crosstab of customers are not shown.

    Those of 1 to 4, and as many others that none of them can be worked out by whoever knows every
    sum of a row and of a column, every cell that is shown, and that a hidden cell, all of which
    look alike, holds some customers or, as is said beneath the table, none: each of these could
    hold another number, with all sums as they are. Wherever hiding more cells with customers can
    do it, that is so even for whoever takes all hidden cells to hold one customer or more; empty
    cells are hidden where nothing else helps. Besides, in each line those hidden hold 5 together,
    or are all that are not empty.

    Where sums of some kinds of columns are told beside a crosstab (`KINDS`), they count as known
    too. Where all customers stand in one row, or in one column, each cell is a sum: nothing helps.

    >>> hidden(pd.DataFrame([[2, 30, 0], [40, 50, 0], [9, 8, 7]])).to_numpy().sum(axis=1).tolist()
    [2, 0, 2]
    """
    counts = grid.to_numpy(dtype=float, na_value=0.0)
    gone = _is_handful(counts)
    for columns in (*_of_one_kind(grid), slice(None)):
        own = gone[:, columns].copy()
        _hide(counts[:, columns], own)
        gone[:, columns] = own
    return pd.DataFrame(gone, grid.index, grid.columns)


def _of_one_kind(grid: pd.DataFrame) -> list[NDArray[np.intp]]:
    """The places of the columns of each kind, where sums of them are told."""
    kinds = KINDS.get(str(grid.columns.name), ())
    of_kinds = [grid.columns.isin(kind) for kind in kinds]
    rest = ~np.logical_or.reduce(of_kinds) if kinds else np.zeros(grid.shape[1], dtype=bool)
    return [np.flatnonzero(places) for places in (*of_kinds, rest) if places.any()]


def _hide(counts: Grid, gone: NDArray[np.bool_]) -> None:
    """Hide further cells of a grid until its sums tell none of the handfuls that are hidden."""
    handfuls = gone & _is_handful(counts)
    cells = [(row, column) for row, column in np.argwhere(handfuls).tolist()]
    _cover_lines(counts, gone)
    for floor in (1, 0):
        for cell in cells:
            for other in _chain(counts, gone, cell, floor):
                gone[other] = True


def _cover_lines(counts: Grid, gone: NDArray[np.bool_]) -> None:
    """Hide further cells until in no line the sum of those hidden is a handful, or one cell."""
    before = -1
    while gone.sum() != before:
        before = gone.sum()
        for lines, own in ((counts, gone), (counts.T, gone.T)):
            for line, hides in zip(lines, own, strict=True):
                _cover(line, hides, own.any(axis=0))


def _cover(counts: Grid, gone: NDArray[np.bool_], crossed: NDArray[np.bool_]) -> None:
    """Hide further cells of a line until its sum gives none of the hidden away.

    The smallest first; one in whose other line nothing is hidden (`crossed`) takes others with it.
    """
    while gone.any() and (gone.sum() == 1 or counts[gone].sum() < FEWEST):
        price = counts * np.where(crossed, 1, 3)
        shown = np.where(gone | (counts <= 0), np.inf, price)
        if np.isinf(shown).all():
            return
        gone[shown.argmin()] = True


def _chain(counts: Grid, gone: NDArray[np.bool_], cell: Cell, floor: int) -> list[Cell]:
    """Cells which, hidden too, let a hidden cell hold another number; none if it does already.

    One customer more or fewer in it is made up for by one in another cell of its row, one of that
    cell's column, and so on back to its own column; no cell falls below `floor`. The chain with the
    fewest customers is taken, if there is one.
    """
    ways = [_more(counts, gone, cell, floor)]
    if counts[cell] > floor:
        ways.append(_fewer(counts, gone, cell, floor))
    found = [way for way in ways if way]
    return min(found)[1] if found else []


def _more(counts: Grid, gone: NDArray[np.bool_], cell: Cell, floor: int) -> Way | None:
    """How one more in a cell is made up for."""
    rise, fall = _prices(counts, gone, floor)
    fall[cell] = np.inf
    return _cheapest(rise, fall, ("column", cell[1]), ("row", cell[0]))


def _fewer(counts: Grid, gone: NDArray[np.bool_], cell: Cell, floor: int) -> Way | None:
    """How one fewer in a cell is made up for."""
    rise, fall = _prices(counts, gone, floor)
    rise[cell] = np.inf
    return _cheapest(rise, fall, ("row", cell[0]), ("column", cell[1]))


def _prices(counts: Grid, gone: NDArray[np.bool_], floor: int) -> tuple[Grid, Grid]:
    """What it takes for each cell to rise, and to fall, by one: what would be hidden for it.

    Infinite where it cannot. To hide an empty cell is the last resort.
    """
    price = np.where(counts > 0, counts, counts.sum() if floor == 0 else np.inf)
    price = np.where(gone, 0.0, price)
    return price, np.where(counts > floor, price, np.inf)


def _cheapest(rise: Grid, fall: Grid, start: Line, end: Line) -> Way | None:
    """The cheapest way between two lines: from a row a cell rises, from a column one falls."""
    ahead: list[tuple[float, Line, list[Cell]]] = [(0.0, start, [])]
    passed: set[Line] = set()
    while ahead:
        price, line, cells = heappop(ahead)
        if line == end:
            return price, cells
        if line in passed:
            continue
        passed.add(line)
        kind, place = line
        steps = rise[place] if kind == "row" else fall[:, place]
        for other in np.flatnonzero(np.isfinite(steps)).tolist():
            cell = (place, other) if kind == "row" else (other, place)
            to = ("column" if kind == "row" else "row", other)
            heappush(ahead, (price + float(steps[other]), to, [*cells, cell]))
    return None


# Parts of a row -----------------------------------------------------------------------------


def parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Which numbers of a row are not shown, in the columns that count parts of its customers.

    Parts of 1 to 4. Where one of a stage's exits, or who is still there, is hidden, so are its
    exits by an event and by rule: how many are still there is told wherever stages are, and the
    entries less these would give away the one that is shown. Exits that are a handful in all hide
    the entries too, and a handful who entered once more hides how many customers entered.

    >>> stays = pd.DataFrame({"entries": [60], "by_event": [5], "by_rule": [3], "still_open": [52]})
    >>> parts(stays).loc[0].to_dict()
    {'by_event': True, 'by_rule': True, 'still_open': False, 'entries': False}
    """
    counts = _numbers(frame, [key for key in frame if key in OF_THEM])
    gone = _is_handful(counts)
    if {*EXITS, ENTRIES} <= set(frame.columns):
        some = gone.any(axis=1)
        gone[EXITS] = gone[EXITS].apply(lambda hides: hides | some)
        gone[ENTRIES] = some & (counts[EXITS].sum(axis=1) < FEWEST)
        if COUNT in frame:
            both = _numbers(frame, [ENTRIES, COUNT])
            gone[COUNT] = _is_handful(both[ENTRIES] - both[COUNT])
    return gone


def _numbers(frame: pd.DataFrame, columns: list[object]) -> pd.DataFrame:
    """Those columns that are numbers, and 0 where one is missing."""
    known = [key for key in columns if types.is_numeric_dtype(frame[key])]
    return frame[known].astype("Float64").fillna(0.0).astype(float)


def _is_handful(counts: Any) -> Any:  # noqa: ANN401 -- an array, a column or a table
    return (counts > 0) & (counts < FEWEST)
