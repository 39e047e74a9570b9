import pandas as pd
import pytest

import clv
from clv.errors import BadParameter
from clv.runs import inputs
from clv.study import Study
from clv.study_sources import TABLES
from clv.tables.company import company
from clv.tables.optional import facts

KEYS = {  # where an id is found: its column, and the tables and columns that speak of it
    ("customers", "customer_id"): [
        *((name, "customer_id") for name in ("id_map", "touchpoints", "leads", "opportunities")),
        *((name, "customer_id") for name in ("subscriptions", "payments", "support_tickets")),
        *((name, "customer_id") for name in ("surveys", "reviews", "service_costs")),
        ("referrals", "referrer_id"),
        ("referrals", "referred_id"),
        ("experiments", "unit_id"),
    ],
    ("leads", "lead_id"): [("opportunities", "lead_id")],
    ("opportunities", "opportunity_id"): [("stage_history", "opportunity_id")],
    ("experiments", "experiment_id"): [("touchpoints", "experiment_id")],
    ("marketing_costs", "campaign_id"): [("touchpoints", "campaign_id")],
    ("subscriptions", "customer_id"): [("payments", "customer_id")],
}


def bytes_of(found):
    tables = {"transactions": found.transactions, **found.tables}
    return {name: company.written(table) for name, table in tables.items()}


def test_the_same_seed_gives_the_same_bytes(invented):
    assert bytes_of(company.draw(seed=1)) == bytes_of(invented)


def test_another_seed_gives_another_company():
    one, other = (bytes_of(company.draw(seed, customers=100)) for seed in (1, 2))
    same = {name for name in one if one[name] == other[name]}
    assert same == {"targets"}  # which are planned, not drawn


@pytest.mark.parametrize("customers", [100, 400])
def test_a_company_has_so_many_customers_as_was_asked(customers):
    found = company.draw(seed=3, customers=customers)
    assert found.transactions["customer_id"].nunique() == customers
    assert len(found.tables["leads"]) == 2 * customers


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"customers": 99}, "from 100 on"),
        ({"customers": 1e3}, "whole number"),
        ({"seed": -1}, "from 0 on"),
        ({"seed": True}, "whole number"),
    ],
)
def test_what_no_company_can_be_drawn_from_is_refused(given, says):
    with pytest.raises(BadParameter, match=says):
        company.draw(**given)


def test_it_says_in_a_line_what_it_is(invented):
    assert repr(invented) == "<Company: 1,500 customers, 3,000 leads, until 2024-12-31>"
    assert repr(invented.truth) == "<Truth: bottleneck paid_ads, dip in month 8, dear to cafe>"


def test_it_has_every_table_that_a_study_can_name(invented):
    assert set(invented.tables) == set(TABLES)
    assert all(len(table) for table in invented.tables.values())


@pytest.mark.parametrize("name", TABLES)
def test_every_table_keeps_its_contract(invented, name):
    table = invented.tables[name]
    found = facts.load(name, table, as_of="2024-12-31")
    assert found.rows["accepted"] == found.rows["in"] == len(table)
    assert found.messages == ()
    assert len(found.frame()) == len(table)
    # Nothing was left out for being unknown: no column, no value.
    kept = {column: int(found.frame()[column].notna().sum()) for column in found.table.columns}
    assert kept == table.notna().sum().to_dict()


def test_the_transactions_have_a_clean_account(invented):
    found = clv.load(invented.transactions, as_of="2024-12-31", births="observed")
    assert found.rows["accepted"] == found.rows["in"] == len(invented.transactions)
    assert [(m.level, m.code) for m in found.messages] == [("info", "refunds-netted")]


@pytest.mark.parametrize(("of", "column"), KEYS)
def test_every_id_is_known_where_it_belongs(invented, of, column):
    known = set(invented.tables[of][column])
    for name, key in KEYS[of, column]:
        assert set(invented.tables[name][key].dropna()) <= known, (name, key)


def test_every_buyer_is_a_customer_with_an_account(invented):
    opened = invented.tables["customers"].set_index("customer_id")["created_at"]
    log = invented.transactions
    first = log.groupby("customer_id")["date"].min()
    assert (opened[first.index] <= first).all()


def test_what_all_twelve_states_are_made_of_is_there(invented):
    tables, log, end = invented.tables, invented.transactions, pd.Timestamp("2024-12-31")
    bought = log[~log["is_refund"]].drop_duplicates(["customer_id", "date"])
    by = bought.groupby("customer_id")["date"]
    silence, age = (end - by.max()).dt.days, (end - by.min()).dt.days
    gap = by.diff().dt.days
    leads, deals = tables["leads"], tables["opportunities"]
    recent = leads["created_at"] > end - pd.Timedelta(days=180)
    customers, terms = tables["customers"], tables["subscriptions"]
    year = end - pd.Timedelta(days=365)
    often = bought.loc[bought["date"] > year, "customer_id"].value_counts()
    twice = by.size().index[by.size() >= 2]
    praise = tables["reviews"].query("public and score >= 4.5 and timestamp > @year")
    quiet = silence[~silence.index.isin(terms["customer_id"])]
    there = {
        "reached": customers["created_at"].isna()
        & ~customers["customer_id"].isin(leads["customer_id"]),
        "lead": recent & leads["status"].isin(["new", "contacted"]),
        "prospect": deals["outcome"] == "open",
        "lost_lead": leads["status"].isin(["lost", "disqualified"]),
        "onboarding": age < 90,
        "active": (silence < 60) & (age > 90),
        "loyal": often >= 5,
        "advocate": praise["customer_id"].isin(twice),
        "at_risk": quiet.between(130, 150),
        "dormant": quiet.between(220, 280),
        "churned": terms["end"].notna(),
        "reactivated": (gap > 220) & (bought["date"] > end - pd.Timedelta(days=90)),
    }
    assert {state: int(found.sum()) for state, found in there.items() if found.sum() < 10} == {}


def test_a_table_is_written_with_hours_only_where_it_tells_them():
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-31", None]),
            "stamp": pd.to_datetime(["2024-01-31 00:00:00", "2024-02-01 09:30:00"]),
            "money": [1.5, None],
        }
    )
    lines = company.written(frame).decode().splitlines()
    assert lines == [
        "day,stamp,money",
        "2024-01-31,2024-01-31 00:00:00,1.5",
        ",2024-02-01 09:30:00,",
    ]


@pytest.mark.slow
def test_its_study_is_read_without_a_row_set_aside(tmp_path):
    found = company.draw(seed=1, customers=200)
    study = Study.read(found.study(tmp_path))
    read = inputs.read(study)
    assert set(read.tables) == set(TABLES)
    assert len(read.cleaned.quarantine) == 0
    assert {name: len(table.quarantine) for name, table in read.tables.items()} == dict.fromkeys(
        read.tables, 0
    )
    assert (read.cleaned.currency, read.cleaned.margin) == ("EUR", 0.45)
    assert [m.text for m in read.messages if m.level != "info"] == []
