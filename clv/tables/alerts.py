"""Alerts: what is odd about purchases that are each in order, for the reader of the report."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import Message
from clv.tables.isolated import BUSY, LONGER, alone, isolated

STALE_DAYS = 31
QUIET_DAYS = 7  # a week without a purchase is odd where it is long against those before
OUTLIER = 1e6  # times the median amount
SKEWED = 100.0  # the mean in medians: three times the spread, in logarithms, of common trade
JUMP = 8.0  # a factor of 10 that trade softens a little: cents for dollars, a new currency
MOST_NAMED = 6  # months


def alerts(purchases: ir.Table, as_of: date) -> tuple[Message, ...]:
    """Warnings about days far from all others, a stale end, empty months, and odd amounts.

    What is far from all others is told once and does not count in what is usual.
    """
    days, rows = by_day(purchases)
    apart = isolated(days, rows)
    body = days[~apart]
    within = purchases["date"].between(body[0].item(), body[-1].item())
    return (
        *_apart(days, rows, apart),
        *_ended(body, as_of),
        *_scaled(purchases),
        *_monthly(_by_month(purchases.filter(within) if apart.any() else purchases)),
    )


def by_day(rows: ir.Table) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """The days on which there are rows, in order, and how many rows each has."""
    counts = rows.group_by("date").aggregate(rows=rows.count()).order_by("date").to_pyarrow()
    return counts["date"].to_numpy().astype("datetime64[D]"), counts["rows"].to_numpy()


def _apart(
    days: NDArray[np.datetime64], rows: NDArray[np.int64], apart: NDArray[np.bool_]
) -> list[Message]:
    """A warning about days far from all others."""
    if not apart.any():
        return []
    ends = "name as_of" if apart[-1] else "leave out what is older"
    text = f"A date may be mistyped: {alone(days, rows, apart)}. Correct the date or {ends}."
    return [Message("warning", "isolated-days", text, "date")]


def _ended(days: NDArray[np.datetime64], as_of: date) -> list[Message]:
    """A warning about a log that ends long before the day it is read for.

    Long is a month, or less where the log has never been silent for nearly as long.
    """
    last = days[-1].item()
    silence = (as_of - last).days
    gaps = np.diff(days).astype("timedelta64[D]").astype(int)
    usual = max(QUIET_DAYS, LONGER * gaps.max()) if len(days) > BUSY else STALE_DAYS
    if silence <= min(usual, STALE_DAYS):
        return []
    text = f"The newest purchase is of {last}, {silence} days before as_of {as_of}."
    return [Message("warning", "stale", text, "date")]


def _scaled(purchases: ir.Table) -> list[Message]:
    """A warning about one amount, or many, far above the others."""
    amount = purchases["amount"]
    facts = purchases.aggregate(largest=amount.max(), median=amount.median(), mean=amount.mean())
    largest, median, mean = facts.to_pyarrow().to_pylist()[0].values()
    if median > 0 and largest >= OUTLIER * median:
        text = f"The largest amount, {largest:,.2f}, is an outlier: the median is {median:,.2f}."
        return [Message("warning", "amount-outlier", text, "amount")]
    if median > 0 and mean >= SKEWED * median:
        text = (
            f"The amounts are extremely skewed: their mean, {mean:,.2f}, is {mean / median:,.0f} "
            f"times their median, {median:,.2f}. A few purchases decide every average."
        )
        return [Message("warning", "amount-skew", text, "amount")]
    return []


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
    if months["rows"].sum() < BUSY * (months["rows"] > 0).sum():  # then both are chance
        return []
    found = []
    empty = months.index[months["rows"] == 0]
    if len(empty):
        text = f"There is a gap, no rows in {_named(empty)}: was a part not exported?"
        found.append(Message("warning", "empty-months", text, "date"))
    medians = months["median"].where((months["rows"] >= BUSY) & (months["median"] > 0)).dropna()
    steps = np.log(medians).diff().abs()
    jumps = steps.index[steps >= np.log(JUMP)]
    if len(jumps):
        text = f"The median amount jumps in {_named(jumps)}: another currency, or cents?"
        found.append(Message("warning", "amount-jump", text, "amount"))
    return found


def _named(months: pd.DatetimeIndex) -> str:
    """Months in words, the first of many by name."""
    more = len(months) - MOST_NAMED
    named = ", ".join(months[:MOST_NAMED].strftime("%Y-%m"))
    return f"{named} and {more:,} more" if more > 0 else named
