"""The best partition of numbers into classes: least squared distance from the classes' means.

In one dimension the best classes are intervals, so the optimum that k-means only searches for can
be computed (Fisher 1958; Jenks's natural breaks are the same; Wang & Song 2011, Ckmeans.1d.dp). The
last class of the first j values begins no earlier as j grows. That halves the search at each middle
value, and the middles of all halves are searched together: O(k n log n) in time, O(n) in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.models.estimation import Array

Places = NDArray[np.int64]


def natural_breaks(values: ArrayLike, classes: int, weights: ArrayLike | None = None) -> Array:
    """First value of each class but the lowest, ascending, shape (classes - 1,).

    Parameters
    ----------
    values : array, shape (n,)
        In any order; at least `classes` of them differ.
    classes : int
        How many, 1 or more.
    weights : array, shape (n,)
        How often each value counts; by default once.

    >>> natural_breaks([-1, 2, -1, 2, 4, 5, 6, -1, 2, -1], classes=3).tolist()
    [2.0, 4.0]
    """
    distinct, which = np.unique(np.asarray(values, dtype=float), return_inverse=True)
    if not 1 <= classes <= len(distinct):
        raise ValueError(f"{len(distinct)} different values make no {classes} classes")
    cost = _Cost.of(distinct, np.bincount(which, weights))
    end = len(distinct) - 1
    least, begins = cost(np.zeros(end + 1, dtype=np.int64), np.arange(end + 1)), []
    for fewest in range(1, classes):
        least, begin = _one_class_more(cost, least, fewest)
        begins.append(begin)
    breaks = []
    for begin in reversed(begins):
        breaks.append(begin[end])
        end = begin[end] - 1
    return distinct[breaks[::-1]]


@dataclass(frozen=True, slots=True)
class _Cost:
    """Squared distances from the mean within a class, from sums up to each value."""

    weight: Array  # each of shape (n + 1,)
    first: Array
    second: Array

    @classmethod
    def of(cls, values: Array, weights: Array) -> Self:
        centred = values - np.average(values, weights=weights)  # so that less cancels
        sums = (np.cumsum(weights * centred**power) for power in range(3))
        return cls(*(np.concatenate([[0.0], each]) for each in sums))

    def __call__(self, begin: Places, end: Places) -> Array:
        """Of the values from `begin` to `end`, both inclusive."""
        weight, first, second = (
            sums[end + 1] - sums[begin] for sums in (self.weight, self.first, self.second)
        )
        return np.maximum(second - first**2 / weight, 0)


def _one_class_more(cost: _Cost, least: Array, fewest: int) -> tuple[Array, Places]:
    """Least cost of the values up to each with one class more, and where that class begins.

    Up to a value with fewer than `fewest` before it there are too few for so many classes.
    """
    n = len(least)
    better, begin = np.full(n, np.inf), np.zeros(n, dtype=np.int64)
    low, high = np.array([fewest]), np.array([n - 1])  # ends whose class is still to be found
    from_, to = np.array([fewest]), np.array([n - 1])  # between which it begins
    while len(low):
        middle = (low + high) // 2
        better[middle], begin[middle] = _search(cost, least, middle, from_, np.minimum(to, middle))
        found = begin[middle]
        low, high = np.concatenate([low, middle + 1]), np.concatenate([middle - 1, high])
        from_, to = np.concatenate([from_, found]), np.concatenate([found, to])
        left = low <= high
        low, high, from_, to = low[left], high[left], from_[left], to[left]
    return better, begin


def _search(
    cost: _Cost, least: Array, end: Places, low: Places, high: Places
) -> tuple[Array, Places]:
    """The first best beginning of the class that ends at each `end`, from `low` to `high`."""
    tried = high - low + 1
    starts = np.cumsum(tried) - tried
    owner = np.repeat(np.arange(len(end)), tried)
    begin = np.arange(len(owner)) - np.repeat(starts - low, tried)
    total = least[begin - 1] + cost(begin, end[owner])
    best = np.minimum.reduceat(total, starts)
    hits = np.flatnonzero(total == best[owner])
    first = hits[np.unique(owner[hits], return_index=True)[1]]
    return best, begin[first]
