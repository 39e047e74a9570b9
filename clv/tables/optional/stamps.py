"""Stamps: days, with the time of day where a source tells it, in the declared time zone."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from clv.tables import conversion
from clv.tables.dialects import ISO_OFFSET, Dialect
from clv.tables.formats import Format

CLOCK = "([01]?[0-9]|2[0-3]):([0-5]?[0-9])(:([0-5]?[0-9]))?"
FIELDS = {1: 3600, 2: 60, 4: 1}  # seconds in each number of a clock, by its place in the pattern
WITH_CLOCK = "%H:%M"  # in a date's pattern: text that says the time of day
MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
QUARTER = "^[0-9]{4}-[Qq][1-4]$"
YEAR = "^[0-9]{4}$"


def stamp(values: ir.Column, form: Format, timezone: str, dialect: Dialect) -> ir.TimestampColumn:
    """What the clocks of the time zone showed, to the second; midnight where only a day is told."""
    kind = values.type()
    if kind.is_timestamp():
        return (dialect.wall_clock(values, timezone) if kind.timezone else values).cast("timestamp")
    day = conversion.day(values, form.date_format, timezone, dialect).cast("timestamp")
    if not kind.is_string() or (form.date_format and WITH_CLOCK not in form.date_format):
        return day
    text = values.strip()
    local = day + _seconds(text).as_interval("s")
    if form.date_format:
        return local
    there = dialect.wall_clock(dialect.instant(text), timezone)
    return ibis.ifelse(text.re_search(ISO_OFFSET), there, local)


def _seconds(text: ir.StringValue) -> ir.IntegerValue:
    """Seconds since midnight that a text writes, 0 where it writes none."""
    numbers = {
        place: text.re_extract(CLOCK, place).try_cast("int64").fill_null(0) for place in FIELDS
    }
    return sum(numbers[place] * seconds for place, seconds in FIELDS.items())


def period(values: ir.Column) -> ir.StringColumn:
    """A year, quarter or month as 2024, 2024-Q1 or 2024-01, or null."""
    text = values.cast("string").strip().upper()
    readable = text.re_search(MONTH) | text.re_search(QUARTER) | text.re_search(YEAR)
    return ibis.cases((readable, text))


def last_day(periods: ir.StringColumn) -> ir.DateColumn:
    """The day on which a period ends."""
    year, ending = periods.substr(0, 4).try_cast("int64"), periods.substr(5, 2).try_cast("int64")
    month = ibis.cases(
        (periods.re_search(MONTH), ending),
        (periods.re_search(QUARTER), periods.substr(6, 1).try_cast("int64") * 3),
        (periods.re_search(YEAR), 12),
    )
    year = (year + ibis.ifelse(month == 12, 1, 0)).cast("int32")
    following = ibis.date(year, (month % 12 + 1).cast("int32"), 1)
    return (following.cast("timestamp") - ibis.interval(days=1)).date()
