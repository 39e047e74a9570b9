"""Cohorts whose truth is known: customers who live as a model says, one purchase after another.

Nothing here comes from the package: what it forecasts is held against customers whom it did not
draw. Each has a rate of buying ~ Gamma(r, alpha), a chance of leaving ~ Beta(a, b) after each
repeat purchase (MBG/NBD: also after the first purchase), and purchases ~ Gamma(p, nu) in money,
nu ~ Gamma(q, v).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Buying(NamedTuple):
    """Parameters of BG/NBD and MBG/NBD, in weeks."""

    r: float
    alpha: float
    a: float
    b: float


class Spending(NamedTuple):
    """Parameters of Gamma-Gamma."""

    p: float
    q: float
    v: float


@dataclass(frozen=True, slots=True)
class World:
    """Who the customers of a cohort are, for how long they were seen, and how far ahead we look."""

    name: str
    model: str  # "bgnbd" or "mbgnbd"
    buying: Buying
    spending: Spending
    ages: tuple[float, float]  # weeks since the first purchase, evenly spread
    horizon: float  # weeks
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """What a customer table would say of the customers, and what came after; each shape (n,)."""

    frequency: Array
    recency: Array
    T: Array
    monetary_value: Array  # mean of the repeat purchases, NaN without one
    purchases: Array  # within the horizon
    money: Array  # paid for them


CDNOW_SPENDING = Spending(p=6.25, q=3.74, v=15.44)

# Named before anything was measured. CDNOW as in the papers; a shop of many purchases whom few
# leave; one that loses two of five customers at every purchase.
WORLDS = (
    World(
        "CDNOW, BG/NBD", "bgnbd", Buying(0.243, 4.414, 0.793, 2.426), CDNOW_SPENDING,
        ages=(27.0, 39.0), horizon=39.0, seed=1997,
    ),
    World(
        "CDNOW, MBG/NBD", "mbgnbd", Buying(0.525, 6.183, 0.891, 1.614), CDNOW_SPENDING,
        ages=(27.0, 39.0), horizon=39.0, seed=1998,
    ),
    World(
        "heavy buyers, BG/NBD", "bgnbd", Buying(2.0, 8.0, 0.6, 6.0), Spending(2.0, 4.0, 60.0),
        ages=(26.0, 78.0), horizon=26.0, seed=2005,
    ),
    World(
        "high churn, MBG/NBD", "mbgnbd", Buying(1.0, 4.0, 2.0, 3.0), Spending(4.0, 3.0, 25.0),
        ages=(26.0, 52.0), horizon=26.0, seed=2007,
    ),
)  # fmt: skip


def draw(world: World, customers: int, rng: np.random.Generator) -> Cohort:
    """A cohort of so many customers, and what they do within the horizon."""
    r, alpha, a, b = world.buying
    T = rng.uniform(*world.ages, customers)
    rate = rng.gamma(r, 1 / alpha, customers)
    leaving = rng.beta(a, b, customers)
    frequency, purchases, recency = (np.zeros(customers) for _ in range(3))
    stays = np.ones(customers, dtype=bool)
    if world.model == "mbgnbd":
        stays = rng.random(customers) >= leaving
    who, clock = np.flatnonzero(stays), np.zeros(stays.sum())
    while len(who):
        clock = clock + rng.exponential(size=len(who)) / rate[who]
        within = clock <= T[who] + world.horizon
        who, clock = who[within], clock[within]
        seen = clock <= T[who]
        frequency[who[seen]] += 1
        recency[who[seen]] = clock[seen]
        purchases[who[~seen]] += 1
        stays = rng.random(len(who)) >= leaving[who]
        who, clock = who[stays], clock[stays]
    mean, money = _money(world.spending, frequency, purchases, rng)
    return Cohort(frequency, recency, T, mean, purchases, money)


def _money(
    spending: Spending, frequency: Array, purchases: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Mean of the repeat purchases that were seen, and the sum of those to come."""
    p, q, v = spending
    price = v / rng.gamma(q, size=len(frequency))
    seen, came = (price * _gamma(p * count, rng) for count in (frequency, purchases))
    return np.divide(seen, frequency, np.full(len(seen), np.nan), where=frequency > 0), came


def _gamma(shape: Array, rng: np.random.Generator) -> Array:
    """Gamma variates, 0 where the shape is."""
    return np.where(shape > 0, rng.gamma(np.where(shape > 0, shape, 1.0)), 0.0)
