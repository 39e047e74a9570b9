from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest

import clv
from clv.errors import SourceUnreadable, UsageError

SHOP = {"database": "env:SHOP_DSN", "table": "orders"}


@pytest.fixture
def shop(postgres, monkeypatch):
    """A connection to a database with a table of orders; its address stands in SHOP_DSN."""
    from psycopg import connect

    monkeypatch.setenv("SHOP_DSN", postgres)
    with connect(postgres, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS sales CASCADE; CREATE SCHEMA sales")
        connection.execute("DROP TABLE IF EXISTS orders, lines")
        connection.execute(
            "CREATE TABLE orders (customer_id text, date date, amount numeric(12, 2));"
            "INSERT INTO orders VALUES ('a', '2024-01-03', 10.50), ('a', '2024-02-01', 8.25),"
            "('B', '2024-01-05', 7), ('b', '2024-01-06', 0)"
        )
        yield connection


def other(address, **parts):
    """An address with some of its parts changed."""
    split = urlsplit(address)
    user, _, password = split.netloc.rpartition("@")[0].partition(":")
    own = {"user": user, "password": password, "host": "127.0.0.1", "port": split.port} | parts
    return f"postgresql://{own['user']}:{own['password']}@{own['host']}:{own['port']}/postgres"


def refused(match, source=SHOP):
    """What the door says of a source, in one sentence, with nothing behind it."""
    with pytest.raises(SourceUnreadable, match=match) as caught:
        clv.load(source, as_of="2024-06-30")
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)
    return caught.value


# Reading ---------------------------------------------------------------------------------------


def test_a_table_is_read_and_nothing_is_written_that_stays(shop):
    tables = "SELECT array_agg(relname) FROM pg_class WHERE relpersistence <> 't'"
    before = shop.execute(tables).fetchone()
    loaded = clv.load(SHOP, as_of="2024-06-30")
    assert clv.customer_summary(loaded)["frequency"].to_dict() == {"B": 0, "a": 1}
    assert repr(loaded) == "<Transactions orders: 3 until 2024-06-30>"
    assert shop.execute(tables).fetchone() == before


def test_a_row_set_aside_is_known_by_its_values_because_it_has_no_line(shop):
    (row,) = clv.load(SHOP, as_of="2024-06-30").quarantine.to_dict("records")
    assert pd.isna(row["line"])
    assert (row["file"], row["reason"], row["text"]) == ("orders", "zero-amount", "0.00")
    assert row["values"] == "customer_id: b, date: 2024-01-06, amount: 0.00"


def test_a_schema_a_view_and_any_name_can_be_read(shop):
    shop.execute('CREATE VIEW sales."My ""Orders""; --" AS SELECT * FROM orders')
    loaded = clv.load({**SHOP, "table": 'sales.My "Orders"; --'}, as_of="2024-06-30")
    assert loaded.rows["accepted"] == 3


def test_two_loads_do_not_meet(shop):
    one = clv.load(SHOP, as_of="2024-06-30")
    two = clv.load(SHOP, as_of="2024-01-31")
    assert (one.rows["accepted"], two.rows["accepted"]) == (3, 2)
    assert len(clv.customer_summary(one)) == len(clv.customer_summary(two)) == 2


@pytest.mark.parametrize("writes", ["REVOKE TEMP ON DATABASE postgres FROM public", "SELECT 1"])
def test_who_may_only_read_reads_one_state_of_the_table(shop, postgres, monkeypatch, writes):
    shop.execute("DROP OWNED BY reader" if known(shop, "reader") else "CREATE ROLE reader LOGIN")
    shop.execute(f"ALTER ROLE reader PASSWORD 'r'; GRANT SELECT ON orders TO reader; {writes}")
    if writes == "SELECT 1":
        shop.execute("ALTER ROLE reader SET default_transaction_read_only = on")
    monkeypatch.setenv("SHOP_DSN", other(postgres, user="reader", password="r"))
    loaded = clv.load(SHOP, as_of="2024-06-30")
    shop.execute("INSERT INTO orders VALUES ('late', '2024-01-01', 1)")
    assert list(clv.customer_summary(loaded).index) == ["B", "a"]


def known(shop, role):
    return shop.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()


