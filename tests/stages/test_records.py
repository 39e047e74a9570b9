import itertools
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

import clv
from clv.stages import records
from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.tables import engine
from clv.tables.optional import facts

AS_OF = date(2023, 12, 31)
BEGAN = pd.Timestamp("2020-01-01")
DAYS = ("created_at", "date", "timestamp", "start", "end", "due_at", "known_at")


def frame(*rows):
    """Rows whose days are numbers, counted from 2020-01-01."""
    table = pd.DataFrame(rows)
    for name in table:
        if name in DAYS or name.endswith("_at"):
            days = pd.to_numeric(table[name])
            table[name] = BEGAN + pd.to_timedelta(days, unit="D")
    return table


def known(name, rows):
    """A table of facts without the door that checks it."""
    con = engine.connect()
    table = engine.of_arrow(con, name, pa.Table.from_pandas(frame(*rows), preserve_index=False))
    return facts.Facts(name, table, AS_OF, "", {"accepted": len(rows)}, None, None, (), {})


@pytest.fixture
def life_of(limits):
    """The lifecycle of one customer with these purchase days, given rows of some tables."""

    def life_of(purchases, **tables):
        rows = [{"customer_id": "a", "date": day, "amount": 10.0} for day in purchases]
        days = frame(*rows, {"customer_id": "z", "date": 0, "amount": 1.0})
        read = {name: known(name, rows) for name, rows in tables.items()}
        return Lifecycle(days, AS_OF, limits(), records=records.read(read, AS_OF, payment_grace=14))

    return life_of


@pytest.fixture
def passes(life_of):
    """The states that one customer passes through: each with its first day and its reason."""

    def passes(who="a", purchases=(), **tables):
        spells = life_of(purchases, **tables).spells
        own = spells[spells["customer_id"] == who]
        return [(row.state, (row.start - BEGAN).days, row.reason) for row in own.itertuples()]

    return passes


def steps(found):
    return [(state, day) for state, day, _ in found]


def test_a_lead_becomes_a_prospect_becomes_a_customer(passes):
    leads = [{"lead_id": "1", "customer_id": "a", "created_at": 5, "qualified_at": 20}]
    assert steps(passes(purchases=[60], leads=leads))[:3] == [
        ("lead", 5),
        ("prospect", 20),
        ("onboarding", 60),
    ]


def test_a_lead_that_nobody_touches_is_lost_and_a_touch_brings_it_back(passes):
    leads = [{"lead_id": "1", "customer_id": "a", "created_at": 5}]
    touches = [{"customer_id": "a", "timestamp": 300, "type": "call"}]
    assert steps(passes(leads=leads, touchpoints=touches)) == [
        ("lead", 5),
        ("lost_lead", 185),
        ("lead", 300),
        ("lost_lead", 480),
    ]


def test_a_lead_without_a_customer_is_a_person_of_its_own(passes):
    leads = [{"lead_id": "7", "created_at": 5, "disqualified_at": 9}]
    assert passes("lead:7", leads=leads) == [
        ("lead", 5, "interest"),
        ("lost_lead", 9, "lost"),
    ]


def test_a_lost_opportunity_loses_its_lead_and_not_the_other(passes):
    leads = [
        {"lead_id": "1", "customer_id": "a", "created_at": 0, "qualified_at": 3},
        {"lead_id": "2", "customer_id": "b", "created_at": 0},
    ]
    deals = [
        {"opportunity_id": "x", "lead_id": "1", "created_at": 4, "closed_at": 30, "outcome": "lost"}
    ]
    told = {"leads": leads, "opportunities": deals}
    assert passes("a", **told) == [
        ("lead", 0, "interest"),
        ("prospect", 3, "qualified"),
        ("lost_lead", 30, "lost"),
    ]
    assert steps(passes("b", **told)) == [("lead", 0), ("lost_lead", 180)]


def test_who_is_worked_on_by_an_opportunity_alone_is_a_prospect(passes):
    deals = [
        {
            "opportunity_id": "x",
            "customer_id": "a",
            "created_at": 4,
            "closed_at": 30,
            "outcome": "won",
        }
    ]
    found = passes("a", purchases=[40], opportunities=deals)
    assert found[:2] == [("prospect", 4, "opportunity"), ("onboarding", 40, "new")]


def test_a_registered_customer_is_a_lead_that_silence_does_not_lose(passes):
    assert steps(passes(customers=[{"customer_id": "a", "created_at": 3}])) == [("lead", 3)]


def test_who_was_only_touched_is_reached(passes):
    touches = [
        {"customer_id": "a", "timestamp": 8, "type": "visit"},
        {"customer_id": "a", "timestamp": 9, "type": "visit"},
    ]
    assert passes(touchpoints=touches) == [("reached", 8, "touch")]


