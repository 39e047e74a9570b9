"""Why revenue moved between two periods of equal length: an exact account of the difference."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.tables.transactions import Transactions

CAUSES = (  # in the order they are shown in
    "first_time_buyers",
    "returning_buyers",
    "missing_buyers",
    "visits_of_regulars",
    "spend_of_regulars",
)


def revenue_movement(
    transactions: Transactions, *, days: int = 90, as_of: str | date | None = None
) -> pd.DataFrame:
    """What made the revenue of the last `days` differ from that of the `days` before.

    A difference has five causes, and they add up to it: customers who bought for the first time;
    customers who came back (they had bought, but not in the period before); customers of the period
    before who were missing; and of those who bought in both, the number of purchase days and the
    money per purchase day. These two are told apart customer by customer, each valued at the mean
    of the other before and after (the Shapley value of a product of two).

    Parameters
    ----------
    transactions : Transactions
        As `clv.load` returns them.
    days : int
        Length of a period; of a history that is shorter than two of them, half.
    as_of : str or date
        Last day of the later period, inclusive; by default the last day of the transactions.

    Returns
    -------
    DataFrame indexed by cause: `amount` (the sum is the difference), `customers`. `attrs`: before,
    after (revenue of either period), year_before (of the later period a year earlier; NaN where
    the log does not reach so far), days, start, middle, end (ISO days: the earlier period begins
    after `start` and ends with `middle`), currency.

    """
    end = transactions.window_end(as_of)
    log = transactions.purchase_days(end)
    first = log["date"].min().date()
    days = max(1, min(days, ((end - first).days + 1) // 2))
    middle, start = end - timedelta(days), end - timedelta(2 * days)
    sides = _sides(log, start, middle)
    causes = _causes(sides)
    causes.attrs = {
        "before": float(sides["amount_before"].sum()),
        "after": float(sides["amount_after"].sum()),
        "year_before": _year_before(log, first, middle, end),
        "days": days,
        "start": start.isoformat(),
        "middle": middle.isoformat(),
        "end": end.isoformat(),
        "currency": transactions.currency,
    }
    return causes


def _sides(log: pd.DataFrame, start: date, middle: date) -> pd.DataFrame:
    """Each customer's purchase days and money in either period, and whether known before both."""
    start, middle = pd.Timestamp(start), pd.Timestamp(middle)
    period = np.select([log["date"] > middle, log["date"] > start], ["after", "before"], "earlier")
    grouped = log.groupby(["customer_id", period])["amount"].agg(["size", "sum"]).unstack()
    wide = grouped.reindex(
        columns=pd.MultiIndex.from_product([["size", "sum"], ["earlier", "before", "after"]])
    ).fillna(0.0)
    return pd.DataFrame(
        {
            "known": wide["size", "earlier"] > 0,
            "days_before": wide["size", "before"],
            "days_after": wide["size", "after"],
            "amount_before": wide["sum", "before"],
            "amount_after": wide["sum", "after"],
        }
    )


def _causes(sides: pd.DataFrame) -> pd.DataFrame:
    """The difference of money, by cause."""
    before, after = sides["days_before"] > 0, sides["days_after"] > 0
    change = sides["amount_after"] - sides["amount_before"]
    both = sides[before & after]
    price_before = both["amount_before"] / both["days_before"]
    price_after = both["amount_after"] / both["days_after"]
    visits = (both["days_after"] - both["days_before"]) * (price_before + price_after) / 2
    price = (price_after - price_before) * (both["days_before"] + both["days_after"]) / 2
    parts = {
        "first_time_buyers": change[after & ~before & ~sides["known"]],
        "returning_buyers": change[after & ~before & sides["known"]],
        "missing_buyers": change[before & ~after],
        "visits_of_regulars": visits,
        "spend_of_regulars": price,
    }
    return pd.DataFrame(
        {
            "amount": [float(parts[cause].sum()) for cause in CAUSES],
            "customers": [len(parts[cause]) for cause in CAUSES],
        },
        index=pd.CategoricalIndex(CAUSES, categories=CAUSES, name="cause"),
    )


def _year_before(log: pd.DataFrame, first: date, middle: date, end: date) -> float:
    """Revenue of the later period a year earlier: 52 weeks, so that the weekdays match."""
    year = timedelta(weeks=52)
    if first > middle - year:
        return float("nan")
    then = (log["date"] > pd.Timestamp(middle - year)) & (log["date"] <= pd.Timestamp(end - year))
    return float(log.loc[then, "amount"].sum())
