"""Changes that say the same in other words: none may move the customer summary.

A new way for purchases to come in is one more entry of `WAYS`. The summary is a function of the
accepted rows, so ways are compared by those; the slow tests take each way and each change by itself
through the whole door.
"""

import gzip
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import clv
from clv.tables import cleaning, conversion, declared, sources
from clv.tables.formats import Format

AS_OF = "2024-12-31"
NAMES = ("customer_id", "date", "amount", "order_id")
IDS = ("00012", "12", "NA", "Şükrü İnan", "ışık", "a,b;c", 'said "yes"', *map(str, range(30)))


def log(seed=1):
    """Rows as text: whole amounts, orders, refunds of every kind, duplicates and faults."""
    rng = np.random.default_rng(seed)
    days = [date(2024, 1, 1) + timedelta(int(day)) for day in rng.integers(0, 330, 240)]
    rows = [
        (str(rng.choice(IDS)), day.isoformat(), str(rng.integers(100, 3_000)), f"o{number}")
        for number, day in enumerate(days)
    ]
    back = [(row[0], "2024-12-01", f"-{row[2]}", row[3]) for row in rows[:5]]  # names its order
    back += [(row[0], "2024-12-02", f"-{row[2]}", "") for row in rows[10:15]]  # equals a purchase
    back += [(row[0], "2024-12-03", "-7", f"r{row[3]}") for row in rows[20:30]]  # neither
    after = [(row[0], f"2025-02-{1 + n:02}", "50", f"p{n}") for n, row in enumerate(rows[:9])]
    return rows + back + after + rows[30:34] + FAULTY


FAULTY = [
    ("", "2024-03-01", "5", "f1"),
    ("12", "2024-02-30", "5", "f2"),
    ("12", "2024-03-01", "five", "f3"),
    ("12", "2024-03-01", "0", "f4"),
    ("12", "2024-03-02", "5", "f5"),
    ("NA", "2024-03-02", "5", "f5"),
]
ROWS = log()
COUNTS = [len(ROWS), 260, 6, 4, 9]  # in, accepted, quarantined, duplicates, outside the window


