"""How unevenly value is spread over the customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

POINTS = 100  # of the curve: enough for a smooth line, few enough to be read as a table


def lorenz(values: pd.Series) -> pd.DataFrame:
    """Share of the total held by the most valuable share of customers.

    Returns
    -------
    DataFrame with `share_of_customers` (0 … 1, the best first) and `share_of_value`.

    >>> lorenz(pd.Series([8.0, 1.0, 1.0, 0.0])).iloc[25].round(2).tolist()
    [0.25, 0.8]
    """
    share = np.linspace(0, 1, POINTS + 1)
    return pd.DataFrame({"share_of_customers": share, "share_of_value": _held_by(values, share)})


def top_share(values: pd.Series, part: float = 0.10) -> float:
    """Share of the total held by the most valuable `part` of the customers."""
    return float(_held_by(values, np.array([part]))[0])


def _held_by(values: pd.Series, parts: np.ndarray) -> np.ndarray:
    """Share of the total held by each share of the customers, the best first; 0 of nothing."""
    best_first = np.sort(values.dropna().to_numpy(dtype=float))[::-1]
    held = np.concatenate([[0.0], np.cumsum(best_first)])
    return np.interp(parts * len(best_first), np.arange(len(held)), held / (held[-1] or 1.0))


def in_tenths(customers: pd.DataFrame, by: str) -> pd.DataFrame:
    """The customers, those with the most of a column first, and in which tenth: `decile`, 1 to 10.

    Ties are broken by the id, so that the order of the rows decides nothing.
    """
    ranked = customers.sort_index().sort_values(by, ascending=False, kind="stable")
    return ranked.assign(decile=np.arange(len(ranked)) * 10 // len(ranked) + 1)


def deciles(valued: pd.DataFrame, *, by: str = "clv") -> pd.DataFrame:
    """Customers in ten groups of equal size, the most valuable first.

    Returns
    -------
    DataFrame indexed by decile (1 is the best): `customers`, and the means of `p_alive`,
    `expected_purchases`, `expected_spend`; `mean` value of a customer, `total` value and its
    `share`.

    """
    tenths = in_tenths(valued, by).groupby("decile")
    table = tenths.agg(
        customers=(by, "size"),
        p_alive=("p_alive", "mean"),
        expected_purchases=("expected_purchases", "mean"),
        expected_spend=("expected_spend", "mean"),
        mean=(by, "mean"),
        total=(by, "sum"),
    )
    table.attrs = dict(valued.attrs)
    return table.assign(share=table["total"] / table["total"].sum())
