"""What brings its own names along: stages of a framework, plays, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clv.report.languages import Words


@dataclass(frozen=True, slots=True)
class Named:
    """What brings its own names, by language: data, and no message of the catalogue.

    >>> Named("lead", {"en": "Lead", "tr": "Potansiyel"}).render(Words.of("tr"))
    'Potansiyel'
    """

    key: str
    names: Mapping[str, str] = field(compare=False)

    def render(self, words: Words) -> str:
        return self.names.get(words.language, self.names["en"])
