"""Dialects: the few things that engines call by different names, as Ibis expressions.

Everything else is written once, in words that Ibis translates for each of them. A text that cannot
be read becomes null and never stops a query: where an engine's own conversion would, a pattern
guards it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from clv.errors import BadParameter

TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
OFFSET = r" ?(Z|UTC|GMT|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_LOCAL = f"^{DATE}([T ]{TIME})?$"
ISO_OFFSET = f"^{DATE}[T ]{TIME}{OFFSET}$"
ISO_AWAY = f"^{DATE}[T ]{TIME} ?[+-][0-9:]*[1-9][0-9:]*$"  # not the time of UTC
FIELDS = {  # of a date's pattern, as strptime writes them
    "%Y": "([0-9]{4})",
    "%y": "([0-9]{2})",
    "%m": "([0-9]{1,2})",
    "%-m": "([0-9]{1,2})",
    "%d": "([0-9]{1,2})",
    "%-d": "([0-9]{1,2})",
    "%H": "(?:[01]?[0-9]|2[0-3])",
    "%M": "[0-5]?[0-9]",
    "%S": "[0-5]?[0-9]",
}
LONGEST_TIME = 64  # characters; no clock has so many digits
FIRST_OF_19XX = 69  # a year of two digits from here on is of the last century, as in strptime


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an engine can do only in its own words."""

    composed: Callable[[ir.StringValue], ir.StringValue]  # Unicode's normal form C
    wall_clock: Callable[[ir.TimestampValue, str], ir.TimestampValue]  # at an instant, in a zone
    iso_day: Callable[[ir.StringValue], ir.DateValue]  # of text like 2024-01-31, or null
    instant: Callable[[ir.StringValue], ir.TimestampValue]  # of ISO text with an offset, or null
    day: Callable[[ir.StringValue, str], ir.DateValue]  # of text under a pattern, or null
    digest: Callable[[Sequence[ir.Value]], ir.IntegerValue]  # of a whole row
    numbers: bool = False  # whether ids that are whole numbers stay so until they are told


def of(rows: ir.Table) -> Dialect:
    """The dialect of the engine in which rows stand."""
    return DIALECTS[rows.get_backend().name]


# Words that Ibis lacks -------------------------------------------------------------------------


@ibis.udf.scalar.builtin(signature=(("string",), "string"))
def nfc_normalize(text):  # noqa: ANN001, ANN201
    """Composed form, in DuckDB."""


@ibis.udf.scalar.builtin(signature=(("string",), "string"))
def normalize(text):  # noqa: ANN001, ANN201
    """Composed form, in PostgreSQL."""


@ibis.udf.scalar.builtin(signature=(("string", "string", "string", "boolean"), "string"))
def reflect(java_class, method, text, compatible):  # noqa: ANN001, ANN201
    """What a static method of Java says, in Spark."""


@ibis.udf.scalar.builtin(signature=(("string", "timestamp('UTC')"), "timestamp"))
def timezone(zone, instant):  # noqa: ANN001, ANN201
    """What the clocks of a zone show, in DuckDB and PostgreSQL."""


@ibis.udf.scalar.builtin(signature=(("timestamp('UTC')", "string"), "timestamp"))
def from_utc_timestamp(instant, zone):  # noqa: ANN001, ANN201
    """What the clocks of a zone show, in Spark."""


@ibis.udf.scalar.builtin(signature=(("string", "string"), "timestamp"))
def try_strptime(text, pattern):  # noqa: ANN001, ANN201
    """Stamp that a pattern reads, or null, in DuckDB."""


@ibis.udf.scalar.builtin(signature=(("string",), "int64"))
def xxhash64(text):  # noqa: ANN001, ANN201
    """A digest of 64 bits, in Spark."""


# Days written as text, where the engine's own reading would stop at a wrong one ---------------


def written_day(text: ir.StringValue, pattern: str) -> ir.DateValue:
    """Calendar day of text under a pattern of numbers such as %d.%m.%Y, or null."""
    expression, fields = _expression(pattern)
    number = {
        field[-1]: ibis.cases(
            (text.re_search(expression), text.re_extract(expression, place).cast("int32"))
        )
        for place, field in enumerate(fields, 1)
    }
    year = number["Y"] if "Y" in number else _with_century(number["y"])
    return _calendar_day(year, number["m"], number["d"])


