import pandas as pd

from clv.tables.optional import facts, observable
from clv.tables.optional.catalogue import LAYOUTS, TRANSACTIONS

AS_OF = "2024-06-30"


def shown(margin=False, **tables):
    loaded = facts.load_all(
        {name: {"source": pd.DataFrame(table)} for name, table in tables.items()}, as_of=AS_OF
    )
    return observable.table(loaded, margin=margin).set_index("what")


def test_purchases_alone_show_what_follows_a_purchase():
    seen = shown()
    states = seen[seen["observable"] & (seen["kind"] == "state")]
    assert set(states.index) == set(observable.AFTER_A_PURCHASE)
    assert (seen.loc[seen["observable"], "reason"] == "").all()


def test_what_cannot_be_seen_says_what_it_needs():
    seen = shown()["reason"]
    assert seen["lead"] == "not observable: needs leads, or customers.created_at"
    assert seen["health"] == "not observable: needs support_tickets and payments"


def test_the_reason_names_only_what_is_missing():
    tickets = {"ticket_id": ["1"], "customer_id": ["a"], "created_at": ["2024-01-05"]}
    assert shown(support_tickets=tickets)["reason"]["health"] == ("not observable: needs payments")


def test_a_column_without_a_value_shows_nothing():
    customers = {"customer_id": ["a"], "created_at": pd.to_datetime([None])}
    assert not shown(customers=customers)["observable"]["lead"]
    customers["created_at"] = ["2024-01-05"]
    assert shown(customers=customers)["observable"]["lead"]


def test_a_table_that_begins_later_shows_nothing_yet():
    costs = {"date": ["2024-08-01"], "channel": ["mail"], "cost": [5]}
    assert not shown(marketing_costs=costs)["observable"]["cac"]


def test_payback_takes_a_margin_too():
    costs = {"date": ["2024-01-01"], "channel": ["mail"], "cost": [5]}
    assert shown(marketing_costs=costs)["reason"]["payback"] == "not observable: needs margin"
    assert shown(marketing_costs=costs, margin=True)["observable"]["payback"]


def test_needs_name_tables_and_columns_that_exist():
    columns = {f"{name}.{column}" for name, layout in LAYOUTS.items() for column in layout.columns}
    known = {TRANSACTIONS, observable.MARGIN, *LAYOUTS, *columns}
    assert {part for need in observable.NEEDS for way in need.ways for part in way} <= known