def test_a_status_counts_from_its_day(passes):
    leads = [
        {
            "lead_id": "1",
            "customer_id": "a",
            "created_at": 0,
            "status": "qualified",
            "status_at": 50,
        }
    ]
    assert steps(passes(leads=leads))[:2] == [("lead", 0), ("prospect", 50)]


def test_a_fact_counts_from_the_day_on_which_it_was_known(passes):
    leads = [
        {"lead_id": "1", "customer_id": "a", "created_at": 0, "qualified_at": None, "known_at": 10},
        {"lead_id": "1", "customer_id": "a", "created_at": 0, "qualified_at": 20, "known_at": 40},
    ]
    assert steps(passes(leads=leads))[:2] == [("lead", 10), ("prospect", 40)]


def test_the_end_of_a_contract_is_churn_and_silence_alone_is_not(passes):
    contracts = [{"customer_id": "a", "start": 0, "end": 400}]
    assert passes(purchases=[0], subscriptions=contracts)[-2:] == [
        ("dormant", 120, "silence"),
        ("churned", 400, "contract"),
    ]


def test_a_purchase_after_the_end_of_a_contract_is_a_return(passes):
    contracts = [{"customer_id": "a", "start": 0, "end": 30, "is_trial": False}]
    found = passes(purchases=[0, 50], subscriptions=contracts)
    assert found[:4] == [
        ("onboarding", 0, "new"),
        ("churned", 30, "contract"),
        ("reactivated", 50, "return"),
        ("at_risk", 110, "silence"),
    ]


def test_a_trial_is_no_contract(passes):
    contracts = [{"customer_id": "a", "start": 0, "end": 10, "is_trial": True}]
    assert steps(passes(purchases=[0], subscriptions=contracts))[1] == ("at_risk", 60)


def test_a_payment_that_is_missing_beyond_its_grace_is_a_risk_until_it_is_made(passes):
    payments = [
        {"customer_id": "a", "due_at": 10, "paid_at": 40},
        {"customer_id": "a", "due_at": 12, "paid_at": 20},
    ]
    assert passes(purchases=[0, 45], payments=payments)[:1] == [("onboarding", 0, "new")]
    late = [{"customer_id": "a", "due_at": 10, "paid_at": 40}]
    assert passes(purchases=[0], payments=late)[:3] == [
        ("onboarding", 0, "new"),
        ("at_risk", 24, "payment"),
        ("onboarding", 40, "new"),
    ]


def test_a_failed_payment_counts_until_a_later_one_succeeds(passes):
    payments = [
        {"customer_id": "a", "due_at": 10, "failed": True},
        {"customer_id": "a", "due_at": 35, "failed": False},
    ]
    found = passes(purchases=[0], payments=payments)
    assert steps(found)[:3] == [("onboarding", 0), ("at_risk", 24), ("onboarding", 35)]


def test_of_two_payments_due_on_one_day_neither_stands_for_the_other(passes, life_of):
    """Whichever is paid last, and whether or not it is known yet that they end on two days."""
    both = [
        {"customer_id": "a", "due_at": 10, "paid_at": 30},
        {"customer_id": "a", "due_at": 10, "paid_at": 40},
    ]
    for rows in (both, both[::-1]):
        found = passes(purchases=[0], payments=rows)
        assert steps(found)[:3] == [("onboarding", 0), ("at_risk", 24), ("onboarding", 40)]
    unpaid = [{"customer_id": "a", "due_at": 10, "paid_at": None} for _ in both]
    day = (BEGAN + pd.Timedelta(days=29)).date()
    known_then, known_now = (life_of([0], payments=rows) for rows in (unpaid, both))
    parts = ["payment", "support", "usage"]
    pd.testing.assert_frame_equal(known_then.health(day)[parts], known_now.health(day)[parts])
    third = [*both, {"customer_id": "a", "due_at": 5, "paid_at": 6}]
    assert life_of([0], payments=third).health(day).loc["a", "payment"] == 50


def test_who_refers_or_praises_in_public_is_an_advocate_for_a_year(passes):
    bought = [0, *range(50, 500, 50)]
    referrals = [{"referrer_id": "a", "created_at": 100}]
    found = passes(purchases=bought, referrals=referrals)
    assert [step for step in found if step[0] == "advocate"] == [("advocate", 100, "advocacy")]
    assert found[[state for state, *_ in found].index("advocate") + 1][1] == 465
    reviews = [
        {"customer_id": "a", "timestamp": 70, "score": 5, "public": False},
        {"customer_id": "a", "timestamp": 90, "score": 4.5, "public": True},
    ]
    assert ("advocate", 90) in steps(passes(purchases=bought, reviews=reviews))


