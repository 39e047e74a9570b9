"""What purchases alone show of each customer on a date: rhythm, silence, tenure, recent money.

Every function takes purchase days (one row per customer and day: customer_id, date, amount) and a
date, and looks at no row after that date.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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


def at_each_purchase(days: pd.DataFrame, as_of: date, window_days: int) -> pd.DataFrame:
    """What `in_window` would have said on each purchase day: one row per customer and day."""
    seen = visible(days, as_of)
    first = _window_starts(seen, window_days)
    last = np.arange(len(seen))
    # Each window is summed by itself: in the difference of two long sums, cents would get lost.
    edges = np.column_stack([first, last + 1]).ravel()
    money = np.add.reduceat(np.append(seen["amount"].to_numpy(), 0.0), edges)[::2]
    return pd.DataFrame(
        {
            "customer_id": seen["customer_id"],
            "days_in_window": last - first + 1,
            "money_in_window": significant(money),
        }
    )


def signals(days: pd.DataFrame, as_of: date, *, window_days: int) -> pd.DataFrame:
    """Every signal of every customer with a purchase up to `as_of`.

    Returns
    -------
    DataFrame
        Indexed by customer_id: purchase_days, since_last, tenure (days since the first purchase),
        second_after (days from the first to the second purchase day), ended_gap (days of silence
        that the last purchase ended), days_in_window, money_in_window.
    """
    seen = visible(days, as_of)
    dates = seen.groupby("customer_id")["date"]
    gap = dates.diff().dt.days.set_axis(seen["customer_id"])
    today, first, last = pd.Timestamp(as_of), dates.min(), dates.max()
    found = pd.DataFrame(
        {
            "purchase_days": dates.size(),
            "since_last": (today - last).dt.days,
            "tenure": (today - first).dt.days,
            "second_after": gap[dates.cumcount().to_numpy() == 1],
            "ended_gap": gap.groupby(level=0).last(),
        }
    )
    recent = in_window(seen, as_of, window_days).reindex(found.index, fill_value=0)
    return found.join(recent)


def _window_starts(seen: pd.DataFrame, window_days: int) -> NDArray[np.int64]:
    """Row of the first purchase in the window that ends with each row's, within its customer."""
    codes = pd.factorize(seen["customer_id"])[0].astype(np.int64)
    day = seen["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    # One axis for all customers, wide enough that no window reaches into the customer before.
    span = np.ptp(day) + window_days + 1 if len(day) else 1
    place = codes * span + day
    return np.searchsorted(place, place - window_days, side="right")
