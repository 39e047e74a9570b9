"""Tables of SQLite and DuckDB files come through the same door, and the files stay as they are."""

import hashlib
import sqlite3
from contextlib import closing

import duckdb
import pytest

import clv
from clv.errors import InputRefused, SourceUnreadable, UsageError

AS_OF = "2024-12-31"


@pytest.fixture
def sqlite(tmp_path):
    """Run statements in an SQLite file and hand back its path."""

    def sqlite(*statements):
        with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
            for statement in statements:
                file.execute(statement)
            file.commit()
        return str(tmp_path / "shop.db")

    return sqlite


@pytest.fixture
def duck(tmp_path):
    """Run statements in a DuckDB file and hand back its path."""

    def duck(*statements):
        with duckdb.connect(tmp_path / "shop's.duckdb") as file:
            for statement in statements:
                file.execute(statement)
        return str(tmp_path / "shop's.duckdb")

    return duck


ORDERS = (
    "CREATE TABLE orders (customer_id, date, amount)",
    "INSERT INTO orders VALUES ('00012', '2024-01-01', 5), (12, '2024-01-02', 7.5), "
    "('b', '2024-01-03', 'five')",
)
TYPED = (
    "CREATE TABLE orders (customer_id INT, date DATE, amount DECIMAL(9, 2))",
    "INSERT INTO orders VALUES (1, '2024-01-01', 5), (1, '2024-01-09', 7), (2, '2024-01-03', NULL)",
)
VIEW = "CREATE VIEW recent AS SELECT * FROM orders"


def load(path, table="orders", **options):
    return clv.load({"database": path, "table": table}, as_of=AS_OF, max_faulty=0.5, **options)


def test_values_of_mixed_kinds_are_judged_as_text(sqlite):
    loaded = load(sqlite(*ORDERS))
    assert loaded.purchase_days()["customer_id"].tolist() == ["00012", "12"]
    assert loaded.purchase_days()["amount"].tolist() == [5, 7.5]
    (row,) = loaded.quarantine.to_dict("records")
    assert (row["file"], row["line"], row["text"]) == ("orders", 3, "five")


def test_whole_numbers_and_others_are_numbers_whatever_mark_is_declared(sqlite):
    path = sqlite(
        "CREATE TABLE orders (customer_id, date, amount)",
        "INSERT INTO orders VALUES ('a', '2024-01-01', 5), ('a', '2024-01-02', 1.25)",
    )
    loaded = load(path, format={"decimal": ","})
    assert loaded.purchase_days()["amount"].tolist() == [5, 1.25]


def test_rows_are_named_by_their_number_in_duckdb_too(duck):
    loaded = load(duck(*TYPED))
    assert loaded.rows["accepted"] == 2
    assert loaded.quarantine[["line", "reason"]].values.tolist() == [[2, "amount-missing"]]


@pytest.mark.parametrize("made", ["sqlite", "duck"])
def test_rows_of_a_view_have_no_number_and_are_told_by_their_values(made, request):
    statements = ORDERS if made == "sqlite" else TYPED
    loaded = load(request.getfixturevalue(made)(*statements, VIEW), "recent")
    (row,) = loaded.quarantine.to_dict("records")
    assert loaded.quarantine["line"].isna().all()
    assert "date: 2024-01-03" in row["values"]


def test_a_table_without_row_numbers_or_with_a_column_of_that_name_is_read(sqlite):
    columns = "(rowid TEXT, customer_id TEXT PRIMARY KEY, date, amount)"
    path = sqlite(
        f"CREATE TABLE plain {columns}",
        f"CREATE TABLE bare {columns} WITHOUT ROWID",
        *(
            f"INSERT INTO {t} VALUES ('x', 'a', '2024-01-01', 5), ('y', 'b', '', 5)"
            for t in ("plain", "bare")
        ),
    )
    assert load(path, "plain").quarantine["line"].tolist() == [2]
    assert load(path, "bare").quarantine["line"].isna().all()


