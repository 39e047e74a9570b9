"""Who moved between the segments from one day to another, by cut points that do not move."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from clv.customers.rfm import SEGMENTS, Cutoffs, rfm
from clv.errors import BadParameter
from clv.tables.periods import as_date
from clv.tables.summary import customer_summary

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

NOT_YET_A_CUSTOMER = "not_yet"  # the row of those who had not bought by the earlier day


def segment_moves(
    transactions: Transactions,
    cutoffs: Cutoffs,
    start: str | date,
    end: str | date | None = None,
    *,
    unit: str = "W",
) -> pd.DataFrame:
    """Customers by segment at the end of `start` (rows) and of `end` (columns).

    Both days are scored by the same cut points, so that only customers move. Each day is scored
    from what was known on it; who had not bought by `start` stands in the first row, `not_yet`.

    Parameters
    ----------
    transactions
        The cleaned purchases.
    cutoffs
        Of `rfm_cutoffs`, fitted on either day or on any other.
    start, end
        Two days in order, or one day, between which nobody moves; `end` is by default the last one
        in the data.
    """
    last = transactions.window_end(end)
    first = as_date(start, "start")
    if first > last:
        raise BadParameter.from_value("start", first.isoformat(), f"a day until {last}")
    now = _segments(transactions, cutoffs, last, unit)
    then = _segments(transactions, cutoffs, first, unit).reindex(
        now.index, fill_value=NOT_YET_A_CUSTOMER
    )
    counts = pd.crosstab(then.rename("segment_then"), now.rename("segment_now"))
    moves = counts.reindex(
        index=pd.Index([NOT_YET_A_CUSTOMER, *SEGMENTS], name="segment_then"),
        columns=pd.Index(SEGMENTS, name="segment_now"),
        fill_value=0,
    )
    moves.attrs = {"start": first.isoformat(), "end": last.isoformat()}
    return moves


def _segments(transactions: Transactions, cutoffs: Cutoffs, day: date, unit: str) -> pd.Series:
    """The segment of everyone who had bought by a day, as text."""
    scored = rfm(customer_summary(transactions, day, unit=unit), cutoffs)
    return scored["segment"].astype(str)
