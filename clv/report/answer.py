"""What one page of a suite says: its answer and its checks, as another page can say them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clv.report.checks import Check
from clv.report.words import Value, Words

WITHHELD: Final = "left_out"  # the severity of a page that says nothing


@dataclass(frozen=True, slots=True)
class Quoted:
    """What another page has said, in the languages it was said in."""

    by_language: Mapping[str, str]

    def render(self, words: Words) -> str:
        first = next(iter(self.by_language.values()), "")
        return self.by_language.get(words.language, first)

    def __str__(self) -> str:
        return next(iter(self.by_language.values()), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one page says, how urgent that is, and which of its checks hold."""

    page: str  # the stem of its notebook
    name: Value | str
    said: Value | str  # its answer; of a page that is left out, why
    severity: str  # as of a finding; `left_out` for a page that says nothing
    next_step: Value | str | None = None
    checks: tuple[Check, ...] = ()
    who: str | None = None  # who does what it asks for, as of `findings.action`; None: nobody

    @property
    def left_out(self) -> bool:
        """Whether the page could not be made."""
        return self.severity == WITHHELD

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.passed)
