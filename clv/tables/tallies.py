"""Tallies of purchases, counted where they are: rows and money by day, amounts, silences."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from clv.tables.engine import MONEY
from clv.tables.transactions import Transactions

STEP = 0.01  # of the log of an amount, in which amounts are counted


def money_by_day(
    transactions: Transactions,
    until: str | date,
    *,
    known_on: str | date | None = None,
    by_margin: bool = False,
) -> pd.DataFrame:
    """Money of each purchase day until another, refunds netted: date (datetime64), money.

    `known_on` leaves out customers who had not bought by that day; `by_margin` counts what is kept
    of each day by the margins of its rows.
    """
    days = transactions.days(until)
    if known_on is not None:
        known = transactions.days(known_on).select("customer_id").distinct()
        days = days.semi_join(known, "customer_id")
    money = days["amount"].cast("float64")
    money = money * days["margin"] if by_margin else money
    exact = money.cast(MONEY).sum().cast("float64")  # no order of threads shows
    found = days.group_by("date").aggregate(money=exact).order_by("date").to_pyarrow().to_pandas()
    return found.assign(date=pd.to_datetime(found["date"]))


def rows_by_week(transactions: Transactions, end: date, weeks: int) -> np.ndarray:
    """Rows of purchases in each of the weeks that end on a day, the last one first; (weeks,)."""
    days = (end.toordinal() - 7 * weeks, end.toordinal())
    table = _between(transactions, *map(date.fromordinal, days))
    daily = table.group_by("date").aggregate(rows=table.count()).to_pyarrow().to_pandas()
    back = (pd.Timestamp(end) - pd.to_datetime(daily["date"])).dt.days // 7
    return np.bincount(back, daily["rows"], minlength=weeks).astype(float)


def amounts(transactions: Transactions, after: date, until: date) -> pd.Series:
    """How often each amount was paid after a day until another, in steps of one percent."""
    table = _between(transactions, after, until)
    paid = table.filter(table["amount"] > 0)
    step = (paid["amount"].cast("float64").ln() / STEP).round().cast("int64")
    found = paid.group_by(step=step).aggregate(rows=paid.count()).order_by("step")
    found = found.to_pyarrow().to_pandas()
    return pd.Series(found["rows"].to_numpy(), np.exp(STEP * found["step"].to_numpy()))


def silences(transactions: Transactions, after: date, until: date) -> pd.Series:
    """How many customers who bought after a day last did so each number of days before another."""
    table = _between(transactions, after, until)
    last = table.group_by("customer_id").aggregate(last=table["date"].max())
    days = ibis.literal(until).delta(last["last"], unit="day")
    found = last.group_by(days=days).aggregate(customers=last.count()).order_by("days")
    found = found.to_pyarrow().to_pandas()
    return pd.Series(found["customers"].to_numpy(), found["days"].to_numpy(float))


def first_day(transactions: Transactions) -> date:
    """The day of the first row."""
    return transactions.table["date"].min().to_pyarrow().as_py()


def _between(transactions: Transactions, after: date, until: date) -> ir.Table:
    """The purchases after a day until another."""
    table = transactions.table
    return table.filter(
        table["date"] > ibis.literal(after),
        table["date"] <= ibis.literal(until),
        table["amount"] >= 0,
    )