def test_a_table_of_the_callers_own_connection_is_read_there(shop, postgres):
    from clv.tables.postgres import connect

    con = connect({"conninfo": postgres}, "the test")
    orders = con.table("orders").filter(lambda rows: rows["customer_id"] != "b")
    loaded = clv.load(orders, as_of="2024-06-30")
    assert loaded.rows == {
        "in": 3,
        "accepted": 3,
        "quarantined": 0,
        "duplicates": 0,
        "outside_window": 0,
    }


# Refusals --------------------------------------------------------------------------------------


def test_a_missing_environment_variable_is_named():
    refused("environment variable NO_SUCH_DSN is not set", {**SHOP, "database": "env:NO_SUCH_DSN"})


def test_a_missing_table_is_named_with_those_found_and_the_nearest(shop):
    refused(
        r"no table `order`; it has .*`orders`.*Did you mean `orders`", {**SHOP, "table": "order"}
    )


def test_a_table_without_rows_or_columns_is_refused_as_a_file_is(shop):
    shop.execute("CREATE TABLE lines (customer_id text, day date, amount float)")
    with pytest.raises(clv.errors.ColumnsMissing, match="lines lacks `date`"):
        clv.load({**SHOP, "table": "lines"})
    with pytest.raises(clv.errors.NoRows, match="lines has columns and no rows"):
        clv.load({**SHOP, "table": "lines"}, columns={"date": "day"})


def test_a_table_that_may_not_be_read_is_refused_in_a_sentence(shop, postgres, monkeypatch):
    shop.execute("CREATE TABLE lines AS TABLE orders")
    if not known(shop, "reader"):
        shop.execute("CREATE ROLE reader LOGIN")
    shop.execute("ALTER ROLE reader PASSWORD 'r'")
    monkeypatch.setenv("SHOP_DSN", other(postgres, user="reader", password="r"))
    refused("`lines` cannot be read: permission denied", {**SHOP, "table": "lines"})


# Secrets ---------------------------------------------------------------------------------------


def test_a_value_that_does_not_convert_is_not_told(shop):
    shop.execute(
        "CREATE VIEW sales.cast AS SELECT (customer_id || '@mail')::int AS customer_id,"
        " date, amount FROM orders"
    )
    error = refused("a value in it does not convert", {**SHOP, "table": "sales.cast"})
    assert "@mail" not in str(error)


def chain(error):
    """An error and all that stands behind it, as a debugger would print it."""
    while error:
        yield f"{error} {error!r} {vars(error)}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"password": "wr0ng-secret"}, "password authentication failed"),
        ({"host": "no-such-host.invalid", "password": "wr0ng-secret"}, "cannot be reached"),
        ({"port": 1, "password": "wr0ng-secret"}, "cannot be reached.*refused"),
        ({"password": "wr0ng@secret"}, "can be read; write .*%40"),
        ({"password": "wr0ng/secret"}, "can be read; write"),
        ({"password": "wr0ng%zzsecret"}, "can be read; write"),
        ({"password": "wr0ng?secret"}, "authentication failed"),
    ],
)
def test_a_password_is_in_no_error_that_a_wrong_address_leads_to(
    postgres, monkeypatch, parts, told
):
    monkeypatch.setenv("SHOP_DSN", other(postgres, **parts))
    error = refused(told)
    assert not [text for text in chain(error) if "wr0ng" in text or "secret" in text]


def test_a_password_belongs_into_the_environment(postgres):
    with pytest.raises(UsageError, match="environment variable") as caught:
        clv.load({**SHOP, "database": postgres})
    assert unquote(urlsplit(postgres).password) not in "".join(chain(caught.value))


def test_what_is_loaded_does_not_tell_the_password(shop, postgres):
    loaded = clv.load(SHOP, as_of="2024-06-30")
    con = loaded.table.get_backend()
    told = f"{loaded!r} {con!r} {vars(con)} {con.con!r} {loaded.messages} {loaded.input_hashes}"
    assert unquote(urlsplit(postgres).password) not in told
    assert urlsplit(postgres).password not in told


def test_an_unreadable_kind_of_address_is_refused(monkeypatch):
    monkeypatch.setenv("SHOP_DSN", "mysql://shop:wr0ng@host/shop")
    assert "wr0ng" not in str(refused("does not hold a database's address"))
