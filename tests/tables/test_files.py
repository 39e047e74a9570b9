"""Files of one kind, one or several that a glob names, are one table."""

import pandas as pd
import pytest

import clv
from clv.errors import NoRows, SourceUnreadable, UsageError

FRAME = pd.DataFrame({"customer_id": ["a"], "date": [pd.Timestamp("2024-01-01")], "amount": [5.0]})


def test_several_files_are_one_table_and_faults_name_their_file(csv, tmp_path):
    csv("a,2024-01-01,5", "b,2024-01-01,x", name="1.csv")
    csv("2024-01-02,7,c", header="date,amount,customer_id", name="2.csv")
    loaded = clv.load(str(tmp_path / "*.csv"), max_faulty=0.5)
    assert loaded.rows["accepted"] == 2
    assert loaded.quarantine[["file", "line"]].values.tolist() == [["1.csv", 3]]
    assert loaded.input_hashes.keys() == {"1.csv", "2.csv"}


def test_rows_of_parquet_files_are_numbered_within_their_file(tmp_path):
    for n in (1, 2):
        rows = pd.concat([FRAME.assign(amount=n), FRAME.assign(customer_id="", amount=n)])
        rows.to_parquet(tmp_path / f"{n}.parquet", index=False)
    found = clv.load(str(tmp_path / "*.parquet"), max_faulty=0.5).quarantine
    assert found[["file", "line"]].values.tolist() == [["1.parquet", 2], ["2.parquet", 2]]


def test_two_stars_reach_into_every_folder(csv, tmp_path):
    (tmp_path / "2024" / "01").mkdir(parents=True)
    names = ("0.csv", "2024/1.csv", "2024/01/2.csv")
    for n, name in enumerate(names, 1):
        csv(f"a,2024-01-0{n},5", name=name)
    assert clv.load(str(tmp_path / "**" / "*.csv")).rows["accepted"] == 3
    assert clv.load(str(tmp_path / "**")).rows["accepted"] == 3


def test_a_duplicate_is_found_in_a_file_with_another_order_of_columns(csv, tmp_path):
    csv("a,2024-01-01,5,7,x", name="1.csv", header="customer_id,date,amount,order_id,note")
    csv("x,7,5,2024-01-01,a", name="2.csv", header="note,order_id,amount,date,customer_id")
    csv("y,7,5,2024-01-01,a", name="3.csv", header="note,order_id,amount,date,customer_id")
    loaded = clv.load(str(tmp_path / "*.csv"))
    assert (loaded.rows["accepted"], loaded.rows["duplicates"]) == (2, 1)


def test_a_damaged_parquet_is_refused(tmp_path):
    path = tmp_path / "orders.parquet"
    pd.concat([FRAME] * 1000).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SourceUnreadable, match=r"orders\.parquet cannot be read"):
        clv.load(path)


def test_a_folder_is_asked_for_its_files(tmp_path):
    with pytest.raises(UsageError, match=r"is a folder; name its files"):
        clv.load(tmp_path)
    with pytest.raises(UsageError, match="There is no file"):
        clv.load(tmp_path / "*.csv")


def test_text_and_parquet_are_not_mixed(csv, tmp_path):
    csv("a,2024-01-01,5", name="orders_1.csv")
    FRAME.to_parquet(tmp_path / "orders_2.parquet")
    with pytest.raises(UsageError, match="name one kind at a time"):
        clv.load(str(tmp_path / "orders_*"))


def test_an_empty_parquet_is_refused(tmp_path):
    FRAME.iloc[:0].to_parquet(tmp_path / "orders.parquet")
    with pytest.raises(NoRows, match="no rows"):
        clv.load(tmp_path / "orders.parquet")
