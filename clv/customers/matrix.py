"""What a model says of every combination of frequency and recency."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.errors import BadParameter
from clv.tables.periods import unit_of

MOST_ROWS = 24  # the rarest heavy buyers are left out, so that the rest can be seen
COLUMNS = 40


def frequency_recency(
    purchases: PurchaseModel,
    customers: pd.DataFrame,
    *,
    quantity: Literal["p_alive", "expected_purchases"] = "p_alive",
    horizon: str = "12M",
) -> pd.DataFrame:
    """P(alive) of customers who have been known for as long as the oldest one, or their purchases.

    Parameters
    ----------
    purchases
        A fitted model, or one with known parameters.
    customers : DataFrame
        As `clv.customer_summary` returns it.
    quantity : {"p_alive", "expected_purchases"}
        What to say of each combination.
    horizon : str
        Of the expected purchases, such as "12M".

    Returns
    -------
    DataFrame with frequency as index (0 and up, to the 99.9th percentile, at most 24) and
    recency as columns (0 to T, in attrs["unit"]). A customer without a repeat
    purchase has recency 0; the rest of that row is NaN.

    """
    unit = unit_of(customers, purchases.unit)
    known_for = float(customers["T"].max())
    most = int(min(np.ceil(customers["frequency"].quantile(0.999)), MOST_ROWS))
    recency = np.linspace(0, known_for, COLUMNS + 1)
    frequency = np.arange(most + 1)
    cells = pd.MultiIndex.from_product([frequency, recency], names=["frequency", "recency"])
    possible = cells.to_frame(index=False).query("(frequency > 0) == (recency > 0)")
    possible = possible.assign(T=known_for)
    possible.attrs.update(unit=unit, as_of=customers.attrs.get("as_of"))
    said = possible.assign(value=_said(purchases, possible, quantity, horizon))
    matrix = said.pivot_table(index="frequency", columns="recency", values="value")
    matrix.attrs["unit"] = unit
    return matrix


def _said(
    purchases: PurchaseModel, customers: pd.DataFrame, quantity: str, horizon: str
) -> pd.Series:
    """What the model says of each customer."""
    match quantity:
        case "p_alive":
            return purchases.p_alive(customers)
        case "expected_purchases":
            return purchases.expected_purchases(customers, horizon)
    allowed = "p_alive or expected_purchases"
    raise BadParameter.from_value("quantity", quantity, allowed)
