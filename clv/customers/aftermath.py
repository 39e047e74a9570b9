"""What customers did after a day on which they were known: what forecasts are held against."""

from __future__ import annotations

from datetime import date

import pandas as pd

from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions


def aftermath(transactions: Transactions, before: pd.DataFrame, until: date) -> pd.DataFrame:
    """Purchase days and spend of the customers of an earlier summary, from then until a day.

    A refund that comes later cancels a purchase made before, and with it perhaps a customer: spend
    can be negative then, purchases are not.

    Returns
    -------
    DataFrame, indexed as `before`: `purchases` (days), `spend`.

    """
    columns = ["frequency", "total_spend"]
    after = customer_summary(transactions, until, unit=before.attrs["unit"])[columns]
    came = after.reindex(before.index, fill_value=0) - before[columns]
    purchases = came["frequency"].clip(lower=0).astype("int64")
    return pd.DataFrame({"purchases": purchases, "spend": came["total_spend"]})