def test_a_promoter_is_who_last_answered_nine_or_ten(life_of):
    surveys = [
        {"customer_id": "a", "timestamp": 5, "kind": "nps", "score": 9},
        {"customer_id": "a", "timestamp": 50, "kind": "nps", "score": 3},
    ]
    life = life_of([0], surveys=surveys)
    days = [(BEGAN + pd.Timedelta(days=day)).date() for day in (4, 5, 49, 50)]
    assert [life.stages(day)["promoter"]["a"] for day in days] == [False, True, True, False]


def test_touches_stand_beside_a_silence_where_touches_are_known(life_of):
    life = life_of([0], touchpoints=[{"customer_id": "a", "timestamp": 200, "type": "visit"}])
    days = [(BEGAN + pd.Timedelta(days=day)).date() for day in (199, 200, 229, 230)]
    seen = [life.stages(day).loc["a", ["stage", "touches_30d"]].tolist() for day in days]
    assert seen == [["dormant", pd.NA], ["churned", 1], ["churned", 1], ["churned", 0]]
    assert life_of([0]).stages()["touches_30d"].isna().all()


# Laws ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tangled, told, limits):
    return told(*tangled, "2022-03-01", limits(loyal_money=50.0))


def test_everything_happens_in_it(whole):
    assert set(whole.spells["state"]) == set(whole.observable)
    assert {"refund", "contract", "payment", "health", "lead", "opportunity", "advocacy"} <= set(
        whole.spells["cause"].dropna()
    )


@pytest.mark.parametrize("day", [150, 420])
def test_a_snapshot_knows_nothing_of_what_became_known_later(tangled, told, whole, limits, day):
    day = str((BEGAN + pd.Timedelta(days=day)).date())
    then = told(*tangled, day, limits(loyal_money=50.0))
    pd.testing.assert_series_equal(whole.states(day), then.stages()["stage"])
    pd.testing.assert_frame_equal(whole.stages(day), then.stages(), check_dtype=False)
    pd.testing.assert_frame_equal(whole.purchase_days(day), then.purchase_days())
    pd.testing.assert_frame_equal(whole.health(day), then.health())


def test_every_spell_begins_with_what_its_snapshot_says(whole):
    rows = whole.spells.sample(10, random_state=3)
    for row in rows.itertuples():
        found = whole.stages(row.start.date()).loc[row.customer_id]
        assert (found["stage"], found["reason"]) == (row.state, row.reason)
        assert found["max_depth"] == row.max_depth


def test_spells_touch_and_differ(whole):
    for _, own in whole.spells.groupby("customer_id"):
        rows = list(own.itertuples())
        for row, following in itertools.pairwise(rows):
            if pd.isna(row.next_state):
                assert (row.cause, row.stop < following.start) == ("refund", True)
            else:
                assert (row.stop, row.next_state) == (following.start, following.state)
                assert row.state != following.state
        assert pd.isna(rows[-1].next_state)


def test_who_is_known_from_other_tables_only_is_a_row_too(whole):
    now = whole.stages()
    leads = now[now.index.str.startswith("lead:")]
    assert set(leads["stage"]) <= {"lead", "prospect", "lost_lead"}
    assert leads["since_last"].isna().all()
    assert leads["depth_now"].isin(["lead", "prospect"]).all()
    assert whole.counts()["customers"].sum() == len(now)


def test_a_state_that_occurs_is_observable_whichever_table_shows_it(tangled, told, limits):
    bought, tables = tangled
    few = {name: tables[name] for name in ("customers", "touchpoints")}
    life = told(bought, few, "2022-03-01", limits())
    assert "lost_lead" in set(life.spells["state"])
    assert set(life.spells["state"]) <= set(life.observable)
    assert life.counts()["customers"].sum() == len(life.stages())


def test_refunding_the_only_purchase_on_its_day_leaves_no_trace(limits):
    rows = [("a", "2024-01-05", 10.0), ("a", "2024-01-05", -10.0), ("b", "2024-01-01", 5.0)]
    log = clv.load(
        pd.DataFrame(rows, columns=["customer_id", "date", "amount"]), as_of="2024-03-01"
    )
    assert lifecycle(log, thresholds=limits()).spells["customer_id"].unique().tolist() == ["b"]


def test_a_refund_splits_a_spell_on_its_own_day(limits):
    rows = [("a", "2024-01-05", 10.0), ("a", "2024-01-20", 7.0), ("a", "2024-03-10", -7.0)]
    log = clv.load(
        pd.DataFrame(rows, columns=["customer_id", "date", "amount"]), as_of="2024-04-01"
    )
    spells = lifecycle(log, thresholds=limits()).spells
    assert spells["state"].tolist() == ["onboarding", "at_risk"]
    assert spells["cause"].tolist()[0] == "refund"
    assert spells["start"].tolist()[1] == pd.Timestamp("2024-03-10")
