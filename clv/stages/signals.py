"""Purchase days until a date: which are seen, how long silences last, what a window holds.

Every function takes purchase days (one row per customer and day: customer_id, date, amount) and a
date, and looks at no row after that date.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from clv.customers.rfm import significant


def visible(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The purchase days up to `as_of`, end of day inclusive, each customer's in order."""
    seen = days[days["date"] <= pd.Timestamp(as_of)]
    return seen.sort_values(["customer_id", "date"], ignore_index=True)


def gaps(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The silence after each purchase day: ended by the next one, or still going on at `as_of`.

    Returns
    -------
    DataFrame
        customer_id; purchase_days: how many the customer had when the silence began; days: its
        length; returned: whether a purchase ended it.
    """
    seen = visible(days, as_of)
    customer = seen.groupby("customer_id", sort=False)
    after = customer["date"].shift(-1)
    return pd.DataFrame(
        {
            "customer_id": seen["customer_id"],
            "purchase_days": customer.cumcount() + 1,
            "days": (after.fillna(pd.Timestamp(as_of)) - seen["date"]).dt.days,
            "returned": after.notna(),
        }
    )


def in_window(days: pd.DataFrame, as_of: date, window_days: int) -> pd.DataFrame:
    """Purchase days and money of the last `window_days` days, by customer; buyers of them only."""
    seen = visible(days, as_of)
    recent = seen[seen["date"] > pd.Timestamp(as_of) - pd.Timedelta(days=window_days)]
    totals = recent.groupby("customer_id")["amount"].agg(["size", "sum"])
    money = significant(totals["sum"].to_numpy())
    return pd.DataFrame({"days_in_window": totals["size"], "money_in_window": money})
