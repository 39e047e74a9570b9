import pandas as pd
import pytest

import clv
from clv.stages import leads
from clv.tables.optional import facts

LAST = "2024-03-31"


def read(**tables):
    sources = {name: {"source": pd.DataFrame(rows)} for name, rows in tables.items()}
    return facts.load_all(sources, as_of=LAST)


@pytest.fixture(scope="module")
def told():
    """Four leads: one of a customer, one lost twice over, one without a reason, one still open."""
    return read(
        leads=[
            {"lead_id": "l1", "customer_id": "c1", "created_at": "2024-01-01", "source": "fair",
             "disqualified_at": None, "lost_reason": None},
            {"lead_id": "l2", "customer_id": None, "created_at": "2024-01-02", "source": "web",
             "disqualified_at": "2024-02-10", "lost_reason": "no_budget"},
            {"lead_id": "l3", "customer_id": None, "created_at": "2024-01-03", "source": None,
             "disqualified_at": "2024-02-12", "lost_reason": None},
            {"lead_id": "l4", "customer_id": "c1", "created_at": "2024-02-01", "source": "web",
             "disqualified_at": None, "lost_reason": None},
        ],
        opportunities=[
            {"opportunity_id": "o1", "lead_id": "l1", "created_at": "2024-01-05",
             "closed_at": "2024-01-20", "outcome": "lost", "lost_reason": "price"},
        ],
        touchpoints=[
            {"customer_id": "c1", "timestamp": "2024-01-03 10:00", "type": "call"},
            {"customer_id": "c1", "timestamp": "2024-01-04", "type": "visit"},
            {"anonymous_id": "a9", "timestamp": "2024-01-04", "type": "call"},
        ],
    )  # fmt: skip


def test_a_source_is_that_of_the_first_lead_and_who_is_no_customer_is_known_by_the_lead(told):
    assert leads.sources(told).to_dict() == {"c1": "fair", "lead:l2": "web"}


def test_calls_with_somebody_known_are_contacts(told):
    calls = leads.calls(told)
    assert calls["customer_id"].tolist() == ["c1"]
    assert calls["date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-03"]


def spells(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "state", "stop", "next_state", "cause"])
    return table.assign(stop=pd.to_datetime(table["stop"]))


def test_the_reason_of_a_loss_is_the_last_one_given_by_its_day(told):
    lost = spells(
        ("c1", "prospect", "2024-01-20", "lost_lead", "opportunity"),
        ("lead:l2", "lead", "2024-02-10", "lost_lead", "lead"),
        ("lead:l3", "lead", "2024-02-12", "lost_lead", "lead"),
        ("c9", "lead", "2024-03-01", "lost_lead", "silence"),
        ("c8", "lead", "2024-03-01", "onboarding", "purchase"),
    )
    reasons = leads.losses(lost, told)
    assert reasons.index.tolist() == [0, 1, 2]
    assert reasons.tolist()[:2] == ["price", "no_budget"]
    assert pd.isna(reasons[2])


def test_whose_an_opportunity_is_shows_in_the_states_of_its_lead():
    """Lead l1 became customer c1 on 1 March; o2 names a lead that nobody knows."""
    leads_known = [
        {"lead_id": "l1", "customer_id": None, "created_at": "2024-01-01", "source": "fair",
         "known_at": "2024-01-01"},
        {"lead_id": "l1", "customer_id": "c1", "created_at": "2024-01-01", "source": "fair",
         "known_at": "2024-03-01"},
    ]  # fmt: skip
    deals = [
        {"opportunity_id": "o1", "lead_id": "l1", "created_at": "2024-01-05",
         "closed_at": "2024-01-20", "outcome": "lost", "lost_reason": "price"},
        {"opportunity_id": "o2", "lead_id": "l9", "created_at": "2024-01-05",
         "closed_at": "2024-01-20", "outcome": "lost", "lost_reason": "timing"},
    ]  # fmt: skip
    known = read(leads=leads_known, opportunities=deals)
    lost = spells(
        ("lead:l1", "prospect", "2024-01-20", "lost_lead", "opportunity"),
        ("lead:l9", "prospect", "2024-01-20", "lost_lead", "opportunity"),
    )
    reasons = leads.losses(lost, known)
    assert reasons.tolist()[0] == "price"
    assert pd.isna(reasons[1])  # as in the spells, where such an opportunity is nobody's
    assert leads.losses(lost, {"opportunities": known["opportunities"]}).tolist() == [
        *("price", "timing")
    ]
    assert leads.sources(known).to_dict() == {"c1": "fair", "lead:l1": "fair"}
    assert leads.of_leads(lost, known)["customer_id"].tolist() == ["lead:l1"]


def test_a_reason_that_was_given_later_is_not_that_of_an_earlier_loss(told):
    early = spells(("lead:l2", "lead", "2024-02-01", "lost_lead", "lead"))
    assert leads.losses(early, told).isna().tolist() == [True]


def test_without_tables_there_is_nothing_to_ask():
    lost = spells(("c1", "lead", "2024-01-20", "lost_lead", "lead"))
    assert leads.sources({}).empty
    assert leads.calls({}).empty
    assert leads.losses(lost, {}).isna().tolist() == [True]


def test_the_reasons_of_an_invented_company_are_those_of_its_lost_leads():
    company = clv.samples.company(seed=1, customers=100)
    log = clv.load(company.transactions, as_of="2024-12-31", births="observed")
    names = ("leads", "opportunities")
    known = facts.load_all({n: {"source": company.tables[n]} for n in names}, as_of=log.as_of)
    life = clv.lifecycle(log, tables=known)
    given = leads.losses(life.spells, known).value_counts()
    assert set(given.index) <= set(company.tables["leads"]["lost_reason"].dropna())
    assert given.sum() > 50


def test_who_has_only_a_customer_record_is_no_lead(told):
    spells = pd.DataFrame(
        {
            "customer_id": ["c1", "lead:l2", "c7", "c7", "c8"],
            "state": ["lead", "lead", "lead", "onboarding", "onboarding"],
        }
    )
    own = leads.of_leads(spells, told)
    assert own["customer_id"].tolist() == ["c1", "lead:l2"]
    assert own.attrs["left_out"] == 1
    assert leads.of_leads(spells, {}) is spells
