"""Alerts: what is odd about purchases that are each in order, for the reader of the report."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from clv.errors import Message

STALE_DAYS = 31
OUTLIER = 1e6  # times the median amount
JUMP = 8.0  # a factor of 10 that trade softens a little: cents for dollars, a new currency
BUSY = 10  # rows a month, below which an empty month or a jump is chance


def alerts(purchases: ir.Table, as_of: date) -> tuple[Message, ...]:
    """Warnings about a stale end, empty months, jumps of the amounts, and single huge amounts."""
    facts = purchases.aggregate(
        last=purchases["date"].max(),
        largest=purchases["amount"].max(),
        median=purchases["amount"].median(),
    )
    last, largest, median = facts.to_pyarrow().to_pylist()[0].values()
    found = []
    if (as_of - last).days > STALE_DAYS:
        text = f"The newest purchase is of {last}, {(as_of - last).days} days before as_of {as_of}."
        found.append(Message("warning", "stale", text, "date"))
    if median > 0 and largest >= OUTLIER * median:
        text = f"The largest amount, {largest:,.2f}, is an outlier: the median is {median:,.2f}."
        found.append(Message("warning", "amount-outlier", text, "amount"))
    return (*found, *_monthly(_by_month(purchases)))


def _by_month(purchases: ir.Table) -> pd.DataFrame:
    """Rows and median amount of every month from the first to the last, rows 0 where empty."""
    by_month = purchases.group_by(
        month=purchases["date"].truncate("M").cast("timestamp")
    ).aggregate(rows=purchases.count(), median=purchases["amount"].median())
    months = by_month.order_by("month").to_pyarrow().to_pandas().set_index("month")
    every = pd.date_range(months.index[0], months.index[-1], freq="MS")
    return months.reindex(every).fillna({"rows": 0})


def _monthly(months: pd.DataFrame) -> list[Message]:
    """Warnings about months that do not go with the others."""
    if months["rows"].mean() < BUSY:
        return []
    found = []
    empty = months.index[months["rows"] == 0].strftime("%Y-%m")
    if len(empty):
        text = f"There is a gap, no rows in {', '.join(empty)}: was a part not exported?"
        found.append(Message("warning", "empty-months", text, "date"))
    medians = months["median"].where((months["rows"] >= BUSY) & (months["median"] > 0)).dropna()
    steps = np.log(medians).diff().abs()
    jumps = steps.index[steps >= np.log(JUMP)].strftime("%Y-%m")
    if len(jumps):
        text = f"The median amount jumps in {', '.join(jumps)}: another currency, or cents?"
        found.append(Message("warning", "amount-jump", text, "amount"))
    return found
