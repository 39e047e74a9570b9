"""Loyal customers who have gone silent: those whom nobody misses until they are gone."""

from __future__ import annotations

import numpy as np
import pandas as pd

LOYAL_FROM = 5  # purchase days
GONE_BELOW = 0.5  # probability of still being a customer


def silent_loyal(valued: pd.DataFrame) -> pd.DataFrame:
    """Customers with five purchase days or more: more likely gone, or more likely still there.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it.

    Returns
    -------
    DataFrame indexed by chance (likely_gone, likely_here): `customers`, `total_spend` so far,
    `clv`.

    """
    loyal = valued[valued["frequency"] + 1 >= LOYAL_FROM]
    here = np.where(loyal["p_alive"] < GONE_BELOW, "likely_gone", "likely_here")
    chance = pd.Categorical(here, categories=["likely_gone", "likely_here"])
    grouped = loyal.groupby(chance, observed=False)
    table = grouped[["total_spend", "clv"]].sum()
    table.insert(0, "customers", grouped.size())
    table.attrs["currency"] = valued.attrs.get("currency")
    return table.rename_axis("chance")
