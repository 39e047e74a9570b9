"""Alerts: what is odd about purchases that are each in order, for the reader of the report."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import Message
from clv.tables.engine import MONEY
from clv.tables.isolated import BUSY, LONGER, alone, isolated

STALE_DAYS = 31
QUIET_DAYS = 7  # a week without a purchase is odd where it is long against those before
OUTLIER = 1e6  # times the median amount
SKEWED = 100.0  # the mean in medians: three times the spread, in logarithms, of common trade
JUMP = 8.0  # a factor of 10 that trade softens a little: cents for dollars, a new currency
MOST_NAMED = 6  # months
SOME = 10_000  # rows, from which to guess what is usual; no result depends on the guess


def alerts(purchases: ir.Table, as_of: date) -> tuple[Message, ...]:
    """Warnings about days far from all others, a stale end, empty months, and odd amounts.

    What is far from all others is told once and does not count in what is usual.
    """
    daily = _daily(purchases)
    days, rows = daily.index.to_numpy().astype("datetime64[D]"), daily["rows"].to_numpy()
    apart = isolated(days, rows)
    body = days[~apart]
    if apart.any():
        within = purchases.filter(purchases["date"].between(body[0].item(), body[-1].item()))
    else:
        within = purchases
    return (
        *_apart(days, rows, apart),
        *_ended(body, as_of),
        *_scaled(purchases, daily),
        *_monthly(within, daily[~apart]),
    )


def by_day(rows: ir.Table) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """The days on which there are rows, in order, and how many rows each has."""
    counts = rows.group_by("date").aggregate(rows=rows.count()).order_by("date").to_pyarrow()
    return counts["date"].to_numpy().astype("datetime64[D]"), counts["rows"].to_numpy()


def _daily(purchases: ir.Table) -> pd.DataFrame:
    """Rows of each day, their sum and largest amount, and how many are below and above `usual`.

    Medians of millions of rows are dear, and nearly always usual: half of the rows on either side
    of a bound say so without them.
    """
    some = purchases.limit(SOME)["amount"].median().to_pyarrow().as_py()
    low, high = max(some, 0) / JUMP**0.49, max(some, 0) * JUMP**0.49
    amount = purchases["amount"]
    found = purchases.group_by("date").aggregate(
        rows=purchases.count(),
        total=amount.sum(),
        largest=amount.max(),
        below=(amount < low).sum(),
        above=(amount > high).sum(),
    )
    daily = found.order_by("date").to_pyarrow().to_pandas()
    daily = daily.set_index(pd.DatetimeIndex(daily.pop("date")))
    daily.attrs["low"] = low
    return daily


def _usual(rows: pd.DataFrame) -> pd.Series | bool:
    """Whether the median of the amounts that were counted lies between the bounds."""
    return (2 * rows["below"] < rows["rows"]) & (2 * rows["above"] < rows["rows"])


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


def _scaled(purchases: ir.Table, daily: pd.DataFrame) -> list[Message]:
    """A warning about one amount, or many, far above the others."""
    found, low = daily.sum(), daily.attrs["low"]
    mean, largest = found["total"] / found["rows"], daily["largest"].max()
    if _usual(found) and largest < OUTLIER * low and mean < SKEWED * low:
        return []
    amount = purchases["amount"]
    facts = purchases.aggregate(median=amount.median(), total=amount.cast(MONEY).sum())
    median, total = facts.to_pyarrow().to_pylist()[0].values()
    mean = float(total) / found["rows"]
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


def _monthly(purchases: ir.Table, daily: pd.DataFrame) -> list[Message]:
    """Warnings about months that do not go with the others."""
    months = daily[["rows", "below", "above"]].resample("MS").sum()
    if months["rows"].sum() < BUSY * (months["rows"] > 0).sum():  # then both are chance
        return []
    found = []
    empty = months.index[months["rows"] == 0]
    if len(empty):
        text = f"There is a gap, no rows in {_named(empty)}: was a part not exported?"
        found.append(Message("warning", "empty-months", text, "date"))
    busy = months[months["rows"] >= BUSY]
    if _usual(busy).all():  # then no two of them are a jump apart
        return found
    medians = _medians(purchases).reindex(busy.index)
    steps = np.log(medians[medians > 0]).diff().abs()
    jumps = steps.index[steps >= np.log(JUMP)]
    if len(jumps):
        text = f"The median amount jumps in {_named(jumps)}: another currency, or cents?"
        found.append(Message("warning", "amount-jump", text, "amount"))
    return found


def _medians(purchases: ir.Table) -> pd.Series:
    """The median amount of each month that has rows."""
    month = purchases["date"].truncate("M").cast("timestamp")
    found = purchases.group_by(month=month).aggregate(median=purchases["amount"].median())
    return found.to_pyarrow().to_pandas().set_index("month")["median"]


def _named(months: pd.DatetimeIndex) -> str:
    """Months in words, the first of many by name."""
    more = len(months) - MOST_NAMED
    named = ", ".join(months[:MOST_NAMED].strftime("%Y-%m"))
    return f"{named} and {more:,} more" if more > 0 else named
