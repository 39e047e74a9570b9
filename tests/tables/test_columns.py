"""Which columns a table is read for."""

import pytest

from clv.errors import BadParameter, ColumnsMissing, UnknownParameter
from clv.tables.columns import Wanted

WANTED = Wanted.declared({"date": "Buy Ts"}, ("customer_id", "date"), ("order_id",))


def test_ours_stand_under_the_sources_names():
    found = ["Buy Ts", "customer_id", "order_id", "more"]
    assert WANTED.named(found, "x.csv") == {
        "customer_id": "customer_id",
        "date": "Buy Ts",
        "order_id": "order_id",
    }


def test_an_optional_column_is_missed_only_where_it_was_declared():
    assert "order_id" not in WANTED.named(["Buy Ts", "customer_id"], "x.csv")
    declared = Wanted.declared({"order_id": "Order"}, ("customer_id",), ("order_id",))
    with pytest.raises(ColumnsMissing, match=r"x\.csv lacks `Order`"):
        declared.named(["customer_id", "order_id"], "x.csv")


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(ColumnsMissing, match="two columns named `Buy Ts`"):
        WANTED.named(["Buy Ts", "Buy Ts", "customer_id"], "x.csv")


def test_a_name_that_is_not_ours_is_refused_with_the_nearest():
    with pytest.raises(UnknownParameter, match="Did you mean `date`"):
        Wanted.declared({"dat": "Buy Ts"}, ("customer_id", "date"))


def test_a_column_is_named_by_text():
    with pytest.raises(BadParameter, match="`columns: date` must be a column's name; got 3"):
        Wanted.declared({"date": 3}, ("customer_id", "date"))
