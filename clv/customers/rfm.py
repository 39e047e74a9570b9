"""Recency, frequency and money as scores from 1 (worst) to 5 (best), and the ten segments.

How the scores are cut stands in `scales`. Cut points are frozen once they are known: kept for a
later day, they show customers who moved, and not cuts that did.

The segments are the standard 5 × 5 map of R and F; M tells the members of a segment apart.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

from clv.customers import scales
from clv.customers.scales import BINS, MEASURES, Scale, Scores, significant
from clv.errors import ColumnsMissing, NoRows, SourceUnreadable, TableBroken
from clv.models.estimation import Array
from clv.tables.periods import UNIT_DAYS, unit_of

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

_NEEDED = ("frequency", "recency", "T", "total_spend")


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The cut points of R, F and M: frozen, so that later scores move only when customers do."""

    R: Scale
    F: Scale
    M: Scale
    as_of: str | None = None  # of the table they were fitted on, as ISO text

    def table(self) -> pd.DataFrame:
        """One row per score and value: from where to where, how many customers at the fit, why."""
        return pd.concat([each.table() for each in (self.R, self.F, self.M)], ignore_index=True)

    def to_json(self, path: str | Path) -> None:
        """Write the cut points to a file."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read the cut points that `to_json` wrote."""
        try:
            read = json.loads(Path(path).read_text(encoding="utf-8"))
            found = {score: scales.read(read[score]) for score in MEASURES}
            return cls(**found, as_of=read["as_of"])
        except OSError as fault:
            raise SourceUnreadable(
                f"{path} cannot be read: {fault.strerror}. "
                "Name the file that rfm_cutoffs(…).to_json(…) wrote."
            ) from fault
        except (ValueError, KeyError, TypeError) as fault:
            raise SourceUnreadable(
                f"{path} holds no RFM cut-offs ({fault}); write it with rfm_cutoffs(…).to_json(…)."
            ) from fault


def rfm_cutoffs(
    customers: pd.DataFrame, *, method: str = "quantile", unit: str | None = None
) -> Cutoffs:
    """Cut points of R, F and M for these customers, to be used on any later date.

    Parameters
    ----------
    customers
        The table of `customer_summary`.
    method
        "quantile": fifths of the customers, or, for a score that over a fifth of them share, fixed
        cut points. "fixed": fixed ones for all three (silence of 30, 90, 180, 365 days; 2, 3, 5, 10
        purchase days; 0.5, 1, 2, 4 times the median spend). "jenks" or "kmeans1d": the natural
        breaks, of purchase days and money on a logarithmic scale.
    unit
        What `recency` and `T` count in; by default what the table says.
    """
    if customers.empty:
        raise NoRows("The customer table has no rows to score; load transactions with customers.")
    measures = _measures(customers, unit)
    found = {score: scales.fit(score, values, method) for score, values in measures.items()}
    return Cutoffs(**found, as_of=customers.attrs.get("as_of"))


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
