"""The same log from a file, from PostgreSQL and from Spark, each read where it stands."""

import sys

import ibis
import numpy as np
import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, UsageError
from clv.tables import databases, engine
from clv.tables.births import births

OPTIONS = {"as_of": "2024-06-30", "max_faulty": 0.5}
DIRTY = [
    {"customer_id": "", "date": "2024-01-05"},
    {"customer_id": "\u200b é\u00a0", "date": "2024-01-05"},
    {"customer_id": "e\u0301", "date": "2024-01-06"},
    {"customer_id": "x" * 300},
    {"customer_id": "a\tb"},
    {"date": None},
    {"date": "1969-12-31"},
    {"date": "2024-07-01"},
    {"amount": None},
    {"amount": 0.0},
    {"amount": -3.25},
    {"amount": float("inf")},
    {"amount": 1e20},
    {"order_id": "one", "customer_id": "a"},
    {"order_id": "one", "customer_id": "b"},
    {"order_id": "twice", "amount": 7.77, "note": "x"},
    {"order_id": "twice", "amount": 7.77, "note": "x"},
    {"order_id": "twice", "amount": 7.77, "note": None},
]
POSTGRES_TYPES = {
    "customer_id": "text",
    "date": "date",
    "amount": "double precision",
    "order_id": "text",
    "note": "text",
    "margin": "double precision",
    "stamp": "timestamptz",
    "written": "text",
}


def log():
    """Orders of 60 customers with natural types, and a row for each thing that can be wrong."""
    rng = np.random.default_rng(7)
    good = pd.DataFrame(
        {
            "customer_id": [f"{number:04}" for number in rng.integers(0, 60, 400)],
            "date": rng.integers(0, 200, 400) + np.datetime64("2023-12-01"),
            "amount": rng.integers(100, 99_999, 400) / 100,
            "order_id": [str(number) for number in range(400)],
            "note": "ordinary",
            "margin": rng.integers(5, 60, 400) / 100,
        }
    )
    usual = {**good.iloc[0].to_dict(), "customer_id": "usual", "order_id": ""}
    dirty = pd.DataFrame([usual | row for row in DIRTY])
    rows = pd.concat([good, dirty], ignore_index=True)
    rows["date"] = [None if pd.isna(day) else pd.Timestamp(day).date() for day in rows["date"]]
    return rows


@pytest.fixture(params=["postgres", pytest.param("spark", marks=pytest.mark.slow)])
def load(request, tmp_path, monkeypatch):
    """Load a frame once through DuckDB and once through the engine in which it was put."""
    address = request.getfixturevalue(request.param)

    def elsewhere(frame, path, options):
        if request.param == "spark":
            return clv.load({"spark": str(path)}, **options)
        monkeypatch.setenv("SHOP_DSN", address)
        copied(frame, address)
        return clv.load({"database": "env:SHOP_DSN", "table": "log"}, **options)

    def load(frame, **options):
        path = tmp_path / "log.parquet"
        frame.to_parquet(path, index=False)
        options = OPTIONS | options
        return clv.load(path, **options), elsewhere(frame, path, options)

    return load


def copied(frame, address):
    """Put a frame into a table of PostgreSQL."""
    from psycopg import connect

    columns = ", ".join(f"{name} {POSTGRES_TYPES[name]}" for name in frame.columns)
    values = frame.astype(object).where(frame.notna(), None)
    with connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS log; CREATE TABLE log ({columns})")
        with cursor.copy("COPY log FROM STDIN") as rows:
            for row in values.itertuples(index=False):
                rows.write_row(row)


def summary(loaded, **options):
    return clv.customer_summary(loaded, **options)


def assert_same(one, two):
    """Equal customers, account, rows set aside and messages; only the lines may be unknown."""
    pd.testing.assert_frame_equal(summary(one), summary(two), check_exact=True)
    pd.testing.assert_frame_equal(one.account, two.account)
    assert one.rows == two.rows
    what = ["reason", "column"]
    aside, also = (
        loaded.quarantine.sort_values(what, ignore_index=True)[what] for loaded in (one, two)
    )
    pd.testing.assert_frame_equal(aside, also)
    codes = [[(m.level, m.code, m.column) for m in loaded.messages] for loaded in (one, two)]
    assert codes[0] == codes[1]


def test_a_dirty_log_is_cleaned_and_summarised_alike(load):
    one, two = load(log(), columns={"order_id": "order_id"})
    assert len(one.account) > 12
    assert_same(one, two)
    earlier = {"as_of": "2024-03-31", "unit": "D"}
    pd.testing.assert_frame_equal(summary(one, **earlier), summary(two, **earlier))
    assert births(one) == births(two)


