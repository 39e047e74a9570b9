"""What a model says of every combination of frequency and recency."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.tables.periods import unit_of

MOST_ROWS = 24  # the rarest heavy buyers are left out, so that the rest can be seen
COLUMNS = 40


def frequency_recency(purchases: PurchaseModel, customers: pd.DataFrame) -> pd.DataFrame:
    """P(alive) of customers who have been known for as long as the oldest one.

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
    possible.attrs["unit"] = unit
    alive = possible.assign(p_alive=purchases.p_alive(possible))
    matrix = alive.pivot_table(index="frequency", columns="recency", values="p_alive")
    matrix.attrs["unit"] = unit
    return matrix
