"""Recency, frequency and money as scores from 1 (worst) to 5 (best), and the ten segments.

Customers who are equal get the same score, whatever the order of the rows: a score counts the share
of customers who are strictly worse. Where one group of equals is larger than a fifth of all, as
one-time buyers usually are, no such score can be fair, and fixed cut points are used instead.

The segments are the standard 5 × 5 map of R and F; M tells the members of a segment apart.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import ColumnsMissing, NoRows, SourceUnreadable, TableBroken
from clv.models.estimation import Array
from clv.tables.periods import UNIT_DAYS, unit_of

BINS = 5

SEGMENTS = {  # R, then F, as regular expressions; together they cover each of the 25 cells once
    "champions": "5[4-5]",
    "loyal_customers": "[3-4][4-5]",
    "potential_loyalists": "[4-5][2-3]",
    "new_customers": "51",
    "promising": "41",
    "need_attention": "33",
    "about_to_sleep": "3[1-2]",
    "at_risk": "[1-2][3-4]",
    "cant_lose": "[1-2]5",
    "hibernating": "[1-2][1-2]",
}

MEASURES = {"R": "since_last", "F": "purchase_days", "M": "total_spend"}
UNITS = {"R": "days", "F": "purchase days", "M": "money"}
HIGH_IS_GOOD = {"R": False, "F": True, "M": True}
FIXED = {  # where the next band begins; money in medians, so that its currency does not matter
    "R": (31, 91, 181, 366),
    "F": (2, 3, 5, 10),
    "M": (0.5, 1, 2, 4),
}

_NEEDED = ("frequency", "recency", "T", "total_spend")
_DIGITS = 12  # significant digits of money: sums in another order differ behind them, and must tie

Scores = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where one of the three scores changes, and how that was decided."""

    score: str  # R, F or M
    method: Literal["quantile", "fixed"]
    breaks: tuple[float, ...]  # ascending; each is the first value of the next band
    tied: float  # share of all customers in the largest group of equals, at the fit
    customers: tuple[int, ...]  # at the fit, per score from 1 to 5

    @property
    def why(self) -> str:
        """What decided the method, as a sentence."""
        if self.method == "fixed":
            return f"{self.tied:.0%} of customers have the same, over a fifth: fixed cut points"
        return f"at most {self.tied:.1%} of customers have the same: fifths of the customers"

    def apply(self, values: Array) -> Scores:
        """Scores from 1 to 5, shape (n,)."""
        band = np.searchsorted(self.breaks, values, side="right")
        return (1 + band if HIGH_IS_GOOD[self.score] else BINS - band).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The cut points of R, F and M: frozen, so that later scores move only when customers do."""

    R: Scale
    F: Scale
    M: Scale
    as_of: str | None = None  # of the table they were fitted on, as ISO text

    def table(self) -> pd.DataFrame:
        """One row per score and value: from where to where, how many customers at the fit, why."""
        return pd.concat([_bands(scale) for scale in (self.R, self.F, self.M)], ignore_index=True)

    def to_json(self, path: str | Path) -> None:
        """Write the cut points to a file."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read the cut points that `to_json` wrote."""
        try:
            read = json.loads(Path(path).read_text(encoding="utf-8"))
            scales = {score: _scale_from(read[score]) for score in MEASURES}
            return cls(**scales, as_of=read["as_of"])
        except (ValueError, KeyError, TypeError) as fault:
            raise SourceUnreadable(
                f"{path} holds no RFM cut-offs ({fault}); write it with rfm_cutoffs(…).to_json(…)."
            ) from fault


def rfm_cutoffs(customers: pd.DataFrame, *, unit: str | None = None) -> Cutoffs:
    """Cut points of R, F and M for these customers, to be used on any later date.

    Parameters
    ----------
    customers
        The table of `customer_summary`.
    unit
        What `recency` and `T` count in; by default what the table says.
    """
    if customers.empty:
        raise NoRows("The customer table has no rows to score; load transactions with customers.")
    measures = _measures(customers, unit)
    scales = {score: _scale(score, values) for score, values in measures.items()}
    return Cutoffs(**scales, as_of=customers.attrs.get("as_of"))


def rfm(
    customers: pd.DataFrame, cutoffs: Cutoffs | None = None, *, unit: str | None = None
) -> pd.DataFrame:
    """Add R, F, M (1 worst to 5 best) and the segment, by these cut-offs or by the table's own.

    >>> customers = pd.DataFrame({"frequency": [0, 11], "recency": [0.0, 50.0],
    ...                           "T": [52.0, 52.0], "total_spend": [10.0, 300.0]})
    >>> rfm(customers, unit="W")[["R", "F", "M", "segment"]].values.tolist()
    [[2, 1, 1, 'hibernating'], [5, 5, 3, 'champions']]
    """
    cutoffs = cutoffs or rfm_cutoffs(customers, unit=unit)
    measures = _measures(customers, unit)
    scores = {score: getattr(cutoffs, score).apply(values) for score, values in measures.items()}
    return customers.assign(**scores, segment=_segments(scores["R"], scores["F"]))


