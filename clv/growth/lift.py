"""What contacting customers has brought: those contacted against those held out, afterwards.

The hold-out was drawn by chance, so what lies between the two groups beyond chance is the effect of
the contact, of all that was sent and of nothing else. Whoever was meant to be contacted counts as
contacted, reached or not: who can be reached is no chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clv.errors import BadParameter, ColumnsMissing
from clv.models.intervals import quantile, wilson
from clv.tables.transactions import Transactions

LEAST = 30  # customers on either side, below which nothing is concluded
PUBLISHED = "watch_list.parquet"  # of the newest earlier run whose list's time is over
NEEDED = ("hold_out", "listed_on", "until")


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference between contacted and held out, with its interval; NaN where it is not told."""

    contacted: float
    held_out: float
    difference: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether chance alone would seldom make such a difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Lift:
    """What a list has brought within its time."""

    contacted: int  # customers
    held_out: int
    share: Effect  # of those who bought
    spend: Effect  # money per customer
    listed_on: pd.Timestamp
    until: pd.Timestamp
    interval: float

    @property
    def enough(self) -> bool:
        """Whether both groups are large enough to conclude anything."""
        return min(self.contacted, self.held_out) >= LEAST


def published(results: str | Path) -> pd.DataFrame:
    """The earlier watch list that a run has handed over, indexed by customer_id; empty if none."""
    path = Path(results) / PUBLISHED
    if not (results and path.is_file()):
        return pd.DataFrame(columns=list(NEEDED))
    return pd.read_parquet(path).set_index("customer_id")


def lift(watched: pd.DataFrame, transactions: Transactions, *, interval: float = 0.90) -> Lift:
    """By how much contacted customers of an earlier watch list bought more than those held out.

    The share of buyers by Newcombe's interval of a difference (1998, method 10), the money per
    customer by Welch's, large samples taken. With fewer than 30 customers on a side differences
    and intervals are NaN: nothing can be concluded from so few.

    Parameters
    ----------
    watched : DataFrame
        As `watch_list.watch_list` returned it, or read back: indexed by customer_id.
    transactions : Transactions
        Of now: they must reach the end of the list's time.

    """
    missing = [name for name in NEEDED if name not in watched]
    if missing:
        raise ColumnsMissing.from_table("watch list", missing, list(watched))
    listed, until = watched["listed_on"].max(), watched["until"].max()
    if until > pd.Timestamp(transactions.as_of):
        allowed = f"purchases up to {until:%Y-%m-%d}, the last day of the list"
        raise BadParameter.from_value("transactions", transactions.as_of.isoformat(), allowed)
    days = transactions.purchase_days()
    after = days[(days["date"] > listed) & (days["date"] <= until)]
    money = after.groupby("customer_id")["amount"].sum()
    bought = pd.Series(watched.index.isin(money.index), watched.index)
    spend = money.reindex(watched.index, fill_value=0.0)
    alone = watched["hold_out"].astype(bool)
    enough = min(alone.sum(), (~alone).sum()) >= LEAST
    return Lift(
        contacted=int((~alone).sum()),
        held_out=int(alone.sum()),
        share=_told(_shares(bought[~alone], bought[alone], interval), enough),
        spend=_told(_means(spend[~alone], spend[alone], interval), enough),
        listed_on=listed,
        until=until,
        interval=interval,
    )


def _shares(contacted: pd.Series, alone: pd.Series, interval: float) -> Effect:
    """Difference of two shares, by Newcombe's hybrid of two Wilson intervals."""
    shares = np.array([contacted.mean(), alone.mean()])
    low, high = wilson(shares, [len(contacted), len(alone)], interval)
    gap = shares[0] - shares[1]
    down = np.hypot(shares[0] - low[0], high[1] - shares[1])
    up = np.hypot(high[0] - shares[0], shares[1] - low[1])
    return Effect(*shares.tolist(), float(gap), float(gap - down), float(gap + up))


def _means(contacted: pd.Series, alone: pd.Series, interval: float) -> Effect:
    """Difference of two means, each with its own spread."""
    gap = contacted.mean() - alone.mean()
    error = np.sqrt(contacted.var() / len(contacted) + alone.var() / len(alone))
    reach = quantile(interval) * error
    means = float(contacted.mean()), float(alone.mean())
    return Effect(*means, float(gap), float(gap - reach), float(gap + reach))


def _told(effect: Effect, enough: bool) -> Effect:
    """An effect as far as so many customers can tell it."""
    if enough:
        return effect
    unknown = float("nan")
    return Effect(effect.contacted, effect.held_out, unknown, unknown, unknown)
