"""From which day a silence means something: learned from the gaps between purchases.

With S the Kaplan-Meier curve of the time to the next purchase and F = 1 - S, a silence of s days
means a state once both of its points are passed:

- the cadence point, the first s with F(s) >= q F(L): a share q of those who come back at all have;
- the return point, from which the chance to return within H days, 1 - S(s + H) / S(s), stays
  below p.

L is the last day on which enough silences still go on, at most the cap. (Without the cap, F(L) and
with it every cadence point would grow with the length of the history.) After every purchase day
there is a silence, and a customer may have several in one stratum; so it also takes enough
customers.

Customers with 1, 2-3, 4-6 and 7+ purchase days have limits of their own, each with a
customer-bootstrap interval. One that its interval does not hold within a quarter, or that lies at
the cap, is learned again together with the neighbouring stratum; where that does not hold it
either, the state does not exist in the stratum: no filler day is invented. (The day on which a
model of purchases, MBG/NBD, gives too little chance is none to go by: fitted to the CDNOW log at
three dates, it promised returns below 10 % where 13 to 29 % of these customers came back.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clv.models.survival import kaplan_meier

STRATA = (1, 2, 4, 7)  # purchase days from which a stratum begins
NEIGHBOUR = (1, 0, 1, 2)  # the stratum that lends to each one that does not hold alone
MEANING = {  # of a silence: share q of the returns over, chance p to return within the horizon
    "at_risk": (0.75, 0.50),
    "dormant": (0.90, 0.25),
    "churned": (0.97, 0.10),
}
LEAST_SILENT = 50  # silences that still go on, below which a curve is not read
LEAST_CUSTOMERS = 50  # whose silences they are, below which no limit is learned from them
INTERVAL = 0.90
STABLE = 0.25  # widest distance from a limit to the ends of its interval, as a share of it

Basis = Literal[
    "learned", "pooled", "set", "not_reached", "unstable", "same_day", "gives_way", "contract"
]
WHY: dict[Basis, str] = {
    "learned": "learned in this stratum",
    "pooled": "learned together with the neighbouring stratum: not stable alone",
    "set": "set, not learned",
    "not_reached": "does not exist: not reached before the cap, or too few silences or customers",
    "unstable": "does not exist: its interval is too wide",
    "same_day": "does not exist: the next state begins on the same day",
    "gives_way": "does not exist: it gives way to a limit that was set",
    "contract": "does not exist: customers leave when their contract ends",
}
NEXT_TELLS = ("same_day", "gives_way")  # of a state whose customers the next one takes in

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Limit:
    """The day of silence on which one state begins in one stratum, if the state exists there."""

    state: str  # at_risk, dormant or churned
    least: int  # purchase days from which the stratum begins
    after: int | None  # days of silence; None: the state does not exist in this stratum
    low: int | None  # customer-bootstrap interval; None: not reached
    high: int | None
    cadence: int | None  # its two points; `after` is the later, or the day of a milder state if
    chance: int | None  # that is later still; None: never reached, or the limit was set
    silent: int  # silences that still go on on that day; 0: not reached, or set
    basis: Basis

    @property
    def why(self) -> str:
        """How it was learned, or why the state does not exist, as a sentence."""
        return WHY[self.basis]


@dataclass(frozen=True, slots=True)
class Point:
    """Where one state begins, in days of silence; infinite where it is never reached."""

    cadence: float
    chance: float
    silent: int

    @property
    def after(self) -> float:
        """The later of the two."""
        return max(self.cadence, self.chance)


def stratum(purchase_days: ArrayLike) -> NDArray[np.int64]:
    """Number of the stratum of each count of purchase days, shape (n,).

    >>> stratum([1, 3, 12]).tolist()
    [0, 1, 3]
    """
    return np.searchsorted(STRATA, purchase_days, side="right") - 1


def stratum_name(least: int) -> str:
    """The stratum in figures.

    >>> [stratum_name(least) for least in STRATA]
    ['1', '2-3', '4-6', '7+']
    """
    for first, following in pairwise(STRATA):
        if first == least:
            return str(first) if following == first + 1 else f"{first}-{following - 1}"
    return f"{least}+"


def learn(
    gaps: pd.DataFrame,
    *,
    horizon: int,
    cap: int,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Limit, ...]:
    """Every limit of every stratum by itself, from the table of `signals.gaps`; see `in_order`."""
    counts, strata = _counts(gaps, draws, rng), stratum(gaps["purchase_days"])

    def found(basis: Basis, *own: int) -> list[Limit]:
        """The limits of the first stratum, from the silences of all that are named."""
        least = STRATA[own[0]]
        if gaps.loc[np.isin(strata, own), "customer_id"].nunique() < LEAST_CUSTOMERS:
            return [_unknown(state, least) for state in MEANING]
        together = counts[:, own].sum(axis=1)
        return _limits(together, least, horizon=horizon, cap=cap, basis=basis)

    limits: list[Limit] = []
    for number, neighbour in enumerate(NEIGHBOUR):
        alone = found("learned", number)
        if any(limit.after is None for limit in alone):
            lent = found("pooled", number, neighbour)
            alone = [a if a.after is not None else b for a, b in zip(alone, lent, strict=True)]
        limits += alone
    return tuple(limits)


def in_order(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Limits of which, in each stratum, a worse state never begins before a milder one.

    One that would is put off until then, and with it the ends of its interval; of two states that
    begin on the same day the worse one stays.
    """
    strata = groupby(limits, key=attrgetter("least"))
    return tuple(limit for _, own in strata for limit in _in_order(list(own)))


