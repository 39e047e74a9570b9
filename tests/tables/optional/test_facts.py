import gzip

import ibis
import pandas as pd
import pytest

from clv.errors import (
    BadParameter,
    ColumnsMissing,
    InputRefused,
    NoRows,
    SourceUnreadable,
    TooManyFaulty,
    UnknownParameter,
)
from clv.tables.optional import facts

TICKETS = "ticket_id,customer_id,created_at,closed_at,csat"
AS_OF = "2024-06-30"


def tickets(path, as_of=AS_OF, **declared):
    return facts.load("support_tickets", path, as_of=as_of, **declared)


def test_every_row_is_accounted_for(written):
    path = written(
        TICKETS,
        "1,a,2024-01-05 10:00,2024-01-07,4",
        "1,a,2024-01-05 10:00,2024-01-07,4",
        "2,a,2024-01-05,2024-01-04,4",
        "3,a,2024-07-01,,",
        "4,a,no,,",
        "5,a",
    )
    found = tickets(path, max_faulty=0.6)
    assert dict(found.rows) == {
        "in": 6,
        "accepted": 1,
        "quarantined": 3,
        "duplicates": 1,
        "outside_window": 1,
    }
    assert found.account.values.tolist() == [
        ["in", "", 6],
        ["accepted", "", 1],
        ["quarantined", "closed-at-before-created-at", 1],
        ["quarantined", "created-at-not-a-date", 1],
        ["quarantined", "row-torn", 1],
        ["duplicates", "", 1],
        ["outside_window", "", 1],
    ]


def test_a_row_set_aside_keeps_its_line_its_column_and_its_text(written):
    path = written(TICKETS, "1,a,2024-01-05,,", "2,a,31.01.2024,,")
    assert tickets(path, max_faulty=0.5).quarantine.to_dict("records") == [
        {
            "file": "table.csv",
            "line": 3,
            "reason": "created-at-not-a-date",
            "column": "created_at",
            "text": "31.01.2024",
        }
    ]


def test_messages_begin_with_the_name_of_the_table(written):
    path = written(TICKETS, "1,a,2024-01-05,,", "2,a,2024-01-05,,9")
    (message,) = tickets(path, max_faulty=0.5).messages
    assert message.text.startswith("support_tickets: Set aside: in 1 row `csat` is not 1 to 5")
    assert (message.code, message.column, message.line) == ("csat-out-of-range", "csat", 3)


def test_what_comes_after_as_of_changes_nothing(written):
    known = ["1,a,2024-01-05,2024-01-07,4", "2,b,2024-02-05,,"]
    then = [*known, "1,z,2024-07-05,,", "3,c,2024-07-05,2024-07-06,1"]
    before = tickets(written(TICKETS, *known))
    after = tickets(written(TICKETS, *then, name="later.csv"))
    pd.testing.assert_frame_equal(before.frame(), after.frame())
    assert after.rows["outside_window"] == 2


def test_a_later_close_and_its_score_are_not_seen(written):
    closed_later = written(TICKETS, "1,a,2024-01-05,2024-07-07,4", "2,b,2024-01-05,2024-01-06,5")
    open_still = written(
        TICKETS, "1,a,2024-01-05,,", "2,b,2024-01-05,2024-01-06,5", name="open.csv"
    )
    pd.testing.assert_frame_equal(tickets(closed_later).frame(), tickets(open_still).frame())


def test_an_earlier_day_shows_what_a_load_for_that_day_would(written):
    path = written(
        TICKETS,
        "1,a,2024-01-05,2024-03-07,4",
        "2,b,2024-01-05,2024-01-06,5",
        "3,c,2024-05-01,,",
    )
    shown = tickets(path).frame("2024-02-01")
    pd.testing.assert_frame_equal(shown, tickets(path, as_of="2024-02-01").frame())


def test_a_day_that_was_not_loaded_is_refused(written):
    with pytest.raises(BadParameter, match="a day until 2024-06-30"):
        tickets(written(TICKETS, "1,a,2024-01-05,,")).until("2024-07-01")


def test_rows_without_a_key_are_facts_of_their_own_even_if_they_are_equal(written):
    path = written("date,channel,cost", "2024-01-01,mail,5", "2024-01-01,mail,5")
    assert facts.load("marketing_costs", path, as_of=AS_OF).rows["accepted"] == 2


def test_of_the_states_of_one_fact_the_last_known_one_is_shown(written):
    path = written(
        "lead_id,created_at,status,status_at,known_at",
        "L,2024-01-01,new,2024-01-01,2024-01-02",
        "L,2024-01-01,won,2024-03-01,2024-03-02",
        "L,2024-01-01,lost,2024-08-01,2024-08-02",
    )
    leads = facts.load("leads", path, as_of=AS_OF)
    assert leads.rows["accepted"] == 2
    assert leads.frame()["status"].tolist() == ["won"]
    assert leads.frame("2024-02-01")["status"].tolist() == ["new"]


def test_a_status_without_a_day_is_left_out_with_a_word(written):
    path = written("lead_id,created_at,status", "L,2024-01-01,won")
    leads = facts.load("leads", path, as_of=AS_OF)
    assert "status" not in leads.table.columns
    assert [m.code for m in leads.messages] == ["undated"]
    assert "add `status_at` or `known_at`" in leads.messages[0].text


def test_an_export_made_by_as_of_is_read_as_it_stands(written):
    path = written("lead_id,created_at,status", "L,2024-01-01,won")
    leads = facts.load("leads", path, as_of=AS_OF, run_date=AS_OF)
    assert leads.frame()["status"].tolist() == ["won"]
    assert leads.frame("2024-05-01")["status"].isna().all()
    assert leads.messages == ()


