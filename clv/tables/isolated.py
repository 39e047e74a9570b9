"""Isolated days: a few rows a long time away from all the others, as a date mistyped leaves them.

They would stretch the window from which every number is told: the age of customers, the length of
their silence, the number of months.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clv.tables.asides import count

BUSY = 10  # days, above which the others say how long a silence is usual
FAR_DAYS = 180  # a silence that may part a date mistyped from the others
LONGER = 3.0  # times the longest silence between two of the others
SHARE = 0.01  # of all rows; or a single one
MOST_NAMED = 3


def isolated(days: NDArray[np.datetime64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which days stand alone before or after all the others, so that their dates are doubtful.

    Parameters
    ----------
    days : array of days, shape (n,)
        Each once, in order.
    rows : array, shape (n,)
        How many rows each day has.

    """
    gaps = np.diff(days).astype("timedelta64[D]").astype(int)
    group = np.concatenate([[0], np.cumsum(gaps >= FAR_DAYS)])
    body = group == np.bincount(group, weights=rows).argmax()
    if body.sum() <= BUSY or rows[~body].sum() > max(SHARE * rows.sum(), 1):
        return np.zeros(len(days), dtype=bool)
    first, last = np.flatnonzero(body)[[0, -1]]
    far = LONGER * gaps[first:last].max()
    before = first > 0 and gaps[first - 1] > far
    after = last < len(gaps) and gaps[last] > far
    place = np.arange(len(days))
    return (before & (place < first)) | (after & (place > last))


def alone(days: NDArray[np.datetime64], rows: NDArray[np.int64], apart: NDArray[np.bool_]) -> str:
    """Isolated days in words: how many rows, of which days, how far from the others.

    >>> days = np.array(["1980-01-01", "2024-01-01", "2024-02-01"], dtype="datetime64[D]")
    >>> alone(days, np.array([1, 9, 9]), np.array([True, False, False]))
    '1 row, of 1980-01-01, 16,071 days away from all the others (2024-01-01 to 2024-02-01)'
    """
    others = days[~apart]
    away = np.minimum(abs(days[apart] - others[0]), abs(days[apart] - others[-1]))
    named = ", ".join(map(str, days[apart][:MOST_NAMED])) + ", …" * int(apart.sum() > MOST_NAMED)
    far = away.min().astype("timedelta64[D]").astype(int)
    return (
        f"{count(int(rows[apart].sum()))}, of {named}, {far:,} days away from all the others "
        f"({others[0]} to {others[-1]})"
    )
