"""The share still there after a time, from durations of which some have not ended yet.

Kaplan, E. L. & P. Meier (1958), "Nonparametric Estimation from Incomplete Observations", Journal of
the American Statistical Association 53(282), 457-481; variance by Greenwood, M. (1926), "The Errors
of Sampling of the Survivorship Tables", Reports on Public Health and Medical Subjects 33.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A step function that falls at each time at which somebody's duration ended."""

    times: Array  # shape (k,), ascending: the distinct times with an event
    survival: Array  # shape (k,): share beyond each time; NaN where nobody can tell
    variance: Array  # shape (k,): Greenwood's; NaN once nobody is left
    at_risk: Array  # shape (k,): weight of those under watch just before each time
    events: Array  # shape (k,): weight of those who ended at each time

    def at(self, t: ArrayLike) -> Array:
        """Share beyond `t`; 1 before the first event."""
        return np.concatenate([[1.0], self.survival])[np.searchsorted(self.times, t, side="right")]


def kaplan_meier(
    durations: ArrayLike,
    observed: ArrayLike,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> SurvivalCurve:
    """Survival curve of durations, of which some have ended and others still go on.

    Parameters
    ----------
    durations : array, shape (n,)
        How long each lasted, or has lasted so far, in any unit; 0 or more.
    observed : array of bool, shape (n,)
        Whether it ended then; what still goes on has lasted longer.
    entry : array, shape (n,), optional
        How long it had lasted when it was first seen (left truncation, or delayed entry): less than
        it lasts. Under watch at t are those with entry < t <= duration; without `entry` all are
        from the start. The share is then of those who were still there at the first entry.
    weights : array, shape (n,), optional
        How many customers each row stands for, above 0; 1 without.

    Returns
    -------
    The curve. Late entries may leave nobody under watch for a while, or see all of the few under
    watch end while more are to come: what share outlives that time nobody knows, and the product of
    the formula, 0 or too large, is no answer. From there on the share is NaN.

    >>> curve = kaplan_meier([2, 3, 3, 5], observed=[True, True, False, True])
    >>> curve.at([1, 2, 3, 5]).tolist()
    [1.0, 0.75, 0.5, 0.0]
    """
    durations = np.asarray(durations, dtype=float)
    observed = np.asarray(observed, dtype=bool)
    ones = np.ones(len(durations))
    weights = ones if weights is None else np.asarray(weights, dtype=float)
    entry = None if entry is None else np.asarray(entry, dtype=float)
    _check(durations, weights, entry)
    times, which = np.unique(durations[observed], return_inverse=True)
    events = np.bincount(which, weights[observed], minlength=len(times))
    at_risk = _under_watch(times, durations, entry, weights)
    # Counted, not weighed: sums of weights that are no whole numbers round.
    all_end = np.bincount(which, minlength=len(times)) == _under_watch(
        times, durations, entry, ones
    )
    survival = np.cumprod(np.where(all_end, 0.0, 1 - events / at_risk))
    if entry is not None:
        survival[_untold(times, all_end, durations, entry)] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = events / (at_risk * np.where(all_end, 0.0, at_risk - events))
        variance = survival**2 * np.cumsum(spread)
    return SurvivalCurve(times, survival, variance, at_risk, events)


def _check(durations: Array, weights: Array, entry: Array | None) -> None:
    """Refuse what no customer can have, naming where it stands; NaN keeps no rule."""
    rules = {
        "`durations` must be 0 or more": durations >= 0,
        "`weights` must be above 0": weights > 0,
    }
    if entry is not None:
        allowed = "`entry` must be 0 or more, and less than the duration (leave out the others)"
        rules[allowed] = (entry >= 0) & (entry < durations)
    for rule, kept in rules.items():
        if not kept.all():
            wrong = np.flatnonzero(~kept)
            raise BadParameter(
                f"{rule}; {len(wrong):,} of {len(kept):,} are not (the first at {wrong[0]})."
            )


def _under_watch(times: Array, durations: Array, entry: Array | None, weights: Array) -> Array:
    """Weight of those with entry < t <= duration, for each time."""
    there = _weight_from(times, durations, weights)
    return there if entry is None else there - _weight_from(times, entry, weights)


def _untold(
    times: Array, all_end: NDArray[np.bool_], durations: Array, entry: Array
) -> NDArray[np.bool_]:
    """At which times the share is not known, because those still there have not been seen yet.

    After a while without anybody under watch, and once all under watch end before the last entry.
    """
    order = np.argsort(entry)
    longest, following = np.maximum.accumulate(durations[order])[:-1], entry[order][1:]
    first_gap = longest[following > longest].min(initial=np.inf)
    too_early = all_end & (times <= entry.max(initial=0.0))
    return (times > first_gap) | np.logical_or.accumulate(too_early)


def _weight_from(times: Array, marks: Array, weights: Array) -> Array:
    """Total weight of the marks at or after each time."""
    order = np.argsort(marks)
    after = np.concatenate([[0.0], np.cumsum(weights[order][::-1])])[::-1]
    return after[np.searchsorted(marks[order], times, side="left")]