def test_days_after_run_date_are_faults(written):
    path = written(TICKETS, "1,a,2024-01-05,,", "2,a,2203-01-05,,")
    found = tickets(path, run_date="2024-07-31", max_faulty=0.5)
    assert found.quarantine["reason"].tolist() == ["created-at-in-the-future"]


def test_a_missing_column_is_refused_with_the_nearest_name(written):
    path = written("ticket_id,customer,created_at", "1,a,2024-01-05")
    with pytest.raises(ColumnsMissing, match=r"support_tickets: .*Did you mean `customer`"):
        tickets(path)
    assert tickets(path, columns={"customer_id": "customer"}).rows["accepted"] == 1


def test_of_two_columns_one_is_enough_and_none_is_refused(written):
    path = written("anonymous_id,timestamp,type", "x,2024-01-05,visit")
    assert facts.load("touchpoints", path, as_of=AS_OF).rows["accepted"] == 1
    path = written("who,timestamp,type", "x,2024-01-05,visit")
    with pytest.raises(ColumnsMissing, match="customer_id"):
        facts.load("touchpoints", path, as_of=AS_OF)


def test_other_columns_are_not_carried_on(written):
    found = tickets(written(TICKETS + ",iban", "1,a,2024-01-05,,,TR00"))
    assert found.table.columns == tuple(TICKETS.split(","))


@pytest.mark.parametrize("lines", [(TICKETS,), ()])
def test_an_empty_file_is_refused(written, lines):
    with pytest.raises((NoRows, SourceUnreadable, InputRefused), match="support_tickets: "):
        tickets(written(*lines))


def test_more_faults_than_allowed_are_refused_with_what_to_declare(written):
    path = written(TICKETS, *["1,a,05/01/2024,,"] * 3)
    with pytest.raises(TooManyFaulty, match=r"declare format: .date_format"):
        tickets(path)
    assert tickets(path, format={"date_format": "%d/%m/%Y"}).rows["accepted"] == 1


def test_a_table_of_faults_alone_is_refused_whatever_is_allowed(written):
    with pytest.raises(NoRows, match="No row can be used"):
        tickets(written(TICKETS, "1,a,no,,"), max_faulty=1.0)


def test_a_table_that_begins_later_is_empty_and_says_so(written):
    found = tickets(written(TICKETS, "1,a,2024-08-05,,"))
    assert found.rows["accepted"] == 0
    assert [m.code for m in found.messages] == ["outside-window", "nothing-known"]
    assert found.frame().empty


def test_ids_are_spelt_as_those_of_purchases(written):
    path = written(TICKETS, "1,\u200b00012 ,2024-01-05,,", "2,I\u0307,2024-01-05,,")
    found = tickets(path)
    assert found.frame()["customer_id"].tolist() == ["00012", "\u0130"]
    assert {m.code for m in found.messages} == {"id-trimmed", "id-normalised"}


def test_csv_gzip_parquet_frame_and_database_give_the_same_facts(written, tmp_path):
    path = written(TICKETS, "1,a,2024-01-05 10:30,2024-01-07,4", "2,b,2024-01-06,,")
    frame = pd.read_csv(path, parse_dates=["created_at", "closed_at"], date_format="mixed")
    packed, parquet = tmp_path / "t.csv.gz", tmp_path / "t.parquet"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    frame.to_parquet(parquet, index=False)
    con = ibis.duckdb.connect(tmp_path / "t.duckdb")
    con.con.execute(f"CREATE TABLE tickets AS SELECT * FROM read_csv('{path}')")
    con.disconnect()
    database = {"database": str(tmp_path / "t.duckdb"), "table": "tickets"}
    expected = tickets(path).frame()
    for source in (packed, parquet, frame, database):
        pd.testing.assert_frame_equal(tickets(source).frame(), expected, check_dtype=False)


def test_a_table_in_postgresql_gives_the_same_facts(written, postgres, monkeypatch):
    import psycopg

    monkeypatch.setenv("SHOP_DSN", postgres)
    lines = ["1,a,2024-01-05 10:30,2024-01-07,4", "2,b,2024-01-06T08:00:10,,", "3,c,no,,"]
    with psycopg.connect(postgres, autocommit=True) as con:
        con.execute(
            "CREATE TABLE tickets (ticket_id int, customer_id text, created_at text, "
            "closed_at date, csat int)"
        )
        for line in lines:
            con.execute(
                "INSERT INTO tickets VALUES (%s, %s, %s, %s, %s)",
                [value or None for value in line.split(",")],
            )
    there = tickets({"database": "env:SHOP_DSN", "table": "tickets"}, max_faulty=0.5)
    here = tickets(written(TICKETS, *lines), max_faulty=0.5)
    assert dict(there.rows) == dict(here.rows)
    pd.testing.assert_frame_equal(there.frame(), here.frame(), check_dtype=False)


def test_the_name_of_a_table_is_checked(written):
    with pytest.raises(UnknownParameter, match="Did you mean `leads`"):
        facts.load("lead", written("a", "1"), as_of=AS_OF)


def test_the_tables_of_a_study_are_loaded_together(written):
    path = written(TICKETS, "1,a,2024-01-05,,")
    found = facts.load_all({"support_tickets": {"source": str(path)}}, as_of=AS_OF)
    assert found["support_tickets"].rows["accepted"] == 1
    assert found["support_tickets"].input_hashes.keys() == {"table.csv"}