@pytest.mark.parametrize("made", ["sqlite", "duck"])
def test_a_missing_table_names_the_nearest_and_those_that_are_there(made, request):
    path = request.getfixturevalue(made)(*TYPED, VIEW)
    with pytest.raises(
        SourceUnreadable, match=r"no table `order`; it has `orders`, `recent`.*mean"
    ):
        load(path, "order")
    with pytest.raises(SourceUnreadable, match="has no table"):
        load(path, 'orders"; DROP TABLE orders; --')


def test_a_table_of_another_schema_is_named_with_it(duck):
    path = duck(
        "CREATE SCHEMA sales",
        "CREATE TABLE sales.orders AS SELECT 'a' AS customer_id, "
        "DATE '2024-01-01' AS date, 5 AS amount",
    )
    assert load(path, "sales.orders").rows["accepted"] == 1


@pytest.mark.parametrize("made", ["sqlite", "duck"])
def test_the_file_is_never_written(made, request, tmp_path):
    path = request.getfixturevalue(made)(*TYPED)
    before = {file: hashlib.sha256(file.read_bytes()).digest() for file in tmp_path.iterdir()}
    load(path)
    after = {file: hashlib.sha256(file.read_bytes()).digest() for file in tmp_path.iterdir()}
    assert after == before


def test_a_file_may_be_written_again_once_it_was_read(duck):
    path = duck(*TYPED)
    loaded = load(path)
    with duckdb.connect(path) as file:
        file.execute("DELETE FROM orders")
    assert len(loaded.purchase_days()) == 2


def test_binary_values_are_refused(sqlite):
    path = sqlite(*ORDERS, "INSERT INTO orders VALUES (x'ff', '2024-01-01', 5)")
    with pytest.raises(InputRefused, match="`customer_id` of orders holds binary values"):
        load(path)


def test_text_that_is_no_utf_8_is_refused(sqlite):
    path = sqlite(*ORDERS, "INSERT INTO orders VALUES (CAST(x'fe416461' AS TEXT), 'x', 5)", VIEW)
    told = r"`customer_id` of orders holds text that is not UTF-8 \(first: row 4\); export .* CSV"
    with pytest.raises(SourceUnreadable, match=told) as caught:
        load(path)
    assert not {"Ada", "CAST"} & set(str(caught.value).replace("'", " ").split())
    assert (caught.value.column, caught.value.line) == ("customer_id", 4)
    with pytest.raises(SourceUnreadable, match="of recent holds text that is not UTF-8; export"):
        load(path, "recent")


def test_a_view_that_fails_on_a_value_is_told_without_it(duck):
    path = duck(
        "CREATE TABLE t AS SELECT 'alice@x.example' AS customer_id, 'x1' AS amount",
        "CREATE VIEW v AS SELECT customer_id, DATE '2024-01-01' AS date, "
        "CAST(amount AS INTEGER) AS amount FROM t",
    )
    with pytest.raises(SourceUnreadable, match=r"`v` in .* cannot be read: it computes") as caught:
        load(path, "v")
    assert "x1" not in str(caught.value)


def test_what_is_no_database_is_told_by_its_content(tmp_path):
    (tmp_path / "orders.db").write_text("customer_id,date,amount\n")
    with pytest.raises(SourceUnreadable, match="neither an SQLite nor a DuckDB file"):
        load(str(tmp_path / "orders.db"))
    with pytest.raises(UsageError, match="There is no database file"):
        load(str(tmp_path / "none.db"))


def test_a_damaged_file_is_refused_in_one_sentence(duck, sqlite, tmp_path):
    for path in (duck(*TYPED), sqlite(*ORDERS)):
        whole = tmp_path.joinpath(path).read_bytes()
        tmp_path.joinpath(path).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SourceUnreadable, match=r"`orders` in .* cannot be read"):
            load(path)
