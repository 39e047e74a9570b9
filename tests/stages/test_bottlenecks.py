import numpy as np
import pandas as pd
import pytest

from clv.errors import BadParameter
from clv.stages import rules
from clv.stages.bottlenecks import (
    RATE,
    REACHED,
    Expectation,
    bottlenecks,
    expectations,
    holm,
    leads_to_prospects,
    of_groups,
    prospects_to_customers,
    reaching,
    together,
)
from clv.stages.stays import stays

AS_OF = 400  # a day number long after every lead began


def leads(won, lost, prefix="", day=20):
    """Leads of day 0: so many became prospects, so many were lost by silence after 180 days."""
    histories = {
        f"{prefix}won{n}": [("lead", 0), ("prospect", day, "opportunity")] for n in range(won)
    }
    return histories | {
        f"{prefix}lost{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(lost)
    }


@pytest.mark.parametrize(
    ("verdict", "won", "lost"),
    [
        ("bottleneck", 10, 190),
        ("bottleneck", 0, 150),
        ("ok", 80, 120),
        ("cannot_tell", 20, 90),
        ("not_enough_data", 5, 94),
        ("not_enough_data", 0, 1),
    ],
)
def test_a_move_is_judged_by_its_interval_and_by_how_many_were_followed(
    spells_of, on, verdict, won, lost
):
    row = bottlenecks(spells_of(leads(won, lost)), on(AS_OF)).iloc[0]
    assert row["verdict"] == verdict
    assert row["share"] == pytest.approx(won / (won + lost))
    assert row[["entries", "mature"]].tolist() == [won + lost] * 2
    assert row[["state", "reaches", "expected", "days"]].tolist() == ["lead", "prospect", 0.2, 180]


def test_leads_that_are_still_open_are_not_failures(spells_of, on):
    young = {f"young{n}": [("lead", AS_OF - 10)] for n in range(1000)}
    row = bottlenecks(spells_of(leads(50, 100) | young), on(AS_OF)).iloc[0]
    assert row["share"] == pytest.approx(1 / 3)
    assert row[["entries", "mature"]].tolist() == [1150, 150]
    assert row["verdict"] == "ok"


def test_who_buys_at_once_has_passed_and_whom_a_rule_moved_has_not(spells_of, on):
    spells = spells_of(
        {
            "bought": [("lead", 0), ("onboarding", 9, "purchase")],
            "ruled": [("lead", 0), ("prospect", 9, "window")],
            "asked": [("lead", 0), ("prospect", 9, "lead")],
        }
    )
    own = reaching(stays(spells, on(50)), leads_to_prospects())
    assert own["next_state"].tolist() == [REACHED, "prospect", REACHED]


def test_a_flag_must_hold_for_all_that_a_report_judges(spells_of, on):
    spells = spells_of(leads(22, 138))
    lead, many = leads_to_prospects(), 20
    alone = bottlenecks(spells, on(AS_OF), [lead]).iloc[0]
    assert alone["verdict"] == "bottleneck"
    among = bottlenecks(spells, on(AS_OF), [lead] * many)
    assert among["p_holm"].tolist() == pytest.approx([alone["p"] * many] * many)
    assert set(among["verdict"]) == {"cannot_tell"}


def test_what_cannot_be_judged_does_not_weigh_on_the_others(spells_of, on):
    few = Expectation("dormant", ("reactivated",), rate=0.5, days=90)
    table = bottlenecks(spells_of(leads(22, 138)), on(AS_OF), [leads_to_prospects(), few])
    assert table["verdict"].tolist() == ["bottleneck", "not_enough_data"]
    assert table["p_holm"].iloc[0] == table["p"].iloc[0]
    assert np.isnan(table["share"].iloc[1])


def test_holms_correction_by_hand():
    # 0.01 · 4, 0.02 · 3, 0.03 · 2 (not below the one before), 0.5 · 1
    corrected = holm([0.5, 0.01, 0.03, 0.02])
    assert corrected.tolist() == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert holm([]).tolist() == []
    assert holm([0.9, 0.8]).tolist() == [1, 1]