def written_iso_day(text: ir.StringValue) -> ir.DateValue:
    """Calendar day with which ISO text begins, or null."""
    fields = {"year": (0, 4), "month": (5, 2), "day": (8, 2)}
    number = {
        name: ibis.cases((text.re_search(f"^{DATE}"), text.substr(*place).cast("int32")))
        for name, place in fields.items()
    }
    return _calendar_day(**number)


def written_instant(text: ir.StringValue) -> ir.TimestampValue:
    """Instant of ISO text with an offset, or null."""
    readable = text.re_search(ISO_OFFSET) & written_iso_day(text).notnull()
    return ibis.cases((readable, _closed_up(text).try_cast(dt.Timestamp("UTC"))))


def _closed_up(text: ir.StringValue) -> ir.StringValue:
    """ISO text with its offset right behind the time, as engines read it."""
    time = text.substr(11, LONGEST_TIME).replace(" ", "")
    return text.substr(0, 11) + time.replace("UTC", "Z").replace("GMT", "Z")


def _whole_stamp(text: ir.StringValue) -> ir.StringValue:
    """ISO text with an offset and the seconds without which Spark reads none."""
    return text.re_replace("^(.{16})(Z|[+-])", "$1:00$2")


def _expression(pattern: str) -> tuple[str, list[str]]:
    """A pattern as a regular expression, and the fields of the day in its order."""
    parts = re.findall("%-?.|.", pattern, re.DOTALL)
    fields = [part for part in parts if part in FIELDS and FIELDS[part].startswith("([")]
    unknown = [part for part in parts if part.startswith("%") and part not in (*FIELDS, "%%")]
    if unknown or sorted(field[-1].lower() for field in fields) != ["d", "m", "y"]:
        allowed = f"made of {' '.join(FIELDS)}, each once, where the table is not in a file"
        raise BadParameter.from_value("format: date_format", pattern, allowed)
    return f"^{''.join(FIELDS.get(p, re.escape(p.replace('%%', '%'))) for p in parts)}$", fields


def _with_century(year: ir.IntegerValue) -> ir.IntegerValue:
    """The year that two digits mean."""
    return year + ibis.cases((year < FIRST_OF_19XX, 2000), else_=1900)


def _calendar_day(
    year: ir.IntegerValue, month: ir.IntegerValue, day: ir.IntegerValue
) -> ir.DateValue:
    """The day, or null where the calendar has none."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    last = ibis.cases((month.isin((4, 6, 9, 11)), 30), (month != 2, 31), (leap, 29), else_=28)
    there = month.between(1, 12) & (day >= 1) & (day <= last) & (year >= 1)
    return ibis.cases((there, ibis.date(year, month, day)))


def _together(values: Sequence[ir.Value]) -> ir.StructValue:
    """Values of a row as one."""
    return ibis.struct({f"c{place}": value for place, value in enumerate(values)})


DIALECTS = {
    "duckdb": Dialect(
        composed=nfc_normalize,
        wall_clock=lambda instant, zone: timezone(zone, instant),
        iso_day=lambda text: text.try_cast("timestamp").date(),
        instant=lambda text: _closed_up(text).try_cast(dt.Timestamp("UTC")),
        day=lambda text, pattern: try_strptime(text, pattern).date(),
        digest=lambda values: _together(values).hash(),
        numbers=True,
    ),
    "postgres": Dialect(
        composed=normalize,
        wall_clock=lambda instant, zone: timezone(zone, instant),
        iso_day=written_iso_day,
        instant=written_instant,
        day=written_day,
        digest=lambda values: _together(values).cast("string").hash(),
    ),
    "pyspark": Dialect(
        # The method is of a library that Spark brings along; Java's own takes no text for the form.
        composed=lambda text: reflect("com.ibm.icu.text.Normalizer", "compose", text, False),
        wall_clock=from_utc_timestamp,
        iso_day=written_iso_day,
        instant=lambda text: written_instant(_whole_stamp(_closed_up(text))),
        day=written_day,
        digest=lambda values: xxhash64(_together(values).cast("json").cast("string")),
    ),
}
