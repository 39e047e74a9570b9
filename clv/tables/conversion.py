"""Conversion: text or native values into ids, calendar days and amounts, under a declared format.

A value that does not convert becomes null and is judged later; what could be read in two ways is
refused before, by the whole column (`ambiguity`), because no row by itself shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np

from clv.errors import BadParameter, InputRefused
from clv.tables import dialects
from clv.tables.dialects import ISO_LOCAL, ISO_OFFSET, Dialect
from clv.tables.formats import Format
from clv.tables.raw import Raw

RAW = "raw_"  # before a column's name: its value as it came
MISSING = ("", "na", "n/a", "nan", "nat", "null", "none", "-")  # not for ids: NA may be one
# Blanks, no-break and zero-width ones and marks of direction too: the characters themselves, which
# every engine reads.
BLANKS = "[\\s\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u2066-\u2069\u3000\ufeff]+"
ODD = "[^!-~]"  # anything but the letters, digits and marks of ASCII
AS_NUMBER = "%Y%m%d"  # the one way in which a day is a whole number that loses no zero
SIGNS = {"TL": "TRY", "₺": "TRY", "€": "EUR"}  # of one currency alone; $ is that of many
INFINITE = r"(?i)^[+-]?inf(inity)?$"
LONGEST_NUMBER = 100  # characters; with an exponent of two digits it is then never beyond a float


def converted(raw: Raw, form: Format, timezone: str) -> ir.Table:
    """The rows with customer_id, date (day or null) and amount (float or null).

    Ids are text; those that come as whole numbers stay numbers where the engine keeps them so.

    Where the source has them, currency (a code), known_at (day or null) and, declared, margin
    (share or null) are converted too. date_missing, amount_missing and the like tell nothing there
    from nothing sensible there; trimmed and composed tell which ids were changed.
    """
    rows, dialect = raw.table, dialects.of(raw.table)
    more = {}
    if "order_id" in rows.columns:
        order = rows["order_id"].cast("string")
        more["order_id"] = ibis.cases(
            (missing(order), ""), (order.re_search(ODD), _trimmed(order)), else_=order
        )
    if "margin" in rows.columns:
        more["margin"] = number(rows["margin"], form, "margin")
        more["margin_missing"] = missing(rows["margin"])
    if "currency" in rows.columns:
        code = rows["currency"].cast("string").strip().upper()
        code = code.substitute(SIGNS)
        more["currency"] = ibis.ifelse(missing(rows["currency"]), "", code)
    if "known_at" in rows.columns:
        more["known_at"] = day(rows["known_at"], form.date_format, timezone, dialect)
        more["known_at_missing"] = missing(rows["known_at"])
    return rows.mutate(
        **{RAW + name: rows[name] for name in rows.columns},
        **identified(rows["customer_id"], dialect, numbers=dialect.numbers),
        date=day(rows["date"], form.date_format, timezone, dialect),
        date_missing=missing(rows["date"]),
        amount=number(rows["amount"], form),
        amount_missing=missing(rows["amount"]),
        **more,
    )


def identified(ids: ir.Column, dialect: Dialect, *, numbers: bool = False) -> dict[str, ir.Value]:
    """Ids as text, in one spelling; whole numbers are written out, anything else is refused.

    With `numbers` whole numbers stay what they are until they are told (`spelt`).
    """
    if ids.type().is_integer():
        unchanged = ibis.literal(False)
        told = ids if numbers else ids.cast("string").fill_null("")
        changes = {"trimmed": unchanged, "composed": unchanged, "odd": unchanged}
        return {"customer_id": told, "customer_id_missing": ids.isnull(), **changes}
    if not ids.type().is_string():
        raise InputRefused(
            f"`customer_id` holds {ids.type()} values; ids must be text or whole numbers "
            "(a column with gaps turns whole numbers into floats, which merges large ids).",
            column="customer_id",
        )
    text = ids.fill_null("")
    odd = text.re_search(ODD)  # looked for first, because the rest is dear
    trimmed = _trimmed(text)
    composed = dialect.composed(trimmed)
    return {
        "customer_id": ibis.cases((odd, composed), else_=text),
        "customer_id_missing": ibis.ifelse(odd, composed == "", text == ""),
        "trimmed": ibis.ifelse(odd, trimmed != text, False),
        "composed": ibis.ifelse(odd, composed != trimmed, False),
        "odd": odd,
    }


def spelt(rows: ir.Table) -> ir.Table:
    """Rows with their ids as text, which is what everybody outside of an engine knows them by."""
    if rows["customer_id"].type().is_string():
        return rows
    return rows.mutate(customer_id=rows["customer_id"].cast("string"))


def _trimmed(text: ir.StringColumn) -> ir.StringColumn:
    """Text without blanks around it, invisible ones too."""
    return text.re_replace(f"^{BLANKS}|{BLANKS}$", "")


def missing(values: ir.Column) -> ir.BooleanColumn:
    """Whether nothing is there, however that is spelt."""
    if not values.type().is_string():
        return values.isnull()
    return values.fill_null("").strip().lower().isin(MISSING)


def day(values: ir.Column, pattern: str, timezone: str, dialect: Dialect) -> ir.DateColumn:
    """Calendar day in the declared time zone."""
    kind = values.type()
    if kind.is_timestamp():
        return (dialect.wall_clock(values, timezone) if kind.timezone else values).date()
    if kind.is_date():
        return values
    if kind.is_integer() and pattern == AS_NUMBER:
        values = values.cast("string")
    elif not kind.is_string():
        raise InputRefused(
            f"`date` holds {kind} values, and a bare number does not say from when it counts; "
            "convert it to dates or to text such as 2024-01-31, or, where 20240131 is written, "
            f"declare format: {{date_format: '{AS_NUMBER}'}}.",
            column="date",
        )
    if pattern:
        return _read(values, lambda text: dialect.day(text, pattern))

    def read(text: ir.StringColumn) -> ir.DateColumn:
        there = dialect.wall_clock(dialect.instant(text), timezone)
        return ibis.cases(
            (text.re_search(ISO_LOCAL), dialect.iso_day(text)),
            (text.re_search(ISO_OFFSET), there.date()),
        )

    return _read(values, read)


def number(values: ir.Column, form: Format, column: str = "amount") -> ir.FloatingColumn:
    """Number as a float, infinite where the text says so."""
    kind = values.type()
    if kind.is_numeric() and not kind.is_boolean():
        amount = values.cast("float64")
        return amount if kind.is_integer() else amount.nullif(np.nan)
    if not kind.is_string():
        raise InputRefused(f"`{column}` holds {kind} values, not numbers.", column=column)
    point, comma = (_literal(mark) for mark in (form.decimal or ".", form.thousands))
    whole = rf"([0-9]{{1,3}}({comma}[0-9]{{3}})+|[0-9]+)" if form.thousands else "[0-9]+"
    written = rf"^[+-]?({whole}({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,2}})?$"

    def read(text: ir.StringColumn) -> ir.FloatingColumn:
        plain = text.replace(form.thousands, "") if form.thousands else text
        plain = plain.replace(form.decimal, ".") if form.decimal == "," else plain
        readable = text.re_search(written) & (text.length() <= LONGEST_NUMBER)
        return ibis.cases((readable, plain.try_cast("float64")), (text.re_search(INFINITE), np.inf))

    return _read(values, read)


def _read(values: ir.StringColumn, read: Callable[[ir.StringColumn], ir.Column]) -> ir.Column:
    """What is read from text; blanks of every kind are looked for only where nothing was."""
    return ibis.coalesce(read(values.strip()), read(_trimmed(values)))


def _literal(mark: str) -> str:
    """A mark as a pattern that matches just itself."""
    return f"[{mark}]" if mark else ""


def check_timezone(timezone: str) -> None:
    """Refuse a time zone that nobody knows."""
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise BadParameter.from_value(
            "timezone", timezone, "a name such as 'Europe/Istanbul'"
        ) from None
