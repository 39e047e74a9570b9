"""The base over time: how much is bought each month, and by whom."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clv.tables.transactions import Transactions


def purchases_per_month(
    transactions: Transactions, as_of: str | date | None = None
) -> pd.DataFrame:
    """Purchase days of each calendar month, first ones apart from repeat ones.

    Returns
    -------
    DataFrame indexed by month (its first day), up to the month of the last day counted; months
    without a purchase are rows of zeros: `new` and `repeat` purchase days, `amount` of money,
    `customers` who bought.

    """
    days = transactions.purchase_days(as_of)
    first = days.groupby("customer_id")["date"].transform("min") == days["date"]
    month = days["date"].dt.to_period("M")
    counted = (
        days.assign(month=month, new=first.astype(int), repeat=(~first).astype(int))
        .groupby("month")
        .agg(
            new=("new", "sum"),
            repeat=("repeat", "sum"),
            amount=("amount", "sum"),
            customers=("customer_id", "nunique"),
        )
    )
    last = pd.Period(transactions.window_end(as_of), "M")
    every = pd.period_range(counted.index.min(), last, freq="M", name="month")
    filled = counted.reindex(every, fill_value=0)
    return filled.set_axis(every.to_timestamp().rename("month"))
