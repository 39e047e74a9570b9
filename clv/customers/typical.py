"""What one customer may do: the outcome, beside what is expected of such customers on average."""

from __future__ import annotations

import pandas as pd

from clv.customers.concentration import in_tenths
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers

WIDE = 0.99  # of outcomes, for what is hardly ever exceeded
COLUMNS = [
    "expected_purchases",
    "expected_purchases_se",
    "purchases_low",
    "purchases_high",
    "clv",
    "clv_low",
    "clv_high",
]


def of_tenths(
    valued: pd.DataFrame, purchases: PurchaseModel, spend: GammaGammaModel, **terms: object
) -> pd.DataFrame:
    """The customer of each tenth who is nearest to its middle, the most valuable tenth first.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it.
    terms
        What it was valued with: horizon, annual_discount_rate, margin.

    Returns
    -------
    DataFrame indexed by decile: `customers` in it; of the typical one what is expected,
    `expected_purchases` with its standard error and `clv`, and the bounds of the outcome,
    `purchases_low`, `purchases_high`, `clv_low`, `clv_high`; `p_none`, the chance of no purchase
    at all, and `purchases_most`, `clv_most`, which hardly one in a hundred exceeds.

    """
    ranked = in_tenths(valued, "clv")
    size = ranked.groupby("decile").size()
    found = ranked.loc[_off_middle(ranked).groupby(ranked["decile"]).idxmin()]
    most = value_customers(found, purchases, spend, **terms, interval=WIDE)
    table = found[COLUMNS].assign(
        p_none=1 - found["p_purchase"],
        purchases_most=most["purchases_high"],
        clv_most=most["clv_high"],
    )
    table.insert(0, "customers", size.to_numpy())
    table.attrs = dict(valued.attrs)
    return table.set_index(size.index)


def _off_middle(ranked: pd.DataFrame) -> pd.Series:
    """How far each customer is from the medians of the tenth, in purchases and in value."""
    both = ranked[["expected_purchases", "clv"]]
    middle = both.groupby(ranked["decile"]).transform("median")
    apart = (both - middle).abs() / middle.where(middle > 0)
    return apart.sum(axis="columns")
