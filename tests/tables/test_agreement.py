"""Files that are read as one table agree, or are refused by name."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import clv
from clv.errors import InputRefused

DAY = pd.Timestamp("2024-01-01")
FRAME = pd.DataFrame({"customer_id": ["a", "b"], "date": [DAY, DAY], "amount": [5.0, 1.5]})


@pytest.fixture
def parquet(tmp_path):
    """Write frames as 1.parquet, 2.parquet, … and hand back their glob."""

    def parquet(*frames):
        for number, frame in enumerate(frames, 1):
            frame.to_parquet(tmp_path / f"{number}.parquet", index=False)
        return str(tmp_path / "*.parquet")

    return parquet


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (FRAME.assign(amount=[5, 2]), "`amount` is int64 and float64"),
        (FRAME.assign(customer_id=[12, 13]), "`customer_id` is int64 and string"),
        (FRAME.assign(date=DAY.tz_localize("UTC")), r"`date` is timestamp\('UTC'\) and timestamp"),
    ],
)
def test_another_type_of_values_is_refused_with_both(parquet, first, told):
    for frames in ((first, FRAME), (FRAME, first)):
        with pytest.raises(InputRefused, match=r"1\.parquet and 2\.parquet differ: `"):
            clv.load(parquet(*frames))
    with pytest.raises(InputRefused, match=told) as caught:
        clv.load(parquet(first, FRAME))
    assert caught.value.column in FRAME.columns


@pytest.mark.parametrize("column", ["currency", "order_id", "known_at"])
def test_a_column_that_one_file_has_and_another_lacks_is_refused(parquet, csv, tmp_path, column):
    more = FRAME.assign(**{column: "EUR"})
    for frames, who in (((FRAME, more), "2"), ((more, FRAME), "1")):
        with pytest.raises(InputRefused, match=rf"only {who}\.parquet has `{column}`"):
            clv.load(parquet(*frames))
    csv("a,2024-01-01,5", name="1.csv")
    csv("a,2024-01-02,5,EUR", name="2.csv", header=f"customer_id,date,amount,{column}")
    with pytest.raises(InputRefused, match=rf"only 2\.csv has `{column}`"):
        clv.load(str(tmp_path / "*.csv"))


def test_columns_that_are_not_read_may_differ(parquet, csv, tmp_path):
    path = parquet(FRAME.assign(note=1), FRAME.iloc[:, ::-1].assign(amount=[1.0, 2.0], note="x"))
    assert clv.load(path).rows["accepted"] == 4
    csv("a,2024-01-01,5,x", name="1.csv", header="customer_id,date,amount,note")
    csv("a,2024-01-02,5", name="2.csv")
    assert clv.load(str(tmp_path / "*.csv")).rows["accepted"] == 2


def test_of_orders_every_column_counts_because_duplicates_are_equal_in_all(parquet):
    orders = FRAME.assign(order_id=["1", "2"])
    with pytest.raises(InputRefused, match=r"only 2\.parquet has `note`"):
        clv.load(parquet(orders, orders.assign(note="x")))


def test_fractions_of_seconds_are_no_other_type(tmp_path):
    table = pa.table({"customer_id": ["a"], "date": [DAY.to_pydatetime()], "amount": [5.0]})
    for unit in ("us", "ms"):
        kinds = table.schema.set(1, pa.field("date", pa.timestamp(unit)))
        pq.write_table(table.cast(kinds), tmp_path / f"{unit}.parquet")
    assert clv.load(str(tmp_path / "*.parquet")).rows["accepted"] == 2


def test_a_file_that_is_there_twice_is_refused(parquet, csv, tmp_path):
    with pytest.raises(InputRefused, match=r"1\.parquet and 3\.parquet are the same, byte for"):
        clv.load(parquet(FRAME, FRAME.assign(amount=2.0), FRAME))
    for name in ("orders.csv", "orders (1).csv"):
        csv("a,2024-01-01,5", name=name)
    with pytest.raises(InputRefused, match=r"orders \(1\)\.csv and orders\.csv are the same"):
        clv.load(str(tmp_path / "*.csv"))


def test_two_days_without_a_purchase_may_be_equal(csv, parquet, tmp_path):
    csv("a,2024-01-01,5", name="1.csv")
    csv(name="2.csv")
    csv(name="3.csv")
    assert clv.load(str(tmp_path / "*.csv")).rows["accepted"] == 1
    assert clv.load(parquet(FRAME, FRAME[:0], FRAME[:0])).rows["accepted"] == 2
