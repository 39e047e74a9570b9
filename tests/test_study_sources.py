"""The keys that say where tables are."""

import pytest

from clv.errors import UsageError
from clv.study_sources import FORMAT, Faults, placed, source, tables
from clv.tables.formats import Format


@pytest.mark.parametrize(
    "value",
    ["cdnow", "data/*.parquet", {"database": "shop.db", "table": "orders"},
     {"database": "env:SHOP_DSN", "table": "sales.orders"}, {"spark": "data/*.parquet"},
     {"database": "postgresql://reader@host:5432/shop", "table": "orders"}],
)  # fmt: skip
def test_a_source_is_a_path_or_a_table_of_a_database(value):
    assert source("transactions", value) == value


@pytest.mark.parametrize(
    "address",
    ["postgresql://shop:hunter2@host/db", "postgres://shop:hun/ter2@host/db",
     "host=db password=hunter2", "postgresql://host/db?password=hunter2", "mysql://u:hunter2@h/d"],
)  # fmt: skip
def test_a_password_is_refused_and_never_echoed(address):
    for value in (address, {"database": address, "table": "t"}, {"spark": address}):
        with pytest.raises(UsageError) as refused:
            source("transactions", value)
        assert "ter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"database": "shop.db"}, "`transactions: table` must be a table's name"),
        ({"databse": "shop.db", "table": "t"}, "Did you mean `database`"),
        ({"spark": "x", "table": "t"}, "no parameter `table`"),
        ({"spark": 3}, "`transactions: spark` must be a path or a glob"),
        (3, "`transactions` must be a path"),
        ("  ", "`transactions` must be a path"),
        ({}, "`transactions: database` must be"),
    ],
)
def test_whatever_else_it_is_is_refused(value, said):
    with pytest.raises(UsageError, match=said):
        source("transactions", value)


def test_optional_tables_are_paths_or_say_how_they_are_written():
    given = {
        "leads": {"path": "leads.csv", "columns": {"lead_id": "Id"}, "format": {"decimal": ","}},
        "support_tickets": "data/tickets.csv",
        "payments": {"database": "shop.db", "table": "payments", "columns": {"due_at": "due"}},
    }
    assert tables("tables", given) == given


def test_all_faults_of_optional_tables_are_named_at_once():
    given = {
        "lead": "leads.csv",
        "leads": {"path": 3, "columns": {"a": 1}, "format": {"delimeter": ";"}},
        "payments": {"columns": {}},
    }
    with pytest.raises(Faults) as faults:
        tables("tables", given)
    told = [name for name, _ in faults.value.found]
    assert told == ["lead", "leads", "leads", "leads", "payments"]
    for said in ("Did you mean `leads`", "columns: a` must be text", "Did you mean `delimiter`"):
        assert said in str(faults.value)


def test_paths_are_seen_from_elsewhere_but_not_samples_and_variables():
    def move(path):
        return f"there/{path}"

    assert placed("cdnow", move) == "cdnow"
    assert placed("a.csv", move) == "there/a.csv"
    assert placed({"database": "a.db", "table": "t"}, move) == {
        "database": "there/a.db",
        "table": "t",
    }
    assert placed({"database": "env:A", "table": "t"}, move) == {"database": "env:A", "table": "t"}
    assert placed({"spark": "a/*"}, move) == {"spark": "there/a/*"}


def test_the_words_of_a_format_are_those_that_reading_knows():
    assert set(FORMAT) == set(Format.__dataclass_fields__)
