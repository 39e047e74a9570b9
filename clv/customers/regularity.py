"""When customers buy: at random, as the models take it, or regularly, and alike in every season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.errors import TooLittleToModel
from clv.models.intervals import of_rate, quantile, tail

FEWEST = 30  # customers with two gaps: a variance is not learned from less
# Days that two gaps take together, from which on it hardly matters that gaps are whole days.
LONG = 28


@dataclass(frozen=True, slots=True)
class Regularity:
    """How even the gaps between a customer's purchases are: the k of an Erlang distribution.

    1 is purely at random, as the models take it; 2 and more is regular, as of coffee that runs out;
    below 1 purchases come in bursts. `low` and `high` are the bounds of k.
    """

    k: float
    low: float
    high: float
    customers: int  # whose two gaps were looked at


def gap_regularity(days: pd.DataFrame, interval: float = 0.90) -> Regularity:
    """Regularity from each customer's first two gaps.

    Wheat, R. D. & D. G. Morrison (1990), "Estimating Purchase Regularity with Two Interpurchase
    Times", Journal of Marketing Research 27(1), 87-93. Where gaps are Erlang-k, the share of the
    first in both is Beta(k, k) whatever the customer's rate, with variance 1/(4(2k + 1)); and it is
    independent of their sum, so that who has been seen for a short time does not mislead.

    Where the paper's gaps are moments apart, these are whole days, 1 or more: of two random gaps
    that take S days together, the first is any of 1 ... S - 1 with the same chance. The share is
    counted among those, and what lies between whole days is added to its variance, so that random
    is 1 however often customers buy. Other k it draws towards 1 where gaps are short: so of
    customers with two gaps, those count who took 28 days or more for them, if they are enough (by
    the same independence, this choice does not mislead either).

    Parameters
    ----------
    days : DataFrame
        As `Transactions.purchase_days` returns it: customer_id and date, one row per customer and
        day, sorted.

    """
    nth = days.groupby("customer_id").cumcount()
    first, second, third = (
        days[nth == place].set_index("customer_id")["date"] for place in range(3)
    )
    if len(third) < FEWEST:
        raise TooLittleToModel(
            f"Only {len(third)} customers have bought on three days; regularity needs {FEWEST}. "
            "Take a longer history."
        )
    both = (third - first.reindex(third.index)).dt.days
    gap = (second - first).reindex(third.index).dt.days
    if (both >= LONG).sum() >= FEWEST:
        gap, both = gap[both >= LONG], both[both >= LONG]
    squares = ((gap - 0.5) / (both - 1) - 0.5) ** 2 + 1 / (12 * (both - 1) ** 2)
    margin = quantile(interval) * squares.std() / np.sqrt(len(squares))
    variance = squares.mean()
    return Regularity(
        k=_erlang(variance),
        low=_erlang(variance + margin),
        high=_erlang(variance - margin),
        customers=len(squares),
    )


def _erlang(variance: float) -> float:
    """The k of which a Beta(k, k) has this variance; infinite where a bound says it has none."""
    return float((1 - 4 * variance) / (8 * variance)) if variance > 0 else float("inf")


def seasonality(followed: pd.DataFrame, interval: float = 0.90) -> pd.DataFrame:
    """Purchases over what the model expected, by calendar month: the season it knows nothing of.

    Parameters
    ----------
    followed : DataFrame
        As `customers.tracking.tracking` returns it: `actual` and `expected`, cumulative, by the
        last day of each week.

    Returns
    -------
    DataFrame indexed by month (1 to 12, those seen): `weeks`, `actual`, `expected` purchases,
    `ratio`, and `low`, `high`, its exact bounds if purchases came at random. They are so wide that
    those of all months hold at once in a share `interval` of shops or more (Bonferroni): where
    there is no season, no more than the rest of them have a month whose bounds leave out 1.

    """
    out = 2 * tail(interval)
    weekly = followed[["actual", "expected"]].diff().fillna(followed.iloc[[0]])
    middle = pd.DatetimeIndex(followed.index) - pd.Timedelta(days=3)
    months = weekly.groupby(middle.month.rename("month"))
    table = months.sum().assign(weeks=months.size())
    low, high = of_rate(table["actual"], table["expected"], 1 - out / len(table))
    table = table.assign(ratio=table["actual"] / table["expected"], low=low, high=high)
    return table[["weeks", "actual", "expected", "ratio", "low", "high"]]
