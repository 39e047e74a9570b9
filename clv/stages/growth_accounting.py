"""How the number of customers came about: who is new, who came back, who lapsed, who stayed.

A customer counts on a day who has purchased and is neither dormant nor churned. Both ends of a
period are looked at, not what happened in between, so that the account adds up exactly: at the end
= at the start + new + reactivated - lapsed - undone, and retained is the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from clv.errors import BadParameter
from clv.stages.rules import IN_RHYTHM, LAPSED

CURRENT = (*IN_RHYTHM, "at_risk")


def growth(spells: pd.DataFrame, days: Iterable[str | date]) -> pd.DataFrame:
    """The account of each period between days that follow each other.

    Parameters
    ----------
    spells
        As `life.spells`.
    days
        Ascending, two or more: the ends of the periods, such as the last days of months.

    Returns
    -------
    DataFrame
        One row per period: start, end (days); at_start; new (no customer before); reactivated (had
        lapsed by the start); lapsed (has lapsed by the end); undone (all purchases cancelled by
        refunds); retained (counted at both ends); at_end; quick_ratio: (new + reactivated) /
        (lapsed + undone), infinite where nobody went and somebody came, NaN where nothing happened.
        Who becomes a customer and lapses within one period is counted nowhere.
    """
    ends = [pd.Timestamp(day) for day in days]
    if len(ends) < 2 or any(first >= second for first, second in pairwise(ends)):
        shown = [end.date().isoformat() for end in ends]
        raise BadParameter.from_value("days", shown, "two or more days, ascending")
    standing = [_standing(spells, end) for end in ends]
    periods = zip(pairwise(ends), pairwise(standing), strict=True)
    rows = [
        {"start": start, "end": end, **_account(before, after)}
        for (start, end), (before, after) in periods
    ]
    return pd.DataFrame(rows)


def _standing(spells: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Who counts and who has lapsed on a day, by customer_id, of all who are known then."""
    there = (spells["start"] <= day) & (spells["stop"].isna() | (spells["stop"] > day))
    found = spells.loc[there].set_index("customer_id")["state"]
    return pd.DataFrame({"current": found.isin(CURRENT), "lapsed": found.isin(LAPSED)})


def _account(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, float]:
    """The account of one period from both of its ends."""
    everybody = before.index.union(after.index)
    then, now = (side.reindex(everybody, fill_value=False) for side in (before, after))
    come, gone = now["current"] & ~then["current"], then["current"] & ~now["current"]
    account = {
        "at_start": then["current"].sum(),
        "new": (come & ~then["lapsed"]).sum(),
        "reactivated": (come & then["lapsed"]).sum(),
        "lapsed": (gone & now["lapsed"]).sum(),
        "undone": (gone & ~now["lapsed"]).sum(),
        "retained": (then["current"] & now["current"]).sum(),
        "at_end": now["current"].sum(),
    }
    account = {name: int(number) for name, number in account.items()}
    return {**account, "quick_ratio": _ratio(account)}


def _ratio(account: dict[str, int]) -> float:
    """Customers who came for each one who went."""
    come, gone = account["new"] + account["reactivated"], account["lapsed"] + account["undone"]
    if gone:
        return come / gone
    return np.inf if come else np.nan