def test_ids_of_128_bits_are_text_in_postgresql_too(postgres, monkeypatch):
    from psycopg import connect

    monkeypatch.setenv("SHOP_DSN", postgres)
    with connect(postgres, autocommit=True) as connection:
        connection.execute(
            "DROP TABLE IF EXISTS ids;"
            "CREATE TABLE ids (customer_id uuid, date date, amount numeric, order_id uuid);"
            "INSERT INTO ids SELECT lpad(to_hex(n), 32, '0')::uuid, DATE '2024-01-01' + n, 5, "
            "lpad('7', 32, '0')::uuid FROM generate_series(10, 12) AS n WHERE n < 11 "
            "UNION ALL SELECT NULL, DATE '2024-01-05', 5, NULL"
        )
    loaded = clv.load({"database": "env:SHOP_DSN", "table": "ids"}, **OPTIONS)
    assert clv.customer_summary(loaded).index.tolist() == ["00000000-0000-0000-0000-00000000000a"]
    assert loaded.quarantine["reason"].tolist() == ["customer-id-missing"]


def test_refunds_are_netted_alike(load):
    rows = log().iloc[:400].assign(order_id="")
    back = rows.iloc[::9].assign(amount=lambda own: -own["amount"])
    part = rows.iloc[1::31].assign(amount=-1.5)
    assert_same(*load(pd.concat([rows, back, part], ignore_index=True)))


def test_instants_become_days_of_the_declared_zone_alike(load):
    rng = np.random.default_rng(8)
    stamps = pd.Timestamp("2023-12-01", tz="UTC") + pd.to_timedelta(
        rng.integers(0, 4_000, 400), "h"
    )
    rows = log().iloc[:400].assign(stamp=stamps)
    one, two = load(rows, columns={"date": "stamp"}, timezone="America/New_York")
    assert_same(one, two)
    assert not summary(one).equals(summary(clv.load(rows, columns={"date": "stamp"}, **OPTIONS)))


def test_text_is_read_under_the_declared_format_alike(load):
    rows = log().iloc[:400]
    written = pd.to_datetime(rows["date"]).dt.strftime("%d.%m.%Y")
    written = written.where(written.index % 50 > 0, "31.02.2024")
    note = rows["amount"].map("{:,.2f}".format).str.translate(str.maketrans(",.", ".,"))
    note = note.where(note.index % 40 > 0, "12.34,5")
    assert_same(
        *load(
            rows.assign(written=written, note=note),
            columns={"date": "written", "amount": "note"},
            format={"decimal": ",", "thousands": ".", "date_format": "%d.%m.%Y"},
        )
    )


def test_margins_and_the_money_of_as_of_are_reckoned_alike(load, tmp_path):
    cpi = tmp_path / "cpi.csv"
    months = pd.period_range("2023-12", "2024-06", freq="M")
    lines = [f"{month},{100 + 3 * place}" for place, month in enumerate(months)]
    cpi.write_text("\n".join(["month,index", *lines, ""]))
    one, two = load(log().iloc[:400], margin="margin", prices={"cpi": str(cpi)})
    pd.testing.assert_frame_equal(summary(one), summary(two), rtol=1e-12)


def test_what_is_saved_comes_back_as_from_a_file(load, tmp_path):
    one, two = load(log())
    back = [clv.load(t.save(tmp_path / str(n))) for n, t in enumerate((one, two))]
    pd.testing.assert_frame_equal(*(summary(loaded) for loaded in back), check_exact=True)


def test_equal_rows_are_known_by_equal_fingerprints_in_any_order(load):
    rows = log().iloc[:50]
    _, one = load(rows)
    _, two = load(rows.iloc[::-1])
    _, other = load(rows.iloc[1:])
    same, again, not_same = (engine.fingerprint(loaded.table) for loaded in (one, two, other))
    assert same == again != not_same


def test_a_missing_extra_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "clv.tables.postgres", None)
    with pytest.raises(UsageError, match=r"pip install 'clv\[postgres\]'"):
        databases.module("postgres")


def test_a_table_of_the_callers_own_duckdb_is_read_there(csv):
    path = csv("a,2024-01-03,5", "b,2024-02-01,7")
    con = engine.connect()
    con.con.execute(f"CREATE TABLE mine AS SELECT * FROM read_csv('{path}')")
    loaded = clv.load(engine.table(con, "mine"), as_of="2024-06-30")
    assert loaded.source == "mine"
    assert summary(loaded)["total_spend"].to_dict() == {"a": 5.0, "b": 7.0}
    assert loaded.table.get_backend() is con


def test_a_table_in_an_engine_that_is_not_known_is_refused():
    con = ibis.sqlite.connect()
    con.con.execute("CREATE TABLE orders (customer_id text)")
    with pytest.raises(BadParameter, match=r"duckdb.*postgres.*pyspark.*got 'a table in sqlite'"):
        clv.load(con.table("orders"))
