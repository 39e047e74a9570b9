"""Kinds of values: how each is read, by which rules it is judged, and what it then keeps to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from ibis import _

from clv.errors import InputRefused
from clv.tables import conversion
from clv.tables.dialects import Dialect
from clv.tables.formats import Format
from clv.tables.optional import stamps
from clv.tables.rules import CONTROL, LARGEST_AMOUNT, LONGEST_ID, Rule

FLAGS = {
    True: ("true", "t", "yes", "y", "1"),
    False: ("false", "f", "no", "n", "0"),
}
FIRST, END = date(1970, 1, 1), date(9999, 1, 1)  # no day on or before, on or after
MISSING = "_missing"  # after a column's name: whether nothing is there, however that is spelt


@dataclass(frozen=True, slots=True)
class Written:
    """How a source writes its values."""

    form: Format
    timezone: str
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Kind:
    """What the values of a column are; a value that cannot be read becomes null."""

    allowed: str  # what a source's own type may be
    accepts: Callable[[dt.DataType], bool]
    read: Callable[[ir.Column, Written], ir.Value]
    rules: Callable[[str], tuple[Rule, ...]]  # of a column, by its name
    keeps: Callable[[pd.Series], pd.Series]  # what each value does that is there
    spelt: bool = True  # whether NA, null and the like say that nothing is there
    numeric: bool = False
    known: tuple[str, ...] = ()  # words that have a meaning to us; others are told, not refused


def converted(name: str, values: ir.Column, kind: Kind, written: Written) -> dict[str, ir.Value]:
    """A column as its kind reads it, and whether nothing was there."""
    if not kind.accepts(values.type()):
        if values.notnull().any().to_pyarrow().as_py():
            raise InputRefused(
                f"`{name}` holds {values.type()} values; it must hold {kind.allowed}.", column=name
            )
        values = ibis.cases((values.isnull(), ibis.null("string")))  # a column of nothing
    read = kind.read(values, written)
    return {
        name: read,
        name + MISSING: conversion.missing(values) if kind.spelt else read.isnull(),
    }


def code(*words: str) -> str:
    """The name of a reason: that of a column and what is the matter with it.

    >>> code("created_at", "missing")
    'created-at-missing'
    """
    return "-".join(words).lower().replace("_", "-")


def _unread(name: str) -> ibis.Deferred:
    """Whether there is a value and it could not be read."""
    return _[name].isnull() & ~_[name + MISSING]


# Ids, text and words ----------------------------------------------------------------------------


def _id_rules(name: str) -> tuple[Rule, ...]:
    says = "holds a NUL or another control character"
    return (
        Rule(code(name, "control"), name, says, _[name].re_search(CONTROL), quoted=False),
        Rule(
            code(name, "too-long"),
            name,
            f"has more than {LONGEST_ID} characters",
            _[name].length() > LONGEST_ID,
            quoted=False,
        ),
    )


def _text(values: ir.Column, _written: Written) -> ir.StringValue:
    """Text without blanks around it, null where there is none."""
    return values.cast("string").strip().nullif("")


def _word(values: ir.Column, written: Written) -> ir.StringValue:
    """A word in small letters, null where nothing is there."""
    return ibis.ifelse(conversion.missing(values), None, _text(values, written).lower())


def _plain(kind: dt.DataType) -> bool:
    """Whether values of a type have one spelling."""
    return kind.is_string() or kind.is_integer() or kind.is_boolean()


ID = Kind(
    "text or whole numbers (a column with gaps turns whole numbers into floats, which merges "
    "large ids)",
    accepts=lambda kind: kind.is_string() or kind.is_integer(),
    read=lambda v, written: conversion.identified(v, written.dialect)["customer_id"].nullif(""),
    rules=_id_rules,
    keeps=lambda s: s.str.len().between(1, LONGEST_ID),
    spelt=False,
)
TEXT = Kind(
    "text",
    accepts=_plain,
    read=_text,
    rules=lambda name: (),
    keeps=lambda s: s.str.len() > 0,
    spelt=False,
)


def word(*known: str) -> Kind:
    """Words in small letters, of which some are known."""
    return Kind(
        "text",
        accepts=_plain,
        read=_word,
        rules=lambda name: (),
        keeps=lambda s: s.str.len() > 0,
        known=known,
    )


def one_of(*allowed: str) -> Kind:
    """Words of a list, whatever their case."""
    says = f"is none of {', '.join(allowed)}"
    return Kind(
        "text",
        accepts=_plain,
        read=_word,
        rules=lambda name: (Rule(code(name, "unknown"), name, says, ~_[name].isin(allowed)),),
        keeps=lambda s: s.isin(allowed),
    )


# Flags ------------------------------------------------------------------------------------------


def _flag(values: ir.Column, written: Written) -> ir.BooleanValue:
    """True or false, however that is spelt."""
    if values.type().is_boolean():
        return values
    text = _word(values, written)
    return ibis.cases(*((text.isin(spelt), flag) for flag, spelt in FLAGS.items()))


FLAG = Kind(
    "true or false",
    accepts=_plain,
    read=_flag,
    rules=lambda name: (
        Rule(
            code(name, "not-a-flag"),
            name,
            "is neither true, yes nor 1, and neither false, no nor 0",
            _unread(name),
        ),
    ),
    keeps=lambda s: s.isin([True, False]),
)


# Numbers ----------------------------------------------------------------------------------------


def number(low: float = -LARGEST_AMOUNT, high: float = LARGEST_AMOUNT) -> Kind:
    """Numbers in a range, its ends included."""
    says = "is negative" if (low, high) == (0, LARGEST_AMOUNT) else f"is not {low:g} to {high:g}"
    return Kind(
        "numbers",
        accepts=lambda kind: (kind.is_numeric() and not kind.is_boolean()) or kind.is_string(),
        read=lambda values, written: conversion.number(values, written.form),
        rules=lambda name: (
            Rule(code(name, "not-a-number"), name, "cannot be read as a number", _unread(name)),
            Rule(code(name, "infinite"), name, "is infinite", _[name].abs() == np.inf),
            Rule(code(name, "too-large"), name, "is beyond 1e15", _[name].abs() > LARGEST_AMOUNT),
            Rule(code(name, "out-of-range"), name, says, ~_[name].between(low, high)),
        ),
        keeps=lambda s: s.between(low, high),
        numeric=True,
    )


NUMBER = number()
AMOUNT = number(0)


# Days -------------------------------------------------------------------------------------------


def _stamp_rules(name: str) -> tuple[Rule, ...]:
    day = _[name].date()
    return (
        Rule(code(name, "not-a-date"), name, "cannot be read as a date", _unread(name)),
        Rule(
            code(name, "impossible"),
            name,
            "is on or before 1970-01-01, or in the year 9999",
            (day <= FIRST) | (day >= END),
        ),
    )


STAMP = Kind(
    "dates, stamps or text such as 2024-01-31; a bare number does not say from when it counts",
    accepts=lambda kind: kind.is_timestamp() or kind.is_date() or kind.is_string(),
    read=lambda v, written: stamps.stamp(v, written.form, written.timezone, written.dialect),
    rules=_stamp_rules,
    keeps=lambda s: s.between(pd.Timestamp(FIRST), pd.Timestamp(END), inclusive="neither"),
)
PERIOD = Kind(
    "text such as 2024, 2024-Q1 or 2024-01",
    accepts=_plain,
    read=lambda values, _written: stamps.period(values),
    rules=lambda name: (
        Rule(
            code(name, "not-a-period"),
            name,
            "is not a year, quarter or month such as 2024, 2024-Q1 or 2024-01",
            _unread(name),
        ),
    ),
    keeps=lambda s: s.str.len().isin((4, 7)),
)
