import pyarrow as pa
import pytest

from clv.errors import InputRefused
from clv.tables import ambiguity, engine
from clv.tables.formats import Format

SEMICOLON = Format(delimiter=";")


def refuse(values, form=Format()):
    rows = engine.of_arrow(engine.connect(), "rows", pa.table({"x": values}))
    ambiguity.refuse(rows, form, days=["x"], numbers=["x"])


def test_stamps_with_and_without_an_offset_are_refused():
    with pytest.raises(InputRefused, match="`x` holds stamps with an offset and others without"):
        refuse(["2024-01-01 10:00", "2024-01-01T10:00:00Z"])
    refuse(["2024-01-01T10:00:00Z", None])


def test_a_point_that_may_mark_thousands_or_decimals_is_refused():
    with pytest.raises(InputRefused, match=r"`x` is ambiguous: every value looks like 1\.234"):
        refuse(["1.234", "", "12"], SEMICOLON)


@pytest.mark.parametrize("values", [["1.234", "12.5"], ["12", "5"], ["1234.5"], [1.234, 2.0]])
def test_one_value_that_can_only_be_one_thing_decides(values):
    refuse(values, SEMICOLON)


@pytest.mark.parametrize("more", ["N/A", "99,90", "1.234.567", "1.234,50", "inf", ""])
def test_what_is_no_number_under_a_point_decides_nothing(more):
    with pytest.raises(InputRefused, match="is ambiguous"):
        refuse(["1.234", "250", more], SEMICOLON)


def test_no_thousands_begin_with_a_nought():
    refuse(["1.250", "0.750"], SEMICOLON)


@pytest.mark.parametrize("form", [Format(), SEMICOLON, Format(delimiter="\t")])
def test_what_stands_between_fields_decides_nothing(form):
    with pytest.raises(InputRefused, match="is ambiguous"):
        refuse(["1.234", "12"], form)


@pytest.mark.parametrize("marks", [{"decimal": "."}, {"decimal": ",", "thousands": "."}])
def test_a_declared_mark_decides(marks):
    refuse(["1.234"], Format(delimiter=";", **marks))


@pytest.mark.parametrize("stamp", ["2024-01-05T01:00+03:00", "2024-01-05 01:00:00 -0500"])
def test_stamps_of_elsewhere_without_a_declared_zone_are_told(stamp):
    (message,) = undeclared(["2024-01-05T01:00Z", stamp])
    assert (message.level, message.code, message.column) == (
        "warning",
        "timezone-not-declared",
        "x",
    )
    assert "declare timezone: Europe/Istanbul" in message.text


@pytest.mark.parametrize("stamp", ["Z", "+00:00", " UTC", " -0000", "+00", ""])
def test_stamps_of_utc_and_local_ones_need_no_zone(stamp):
    assert undeclared([f"2024-01-05T01:00{stamp}", None]) == ()


def undeclared(values):
    rows = engine.of_arrow(engine.connect(), "rows", pa.table({"x": values}))
    return ambiguity.undeclared_zone(rows, Format(), "x")
