import pyarrow as pa
import pytest

from clv.errors import BadParameter
from clv.tables import conversion, dialects, engine
from clv.tables.formats import Format

ISO = {
    "2024-01-31": "2024-01-31",
    "2024-02-29 23:59": "2024-02-29",
    "2024-12-31T23:59:59.999999": "2024-12-31",
    "1900-02-29": None,
    "2000-02-29": "2000-02-29",
    "2023-02-29": None,
    "2024-04-31": None,
    "2024-13-01": None,
    "2024-00-10": None,
    "2024-01-00": None,
    "nonsense": None,
    "": None,
}
INSTANTS = {  # and the day that clocks in Istanbul show then
    "2024-01-01T21:30:00Z": "2024-01-02",
    "2024-01-01 20:59:59+00:00": "2024-01-01",
    "2024-01-02T00:30:00+0300": "2024-01-02",
    "2024-01-01T23:30-05": "2024-01-02",
    "2016-01-01T21:30Z": "2016-01-01",  # two hours ahead until autumn 2016
    "2016-01-01T22:30Z": "2016-01-02",
    "2024-01-01 23:12:33 -0500": "2024-01-02",
    "2024-01-01 20:59:59.5 +00:00": "2024-01-01",
    "2024-01-01 21:12:33 UTC": "2024-01-02",
    "2024-01-01T20:12:33GMT": "2024-01-01",
    "2024-02-30T12:00Z": None,
    "2024-02-30 12:00:00 UTC": None,
    "nonsense": None,
}
WRITTEN = {  # pattern: texts and their days
    "%d.%m.%Y": {"31.12.2024": "2024-12-31", "1.2.2024": "2024-02-01", "31.02.2024": None},
    "%m/%d/%y": {"12/31/24": "2024-12-31", "1/2/69": "1969-01-02", "1/2/68": "2068-01-02"},
    "%Y%m%d": {"20240131": "2024-01-31", "20241301": None, "2024-01-31": None},
    "%d/%m/%Y %H:%M": {"05/06/2024 23:59": "2024-06-05", "05/06/2024 24:00": None},
}
BLANKS = {  # around what is read, and what is read
    "\u00a02024-01-31\u200e": "2024-01-31",
    " 2024-01-01 23:12:33 -0500\u202f": "2024-01-02",
    "\u200f2024-02-30": None,
    "\u2066": None,
}
AMOUNTS = {" 5.5\u00a0": 5.5, "\u200f-7\u2069": -7.0, "\ufeff1e3": 1000.0, "5\u00a05": None}
IDS = {"é": "é", "e\u0301": "é", "ﬁ": "ﬁ", "A\u030a": "Å", "plain": "plain", "한": "한"}


@pytest.fixture(
    scope="module", params=["duckdb", "postgres", pytest.param("spark", marks=pytest.mark.slow)]
)
def con(request):
    """An engine of each kind."""
    if request.param == "duckdb":
        return engine.connect()
    if request.param == "spark":
        return request.getfixturevalue("spark")
    address = request.getfixturevalue("postgres")
    from clv.tables.postgres import connect

    return connect({"conninfo": address}, "the test")


def found(con, texts, expression):
    """What an expression makes of each text, as text."""
    rows = engine.of_arrow(con, "texts", pa.table({"text": list(texts)}))
    found = rows.select("text", value=expression(rows["text"], dialects.of(rows)).cast("string"))
    return dict(zip(*found.to_pyarrow().to_pydict().values(), strict=True))


def test_iso_days_are_read_and_what_the_calendar_lacks_is_null(con):
    assert found(con, ISO, lambda text, dialect: dialect.iso_day(text)) == ISO


def test_instants_become_days_of_a_time_zone(con):
    def day(text, dialect):
        return dialect.wall_clock(dialect.instant(text), "Europe/Istanbul").date()

    assert found(con, INSTANTS, day) == INSTANTS


def test_blanks_of_every_kind_around_days_and_amounts_are_no_matter(con):
    def day(text, dialect):
        return conversion.day(text, "", "Europe/Istanbul", dialect)

    assert found(con, BLANKS, day) == BLANKS
    amounts = found(con, AMOUNTS, lambda text, dialect: conversion.number(text, Format()))
    assert {text: amount and float(amount) for text, amount in amounts.items()} == AMOUNTS


@pytest.mark.parametrize("pattern", WRITTEN)
def test_days_are_read_under_a_pattern(con, pattern):
    expected = WRITTEN[pattern]
    assert found(con, expected, lambda text, dialect: dialect.day(text, pattern)) == expected


def test_equal_letters_become_equal_bytes(con):
    assert found(con, IDS, lambda text, dialect: dialect.composed(text)) == IDS


def test_rows_differ_in_their_digest_if_a_value_differs_or_is_missing(con):
    rows = pa.table({"a": ["x", "x", None, "x", ""], "b": [1, 1, 1, None, 1]})
    table = engine.of_arrow(con, "rows", rows)
    digests = table.select(d=dialects.of(table).digest([table["a"], table["b"]]))
    assert len(set(digests.to_pyarrow()["d"].to_pylist())) == 4


def test_a_pattern_of_names_is_refused_where_numbers_are_needed():
    with pytest.raises(BadParameter, match="made of %Y %y %m"):
        dialects.DIALECTS["postgres"].day(None, "%d %b %Y")
    with pytest.raises(BadParameter, match="each once"):
        dialects.DIALECTS["postgres"].day(None, "%d.%m.%Y %d")
