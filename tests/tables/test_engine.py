import ibis
import pyarrow as pa

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


def test_batches_hold_the_rows_in_pieces_and_in_order():
    rows = engine.of_arrow(engine.connect(), "rows", ROWS).order_by("customer_id")
    pieces = list(engine.batches(rows, 1))
    assert pa.Table.from_batches(pieces)["customer_id"].to_pylist() == ["a", "b"]


def test_the_engine_fetches_nothing_and_writes_nothing_here():
    settings = "current_setting('autoinstall_known_extensions'), current_setting('temp_directory')"
    install, folder = engine.connect().con.execute(f"SELECT {settings}").fetchone()
    assert not install
    assert folder.startswith("/")
