"""Cohorts: who first bought in the same month, and what share of them buys in each month after."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter, NoRows

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

PERIODS = ("M", "Q", "Y")  # calendar periods, as pandas names them


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
        period is not over on the last day counted. `attrs["size"]`: customers per cohort, by its
        ISO text.
    """
    if period not in PERIODS:
        raise BadParameter.from_value("period", period, f"one of {list(PERIODS)}")
    days = transactions.purchase_days()
    if days.empty:
        raise NoRows("There are no purchases to form cohorts of; load transactions with purchases.")
    buyers = _buyers(days, period)
    over = _periods_over(buyers.index, transactions.as_of, period)
    since = np.arange(max(over.max(), 0) + 1)
    known = (since <= over[:, None]) | (since == 0)
    shares = buyers.reindex(columns=since, fill_value=0).div(buyers[0], axis=0).where(known)
    shares.attrs["size"] = {str(cohort): int(n) for cohort, n in buyers[0].items()}
    return shares


def _buyers(days: pd.DataFrame, period: str) -> pd.DataFrame:
    """Customers who bought: one row per cohort, one column per number of periods since."""
    bought = days["date"].dt.to_period(period)
    first = bought.groupby(days["customer_id"]).transform("min")
    since = bought.astype("int64") - first.astype("int64")
    seen = pd.DataFrame({"customer_id": days["customer_id"], "cohort": first, "since": since})
    counts = seen.drop_duplicates().groupby(["cohort", "since"]).size().unstack(fill_value=0)
    return counts.rename_axis(columns=None)


def _periods_over(cohorts: pd.PeriodIndex, as_of: date, period: str) -> NDArray[np.int64]:
    """How many periods after its own each cohort has seen to their end, shape (cohorts,)."""
    last = pd.Period(as_of, period)
    ended = last if last.end_time.date() <= as_of else last - 1
    return ended.ordinal - cohorts.astype("int64").to_numpy()
