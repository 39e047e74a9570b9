"""The world of the company: how leads, customers and money behave there, all of it known.

A roaster sells coffee to homes, cafés and offices. No model of this package has a part in it:
what they find is held against a company that they did not draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Days = NDArray[np.int64]  # counted from FIRST; NEVER: not at all
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]

FIRST = np.datetime64("2022-01-01", "s")
LAST = 1095  # 2024-12-31: the last day that the company's tables know
END = LAST + 365  # the truth looks a year further
NEVER = 10**6


class Source(NamedTuple):
    """Where leads come from, and how they are treated."""

    share: float  # of all leads
    response: float  # mean days until somebody calls
    unanswered: float  # share whom nobody ever calls
    cost: float  # of one lead


class Buying(NamedTuple):
    """Who buys without a contract, as MBG/NBD tells it, in weeks."""

    r: float
    alpha: float
    a: float
    b: float


class Spending(NamedTuple):
    """What an order is worth, as Gamma-Gamma tells it."""

    p: float
    q: float
    v: float


class Renewal(NamedTuple):
    """How contracts end, as the shifted-beta-geometric model tells it, in periods of `days`."""

    alpha: float
    beta: float
    days: int


class Voucher(NamedTuple):
    """An experiment: who is sent a voucher, and how many buy because of it."""

    name: str
    assigned: int  # day
    days: int  # of the window in which orders count
    silent_after: int  # days since the last order
    recent: float  # chance of an order that would not have been made, among the others
    silent: float  # and among the silent


def _each(**values: float) -> Mapping[str, float]:
    """Numbers by name, a mapping of its own for every world."""
    return field(default_factory=lambda: dict(values))


SOURCES = {
    "website": Source(0.28, response=0.8, unanswered=0.02, cost=12),
    "paid_ads": Source(0.30, response=15.0, unanswered=0.15, cost=45),
    "referral": Source(0.12, response=0.6, unanswered=0.01, cost=20),
    "event": Source(0.15, response=1.5, unanswered=0.03, cost=60),
    "partner": Source(0.15, response=1.0, unanswered=0.02, cost=30),
}


BUYING = Buying(r=0.9, alpha=9.0, a=0.8, b=4.0)
SPENDING = Spending(p=6.0, q=4.0, v=24.0)
RENEWAL = Renewal(alpha=1.2, beta=12.0, days=30)
VOUCHER = Voucher(  # of 2024-05-01
    "voucher-2024", assigned=851, days=30, silent_after=60, recent=0.03, silent=0.15
)


@dataclass(frozen=True, slots=True)
class World:
    """Every parameter of the company; rates of leads and opportunities are per day."""

    sources: Mapping[str, Source] = field(default_factory=lambda: dict(SOURCES))
    segments: Mapping[str, float] = _each(home=0.20, cafe=0.45, office=0.35)  # of leads
    shoppers: Mapping[str, float] = _each(home=0.85, cafe=0.10, office=0.05)  # who come directly
    # From the call on. The rate halves with every `cools` days that the lead waited for it.
    qualifies: float = 0.030
    cools: float = 3.0
    interest: float = 0.6  # spread of the logarithm of a lead's own rate, around a mean rate of 1
    drops: Mapping[str, float] = _each(no_need=0.007, unreachable=0.005, no_budget=0.003)
    opens: float = 0.080  # an opportunity, once qualified
    drops_qualified: Mapping[str, float] = _each(no_need=0.006, no_budget=0.004)
    wins: float = 0.030  # an opportunity
    losses: Mapping[str, float] = _each(price=0.004, competitor=0.004, timing=0.003, silence=0.003)
    dear_to: str = "cafe"  # the segment that is lost to the price
    dear: float = 6.0  # times as often as the others
    buying: Buying = BUYING
    spending: Spending = SPENDING
    renewal: Renewal = RENEWAL
    contracts: float = 0.30  # share of the cafés and offices
    season: tuple[float, ...] = (  # of buying, by month, around 1
        *(1.02, 1.00, 1.04, 1.04, 1.04, 1.00),
        *(0.98, 0.55, 1.02, 1.06, 1.10, 1.15),
    )
    voucher: Voucher = VOUCHER


def dates(days: ArrayLike) -> NDArray[np.datetime64]:
    """Days as dates, NaT for those that the tables do not know, shape (n,).

    >>> dates([0, LAST, NEVER]).astype("datetime64[D]").tolist()
    [datetime.date(2022, 1, 1), datetime.date(2024, 12, 31), None]
    """
    days = np.asarray(days, dtype=np.int64)
    found = FIRST + days * np.timedelta64(86_400, "s")
    return np.where(days <= LAST, found, np.datetime64("NaT", "s"))


def clocks(days: Days, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Days as stamps within hours of business, shape (n,)."""
    seconds = rng.integers(8 * 3600, 20 * 3600, len(days))
    return dates(days) + seconds * np.timedelta64(1, "s")


def months() -> pd.DatetimeIndex:
    """The last day of every month that the tables know."""
    return pd.date_range(pd.Timestamp(FIRST), pd.Timestamp(dates([LAST])[0]), freq="ME")


def month_of(days: Days) -> Days:
    """The month of each day, counted from the first, shape (n,)."""
    day = FIRST.astype("datetime64[D]") + days
    return (day.astype("datetime64[M]") - FIRST.astype("datetime64[M]")).astype(np.int64)


def pick(rng: np.random.Generator, shares: Mapping[str, float], size: int) -> Texts:
    """Names drawn by their shares, shape (size,)."""
    share = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares)), size, p=share / share.sum())


def numbered(letter: str, numbers: ArrayLike) -> Texts:
    """Ids such as C00012, shape (n,).

    >>> numbered("C", [0, 11]).tolist()
    ['C00001', 'C00012']
    """
    return np.char.mod(letter + "%05d", np.asarray(numbers) + 1)
