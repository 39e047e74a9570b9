import pyarrow as pa
import pytest

from clv.errors import InputRefused
from clv.tables import engine
from clv.tables.formats import Format
from clv.tables.optional import ambiguity

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


def test_a_declared_mark_or_a_comma_between_fields_decides():
    refuse(["1.234"], Format(delimiter=";", decimal="."))
    refuse(["1.234"])
