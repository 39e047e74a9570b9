from datetime import date
from uuid import UUID

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import clv
from clv.errors import (
    BadParameter,
    ColumnsMissing,
    InputRefused,
    NoRows,
    UnknownParameter,
)

FRAME = pd.DataFrame({"customer_id": ["a"], "date": [pd.Timestamp("2024-01-01")], "amount": [5.0]})


def test_a_column_named_twice_is_refused(csv):
    with pytest.raises(ColumnsMissing, match="two columns named `amount`"):
        clv.load(csv("a,2024-01-01,5,6", header="customer_id,date,amount,amount"))


def test_a_mapping_of_an_unknown_name_is_refused():
    with pytest.raises(UnknownParameter, match="Did you mean `customer_id`"):
        clv.load(FRAME, columns={"customerid": "x"})
    with pytest.raises(BadParameter, match="`columns: date` must be a column's name"):
        clv.load(FRAME, columns={"date": 3})


def test_an_empty_frame_is_refused():
    with pytest.raises(NoRows, match="DataFrame has no rows"):
        clv.load(FRAME.iloc[:0])


def test_a_column_of_mixed_kinds_is_refused_without_its_values():
    mixed = pd.DataFrame({"customer_id": ["a@b.example", 1], "date": FRAME["date"][0], "amount": 5})
    told = "DataFrame mixes kinds of values in `customer_id`: int, str; convert"
    with pytest.raises(InputRefused, match=told) as caught:
        clv.load(mixed)
    assert "a@b" not in str(caught.value)
    assert caught.value.column == "customer_id"


def test_names_that_stand_twice_or_differ_in_case_do_not_meet():
    frame = FRAME.assign(order_id="7", Date="x", n=1, m=2)
    frame.columns = [*frame.columns[:-1], "n"]
    for source in (frame, pa.Table.from_arrays(list(_arrays(frame)), names=list(frame.columns))):
        assert clv.load(source).rows["accepted"] == 1
    with pytest.raises(ColumnsMissing, match="two columns named `n`"):
        clv.load(frame, columns={"amount": "n"})


def _arrays(frame):
    return (pa.array(frame.iloc[:, place]) for place in range(frame.shape[1]))


@pytest.mark.parametrize("made", ["frame", "parquet", "duckdb"])
def test_ids_of_128_bits_are_text(made, tmp_path):
    one, two = UUID(int=12), UUID(int=13)
    rows = pa.table(
        {
            "customer_id": pa.array([one.bytes, two.bytes], pa.uuid()),
            "date": [date(2024, 1, 1)] * 2,
            "amount": [5.0, 7.0],
            "order_id": pa.array([two.bytes, one.bytes], pa.uuid()),
        }
    )
    sources = {
        "frame": lambda: pd.DataFrame(
            {
                "customer_id": [one, two],
                "date": FRAME["date"][0],
                "amount": 5,
                "order_id": [two, one],
            }
        ),
        "parquet": lambda: _written(rows, tmp_path),
        "duckdb": lambda: _stored(rows, tmp_path),
    }
    found = clv.load(sources[made](), as_of="2024-12-31").purchase_days()["customer_id"].tolist()
    assert found == [str(one), str(two)]


def _written(rows, folder):
    pq.write_table(rows, folder / "orders.parquet")
    return folder / "orders.parquet"


def _stored(rows, folder):
    path = str(folder / "shop.duckdb")
    with duckdb.connect(path) as con:
        con.register("rows", rows)
        con.execute("CREATE TABLE orders AS SELECT * FROM rows")
    return {"database": path, "table": "orders"}


def test_the_caller_s_frame_is_left_alone():
    frame = FRAME.copy()
    clv.load(frame)
    pd.testing.assert_frame_equal(frame, FRAME)


def test_an_order_s_equal_rows_are_duplicates_and_its_lines_are_not(csv):
    path = csv(*["a,2024-01-01,5,7"] * 3, header="customer_id,date,amount,order_id")
    assert clv.load(path).rows["duplicates"] == 2
    assert clv.load(path, grain="order_line").rows["accepted"] == 3


def test_rows_that_differ_in_any_column_are_no_duplicates(csv):
    lines = ["a,2024-01-01,5,7,tea", "a,2024-01-01,5,7,mug"]
    path = csv(*lines, header="customer_id,date,amount,order_id,product")
    assert clv.load(path).rows["accepted"] == 2
    assert clv.load(pd.read_csv(path, dtype=str)).rows["accepted"] == 2
