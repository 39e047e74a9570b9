"""A first look at a log: how long customers pause, and how much a purchase day brings.

What is counted comes in steps that widen, as such numbers do; a step on which hardly anybody stands
is joined with its neighbour, so that no customer can be recognised in it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.tables.transactions import Transactions

GAPS = (1, 8, 15, 31, 61, 91, 181, 366, np.inf)  # days: weeks, then months, a year
ROUND = (1, 2, 5)  # steps of amounts in each power of ten: nearly even on a logarithmic scale
WIDE = 12  # steps from which on whole powers of ten are enough


def gaps(
    transactions: Transactions, as_of: str | date | None = None, *, fewest: int
) -> pd.DataFrame:
    """Days between a customer's purchase day and the next one; `fewest`: as of `steps`.

    Returns
    -------
    DataFrame, a row a step: at_least and below (days), purchase_days (those that ended such a gap)
    and customers (who had one).

    """
    days = transactions.purchase_days(as_of)
    between = days.groupby("customer_id")["date"].diff().dt.days
    ended = between.notna()
    return steps(
        between[ended], days.loc[ended, "customer_id"], np.array(GAPS, dtype=float), fewest
    )


def amounts(
    transactions: Transactions, as_of: str | date | None = None, *, fewest: int
) -> pd.DataFrame:
    """What purchase days bring, on a logarithmic scale; `fewest`: as of `steps`.

    Returns
    -------
    DataFrame, a row a step: at_least and below (money), purchase_days and customers. Days without
    an amount above 0 stand on no step.

    """
    days = transactions.purchase_days(as_of)
    paid = days[days["amount"] > 0]
    found = steps(paid["amount"], paid["customer_id"], rounded(paid["amount"]), fewest)
    found.attrs["currency"] = transactions.currency
    return found


def rounded(values: pd.Series) -> np.ndarray:
    """Round numbers from below the smallest of some values to above the largest, shape (k,).

    >>> rounded(pd.Series([3.0, 40.0])).tolist()
    [2.0, 5.0, 10.0, 20.0, 50.0]
    """
    if values.empty:
        return np.array([1.0, 10.0])
    low, high = np.floor(np.log10(values.min())), np.floor(np.log10(values.max())) + 1
    powers = 10.0 ** np.arange(low, high + 1)
    edges = (powers[:, None] * ROUND).ravel() if len(powers) * len(ROUND) <= WIDE + 3 else powers
    first = np.searchsorted(edges, values.min(), side="right") - 1
    last = np.searchsorted(edges, values.max(), side="right")
    return edges[first : last + 1]


def steps(values: pd.Series, customers: pd.Series, edges: np.ndarray, fewest: int) -> pd.DataFrame:
    """How many values, and of how many customers, lie on each step from one edge to the next.

    Parameters
    ----------
    values, customers
        One of each for every purchase day, in the same order.
    edges : array, shape (k,)
        Ascending; a step holds its lower edge and not its upper one.
    fewest
        Customers on a step; one with fewer, even none, is joined with the step below it.
    """
    kept = [edges[-1]]
    for edge in edges[-2::-1]:
        on_step = (values >= edge) & (values < kept[0])
        if customers[on_step].nunique() >= fewest or edge == edges[0]:
            kept.insert(0, edge)
    if len(kept) > 2 and customers[values < kept[1]].nunique() < fewest:
        del kept[1]
    bounds = pd.DataFrame({"at_least": kept[:-1], "below": kept[1:]})
    step = pd.cut(values, kept, right=False, labels=False)
    counted = customers.groupby(step).agg(["size", "nunique"]).reindex(bounds.index, fill_value=0)
    found = bounds.assign(purchase_days=counted["size"], customers=counted["nunique"])
    return found.loc[found["purchase_days"] > 0].reset_index(drop=True)
