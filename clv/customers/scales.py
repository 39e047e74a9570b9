"""How a score from 1 (worst) to 5 (best) is cut: by fifths, at fixed points, at natural breaks.

Customers who are equal get the same score, whatever the order of the rows. Where one group of
equals is larger than a fifth of all, as one-time buyers usually are, no fifths can be fair, and
fixed cut points are used instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter
from clv.models.estimation import Array
from clv.models.partition import natural_breaks

BINS = 5

MEASURES = {"R": "since_last", "F": "purchase_days", "M": "total_spend"}
UNITS = {"R": "days", "F": "purchase days", "M": "money"}
HIGH_IS_GOOD = {"R": False, "F": True, "M": True}
FIXED = {  # where the next band begins; money in medians, so that its currency does not matter
    "R": (31, 91, 181, 366),
    "F": (2, 3, 5, 10),
    "M": (0.5, 1, 2, 4),
}
METHODS = {  # by the name that is asked for
    "quantile": "quantile",
    "fixed": "fixed",
    "jenks": "jenks",
    "kmeans1d": "jenks",  # in one dimension, the best of all k-means
}

_DIGITS = 12  # significant digits of money: sums in another order differ behind them, and must tie
_FINE = 9  # decimals of a logarithm: in another currency it differs behind them

Scores = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where one of the three scores changes, and how that was decided."""

    score: str  # R, F or M
    method: Literal["quantile", "fixed", "jenks"]
    breaks: tuple[float, ...]  # ascending; each is the first value of the next band
    customers: tuple[int, ...]  # at the fit, per score from 1 to 5
    why: str  # what decided the method, as a sentence

    def apply(self, values: Array) -> Scores:
        """Scores from 1 to 5, shape (n,)."""
        band = np.searchsorted(self.breaks, values, side="right")
        return (1 + band if HIGH_IS_GOOD[self.score] else BINS - band).astype(np.int64)

    def table(self) -> pd.DataFrame:
        """The five bands, best first."""
        ascending = np.arange(1, BINS + 1)
        value = ascending if HIGH_IS_GOOD[self.score] else ascending[::-1]
        bands = pd.DataFrame(
            {
                "score": self.score,
                "value": value,
                "measure": MEASURES[self.score],
                "unit": UNITS[self.score],
                "at_least": [np.nan, *self.breaks],
                "below": [*self.breaks, np.nan],
                "customers": np.array(self.customers)[value - 1],
                "method": self.method,
                "why": self.why,
            }
        )
        return bands.sort_values("value", ascending=False)


def checked(method: str) -> str:
    """The method of a name; raises `BadParameter` for an unknown one."""
    if method not in METHODS:
        raise BadParameter.from_value("method", method, f"one of {list(METHODS)}")
    return METHODS[method]


def fit(score: str, values: Array, method: str) -> Scale:
    """The cut points of one score, by the method asked for where the values allow it."""
    counts = np.unique(values, return_counts=True)[1]
    tied, asked = float(counts.max() / len(values)), checked(method)
    chosen, why = _chosen(asked, tied, len(counts))
    breaks = {"quantile": _quantile, "fixed": _fixed, "jenks": _jenks}[chosen](score, values)
    scale = Scale(score, chosen, breaks, (), why)
    customers = np.bincount(scale.apply(values), minlength=BINS + 1)[1:]
    return replace(scale, customers=tuple(customers.tolist()))


def read(saved: Mapping[str, Any]) -> Scale:
    """A scale from what JSON holds of it; a `ValueError` says what is wrong.

    What an earlier version held besides is left out.
    """
    breaks, customers = tuple(saved["breaks"]), tuple(saved["customers"])
    if len(breaks) != BINS - 1 or list(breaks) != sorted(breaks):
        raise ValueError(f"{saved['score']} needs 4 ascending breaks; found {list(breaks)}")
    held = {each.name: saved[each.name] for each in fields(Scale)}
    return Scale(**{**held, "breaks": breaks, "customers": customers})


def significant(values: Array) -> Array:
    """Values to twelve significant digits."""
    size = np.abs(np.where(values == 0, 1, values))
    scale = 10.0 ** (_DIGITS - np.ceil(np.log10(size)))
    return np.round(values * scale) / scale


def _chosen(asked: str, tied: float, different: int) -> tuple[str, str]:
    """The method that is used, and why."""
    if asked == "fixed":
        return "fixed", "fixed cut points, as asked for"
    if asked == "jenks" and different < BINS:
        return "fixed", f"only {different} different values: fixed cut points"
    if asked == "jenks":
        return "jenks", "natural breaks, as asked for"
    if tied > 1 / BINS:
        why = f"{tied:.0%} of customers have the same, over a fifth: fixed cut points"
        return "fixed", why
    return "quantile", f"at most {tied:.1%} of customers have the same: fifths of the customers"


def _quantile(score: str, values: Array) -> tuple[float, ...]:
    """First value of each further band, where score = 1 + floor(5 × share strictly worse)."""
    goodness = values if HIGH_IS_GOOD[score] else -values
    worse = np.searchsorted(np.sort(goodness), goodness, side="left")
    fifth = BINS * worse // len(values)  # in whole numbers: no rounding at a fifth's edge
    band = fifth if HIGH_IS_GOOD[score] else BINS - 1 - fifth
    return tuple(float(values[band >= step].min()) for step in range(1, BINS))


def _fixed(score: str, values: Array) -> tuple[float, ...]:
    """The agreed cut points; those of money are multiples of the spenders' median."""
    points = np.array(FIXED[score], dtype=float)
    if score == "M" and (values > 0).any():
        points = significant(points * np.median(values[values > 0]))
    return tuple(points.tolist())


def _jenks(score: str, values: Array) -> tuple[float, ...]:
    """First value of each further band, where the bands' values differ as little as they can.

    Purchase days and money are compared by their logarithm: the few who buy most would otherwise
    be three bands of their own.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if score != "R":
        usual = np.median(values[values > 0]) if score == "M" and (values > 0).any() else 1.0
        distance = np.log1p(np.maximum(distinct, 0) / usual).round(_FINE)
    else:
        distance = distinct
    if len(np.unique(distance)) < BINS:
        distance = distinct
    first = natural_breaks(distance, BINS, counts)
    return tuple(distinct[np.searchsorted(distance, first)].tolist())
