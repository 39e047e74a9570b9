"""Words that the data bring along, as the sources of leads are called, beside words of ours."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clv.report.words import Label, Value, Words
from clv.stages.bottlenecks import RULE
from clv.stages.diagnoses import OTHER
from clv.stages.obstacles import OWN

UNKNOWN = "unknown"
OURS = (OTHER, UNKNOWN, *OWN)  # names beside the words of the data


@dataclass(frozen=True, slots=True)
class Told:
    """A word that the data bring along, such as the source of a lead: said as it is.

    It may look like a name of ours; that is no reason to translate it.

    >>> str(Told("paid_ads"))
    'Paid ads'
    """

    word: str

    def __str__(self) -> str:
        said = self.word.replace("_", " ").strip()
        return said[:1].upper() + said[1:]

    def render(self, words: Words) -> str:
        return words.isolated(str(self))


def named(word: object) -> Value:
    """A source or a reason: a word of the data, said as it is, or one of ours."""
    ours = Label(str(word).removeprefix(RULE))
    return ours if word in OURS else Told(str(word))


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Sources or reasons as `named` says them."""
    return table.set_axis(pd.Index(map(named, table.index), dtype=object))
