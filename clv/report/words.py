"""Sentences and the values they hold, written without a language and rendered in one.

A sentence names its values, and each value knows its kind, so that the same finding reads right
in every language: `Text("The top {part} hold {held}.", values={"part": Share(0.1), …})`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import pandas as pd

from clv.errors import PageIncomplete, listed
from clv.report import privacy
from clv.report.languages import MISSING, Words, available, current, speaking
from clv.report.messages import Messages

__all__ = [
    "Count",
    "Day",
    "Interval",
    "Label",
    "Money",
    "Month",
    "Names",
    "Number",
    "People",
    "Quantity",
    "Share",
    "Text",
    "Value",
    "Words",
    "available",
    "current",
    "decimals",
    "noun",
    "of_unit",
    "said",
    "speaking",
]

# Units that are counted in a noun, with the two English forms under which translations are found.
NOUNS: Messages = {
    "customers": ("customer", "customers"),
    "purchases": ("purchase", "purchases"),
    "days": ("day", "days"),
    "weeks": ("week", "weeks"),
    "months": ("month", "months"),
    "years": ("year", "years"),
    "rows": ("row", "rows"),
}
COUNTED = ("customers", "rows")  # whole things: never shown with decimals


class Value(Protocol):
    """Whatever a sentence can hold besides plain data."""

    def render(self, words: Words) -> str: ...


def decimals(values: Sequence[float] | float) -> int:
    """Decimals that show the middle one of some numbers to three significant digits.

    >>> decimals([0.243, 4.414, 0.793, 2.426]), decimals(1234.5), decimals(0.0)
    (2, 0, 0)
    """
    sizes = [values] if isinstance(values, int | float) else list(values)
    sizes = sorted(abs(size) for size in sizes if math.isfinite(size) and size)
    if not sizes or all(size == int(size) for size in sizes):
        return 0
    return min(max(2 - math.floor(math.log10(sizes[len(sizes) // 2])), 0), 4)


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number; `digits` decimals, or as many as show three significant digits."""

    value: float
    digits: int | None = None

    def render(self, words: Words) -> str:
        digits = decimals(float(self.value)) if self.digits is None else self.digits
        return words.number(float(self.value), digits)


@dataclass(frozen=True, slots=True)
class Count:
    """How many: no decimals."""

    value: float

    def render(self, words: Words) -> str:
        return words.number(float(self.value), 0)


@dataclass(frozen=True, slots=True)
class People:
    """How many customers; so few that they might be recognised are not counted out.

    >>> People(12).render(Words.of("en")), People(4).render(Words.of("en"))
    ('12', '<5')
    """

    value: float

    def render(self, words: Words) -> str:
        if privacy.few(self.value):
            return words.isolated(f"<{Count(privacy.FEWEST).render(words)}")
        return Count(self.value).render(words)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, between 0 and 1, said in percent.

    >>> Share(0.702).render(Words.of("en")), Share(0.0241).render(Words.of("en"))
    ('70%', '2.4%')
    """

    value: float
    digits: int | None = None

    def render(self, words: Words) -> str:
        value = float(self.value)
        # Where a whole percent would round to nothing or to all, one more decimal tells them apart.
        fine = 0 < abs(value) < 0.0995 or 0.99 < abs(value) < 1
        return words.share(value, int(fine) if self.digits is None else self.digits)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; without a currency it is said as a plain number.

    >>> Money(1234.5, "USD").render(Words.of("en")), Money(12.5, "USD").render(Words.of("en"))
    ('$1,234', '$12.50')
    """

    value: float
    currency: str | None = None
    digits: int | None = None

    def render(self, words: Words) -> str:
        value = float(self.value)
        digits = (0 if abs(value) >= 1000 else 2) if self.digits is None else self.digits
        if self.currency:
            return words.money(value, self.currency, digits)
        return words.number(value, digits)


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, given as a date or as ISO text; `short` for tables."""

    value: date | str
    short: bool = False

    def render(self, words: Words) -> str:
        if pd.isna(self.value):
            return MISSING
        day = self.value if isinstance(self.value, date) else date.fromisoformat(self.value)
        day = day.date() if isinstance(day, datetime) else day
        return words.day(day, "medium" if self.short else "long")


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year, whichever year: 1 to 12."""

    number: int

    def render(self, words: Words) -> str:
        return words.month(self.number)


@dataclass(frozen=True, slots=True)
class Interval:
    """From a low to a high value of the same kind.

    >>> Interval(Money(1204.0, "USD"), Money(1530.0, "USD")).render(Words.of("en"))
    '$1,204 to $1,530'
    """

    low: Value
    high: Value

    def render(self, words: Words) -> str:
        return Text("{low} to {high}", {"low": self.low, "high": self.high}).render(words)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something: "12 weeks", "1 customer", "1.5 purchases"."""

    value: float
    unit: str

    def render(self, words: Words) -> str:
        values = {"number": of_unit(self.value, self.unit), "unit": noun(self.unit, self.value)}
        return Text("{number} {unit}", values).render(words)


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a segment, a stage or a column, given by its key ("at_risk")."""

    key: str

    def render(self, words: Words) -> str:
        return words.label(self.key)


@dataclass(frozen=True, slots=True)
class Names:
    """Several values, joined as a sentence joins them."""

    values: Sequence[Value | str]

    def render(self, words: Words) -> str:
        return words.listing([_rendered(value, words) for value in self.values])


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence with named values; with `plural`, the form that goes with `count`.

    >>> seen = Text("{count} customer has left.", plural="{count} customers have left.", count=3)
    >>> str(seen)
    '3 customers have left.'
    """

    template: str
    values: Mapping[str, Value | str] = field(default_factory=dict)
    plural: str | None = None
    count: float | None = None

    def render(self, words: Words) -> str:
        """The sentence in one language; a plain string among the values stands as it is."""
        values = dict(self.values)
        message = self.template
        if self.plural is None:
            message = words.text(message)
        else:
            message = words.plural(message, self.plural, self.count or 0)
            values = {"count": Count(self.count or 0)} | values
        if not values:
            return message  # Braces in a sentence without values, as in a formula, are only braces.
        missing = sorted(set(re.findall(r"{(\w+)}", message)) - set(values))
        if missing:
            raise PageIncomplete(
                f"The sentence {message!r} names {listed(missing)}, but its values are "
                f"{listed(values) or 'none'}: add them to values=…"
            )
        return message.format(**{name: _rendered(value, words) for name, value in values.items()})

    def __str__(self) -> str:
        return self.render(Words.of("en"))


def said(sentence: Text | str, words: Words) -> str:
    """A sentence in one language; a plain string is its own English message."""
    return words.text(sentence) if isinstance(sentence, str) else sentence.render(words)


def of_unit(value: float, unit: str, digits: int | None = None) -> Value:
    """A number as the kind of value that its unit makes it: "share", "customers", "USD" or ""."""
    if unit == "share":
        return Share(value, digits)
    if unit in COUNTED:
        return Count(value)
    if unit in NOUNS or not unit:
        return Number(value, digits)
    return Money(value, unit, digits)


def noun(unit: str, count: float) -> Value:
    """The word that follows a number of some unit, in the form for `count`; "" for money."""
    one, many = NOUNS.get(unit, ("", ""))
    return _Noun(one, many, count)


@dataclass(frozen=True, slots=True)
class _Noun:
    one: str
    many: str
    count: float

    def render(self, words: Words) -> str:
        return words.plural(self.one, self.many, self.count) if self.one else ""


def _rendered(value: Value | str, words: Words) -> str:
    return value if isinstance(value, str) else value.render(words)
