import pandas as pd
import pytest

from clv.report import findings
from clv.report.cells import table
from clv.report.words import Words

EN = Words.of("en")


def judged(verdict, share=0.13, entries=900, index=(0,)):
    return pd.DataFrame(
        {
            "state": "lead",
            "reaches": "prospect",
            "expected": 0.2,
            "days": 180,
            "entries": entries,
            "mature": entries,
            "share": share,
            "low": share - 0.02,
            "high": share + 0.02,
            "verdict": verdict,
            "needs": "",
        },
        index=list(index),
    )


NO_GROUPS = judged("ok").iloc[:0]


@pytest.mark.parametrize(
    ("verdict", "said", "severity"),
    [
        ("bottleneck", "Leads get stuck: 13% (11% to 15%) of them", "act"),
        ("ok", "Leads as a whole do not get stuck", "good"),
        ("cannot_tell", "Whether leads get stuck cannot be told yet", "info"),
        ("not_enough_data", "Too few leads to judge: 900 came 180 days ago or more", "info"),
    ],
)
def test_a_verdict_on_leads_is_said_with_its_interval(verdict, said, severity):
    found = findings.bottleneck(judged(verdict), NO_GROUPS)
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_a_source_that_gets_stuck_is_named_though_leads_as_a_whole_do_not():
    groups = judged("bottleneck", index=["paid_ads"])
    found = findings.bottleneck(judged("ok", share=0.5), groups)
    assert str(found.headline) == (
        "Leads from “Paid ads” get stuck: 13% (11% to 15%) of them become prospects or buy within "
        "180 days, where 20% was expected; of all leads it is 50% (48% to 52%)."
    )
    assert str(found.next_step) == (
        "Find out why leads from “Paid ads” get stuck before more is spent there."
    )
    assert found.severity == "act"
    rows = table(found.evidence, EN)["rows"]
    assert [row[0] for row in rows] == ["Lead → Prospect", "Leads from “Paid ads”"]
    assert [row[-1] for row in rows] == ["As expected", "Bottleneck"]


def test_without_leads_the_page_says_what_would_show_it():
    found = findings.bottleneck(judged("not_enough_data", entries=0), NO_GROUPS)
    assert "hold no leads" in str(found.headline)
    assert "Add a table of leads" in str(found.next_step)
    assert found.evidence.empty


def test_who_is_no_lead_is_left_out_aloud():
    found = findings.bottleneck(judged("ok", share=0.42), NO_GROUPS, 760)
    assert str(found.headline).endswith(
        "where 20% was expected. Left out are 760 who have a customer record from before they "
        "bought, but no lead."
    )


def of_prospects(verdict, share=0.09, entries=400):
    row = judged(verdict, share, entries, index=(1,))
    return row.assign(state="prospect", reaches="onboarding")


def both(leads, prospects):
    return pd.concat([leads, prospects])


@pytest.mark.parametrize(
    ("verdict", "said", "severity"),
    [
        ("bottleneck", "“Prospect” is a bottleneck: 9.0% (7.0% to 11%) of those who enter", "act"),
        ("ok", "“Prospect” is no bottleneck: 9.0% (7.0% to 11%) of those who enter it", "good"),
        ("cannot_tell", "Whether “Prospect” is a bottleneck cannot be told yet: 9.0%", "info"),
        ("not_enough_data", "Too few have entered “Prospect” to judge it: 400 did 180", "info"),
        ("not_observable", "Whether “Prospect” is a bottleneck cannot be told: nothing", "info"),
    ],
)
def test_every_move_that_is_judged_has_its_sentence_and_its_row(verdict, said, severity):
    found = findings.bottleneck(both(judged("ok", share=0.5), of_prospects(verdict)), NO_GROUPS)
    assert str(found.headline).startswith("Leads as a whole do not get stuck: 50%")
    assert f". {said}" in str(found.headline)
    assert found.severity == severity
    rows = table(found.evidence, EN)["rows"]
    assert [row[0] for row in rows] == ["Lead → Prospect", "Prospect → Onboarding"]


def test_a_later_stage_that_is_a_bottleneck_says_what_to_do():
    found = findings.bottleneck(
        both(judged("ok", share=0.5), of_prospects("bottleneck")), NO_GROUPS
    )
    assert str(found.next_step) == (
        "Find out what holds back those in “Prospect” before more is spent on new ones."
    )
    assert str(found.headline.values["short"]) == "“Prospect” is a bottleneck."


def test_where_leads_and_prospects_get_stuck_leads_come_first():
    stuck = both(judged("bottleneck"), of_prospects("bottleneck"))
    found = findings.bottleneck(stuck, NO_GROUPS)
    assert str(found.headline.values["short"]) == "Leads get stuck."
    assert "before more is spent on new ones" in str(found.next_step)
    assert "for whom and why leads" in str(found.next_step)


def test_prospects_are_judged_where_there_are_no_leads():
    found = findings.bottleneck(
        both(judged("not_enough_data", entries=0), of_prospects("ok")), NO_GROUPS
    )
    assert str(found.headline).startswith("These data hold no leads")
    assert "“Prospect” is no bottleneck" in str(found.headline)
    alone = findings.bottleneck(of_prospects("not_enough_data", entries=0), NO_GROUPS)
    assert str(alone.headline).startswith("Too few have entered “Prospect” to judge it: 0 did")


def test_where_nothing_shows_what_becomes_of_leads_nobody_is_told_to_be_stuck():
    unseen = judged("not_observable", share=0.0)
    unseen["needs"] = "opportunities, or leads.qualified_at, or leads.customer_id"
    found = findings.bottleneck(unseen, NO_GROUPS)
    assert str(found.headline) == (
        "Whether leads get stuck cannot be told: nothing shows what becomes of them."
    )
    assert str(found.next_step) == (
        "One of these would show where they get stuck, so add it: Opportunities, or Leads with the "
        "day on which they qualified, or Leads with the customer that each became."
    )
    assert found.severity == "info"
    row = table(found.evidence, EN)["rows"][0]
    assert row[4:7] == ["–", "–", "–"]
    assert row[-1] == "Cannot be seen yet"


@pytest.mark.parametrize(
    ("table_of_moves", "groups", "who"),
    [
        (judged("bottleneck"), NO_GROUPS, "marketing"),
        (judged("ok"), judged("bottleneck", index=["web"]), "marketing"),
        (both(judged("ok"), of_prospects("bottleneck")), NO_GROUPS, "sales"),
        (both(judged("bottleneck"), of_prospects("bottleneck")), NO_GROUPS, "marketing"),
        (both(judged("ok"), of_prospects("cannot_tell")), NO_GROUPS, None),
    ],
)
def test_why_people_get_stuck_is_found_out_by_whom_they_belong_to(table_of_moves, groups, who):
    assert findings.looks_into_it(table_of_moves, groups) == who
