"""Conversion: text or native values into ids, calendar days and amounts, under a declared format.

A value that does not convert becomes null and is judged later; what could be read in two ways
is refused here, because no row by itself shows it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np

from clv.errors import BadParameter, InputRefused
from clv.tables.formats import Format
from clv.tables.sources import Raw

MISSING = ("", "na", "n/a", "nan", "nat", "null", "none", "-")  # not for ids: NA may be one
BLANKS = r"[\s\p{Z}\x{200B}-\x{200D}\x{2060}\x{FEFF}]+"  # no-break and zero-width ones too
ISO_STAMP = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)$"
INFINITE = r"(?i)^[+-]?inf(inity)?$"
EITHER_MARK = r"^[+-]?\d{1,3}(\.\d{3})?$"  # 1.234 is a thousand here and one and a bit there


@ibis.udf.scalar.builtin(signature=(("string",), "string"))
def nfc_normalize(text):  # noqa: ANN001, ANN201
    """Unicode's composed form, in which equal letters are equal bytes."""


@ibis.udf.scalar.builtin(signature=(("string", "string"), "timestamp"))
def try_strptime(text, pattern):  # noqa: ANN001, ANN201
    """Stamp that a pattern reads, or null."""


@ibis.udf.scalar.builtin(signature=(("string", "timestamp('UTC')"), "timestamp"), name="timezone")
def wall_clock(zone, instant):  # noqa: ANN001, ANN201
    """What the clocks of a time zone show at an instant."""


def converted(raw: Raw, form: Format, timezone: str) -> ir.Table:
    """The rows with customer_id (text), date (day or null) and amount (float or null).

    date_missing and amount_missing tell nothing there from nothing sensible there; trimmed and
    composed tell which ids were changed.
    """
    _refuse_ambiguous(raw, form)
    rows = raw.table
    id_text = _id_text(rows["customer_id"])
    trimmed = id_text.re_replace(f"^{BLANKS}|{BLANKS}$", "")
    customer_id = nfc_normalize(trimmed)
    return rows.mutate(
        customer_id=customer_id,
        trimmed=trimmed != id_text,
        composed=customer_id != trimmed,
        date=_day(rows["date"], form.date_format, timezone),
        date_missing=_missing(rows["date"]),
        amount=_number(rows["amount"], form),
        amount_missing=_missing(rows["amount"]),
    )


def _id_text(ids: ir.Column) -> ir.StringColumn:
    """Ids as text; whole numbers are written out, anything else is refused."""
    if not (ids.type().is_string() or ids.type().is_integer()):
        raise InputRefused(
            f"`customer_id` holds {ids.type()} values; ids must be text or whole numbers "
            "(a column with gaps turns whole numbers into floats, which merges large ids).",
            column="customer_id",
        )
    return ids.cast("string").fill_null("")


def _missing(values: ir.Column) -> ir.BooleanColumn:
    """Whether nothing is there, however that is spelt."""
    if not values.type().is_string():
        return values.isnull()
    return values.fill_null("").strip().lower().isin(MISSING)


def _day(values: ir.Column, pattern: str, timezone: str) -> ir.DateColumn:
    """Calendar day in the declared time zone."""
    kind = values.type()
    if kind.is_timestamp():
        return (wall_clock(timezone, values) if kind.timezone else values).date()
    if kind.is_date():
        return values
    if not kind.is_string():
        raise InputRefused(
            f"`date` holds {kind} values, and a bare number does not say from when it counts; "
            "convert it to dates or to text such as 2024-01-31.",
            column="date",
        )
    text = values.strip()
    if pattern:
        return try_strptime(text, pattern).date()
    instant = text.try_cast(dt.Timestamp("UTC"))
    return ibis.cases(
        (text.re_search(f"{ISO_STAMP}$"), text.try_cast("timestamp").date()),
        (text.re_search(f"{ISO_STAMP}{OFFSET}"), wall_clock(timezone, instant).date()),
    )


def _number(values: ir.Column, form: Format) -> ir.FloatingColumn:
    """Amount as a float, infinite where the text says so."""
    kind = values.type()
    if kind.is_numeric() and not kind.is_boolean():
        amount = values.cast("float64")
        return amount.nullif(np.nan) if kind.is_floating() else amount
    if not kind.is_string():
        raise InputRefused(f"`amount` holds {kind} values, not numbers.", column="amount")
    point, comma = (_literal(mark) for mark in (form.decimal or ".", form.thousands))
    whole = rf"(\d{{1,3}}({comma}\d{{3}})+|\d+)" if form.thousands else r"\d+"
    text = values.strip()
    plain = text.replace(form.thousands, "") if form.thousands else text
    plain = plain.replace(form.decimal, ".") if form.decimal == "," else plain
    return ibis.cases(
        (
            text.re_search(rf"^[+-]?({whole}({point}\d*)?|{point}\d+)([eE][+-]?\d+)?$"),
            plain.try_cast("float64"),
        ),
        (text.re_search(INFINITE), np.inf),
    )


def _literal(mark: str) -> str:
    """A mark as a pattern that matches just itself."""
    return rf"\x{{{ord(mark):x}}}" if mark else ""


def _refuse_ambiguous(raw: Raw, form: Format) -> None:
    """Refuse what only the whole column shows: mixed offsets, a mark that may be either."""
    date, amount = raw.table["date"], raw.table["amount"]
    seen = {}
    if date.type().is_string() and not form.date_format:
        seen["naive"] = date.strip().re_search(f"{ISO_STAMP}$").any()
        seen["offset"] = date.strip().re_search(f"{ISO_STAMP}{OFFSET}").any()
    if amount.type().is_string() and form.delimiter != "," and not form.decimal + form.thousands:
        seen["either"] = amount.strip().re_search(EITHER_MARK).all()
        seen["mark"] = amount.contains(".").any()
    found = raw.table.aggregate(**seen).to_pyarrow().to_pylist()[0] if seen else {}
    if found.get("naive") and found.get("offset"):
        raise InputRefused(
            "`date` holds stamps with an offset and others without one; "
            "write all of them with an offset, or all of them in local time.",
            column="date",
        )
    if found.get("either") and found.get("mark"):
        raise InputRefused(
            "`amount` is ambiguous: every value looks like 1.234, where the point may mark "
            "thousands or decimals; declare format: {decimal: …, thousands: …}.",
            column="amount",
        )


def check_timezone(timezone: str) -> None:
    """Refuse a time zone that nobody knows."""
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise BadParameter.from_value(
            "timezone", timezone, "a name such as 'Europe/Istanbul'"
        ) from None
