import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

import clv
from clv.errors import SourceUnreadable
from clv.tables import conversion, engine, judgement, sources
from clv.tables.formats import Format
from clv.tables.rules import OF_TEXT, RULES

DAY = pd.Timestamp("2024-01-05")
RULED = [rule for rule in RULES if rule.column in ("customer_id", "amount")]


@pytest.fixture
def parquet(tmp_path):
    """Write columns as a Parquet file and hand back its path."""

    def write(**columns):
        path = tmp_path / "orders.parquet"
        frame = pd.DataFrame({"customer_id": [1, 2], "date": DAY, "amount": [5.0, 0.0], **columns})
        frame.to_parquet(path, index=False)
        return path

    return write


def judged(source, rules=RULED):
    with sources.opened(source, sources.purchases(None), Format()) as raw:
        rows = conversion.converted(raw, Format(), "UTC")
        return judgement.judged(raw, rows, rules)


def test_sound_rows_carry_no_more_than_is_needed_of_them(parquet):
    found = judged(parquet(), [rule for rule in RULED if rule.code not in OF_TEXT])
    assert found.sound.columns == ("customer_id", "date", "amount")
    assert found.aside.select("row", "reason", "text").to_pyarrow().to_pylist() == [
        {"row": 2, "reason": "zero-amount", "text": "0.0"}
    ]


def test_rows_of_an_order_keep_their_place(parquet):
    found = judged(parquet(customer_id=["a", "b"], order_id=["1", "2"]))
    assert {"order_id", "same", *judgement.PLACE, *judgement.CHANGED} <= set(found.sound.columns)


def test_a_whole_number_is_no_text_until_it_is_told(parquet):
    log = clv.load(parquet(customer_id=[12, -3], amount=[5.0, 7.0]))
    assert log.kept["customer_id"].type().is_integer()
    assert clv.customer_summary(log).index.tolist() == ["-3", "12"]
    assert log.purchase_days()["customer_id"].tolist() == ["-3", "12"]
    assert sorted(log.table["customer_id"].to_pyarrow().to_pylist()) == ["-3", "12"]


def test_a_whole_number_that_is_missing_is_set_aside(parquet):
    ids = pd.array([None, *range(1, 40)], dtype="Int64")
    log = clv.load(parquet(customer_id=ids, amount=5.0, date=[DAY] * 40))
    assert log.quarantine[["line", "reason"]].to_numpy().tolist() == [[1, "customer-id-missing"]]


def test_a_file_that_changes_while_it_is_read_is_refused(parquet, monkeypatch):
    path = parquet(amount=[5.0, 0.0])
    stored = judgement.engine.stored

    def corrected(con, name, rows):
        if name == "aside":
            pq.write_table(pq.read_table(path).slice(0, 1), path)
        return stored(con, name, rows)

    monkeypatch.setattr(judgement.engine, "stored", corrected)
    with pytest.raises((SourceUnreadable, duckdb.Error), match=r"changed while|orders\.parquet"):
        clv.load(path, max_faulty=1)


def test_rows_without_a_place_are_read_once():
    con = engine.connect()
    con.con.execute("CREATE TABLE o AS SELECT 'a' customer_id, DATE '2024-01-05' date, 0 amount")
    with sources.opened(engine.table(con, "o"), sources.purchases(None), Format()) as raw:
        found = judgement.judged(raw, conversion.converted(raw, Format(), "UTC"), RULED)
        con.con.execute("DELETE FROM o")
        assert found.aside["values"].to_pyarrow().to_pylist() == ["customer_id: a, amount: 0"]
