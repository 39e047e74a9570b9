"""What one would say of tomorrow's purchases without a model of customers who leave.

Rules that a model has to beat to be worth having. All of them see what the model sees, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import ClassVar

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.models import nbd
from clv.tables.periods import as_date, in_periods
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

BASELINES = ("nobody", "average", "nbd", "own_rate", "last_period", "lookup")

# Cells of the look-up table: repeat purchases, and fifths of the customers by days of silence.
FREQUENCIES = (0, 1, 2, 3, 5, 8)
SILENCES = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class NoChurnModel(PurchaseModel):
    """NBD (Ehrenberg 1959): everybody buys at a rate of their own, and nobody ever leaves.

    >>> customers = pd.DataFrame({"frequency": [2], "recency": [1.0], "T": [39.0]}, index=["Ada"])
    >>> customers.attrs["unit"] = "W"
    >>> NoChurnModel(r=1.0, alpha=13.0).expected_purchases(customers, "52W").round(6).to_dict()
    {'Ada': 3.0}
    """

    r: float
    alpha: float

    kind: ClassVar[type] = nbd.Nbd
    mathematics: ClassVar[ModuleType] = nbd
    takes_covariates: ClassVar[bool] = False


def forecasts(
    transactions: Transactions, before: pd.DataFrame, holdout_end: date
) -> dict[str, pd.Series]:
    """Purchases to come by each rule that gives no probabilities; one Series by customer per rule.

    Parameters
    ----------
    transactions : Transactions
        Of which nothing is read after the last day of `before`.
    before : DataFrame
        As `clv.customer_summary` returns it for the last day of the calibration.
    holdout_end : date
        Last day of the forecast, inclusive.

    """
    calibration_end, unit = as_date(before.attrs["as_of"]), before.attrs["unit"]
    days = (holdout_end - calibration_end).days
    periods, one_day = in_periods(days, unit), in_periods(1, unit)
    earlier = _summary_on(transactions, before, calibration_end - timedelta(days))
    average = periods * before["frequency"].sum() / before["T"].sum()
    return {
        "nobody": pd.Series(0.0, before.index),
        "average": pd.Series(average, before.index),
        "own_rate": periods * before["frequency"] / before["T"].clip(lower=one_day),
        "last_period": before["frequency"] - _frequency(earlier, before),
        "lookup": _lookup(transactions, before, earlier, days),
    }


def _summary_on(transactions: Transactions, before: pd.DataFrame, day: date) -> pd.DataFrame | None:
    """The customer table of an earlier day; None where nobody had bought yet."""
    if pd.Timestamp(day) < before["first_purchase"].min():
        return None
    return customer_summary(transactions, day, unit=before.attrs["unit"])


def _frequency(earlier: pd.DataFrame | None, before: pd.DataFrame) -> pd.Series:
    """Repeat purchase days up to the earlier day, 0 for whoever had not bought yet."""
    if earlier is None:
        return pd.Series(0, before.index)
    return earlier["frequency"].reindex(before.index, fill_value=0)


def _lookup(
    transactions: Transactions, before: pd.DataFrame, earlier: pd.DataFrame | None, days: int
) -> pd.Series:
    """What customers of the same frequency and silence once bought in as much time.

    The table is learned from the last `days` of the calibration, on the customers known before
    them. Where the calibration is not twice as long, its second half is taken in proportion.
    """
    calibration_end = as_date(before.attrs["as_of"])
    history = (pd.Timestamp(calibration_end) - before["first_purchase"].min()).days
    learned_in = min(days, history // 2)
    if learned_in < days:
        earlier = _summary_on(transactions, before, calibration_end - timedelta(learned_in))
    if not learned_in or earlier is None:
        return pd.Series(0.0, before.index)
    bought = before["frequency"].reindex(earlier.index) - earlier["frequency"]
    edges = (earlier["T"] - earlier["recency"]).quantile(list(SILENCES)).to_numpy()
    learned = earlier.assign(bought=bought * days / learned_in, **_cells(earlier, edges))
    asked = before.assign(**_cells(before, edges))
    by_both = learned.groupby(["count", "silence"])["bought"].mean().rename("by_both")
    by_count = learned.groupby("count")["bought"].mean()
    found = asked[["count", "silence"]].join(by_both, on=["count", "silence"])
    # A cell that held nobody then says what its frequency says, or else what everybody did.
    return found["by_both"].fillna(found["count"].map(by_count)).fillna(learned["bought"].mean())


def _cells(customers: pd.DataFrame, edges: np.ndarray) -> dict[str, np.ndarray]:
    """The cell of each customer: how often they came back, how long they have been silent."""
    silence = customers["T"] - customers["recency"]
    return {
        "count": np.searchsorted(FREQUENCIES, customers["frequency"], side="right"),
        "silence": np.searchsorted(edges, silence),
    }