def test_the_time_that_leads_are_given_is_that_of_the_study(spells_of, on):
    late = spells_of(leads(60, 100, day=90))
    row = bottlenecks(late, on(AS_OF), [leads_to_prospects(60)]).iloc[0]
    assert row["share"] == 0
    assert row["verdict"] == "bottleneck"


@pytest.mark.parametrize(
    ("named", "changed"),
    [("rate", {"rate": 20}), ("days", {"days": 0}), ("state", {"reaches": ("customer",)})],
)
def test_an_expectation_that_cannot_be_met_is_refused(named, changed):
    terms = {"state": "lead", "reaches": ("prospect",), "rate": 0.2, "days": 180} | changed
    with pytest.raises(BadParameter, match=f"`{named}` must be"):
        Expectation(**terms)


@pytest.mark.slow
def test_a_move_that_just_meets_its_expectation_is_seldom_flagged(spells_of, on):
    """Leads of a true 20 % within 180 days, entering over a year, so that many are still open."""
    rng = np.random.default_rng(3)
    flagged = []
    for _ in range(200):
        histories = {}
        for n in range(250):
            start, days = int(rng.integers(0, 365)), int(rng.integers(1, 180))
            wins = rng.random() < 0.20
            end = ("prospect", start + days, "opportunity")
            lost = ("lost_lead", start + 180, "silence")
            then = end if wins else lost
            histories[str(n)] = [("lead", start), *([then] if then[1] <= AS_OF else [])]
        row = bottlenecks(spells_of(histories), on(AS_OF)).iloc[0]
        flagged.append(row["verdict"] == "bottleneck")
    assert np.mean(flagged) == pytest.approx(0.05, abs=0.04)


def test_a_source_can_be_a_bottleneck_where_all_leads_together_are_none(spells_of, on):
    histories = leads(160, 40, "fair") | leads(10, 190, "advert") | leads(3, 1, "few")
    groups = pd.Series(
        {
            name: name.rstrip("0123456789").removesuffix("won").removesuffix("lost")
            for name in histories
        }
    )
    spells = spells_of(histories)
    table = of_groups(spells, on(AS_OF), leads_to_prospects(), groups)
    assert table["verdict"].to_dict() == {
        "advert": "bottleneck",
        "few": "not_enough_data",
        "fair": "ok",
    }  # the lowest share first
    assert bottlenecks(spells, on(AS_OF))["verdict"].tolist() == ["ok"]
    alone = bottlenecks(spells_of(leads(10, 190)), on(AS_OF))
    assert table.loc["advert", "p_holm"] == pytest.approx(2 * alone["p"].iloc[0])


def test_all_that_a_report_judges_is_judged_together(spells_of, on):
    histories = leads(22, 138, "fair")  # alone a bottleneck, among four none
    groups = pd.Series({name: f"source {n % 3}" for n, name in enumerate(histories)})
    spells = spells_of(histories)
    whole = bottlenecks(spells, on(AS_OF))
    assert whole["verdict"].tolist() == ["bottleneck"]
    parts = pd.concat([whole.set_axis([name]) for name in "abc"])
    parts.attrs = whole.attrs
    again, judged = together(whole, parts)
    assert again["p_holm"].tolist() == pytest.approx([4 * whole["p"].iloc[0]])
    assert judged.index.tolist() == ["a", "b", "c"]
    few = of_groups(spells, on(AS_OF), leads_to_prospects(), groups)
    unchanged, unjudged = together(whole, few)  # groups of 53: not enough to be judged
    assert unchanged["p_holm"].tolist() == whole["p_holm"].tolist()
    assert unchanged["verdict"].tolist() == ["bottleneck"]
    assert set(unjudged["verdict"]) == {"not_enough_data"}
    many = pd.concat([whole] * 20)
    many.attrs = whole.attrs
    assert together(whole, many)[0]["verdict"].tolist() == ["cannot_tell"]