def points(ended: Array, ongoing: Array, *, horizon: int, cap: int) -> list[Point]:
    """Where the three states begin, from the number of silences of 0, 1, 2 … days.

    Parameters
    ----------
    ended, ongoing
        Shape (longest + 1,): silences of each length that a purchase ended, and that still go on.
    horizon
        Days within which a return counts.
    cap
        Longest silence that is judged, in days.
    """
    silent = np.sum(ended + ongoing) - np.cumsum(ended + ongoing)
    days = np.flatnonzero(silent >= LEAST_SILENT)[: cap + 1]
    survival = _survival(ended, ongoing)
    if not days.size or survival[days[-1]] == 1:
        return [Point(np.inf, np.inf, 0)] * len(MEANING)
    returned = 1 - survival[days]
    # A chance to return within H days is known only where somebody was followed H days further.
    read = days[days + horizon <= np.flatnonzero(ended + ongoing).max()]
    chance = 1 - survival[read + horizon] / survival[read]
    found = []
    for q, p in MEANING.values():
        cadence = float(np.argmax(returned >= q * returned[-1]))
        falls = _falls_below(p, chance, silent[read])
        day = max(cadence, falls)
        found.append(Point(cadence, falls, int(silent[int(day)]) if np.isfinite(day) else 0))
    return found


def _survival(ended: Array, ongoing: Array) -> Array:
    """Kaplan-Meier share still silent after 0, 1, 2 … days."""
    days = np.arange(len(ended))
    weights = np.concatenate([ended, ongoing])
    there = weights > 0
    lengths, observed = np.tile(days, 2)[there], np.repeat([True, False], len(days))[there]
    return kaplan_meier(lengths, observed, weights=weights[there]).at(days)


def _falls_below(p: float, chance: Array, weights: Array) -> float:
    """First day on which the chance, smoothed to be non-increasing, is below p.

    The smoothed curve need not be computed: a weighted isotonic regression is at least p exactly
    up to the last maximum of the running sum of weight × (chance - p) (the switch relation;
    Barlow, Bartholomew, Bremner & Brunk 1972).
    """
    running = np.concatenate([[0.0], np.cumsum(weights * (chance - p))])
    day = len(chance) - int(np.argmax(running[::-1]))
    return float(day) if day < len(chance) else np.inf


def _counts(gaps: pd.DataFrame, draws: int, rng: np.random.Generator) -> Array:
    """Silences by draw, stratum, outcome and length, shape (1 + draws, 4, 2, longest + 1).

    Draw 0 is the data; the others draw customers with replacement.
    """
    customer = _places(gaps)
    cell = stratum(gaps["purchase_days"]) * 2 + gaps["returned"].to_numpy()
    shape = (len(STRATA), 2, int(gaps["days"].max()) + 1)
    cell = cell * shape[-1] + gaps["days"].to_numpy()
    weights = _weights(customer.max() + 1, draws, rng)
    counted = [np.bincount(cell, w[customer], minlength=np.prod(shape)) for w in weights]
    return np.array(counted).reshape(-1, *shape)


def _weights(size: int, draws: int, rng: np.random.Generator) -> Iterator[NDArray[np.generic]]:
    """How often each customer counts, in the data and in each draw; one at a time."""
    yield np.ones(size)
    for _ in range(draws):
        yield np.bincount(rng.integers(size, size=size), minlength=size)


def _places(gaps: pd.DataFrame) -> NDArray[np.int64]:
    """A number for each row's customer that depends on the history, not on the name."""
    rows = pd.util.hash_pandas_object(gaps[["purchase_days", "days", "returned"]], index=False)
    history = rows.groupby(gaps["customer_id"].to_numpy()).transform("sum").to_numpy()
    order = pd.DataFrame({"history": history, "customer": gaps["customer_id"].to_numpy()})
    return order.groupby(["history", "customer"]).ngroup().to_numpy()


def _limits(counts: Array, least: int, *, horizon: int, cap: int, basis: Basis) -> list[Limit]:
    """The three limits of one stratum, shape of counts (1 + draws, 2, longest + 1)."""
    drawn = [points(ended, ongoing, horizon=horizon, cap=cap) for ongoing, ended in counts]
    afters = np.array([[point.after for point in draw] for draw in drawn])
    ends = (1 - INTERVAL) / 2
    low = np.quantile(afters, ends, axis=0, method="lower")
    high = np.quantile(afters, 1 - ends, axis=0, method="higher")
    limits = []
    for state, at, *interval in zip(MEANING, drawn[0], low, high, strict=True):
        reached = at.after < cap
        holds = reached and max(abs(at.after - end) for end in interval) <= STABLE * at.after
        days = (_whole(day) for day in (at.after, *interval, at.cadence, at.chance))
        judged: Basis = basis if holds else "unstable" if reached else "not_reached"
        limit = Limit(state, least, *days, silent=at.silent, basis=judged)
        limits.append(limit if holds else replace(limit, after=None))
    return limits


def _unknown(state: str, least: int) -> Limit:
    """What too few customers tell."""
    return Limit(state, least, None, None, None, None, None, silent=0, basis="not_reached")


def _in_order(limits: list[Limit]) -> list[Limit]:
    """The limits of one stratum, mild to bad."""
    used = [limit if limit.after is not None else _unknown("", 0) for limit in limits]
    days = np.array([(each.after, each.low, each.high) for each in used], dtype=float)
    days = np.where(np.isnan(days), np.nan, np.fmax.accumulate(days))
    ordered = []
    for number, (limit, own) in enumerate(zip(limits, days, strict=True), start=1):
        after, low, high = (_whole(day) for day in own)
        if after is None:
            ordered.append(limit)
        elif after in days[number:, 0]:
            ordered.append(replace(limit, after=None, basis="same_day"))
        else:
            ordered.append(replace(limit, after=after, low=low, high=high))
    return ordered


def _whole(day: float) -> int | None:
    return int(day) if np.isfinite(day) else None
