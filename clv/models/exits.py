"""How a stay ends, and after how long, where it may end in several ways and some stays go on.

A stay has a clock of its own, from 0 at its beginning. The share that has left in one way by a
time (cause-specific cumulative incidence: Kalbfleisch & Prentice 2002, section 8.2) counts the
other ways as what they are, exits, not as stays that could still end in this one; it is the
estimate of Aalen and Johansen with one state to leave. All stays of a subject go into the variances
together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from clv.errors import BadParameter
from clv.models import chi_square
from clv.models.intervals import of_share
from clv.models.multistate import Array, Estimate, Histories, histories
from clv.models.spells import OPEN, Spells

HALF = 0.5 - 1e-12  # what only rounding keeps from one half is one half
STILL_THERE = 0  # the column of those who have not left; causes are 1, 2, …


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Share still there (column 0) and gone in each way (1, 2, …) by each time; (h, 1 + causes)."""

    at: Array  # shape (h,)
    share: Array
    variance: Array
    low: Array
    high: Array
    known: Array  # shape (h,): how many subjects were followed up to then, or had left


@dataclass(frozen=True, slots=True)
class Median:
    """The time by which half have left, in the unit of the stays; infinite: not reached yet."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Exits:
    """Stays and how they ended, ready to be asked."""

    path: Histories

    @property
    def known_until(self) -> float:
        """The last time for which there is an answer; infinite where all have left."""
        return self.path.known_until

    def by(self, at: ArrayLike, interval: float = 0.90) -> Shares:
        """Share still there and gone in each way by each time, with complementary log-log bounds.

        Those of the share still there are what those of all who have left leave over. NaN beyond
        the longest time that anybody was followed.
        """
        found, known = self.path.occupation(at), self._known(at)
        gone = found.value.copy()
        gone[:, STILL_THERE] = 1 - found.value[:, STILL_THERE]
        low, high = of_share(gone, found.variance, known[:, None], interval)
        still = 1 - high[:, STILL_THERE], 1 - low[:, STILL_THERE]
        low[:, STILL_THERE], high[:, STILL_THERE] = still
        return Shares(found.at, found.value, found.variance, low, high, known)

    def mean_stay(self, until: ArrayLike) -> Estimate:
        """Mean length of the stay, as far as it falls before each time (restricted mean); column 0.

        The further columns hold the mean time since leaving, in each way.
        """
        return self.path.mean_time(until)

    def median(self, interval: float = 0.90, *, cause: int | None = None) -> Median:
        """Time by which half have left, in any way or in one.

        The bounds (Brookmeyer & Crowley 1982, Biometrics 38(1), 29-41) are the first times at which
        the high and the low end of the share who have left are at least one half.
        """
        last = np.searchsorted(self.path.times, self.known_until, side="right")
        times = self.path.times[:last]

        def gone(k: int) -> Array:
            found = self.by(times[k], interval)
            ends = np.array([found.share[0], found.high[0], found.low[0]])
            return ends[:, cause] if cause else 1 - ends[[0, 2, 1], STILL_THERE]

        places = [_first(len(times), lambda k, end=end: gone(k)[end] > HALF) for end in range(3)]
        value, low, high = (float(times[k]) if k < len(times) else np.inf for k in places)
        return Median(value, low, high)

    def _known(self, at: ArrayLike) -> Array:
        """How many subjects were followed up to each time, or left before it."""
        spells, found = self.path.spells, []
        subjects, which = np.unique(spells.subject, return_inverse=True)
        for time in np.atleast_1d(np.asarray(at, dtype=float)):
            weight = np.zeros(len(subjects))
            seen = spells.ended | (spells.exit >= time)
            weight[which[seen]] = spells.weight[seen]
            found.append(weight.sum())
        return np.array(found)


def exits(
    durations: ArrayLike,
    cause: ArrayLike,
    *,
    causes: int,
    entry: ArrayLike | None = None,
    subject: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    start: float | None = None,
) -> Exits:
    """Stays with how they ended.

    Parameters
    ----------
    durations : array, shape (n,)
        How long each stay lasted, or has lasted so far; above 0.
    cause : array of int, shape (n,)
        In which of the ways 1 to `causes` it ended; 0: it has not, as far as is known.
    causes : int
        How many ways there are.
    entry : array, shape (n,), optional
        How long it had lasted when it was first seen; 0 without.
    subject, weights
        As in `clv.models.spells.Spells.of`.
    start : float, optional
        The length of stay from which to follow (a landmark): shares are then of those still there
        at `start`. By default the first entry.

    >>> found = exits([2, 3, 3, 5], [1, 2, 0, 1], causes=2).by([2, 5])
    >>> found.share.tolist()
    [[0.75, 0.25, 0.0], [0.0, 0.75, 0.25]]
    """
    cause = np.asarray(cause, dtype=np.int64)
    if len(cause) and not (cause.min() >= 0 and cause.max() <= causes):
        raise BadParameter.from_value("cause", sorted(set(cause.tolist())), f"0 to {causes}")
    spells = Spells.of(
        np.full(len(cause), STILL_THERE),
        np.where(cause > 0, cause, OPEN),
        np.zeros(len(cause)) if entry is None else entry,
        durations,
        subject=subject,
        weights=weights,
    )
    return Exits(histories(spells, states=1 + causes, start=start))


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether groups differ in a share by more than chance."""

    statistic: float  # about chi-square where they do not
    degrees: int
    p: float


def heterogeneity(share: ArrayLike, known: ArrayLike, error_of_one: float) -> Heterogeneity:
    """Test that groups have one share in common.

    The squared distances from the common share, each in the variance of a group of its size; of
    fully followed stays, Pearson's chi-square. NaN with fewer than two groups.

    Parameters
    ----------
    share, known : arrays, shape (groups,)
        Share of each, and how many were followed up to it.
    error_of_one : float
        Standard error of all stays together times the root of how many of them were followed.

    >>> round(heterogeneity([0.1, 0.2], [100, 100], (0.15 * 0.85) ** 0.5).statistic, 3)
    3.922
    """
    share, known = np.asarray(share, dtype=float), np.asarray(known, dtype=float)
    degrees = len(share) - 1
    if degrees < 1 or not error_of_one > 0:
        return Heterogeneity(np.nan, max(degrees, 0), np.nan)
    common = np.average(share, weights=known)
    statistic = float((known * (share - common) ** 2).sum() / error_of_one**2)
    return Heterogeneity(statistic, degrees, chi_square.upper_tail(statistic, degrees))


def _first(size: int, holds: Callable[[int], bool]) -> int:
    """The first place at which something holds that holds from there on; `size` if nowhere."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