def summary(source, **options):
    return clv.customer_summary(clv.load(source, as_of=AS_OF, **options))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The path of the log, as plain as can be."""
    return written(ROWS, tmp_path_factory.mktemp("plain") / "orders.csv")


@pytest.fixture(scope="module")
def loaded(plain):
    loaded = clv.load(plain, as_of=AS_OF)
    assert list(loaded.rows.values()) == COUNTS
    return loaded


@pytest.fixture(scope="module")
def expected(loaded):
    return clv.customer_summary(loaded)


@pytest.fixture(scope="module")
def expected_rows(plain):
    return in_order(cleaned(plain).table)


def in_order(table):
    return table.order_by(table.columns).to_pyarrow()


def cleaned(source, *, as_of=AS_OF, columns=None, format=None, timezone="UTC"):
    """What the door makes of a source before anything is summed up."""
    form = Format.from_mapping(format)
    policy = declared.policy(declared.DEFAULTS | {"as_of": as_of}, "2025-12-31", 0.05)
    with sources.opened(source, sources.purchases(columns), form) as raw:
        return cleaning.cleaned(raw, conversion.converted(raw, form, timezone), policy)


def same(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert found.attrs == expected.attrs


# Ways in ---------------------------------------------------------------------------------------


def written(rows, path, *, delimiter=",", encoding="utf-8", end="\n", quoted=True):
    def cell(text):
        return '"{}"'.format(text.replace('"', '""')) if quoted else text

    lines = [delimiter.join(map(cell, row)) for row in (NAMES, *rows)]
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def typed(rows):
    """The rows as a frame; what cannot be read is missing there."""
    frame = pd.DataFrame(rows, columns=NAMES)
    frame["date"] = pd.to_datetime(frame["date"], errors="coerce")
    frame["amount"] = pd.to_numeric(frame["amount"], errors="coerce").astype(float)
    return frame


def said(text, read, say):
    """A text in other words; what cannot be read stays as it is."""
    try:
        return say(read(text))
    except ValueError:
        return text


def with_days(rows, say):
    return [(who, said(day, date.fromisoformat, say), *rest) for who, day, *rest in rows]


def semicolons(rows, folder):
    path = written(rows, folder / "orders.csv", delimiter=";", end="\r\n")
    return path, {"format": {"delimiter": ";", "decimal": ","}}


def tabs_in_turkish(rows, folder):
    path = written(rows, folder / "orders.tsv", delimiter="\t", encoding="cp1254")
    return path, {"format": {"delimiter": "\t", "encoding": "cp1254"}}


def sixteen_bits(rows, folder):
    path = written(rows, folder / "orders.csv", encoding="utf-16")
    return path, {"format": {"encoding": "utf-16"}}


def days_first(rows, folder):
    path = written(with_days(rows, "{:%d.%m.%Y}".format), folder / "orders.csv")
    return path, {"format": {"date_format": "%d.%m.%Y"}}


def stamps_elsewhere(rows, folder):
    """Late in the evening in UTC, which is the day before it in Istanbul."""
    night = with_days(rows, lambda day: f"{day - timedelta(days=1)}T22:30:00Z")
    night = [(who, day.replace("02-30", "02-30T22:30:00Z"), *rest) for who, day, *rest in night]
    return written(night, folder / "orders.csv"), {"timezone": "Europe/Istanbul"}


def grouped_numbers(rows, folder):
    def say(amount):
        return f"{amount:,}".replace(",", ".") + ",00"

    grouped = [(who, day, said(paid, int, say), order) for who, day, paid, order in rows]
    path = written(grouped, folder / "orders.csv", delimiter=";")
    return path, {"format": {"delimiter": ";", "decimal": ",", "thousands": "."}}


def packed(rows, folder):
    path = folder / "orders.csv.gz"
    path.write_bytes(gzip.compress(written(rows, folder / "plain.csv").read_bytes()))
    return path, {}


def parquet(rows, folder):
    typed(rows).to_parquet(folder / "orders.parquet")
    return folder / "orders.parquet", {}


def two_parquet_files(rows, folder):
    for half in (0, 1):
        typed(rows[half::2]).to_parquet(folder / f"orders-{half}.parquet")
    return str(folder / "orders-*.parquet"), {}


def two_text_files(rows, folder):
    for half in (0, 1):
        written(rows[half::2], folder / f"orders-{half}.csv")
    return str(folder / "orders-*.csv"), {}


def frame(rows, folder):
    return typed(rows), {}


def other_names(rows, folder):
    theirs = {"customer_id": "Uid", "date": "Buy Ts", "amount": "Revenue", "order_id": "Order"}
    return typed(rows).rename(columns=theirs).assign(note="x"), {"columns": theirs}


def sqlite(rows, folder):
    with closing(sqlite3.connect(folder / "shop.db")) as file:
        file.execute(f"CREATE TABLE orders ({', '.join(NAMES)})")
        file.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
        file.commit()
    return {"database": str(folder / "shop.db"), "table": "orders"}, {}


def duckdb_file(rows, folder):
    source, _ = parquet(rows, folder)
    with duckdb.connect(folder / "shop.duckdb") as file:
        file.execute("CREATE TABLE orders AS SELECT * FROM read_parquet(?)", [str(source)])
    return {"database": str(folder / "shop.duckdb"), "table": "orders"}, {}


def arrow(rows, folder):
    return pa.Table.from_pandas(typed(rows)), {}


WAYS = (
    *(semicolons, tabs_in_turkish, sixteen_bits, days_first, stamps_elsewhere, grouped_numbers),
    *(packed, two_text_files, parquet, two_parquet_files, frame, other_names),
    *(sqlite, duckdb_file, arrow),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_way_in_does_not_move_a_row(way, tmp_path, expected_rows):
    source, options = way(ROWS, tmp_path)
    found = cleaned(source, **options)
    assert in_order(found.table) == expected_rows
    assert list(found.rows.values()) == COUNTS


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_way_in_does_not_move_the_summary(way, tmp_path, expected):
    source, options = way(ROWS, tmp_path)
    same(summary(source, **options), expected)


# Rows that say the same --------------------------------------------------------------------------


def shuffled(rows):
    return [rows[at] for at in np.random.default_rng(2).permutation(len(rows))]


def more_after_as_of(rows):
    later = [(who, "2025-03-01", "-100", order) for who, _, _, order in rows[:40]]
    later += [(who, "2025-03-02", amount, order) for who, _, amount, order in rows[40:80]]
    return rows + later


def orders_split_into_lines(rows):
    equalled = {amount.removeprefix("-") for *_, amount, order in rows if order == ""}
    lines = []
    for who, day, amount, order in rows:
        whole = not order.startswith("o") or amount.startswith("-") or amount in equalled
        parts = [amount] if whole else [str(int(amount) - 41), "41"]
        lines += [(who, day, part, order) for part in parts]
    return lines


OTHERS = {name: f"{n * 7919 % 1009:04}-é" for n, name in enumerate(IDS)} | {"": ""}


def renamed(rows):
    return [(OTHERS[who], *rest) for who, *rest in rows]


def with_old_names(found):
    names = {other: name for name, other in OTHERS.items()}
    found.index = pd.Index(found.index.map(names), name="customer_id", dtype=found.index.dtype)
    return found.sort_index()


def test_rows_that_say_the_same_under_other_names_do_not_move_the_summary(tmp_path, expected):
    changed = shuffled(renamed(more_after_as_of(orders_split_into_lines(ROWS))))
    found = summary(written(changed, tmp_path / "orders.csv"))
    same(with_old_names(found), expected.sort_index())


@pytest.mark.slow
@pytest.mark.parametrize("change", [shuffled, more_after_as_of, orders_split_into_lines])
def test_rows_that_say_the_same_do_not_move_the_summary(change, tmp_path, expected):
    changed = change(ROWS)
    assert changed != ROWS
    same(summary(written(changed, tmp_path / "orders.csv")), expected)


@pytest.mark.slow
def test_ids_are_only_names(tmp_path, expected):
    found = summary(written(renamed(ROWS), tmp_path / "orders.csv"))
    same(with_old_names(found), expected.sort_index())


DAYS = (
    "2024-12-02",
    *(pytest.param(d, marks=pytest.mark.slow) for d in ("2024-06-30", "2024-12-01")),
)


@pytest.mark.parametrize("day", DAYS)  # refunds are given on the first three of December
def test_an_earlier_summary_is_that_of_a_log_that_ends_there(day, plain, loaded):
    part = clv.load(plain, as_of=day)
    same(clv.customer_summary(loaded, as_of=day), clv.customer_summary(part))


@pytest.mark.parametrize("day", [AS_OF, None])
def test_the_file_without_its_quarantined_rows_gives_the_same_rows(plain, tmp_path, day):
    dirty = cleaned(plain, as_of=day)
    lines = plain.read_text().splitlines()
    aside = set(dirty.quarantine["line"])
    kept = [line for number, line in enumerate(lines, 1) if number not in aside]
    (tmp_path / "clean.csv").write_text("\n".join(kept) + "\n")
    clean = cleaned(tmp_path / "clean.csv", as_of=day)
    assert clean.rows == dirty.rows | {
        "in": dirty.rows["in"] - len(aside), "quarantined": 0,
    }  # fmt: skip
    assert len(aside) == dirty.rows["quarantined"] > 0
    assert in_order(clean.table) == in_order(dirty.table)
    assert clean.as_of == dirty.as_of
