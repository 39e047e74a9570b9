"""Forecast and fact side by side over time."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.customers.holdout import holdout_days
from clv.customers.purchases import PurchaseModel
from clv.tables.periods import in_periods
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions


def tracking(
    transactions: Transactions,
    purchases: PurchaseModel,
    calibration_end: str | date,
    holdout_end: str | date | None = None,
) -> pd.DataFrame:
    """Cumulative repeat purchases of the calibration cohort, week by week.

    Without a `holdout_end` the calibration alone is followed: does the model retell its own past?

    Returns
    -------
    DataFrame indexed by the last day of each whole week since the first purchase: `actual` and
    `expected` repeat purchase days so far, `holdout` (bool) for weeks after the calibration.

    """
    split, until = _days(transactions, calibration_end, holdout_end)
    cohort = customer_summary(transactions, split, unit=purchases.unit)
    first_week = cohort["first_purchase"].min() + pd.Timedelta(days=6)
    weeks = pd.date_range(first_week, pd.Timestamp(until), freq="7D", name="week")
    return pd.DataFrame(
        {
            "actual": _actual(transactions, cohort, weeks, until),
            "expected": _expected(purchases, cohort, weeks),
            "holdout": weeks > pd.Timestamp(split),
        },
        index=weeks,
    )


def _days(
    transactions: Transactions, calibration_end: str | date, holdout_end: str | date | None
) -> tuple[date, date]:
    """The last day that the model has seen, and the last one to follow it to."""
    if holdout_end is not None:
        return holdout_days(transactions, calibration_end, holdout_end)
    seen = transactions.window_end(calibration_end)
    return seen, seen


def _actual(
    transactions: Transactions, cohort: pd.DataFrame, weeks: pd.DatetimeIndex, until: date
) -> np.ndarray:
    """Repeat purchase days counted so far; shape (weeks,)."""
    days = transactions.purchase_days(until)
    known = days["customer_id"].isin(cohort.index)
    first = days["customer_id"].map(cohort["first_purchase"])
    repeats = days.loc[known & (days["date"] > first), "date"].sort_values()
    return np.searchsorted(repeats.to_numpy(), weeks.to_numpy(), side="right")


def _expected(
    purchases: PurchaseModel, cohort: pd.DataFrame, weeks: pd.DatetimeIndex
) -> np.ndarray:
    """Repeat purchase days expected so far; customers who joined on one day share a curve."""
    joined = cohort["first_purchase"].value_counts()
    age = (weeks.to_numpy()[:, None] - joined.index.to_numpy()) / np.timedelta64(1, "D")
    seen = in_periods(np.clip(age, 0, None), purchases.unit)
    return purchases.expected_after(seen) @ joined.to_numpy()
