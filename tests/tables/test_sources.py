import pandas as pd
import pytest

import clv
from clv.errors import (
    BadParameter,
    ColumnsMissing,
    InputRefused,
    NoRows,
    SourceUnreadable,
    UnknownParameter,
    UsageError,
)

FRAME = pd.DataFrame({"customer_id": ["a"], "date": [pd.Timestamp("2024-01-01")], "amount": [5.0]})


def test_several_files_are_one_table_and_faults_name_their_file(csv, tmp_path):
    csv("a,2024-01-01,5", "b,2024-01-01,x", name="1.csv")
    csv("2024-01-02,7,c", header="date,amount,customer_id", name="2.csv")
    loaded = clv.load(str(tmp_path / "*.csv"), max_faulty=0.5)
    assert loaded.rows["accepted"] == 2
    assert loaded.quarantine[["file", "line"]].values.tolist() == [["1.csv", 3]]
    assert loaded.input_hashes.keys() == {"1.csv", "2.csv"}


def test_rows_of_parquet_files_are_numbered_within_their_file(tmp_path):
    for name in ("1.parquet", "2.parquet"):
        rows = pd.concat([FRAME, FRAME.assign(customer_id="")])
        rows.to_parquet(tmp_path / name, index=False)
    found = clv.load(str(tmp_path / "*.parquet"), max_faulty=0.5).quarantine
    assert found[["file", "line"]].values.tolist() == [["1.parquet", 2], ["2.parquet", 2]]


def test_an_ending_that_contradicts_the_content_is_refused_with_both(tmp_path, csv):
    FRAME.to_parquet(tmp_path / "orders.csv")
    with pytest.raises(SourceUnreadable, match="named as text, but its content is Parquet"):
        clv.load(tmp_path / "orders.csv")
    path = csv("a,2024-01-01,5", name="orders.parquet")
    with pytest.raises(SourceUnreadable, match=r"orders\.parquet cannot be read"):
        clv.load(path)


def test_a_damaged_parquet_is_refused(tmp_path):
    path = tmp_path / "orders.parquet"
    pd.concat([FRAME] * 1000).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SourceUnreadable, match=r"orders\.parquet cannot be read"):
        clv.load(path)


def test_line_endings_of_two_kinds_are_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"customer_id,date,amount\na,2024-01-01,5\r\nb,2024-01-01,6\rc,2024-01-01,6\n")
    with pytest.raises(SourceUnreadable, match=r"orders\.csv cannot be read"):
        clv.load(path)


def test_a_column_named_twice_is_refused(csv):
    with pytest.raises(ColumnsMissing, match="two columns named `amount`"):
        clv.load(csv("a,2024-01-01,5,6", header="customer_id,date,amount,amount"))


def test_a_mapping_of_an_unknown_name_is_refused():
    with pytest.raises(UnknownParameter, match="Did you mean `customer_id`"):
        clv.load(FRAME, columns={"customerid": "x"})
    with pytest.raises(BadParameter, match="`columns: date` must be a column's name"):
        clv.load(FRAME, columns={"date": 3})


def test_a_folder_is_asked_for_its_files(tmp_path):
    with pytest.raises(UsageError, match=r"is a folder; name its files"):
        clv.load(tmp_path)


def test_text_and_parquet_are_not_mixed(csv, tmp_path):
    csv("a,2024-01-01,5", name="orders_1.csv")
    FRAME.to_parquet(tmp_path / "orders_2.parquet")
    with pytest.raises(UsageError, match="name one kind at a time"):
        clv.load(str(tmp_path / "orders_*"))


def test_an_empty_table_is_refused(tmp_path):
    FRAME.iloc[:0].to_parquet(tmp_path / "orders.parquet")
    for source in (FRAME.iloc[:0], tmp_path / "orders.parquet"):
        with pytest.raises(NoRows, match="no rows"):
            clv.load(source)


def test_a_column_of_mixed_kinds_is_refused():
    mixed = pd.DataFrame({"customer_id": ["a", 1], "date": FRAME["date"][0], "amount": 5})
    with pytest.raises(InputRefused, match="mixes kinds of values"):
        clv.load(mixed)


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
