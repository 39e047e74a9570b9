import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from clv.tables import engine

ROWS = pa.table({"customer_id": ["b", "a"], "amount": [2.0, 1.0]})


def test_rows_in_memory_are_a_table_of_the_engine():
    con = engine.connect()
    rows = engine.of_arrow(con, "rows", ROWS)
    assert rows["amount"].sum().to_pyarrow().as_py() == 3.0


def test_what_is_stored_is_computed_once():
    con = engine.connect()
    rows = engine.of_arrow(con, "rows", ROWS)
    drawn = engine.stored(con, "drawn", rows.select(chance=ibis.random()))
    assert drawn.to_pyarrow().equals(drawn.to_pyarrow())


def test_parts_are_stored_one_after_the_other():
    con = engine.connect()
    rows = engine.of_arrow(con, "rows", ROWS)
    parts = [rows.filter(rows["customer_id"] == name) for name in ("b", "a")]
    assert engine.one_by_one(con)
    assert (
        engine.stored(con, "parts", *parts)
        .to_pyarrow()
        .sort_by("amount")
        .equals(ROWS.sort_by("amount"))
    )


def test_two_tables_of_one_name_do_not_meet_and_each_can_be_forgotten():
    con = engine.connect()
    one, two = (
        engine.stored(con, "kept", engine.of_arrow(con, "rows", ROWS.slice(n))) for n in (0, 1)
    )
    engine.forget(one)
    assert two.to_pyarrow()["customer_id"].to_pylist() == ["a"]


def test_equal_rows_have_equal_fingerprints_in_any_order():
    con = engine.connect()
    one, turned, part = (
        engine.fingerprint(engine.of_arrow(con, "rows", rows))
        for rows in (ROWS, ROWS.take([1, 0]), ROWS.slice(1))
    )
    assert one == turned != part


def test_parquet_is_read_under_any_name_a_path_may_have(tmp_path):
    path = tmp_path / "[1] *.parquet"
    pq.write_table(ROWS, path)
    rows = engine.of_parquet(engine.connect(), "rows", [str(path)]).to_pyarrow()
    assert rows["filename"].unique().to_pylist() == [str(path)]
    assert rows["file_row_number"].to_pylist() == [0, 1]


def test_batches_hold_the_rows_in_pieces_and_in_order():
    rows = engine.of_arrow(engine.connect(), "rows", ROWS).order_by("customer_id")
    pieces = list(engine.batches(rows, 1))
    assert pa.Table.from_batches(pieces)["customer_id"].to_pylist() == ["a", "b"]


def test_the_engine_fetches_nothing_and_writes_nothing_here():
    names = ["autoinstall_known_extensions", "temp_directory", "enable_progress_bar"]
    settings = ", ".join(f"current_setting('{name}')" for name in names)
    install, folder, bar = engine.connect().con.execute(f"SELECT {settings}").fetchone()
    assert not install
    assert folder.startswith("/")
    assert not bar  # it would stand on standard output, in the middle of JSON
