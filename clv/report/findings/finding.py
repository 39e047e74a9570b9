"""A finding: a sentence computed from its evidence, and the decision that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from clv.report.messages import Messages
from clv.report.privacy import FEWEST, few
from clv.report.words import Day, Quantity, Share, Text, Value

Severity = Literal["good", "info", "watch", "act"]

SEVERITIES: Final[Messages] = {  # what each asks of the reader, the most urgent first
    "act": "Decide now",
    "watch": "Keep an eye on",
    "info": "Good to know",
    "good": "As it should be",
}

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([DWMY])")
_SPANS = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
_MARKUP = re.compile(r"([\\`*_\[\]<>$~|])")  # $ begins a formula in a notebook


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the data say, the table it was computed from, and what to do about it."""

    headline: Text
    evidence: pd.DataFrame
    severity: Severity = "info"
    next_step: Text | None = None

    def _repr_markdown_(self) -> str:
        lines = [f"**{_escaped(self.headline)}**"]
        if self.next_step:
            lines.append(f"→ {_escaped(self.next_step)}")
        return "\n\n".join(lines)


def graded(value: float, *, watch: float, act: float, below: Severity = "info") -> Severity:
    """How urgent a number is that is the worse, the higher it is.

    >>> graded(0.3, watch=0.5, act=0.8), graded(0.5, watch=0.5, act=0.8)
    ('info', 'watch')
    """
    if value >= act:
        return "act"
    return "watch" if value >= watch else below


def evidence(table: pd.DataFrame, **units: str | None) -> pd.DataFrame:
    """A small table beside its sentence: the unit of each column named, its groups as keys."""
    shown = table.copy()
    if pd.api.types.is_string_dtype(shown.index):  # categories are shown by name, text as it is
        shown.index = pd.CategoricalIndex(shown.index, shown.index.unique())
    shown.attrs = {"units": {column: unit or "" for column, unit in units.items()}}
    return shown


def estimate(value: Value, low: Value, high: Value) -> Text:
    """A number with its interval, as a value in a sentence: "12% (9.8% to 15%)"."""
    return Text("{value} ({low} to {high})", {"value": value, "low": low, "high": high})


def sure(value: Value, low: Value, high: Value) -> Value:
    """A number with its interval, as far as that is known."""
    return value if pd.isna(low.value) or pd.isna(high.value) else estimate(value, low, high)


def share_of_buyers(row: Any) -> Value:  # noqa: ANN401 -- a row of a table, or anything with its columns
    """The share of a group that bought, with its interval; where a handful did, only that.

    `row`: customers, returned, share, low, high, as `stages.validation` returns them.
    """
    handful = FEWEST / max(row.customers, FEWEST)
    if few(row.returned):
        return Text("less than {share}", {"share": Share(handful)})
    if few(row.customers - row.returned):
        return Text("more than {share}", {"share": Share(1 - handful)})
    return sure(Share(row.share), Share(row.low), Share(row.high))


def share_through(row: pd.Series) -> Value:
    """The share of those who entered a stage that got on, said as `share_of_buyers` says it.

    `row`: entries, share, low, high, as `stages.bottlenecks` and `stages.diagnoses` return them.
    """
    through = np.round(row["share"] * row["entries"])
    counted = {"customers": row["entries"], "returned": through}
    return share_of_buyers(pd.Series({**row[["share", "low", "high"]], **counted}))


def ahead(horizon: str) -> Value:
    """A horizon as a sentence says it: "within 12 months", or "by December 31, 2025".

    >>> str(ahead("12M")), str(ahead("2025-12-31"))
    ('within 12 months', 'by December 31, 2025')
    """
    length = _LENGTH.fullmatch(horizon.strip())
    if length:
        return Text("within {span}", {"span": Quantity(float(length[1]), _SPANS[length[2]])})
    return Text("by {day}", {"day": Day(horizon.strip())})


def _escaped(sentence: Text) -> str:
    """A sentence whose signs stay signs in Markdown."""
    return _MARKUP.sub(r"\\\1", str(sentence))


def guarded(table: pd.DataFrame, *counts: str) -> pd.DataFrame:
    """A table whose shares are left open where, times a count beside them, they tell of a few.

    `table`: share, low, high, and the columns named by `counts`, of whom the share is a part.
    """
    telling = pd.Series(data=False, index=table.index)
    for name in counts:
        part = (table["share"] * table[name]).round().fillna(0)
        telling |= table[name].map(few) | part.map(few) | (table[name] - part).map(few)
    return table.assign(**{name: table[name].mask(telling) for name in ("share", "low", "high")})
