"""Rows as they stand in a source, each with its place."""

import pandas as pd
import pyarrow as pa

from clv.tables import engine, sources
from clv.tables.columns import Wanted
from clv.tables.formats import Format
from clv.tables.raw import renamed


def test_lines_are_looked_up_for_rows_and_for_torn_records(csv):
    with sources.opened(csv("", "a,1,1", "torn"), Wanted(("customer_id",)), Format()) as raw:
        rows = pd.DataFrame(
            {"file": 0, "row": pd.array([1, None], "Int64"), "record": [None, *raw.torn["record"]]}
        )
        assert raw.lines(rows).tolist() == [3, 4]


def test_the_columns_stand_under_our_names_with_their_place_and_digest():
    table = engine.of_arrow(
        engine.connect(), "rows", pa.table({"x": ["a", "a", "b"], "y": [1, 1, 1], "z": [0, 0, 0]})
    )
    found = renamed(table, {"customer_id": "x", "order_id": "y"}, {"row": table["y"]}, ["x", "y"])
    assert found.columns == ("row", "customer_id", "order_id", "same")
    assert found["same"].nunique().to_pyarrow().as_py() == 2
