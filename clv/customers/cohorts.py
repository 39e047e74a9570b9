"""Cohorts: who first bought in the same month, what share of them buys again, what they bring.

A cell of which the time is not over on the last day counted is unknown: NaN, not a low number.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter, NoRows
from clv.models.intervals import quantile
from clv.tables.births import births

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

PERIODS = ("M", "Q", "Y")  # calendar periods, as pandas names them
MOST_COHORTS = 18  # rows that can still be read; beyond them, quarters
EARLY = 3  # periods after the first purchase by which cohorts are compared
INTERVAL = 0.90


def readable_period(transactions: Transactions) -> str:
    """The period by which the log falls into few enough cohorts to be read: "M", or "Q"."""
    first = transactions.purchase_days()["date"].min()
    months = pd.period_range(first, pd.Timestamp(transactions.as_of), freq="M")
    return "M" if len(months) <= MOST_COHORTS else "Q"


def cohort_retention(transactions: Transactions, period: str = "M") -> pd.DataFrame:
    """Share of each cohort that buys 0, 1, 2 … calendar periods after its first purchase.

    Parameters
    ----------
    transactions
        The cleaned purchases.
    period
        "M" months, "Q" quarters or "Y" years.

    Returns
    -------
    DataFrame
        One row per cohort (a `PeriodIndex`), one column per number of periods since; NaN where the
        period is not over on the last day counted. `attrs`: size (customers per cohort, by its
        ISO text), period, older (customers who are in no cohort, because they may have bought
        before the log begins).
    """
    days = _of_cohorts(transactions, period)
    counts = days.drop_duplicates(["customer_id", "since"]).groupby(["cohort", "since"]).size()
    return _per_customer(counts, days, transactions.as_of, period)


def cohort_revenue(transactions: Transactions, period: str = "M") -> pd.DataFrame:
    """What a customer of each cohort has brought on average, 0, 1, 2 … periods after the first.

    Refunds are taken off the purchases that they belong to, as far as they are known.

    Returns
    -------
    DataFrame
        As of `cohort_retention`: money per customer since the first purchase, everything until the
        end of each period; NaN where the period is not over.
    """
    days = _of_cohorts(transactions, period)
    revenue = days.groupby(["cohort", "since"])["amount"].sum()
    added = _per_customer(revenue, days, transactions.as_of, period)
    brought = added.cumsum(axis=1)  # in which the unknown stays unknown
    brought.attrs = added.attrs | {"currency": transactions.currency}
    return brought


def early_revenue(transactions: Transactions, period: str = "M") -> pd.DataFrame:
    """What a customer of each cohort brought in the period of the first purchase and 3 more.

    Returns
    -------
    DataFrame
        One row per cohort for which these periods are over: customers, mean, standard_error (NaN
        of a single customer), low, high (90 %, by the normal distribution).
    """
    days = _of_cohorts(transactions, period)
    over = _periods_over(days["cohort"], transactions.as_of, period)
    early = days[(over >= EARLY) & (days["since"] <= EARLY)]
    each = early.groupby(["cohort", "customer_id"], observed=True)["amount"].sum()
    told = each.groupby("cohort").agg(customers="size", mean="mean", standard_error="sem")
    reach = quantile(INTERVAL) * told["standard_error"]
    told = told.assign(low=told["mean"] - reach, high=told["mean"] + reach)
    told.index = pd.PeriodIndex(told.index, freq=period, name="cohort")
    told.attrs = {"currency": transactions.currency, "period": period}
    return told


def period_ends(first: date, last: date, period: str = "M") -> list[date]:
    """The last days of calendar periods: of the one before `first`, and of all over by `last`.

    >>> [day.isoformat() for day in period_ends(date(2024, 1, 15), date(2024, 3, 30))]
    ['2023-12-31', '2024-01-31', '2024-02-29']
    """
    _check(period)
    ends = pd.period_range(first, last, freq=period)
    days = [(ends[0] - 1).end_time, *(end.end_time for end in ends)]
    return [day.date() for day in days if day.normalize() <= pd.Timestamp(last)]


def _check(period: str) -> None:
    if period not in PERIODS:
        raise BadParameter.from_value("period", period, f"one of {list(PERIODS)}")


def _of_cohorts(transactions: Transactions, period: str) -> pd.DataFrame:
    """Purchase days with the cohort of their customer, and how many periods after it they lie.

    Who may be older than the log is in no cohort; where that is everybody, nobody is left out.
    """
    _check(period)
    days = transactions.purchase_days()
    if days.empty:
        raise NoRows("There are no purchases to form cohorts of; load transactions with purchases.")
    first = days.groupby("customer_id")["date"].transform("min")
    warm_up_end = births(transactions).warm_up_end
    older = first <= pd.Timestamp(warm_up_end) if warm_up_end else first.isna()
    kept = days[~older] if not older.all() else days
    cohort = first[kept.index].dt.to_period(period)
    since = kept["date"].dt.to_period(period).astype("int64") - cohort.astype("int64")
    found = kept.assign(cohort=cohort, since=since)
    found.attrs["older"] = int(days["customer_id"].nunique() - kept["customer_id"].nunique())
    return found


def _per_customer(values: pd.Series, days: pd.DataFrame, as_of: date, period: str) -> pd.DataFrame:
    """Values by cohort and periods since, over the cohort's size; unknown until they are over."""
    table = values.unstack(fill_value=0).rename_axis(columns=None)
    size = days.groupby("cohort")["customer_id"].nunique()
    over = _periods_over(table.index, as_of, period)
    since = np.arange(max(over.max(), 0) + 1)
    known = (since <= over[:, None]) | (since == 0)
    shares = table.reindex(columns=since, fill_value=0).div(size, axis=0).where(known)
    sizes = {str(cohort): int(n) for cohort, n in size.items()}
    shares.attrs = {"size": sizes, "period": period, "older": days.attrs["older"]}
    return shares


def _periods_over(
    cohorts: pd.PeriodIndex | pd.Series, as_of: date, period: str
) -> NDArray[np.int64]:
    """How many periods after its own each cohort has seen to their end, shape (n,)."""
    last = pd.Period(as_of, period)
    ended = last if last.end_time.date() <= as_of else last - 1
    return ended.ordinal - cohorts.astype("int64").to_numpy()
