"""The share still there after a time, from durations of which some have not ended yet.

Kaplan & Meier (1958); variance by Greenwood (1926); customers who were first seen after their
duration had begun count from then on (delayed entry).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A step function that falls at each time at which somebody's duration ended."""

    times: Array  # shape (k,), ascending: the distinct times with an event
    survival: Array  # shape (k,): share beyond each time
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
    """Survival curve of durations, shape (n,), of which `observed` says whether they ended.

    Under watch at t are those with entry < t <= duration; without `entry`, all from the start.

    >>> curve = kaplan_meier([2, 3, 3, 5], observed=[True, True, False, True])
    >>> curve.at([1, 2, 3, 5]).tolist()
    [1.0, 0.75, 0.5, 0.0]
    """
    durations = np.asarray(durations, dtype=float)
    observed = np.asarray(observed, dtype=bool)
    weights = np.broadcast_to(np.asarray(1.0 if weights is None else weights), durations.shape)
    times, which = np.unique(durations[observed], return_inverse=True)
    events = np.bincount(which, weights[observed], minlength=len(times))
    at_risk = _weight_from(times, durations, weights)
    if entry is not None:
        at_risk = at_risk - _weight_from(times, np.asarray(entry, dtype=float), weights)
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = survival**2 * np.cumsum(events / (at_risk * (at_risk - events)))
    return SurvivalCurve(times, survival, variance, at_risk, events)


def _weight_from(times: Array, marks: Array, weights: Array) -> Array:
    """Total weight of the marks at or after each time."""
    order = np.argsort(marks)
    after = np.concatenate([[0.0], np.cumsum(weights[order][::-1])])[::-1]
    return after[np.searchsorted(marks[order], times, side="left")]