def test_without_groups_none_is_judged(spells_of, on):
    assert of_groups(
        spells_of(leads(9, 9)), on(AS_OF), leads_to_prospects(), pd.Series(dtype="str")
    ).empty


# What can be seen -------------------------------------------------------------------------------

NO_PROSPECTS = tuple(state for state in rules.STATES if state != "prospect")


def test_leads_of_whom_nothing_shows_what_became_are_not_judged(spells_of, on):
    open_leads = {f"lead:{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(300)}
    spells = spells_of(open_leads | {"buyer": [("onboarding", 5)]})
    row = bottlenecks(spells, on(AS_OF), observable=NO_PROSPECTS).iloc[0]
    assert row["verdict"] == "not_observable"
    assert row["needs"] == "opportunities, or leads.qualified_at, or leads.customer_id"
    assert row[["entries", "mature"]].tolist() == [300, 300]
    assert row[["share", "low", "high", "p", "p_holm"]].isna().all()  # unknown, and not 0
    groups = pd.Series("web", index=list(open_leads))
    parts = of_groups(spells, on(AS_OF), leads_to_prospects(), groups, observable=NO_PROSPECTS)
    assert parts["verdict"].tolist() == ["not_observable"]
    anew = together(bottlenecks(spells, on(AS_OF), observable=NO_PROSPECTS), parts)
    assert [table["verdict"].tolist() for table in anew] == [["not_observable"]] * 2


def test_leads_are_judged_once_one_of_them_is_known_to_have_bought(spells_of, on):
    histories = {f"lead:{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(300)}
    late = [("lead", 0), ("lost_lead", 180, "silence"), ("onboarding", 200, "purchase")]
    row = bottlenecks(spells_of(histories | {"a": late}), on(AS_OF), observable=NO_PROSPECTS)
    assert row[["verdict", "needs"]].iloc[0].tolist() == ["bottleneck", ""]


def test_prospects_of_whom_none_is_known_to_have_bought_are_not_judged(spells_of, on):
    histories = {f"p{n}": [("prospect", 0), ("lost_lead", 180, "silence")] for n in range(150)}
    asked = [prospects_to_customers()]
    row = bottlenecks(spells_of(histories), on(AS_OF), asked).iloc[0]
    assert row[["verdict", "needs"]].tolist() == ["not_observable", "opportunities.customer_id"]
    bought = {f"b{n}": [("prospect", 0), ("onboarding", 9, "purchase")] for n in range(150)}
    row = bottlenecks(spells_of(histories | bought), on(AS_OF), asked).iloc[0]
    assert row[["verdict", "needs"]].tolist() == ["ok", ""]


def test_a_stage_that_the_tables_cannot_show_is_not_judged(spells_of, on):
    table = bottlenecks(
        spells_of({"a": [("onboarding", 0)]}), on(AS_OF), expectations(), observable=("onboarding",)
    )
    assert table["verdict"].tolist() == ["not_observable"] * 2
    assert table["needs"].tolist() == [
        "leads, or customers.created_at",
        "opportunities, or leads.qualified_at",
    ]


# What is expected -------------------------------------------------------------------------------


def test_what_nobody_declares_is_one_in_five_before_leads_count_as_lost():
    assert expectations(60) == (leads_to_prospects(60), prospects_to_customers(60))
    assert {each.rate for each in expectations(60)} == {RATE} == {0.20}


def test_what_is_declared_replaces_the_share_or_the_days_or_both():
    lead, prospect = expectations(60, {"lead": 0.1, "prospect": {"rate": 0.4, "days": 30}})
    assert (lead.rate, lead.days) == (0.1, 60)
    assert (prospect.rate, prospect.days) == (0.4, 30)
    assert expectations(60, {"lead": {"days": 7}})[0].rate == RATE


def test_no_expectation_is_an_empty_table(spells_of, on):
    assert bottlenecks(spells_of(leads(2, 2)), on(AS_OF), []).empty