def _measures(customers: pd.DataFrame, unit: str | None) -> dict[str, Array]:
    """What the three scores rank: whole days since the last purchase, purchase days, money."""
    missing = [name for name in _NEEDED if name not in customers]
    if missing:
        found = list(customers.columns)
        raise ColumnsMissing.from_table("The customer table", missing, found, mapping=MEASURES)
    _refuse_unknown(customers)
    days = UNIT_DAYS[unit_of(customers, unit)]
    since_last = np.rint((customers["T"] - customers["recency"]).to_numpy() * days)
    return {
        "R": since_last,
        "F": customers["frequency"].to_numpy(dtype=float) + 1,
        "M": significant(customers["total_spend"].to_numpy(dtype=float)),
    }


def _refuse_unknown(customers: pd.DataFrame) -> None:
    """Refuse a table with a value that cannot be ranked."""
    for name in _NEEDED:
        unknown = ~np.isfinite(customers[name].to_numpy(dtype=float))
        if unknown.any():
            raise TableBroken(
                f"`{name}` is not a number in {unknown.sum()} of {len(customers)} rows (first: "
                f"{customers.index[unknown][0]}); leave such customers out, or mend the table."
            )


def significant(values: Array) -> Array:
    """Values to twelve significant digits."""
    size = np.abs(np.where(values == 0, 1, values))
    scale = 10.0 ** (_DIGITS - np.ceil(np.log10(size)))
    return np.round(values * scale) / scale


def _scale(score: str, values: Array) -> Scale:
    """Cut points of one score: fifths of the customers, or fixed ones where ties forbid them."""
    tied = float(np.unique(values, return_counts=True)[1].max() / len(values))
    if tied > 1 / BINS:
        scale = Scale(score, "fixed", _fixed_breaks(score, values), tied, ())
    else:
        scale = Scale(score, "quantile", _quantile_breaks(score, values), tied, ())
    counts = np.bincount(scale.apply(values), minlength=BINS + 1)[1:]
    return replace(scale, customers=tuple(counts.tolist()))


def _quantile_breaks(score: str, values: Array) -> tuple[float, ...]:
    """First value of each further band, where score = 1 + floor(5 × share strictly worse)."""
    goodness = values if HIGH_IS_GOOD[score] else -values
    worse = np.searchsorted(np.sort(goodness), goodness, side="left")
    fifth = BINS * worse // len(values)  # in whole numbers: no rounding at a fifth's edge
    band = fifth if HIGH_IS_GOOD[score] else BINS - 1 - fifth
    return tuple(float(values[band >= step].min()) for step in range(1, BINS))


def _fixed_breaks(score: str, values: Array) -> tuple[float, ...]:
    """The agreed cut points; those of money are multiples of the spenders' median."""
    points = np.array(FIXED[score], dtype=float)
    if score == "M" and (values > 0).any():
        points = significant(points * np.median(values[values > 0]))
    return tuple(points.tolist())


def _segments(R: Scores, F: Scores) -> pd.Categorical:
    """Segment of each pair of scores."""
    return pd.Categorical.from_codes(
        _cells()[R - 1, F - 1], categories=list(SEGMENTS), ordered=True
    )


def _cells() -> Scores:
    """Number of the segment in each cell of the map, shape (5, 5): R - 1 by F - 1."""
    codes = np.zeros((BINS, BINS), dtype=np.int64)
    for code, pattern in enumerate(SEGMENTS.values()):
        for r, f in np.ndindex(BINS, BINS):
            if re.fullmatch(pattern, f"{r + 1}{f + 1}"):
                codes[r, f] = code
    return codes


def _bands(scale: Scale) -> pd.DataFrame:
    """The five bands of one score, best first."""
    ascending = np.arange(1, BINS + 1)
    value = ascending if HIGH_IS_GOOD[scale.score] else ascending[::-1]
    bands = pd.DataFrame(
        {
            "score": scale.score,
            "value": value,
            "measure": MEASURES[scale.score],
            "unit": UNITS[scale.score],
            "at_least": [np.nan, *scale.breaks],
            "below": [*scale.breaks, np.nan],
            "customers": np.array(scale.customers)[value - 1],
            "method": scale.method,
            "why": scale.why,
        }
    )
    return bands.sort_values("value", ascending=False)


def _scale_from(read: dict) -> Scale:
    breaks, customers = tuple(read["breaks"]), tuple(read["customers"])
    if len(breaks) != BINS - 1 or list(breaks) != sorted(breaks):
        raise ValueError(f"{read['score']} needs 4 ascending breaks; found {list(breaks)}")
    return Scale(read["score"], read["method"], breaks, read["tied"], customers)
