"""What may come of a cohort, drawn many times by the parameters of its world.

Nothing here comes from the package. An interval that is held against many futures of its cohort,
not against the one that came, is judged without the chance of futures, so that fewer cohorts tell
how often such intervals hold. Whether a customer with a history is still there, and how often and
dearly one buys who is, is conjugate to two gammas and a beta.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from benchmarks.nature import Array, Cohort, World


class Interval(Protocol):
    """What a sum is foreseen to lie between."""

    low: float
    high: float


class Futures(NamedTuple):
    """Sums over the customers in each future, shape (times,)."""

    stay: Array  # are still there when the horizon begins
    buyers: Array
    purchases: Array
    money: Array


def futures(world: World, cohort: Cohort, times: int, rng: np.random.Generator) -> Futures:
    """What comes within the horizon of customers with such histories."""
    (r, alpha, a, b), (p, q, v) = world.buying, world.spending
    x, recency, T = (each[:, None] for each in (cohort.frequency, cohort.recency, cohort.T))
    survived = x + (world.model == "mbgnbd")  # there, some leave at the first purchase
    odds = a / np.where(survived > 0, b + survived - 1, np.inf)  # of having left in silence
    odds = odds * ((alpha + T) / (alpha + recency)) ** (r + x)
    stays = rng.random((len(x), times)) < 1 / (1 + odds)
    rate = rng.gamma(r + x, 1 / (alpha + T), stays.shape)
    leaving = rng.beta(a, b + survived, stays.shape)
    bought = stays * np.minimum(rng.poisson(world.horizon * rate), rng.geometric(leaving))
    spent = x * np.nan_to_num(cohort.monetary_value)[:, None]
    price = (v + spent) / rng.gamma(q + p * x, size=stays.shape)
    paid = np.where(bought > 0, price * rng.gamma(p * np.maximum(bought, 1)), 0.0)
    return Futures(*(each.sum(axis=0) for each in (stays, bought > 0, bought, paid)))


def table(cohort: Cohort) -> pd.DataFrame:
    """What is known of the customers, as the package takes it."""
    names = ("frequency", "recency", "T", "monetary_value")
    customers = pd.DataFrame({name: getattr(cohort, name) for name in names})
    customers.attrs["unit"] = "W"
    return customers


def share_held(interval: Interval, sums: Array) -> float:
    """In how many of the futures a sum lies within its bounds."""
    return float(np.mean((interval.low <= sums) & (sums <= interval.high)))
