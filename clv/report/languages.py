"""The languages a page can be in: its translations, its reading direction, its number formats.

The English sentence is the name under which a translation is found (gettext). A language is
available when `locale/<language>/LC_MESSAGES/clv.po` exists; English needs no catalogue.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal, Self

from babel import Locale
from babel.dates import format_date, format_skeleton, get_month_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern

from clv.errors import BadParameter, listed
from clv.report import labels

LOCALES = Path(__file__).parent / "locale"
MISSING = "–"

# Keep a run in order inside right-to-left text: numbers from left to right ("-1.0 – 1.5"), days
# as the language writes them. The direction marks that CLDR puts into the patterns of numbers
# would turn the sign of an isolated number to its other side.
LEFT_TO_RIGHT, RIGHT_TO_LEFT, END_ISOLATE = "\u2066", "\u2067", "\u2069"
MARKS = {0x200E: None, 0x200F: None, 0x061C: None}


def available() -> tuple[str, ...]:
    """The languages that a page can be written in, English first.

    >>> available()[0]
    'en'
    """
    return ("en", *sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/clv.po")))


@dataclass(frozen=True, slots=True)
class Words:
    """One language: what a message, a number, a day is called in it."""

    language: str
    locale: Locale
    catalogue: NullTranslations = field(repr=False, compare=False)

    @classmethod
    def of(cls, language: str) -> Self:
        if language not in available():
            raise BadParameter.from_value("language", language, f"one of {listed(available())}")
        return _load(language)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    def text(self, message: str) -> str:
        """A message in this language; without a translation, the message itself."""
        return self.catalogue.gettext(message) if message else ""

    def plural(self, one: str, many: str, count: float) -> str:
        """The form of a message that goes with `count` of something."""
        # 100 takes the plural of fractions in every language we can write ("1.5 purchases").
        whole = int(count) if math.isfinite(count) and count == int(count) else 100
        return self.catalogue.ngettext(one, many, abs(whole))

    def label(self, key: str) -> str:
        """The name of a column, a segment, a stage or a model.

        >>> Words.of("en").label("expected_purchases")
        'Expected purchases'
        """
        return self.text(labels.english(key))

    def number(self, value: float, digits: int) -> str:
        """A number with a fixed count of decimals."""
        return self._applied(self.locale.decimal_formats[None], round(value, digits), digits)

    def share(self, value: float, digits: int) -> str:
        """A share as a percentage."""
        return self._applied(self.locale.percent_formats[None], round(value, digits + 2), digits)

    def money(self, value: float, currency: str, digits: int) -> str:
        """An amount with the sign of its currency where this language puts it."""
        pattern = self.locale.currency_formats["standard"]
        return self._applied(pattern, round(value, digits), digits, currency)

    def day(self, value: date, style: Literal["medium", "long"] = "long") -> str:
        """A calendar day."""
        written = format_date(value, style, locale=self.locale)
        return f"{RIGHT_TO_LEFT}{written}{END_ISOLATE}" if self.direction == "rtl" else written

    def month(self, number: int, style: Literal["abbreviated", "wide"] = "wide") -> str:
        """A month of the year, whichever year: 1 to 12."""
        return get_month_names(style, "stand-alone", locale=self.locale)[number]

    def period(self, start: date, kind: str = "M") -> str:
        """A month ("M"), a quarter ("Q") or a year ("Y"), short: "Jan 1997", "Q1 1997", "1997"."""
        skeleton = {"M": "yMMM", "Q": "yQQQ", "Y": "y"}[kind]
        return self.isolated(format_skeleton(skeleton, start, locale=self.locale))

    def listing(self, items: list[str]) -> str:
        """Items joined as a sentence joins them: "a, b and c"."""
        return format_list(items, locale=self.locale)

    def isolated(self, text: str) -> str:
        """A run of numbers that right-to-left text around it must not reorder."""
        if self.direction == "ltr":
            return text
        return f"{LEFT_TO_RIGHT}{text.translate(MARKS)}{END_ISOLATE}"

    def _applied(
        self, pattern: NumberPattern, value: float, digits: int, currency: str | None = None
    ) -> str:
        if not math.isfinite(value):
            return MISSING
        fixed = copy.copy(pattern)
        fixed.frac_prec = (digits, digits)
        # Adding 0.0 turns a rounded -0.0 into 0.0, which has no sign to show.
        return self.isolated(
            fixed.apply(value + 0.0, self.locale, currency=currency, currency_digits=False)
        )


@lru_cache
def _load(language: str) -> Words:
    source = LOCALES / language / "LC_MESSAGES" / "clv.po"
    catalogue = NullTranslations()
    if source.exists():
        compiled = BytesIO()
        with source.open("rb") as lines:
            write_mo(compiled, read_po(lines, locale=language))
        compiled.seek(0)
        catalogue = GNUTranslations(compiled)
    return Words(language, Locale.parse(language), catalogue)


_spoken: ContextVar[Words | None] = ContextVar("spoken", default=None)


def current() -> Words:
    """The language being drawn or written at this moment: what a plot labels its axes in."""
    return _spoken.get() or Words.of("en")


@contextmanager
def speaking(words: Words) -> Iterator[Words]:
    """Make `words` the current language for the length of a `with` block."""
    token = _spoken.set(words)
    try:
        yield words
    finally:
        _spoken.reset(token)
