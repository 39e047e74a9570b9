import os
import shutil

import ibis
import pandas as pd
import pyarrow as pa
import pytest

import clv
from clv.errors import SourceUnreadable, UsageError
from clv.tables import engine

pytestmark = pytest.mark.slow  # a session takes many seconds to start


@pytest.fixture
def orders(tmp_path):
    """Two Parquet files of orders, the second with a row that is no purchase; a glob for them."""
    for part, amount in enumerate((5.0, 0.0)):
        frame = pd.DataFrame({"customer_id": ["a", "b"], "amount": [10.0, amount]})
        frame["date"] = pd.Timestamp("2024-01-03") + pd.Timedelta(days=part)
        frame.to_parquet(tmp_path / f"part {part} ü%20.parquet")
    return str(tmp_path / "part *.parquet")


def test_a_row_set_aside_is_known_by_its_file_and_its_number(spark, orders):
    loaded = clv.load({"spark": orders}, as_of="2024-06-30")
    (row,) = loaded.quarantine.to_dict("records")
    assert (row["file"], row["line"], row["reason"]) == ("part 1 ü%20.parquet", 2, "zero-amount")
    assert loaded.input_hashes.keys() == {"part 0 ü%20.parquet", "part 1 ü%20.parquet"}
    assert clv.customer_summary(loaded)["total_spend"].to_dict() == {"a": 20.0, "b": 5.0}


def test_a_file_that_has_changed_is_read_anew(spark, tmp_path):
    path = tmp_path / "orders.parquet"
    frame = pd.DataFrame({"customer_id": ["a"], "date": pd.Timestamp("2024-01-03"), "amount": 5.0})
    totals = []
    for amount in (5.0, 7.0):
        frame.assign(amount=amount).to_parquet(path)
        loaded = clv.load({"spark": str(path)}, as_of="2024-06-30")
        totals += clv.customer_summary(loaded)["total_spend"].tolist()
    assert totals == [5.0, 7.0]


def test_a_table_of_the_callers_session_tells_instants_from_local_time(spark):
    theirs = ibis.pyspark.connect(spark._session)
    spark._session.sql(
        "SELECT 'a' AS customer_id, 5.0 AS amount, TIMESTAMP_LTZ '2024-01-01 22:00:00' AS instant,"
        " TIMESTAMP_NTZ '2024-01-01 22:00:00' AS local"
    ).createOrReplaceTempView("theirs")
    for column, day in {"instant": "2024-01-02", "local": "2024-01-01"}.items():
        loaded = clv.load(
            theirs.table("theirs"),
            columns={"date": column},
            as_of="2024-06-30",
            timezone="Europe/Istanbul",
        )
        assert loaded.purchase_days()["date"].astype(str).tolist() == [day]
        assert loaded.source == "theirs"


def test_what_a_query_uses_twice_is_computed_once_and_leaves_no_view(spark):
    rows = engine.of_arrow(spark, "rows", pa.table({"a": [1, 2]}))
    views = spark._session.catalog.listTables()
    drawn = rows.select("a", chance=ibis.random())
    found = drawn.union(drawn).to_pyarrow().to_pandas()
    assert (found.groupby("a")["chance"].nunique() == 1).all()
    assert spark._session.catalog.listTables() == views


def test_what_is_forgotten_is_no_longer_there(spark):
    rows = engine.of_arrow(spark, "rows", pa.table({"a": [1, 2]}))
    kept = engine.stored(spark, "kept", rows)
    assert spark._session.catalog.isCached(kept.get_name())
    engine.forget(kept)
    assert kept.get_name() not in {table.name for table in spark._session.catalog.listTables()}


def test_a_path_that_is_not_there_is_a_typing_error(spark):
    with pytest.raises(UsageError, match=r"no file nowhere"):
        clv.load({"spark": "nowhere*.parquet"})


def test_a_damaged_file_is_refused_in_a_sentence(spark, tmp_path):
    path = tmp_path / "orders.parquet"
    path.write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(SourceUnreadable, match=r"orders\.parquet cannot be read: ") as caught:
        clv.load({"spark": str(path)})
    assert "\n" not in str(caught.value)


def test_that_java_is_missing_is_said_before_spark_starts(spark, monkeypatch):
    from clv.tables import spark as module

    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delitem(os.environ, "JAVA_HOME", raising=False)
    with pytest.raises(SourceUnreadable, match="Spark needs Java"):
        module._started()
