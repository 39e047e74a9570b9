import numpy as np
import pandas as pd
import pytest

from clv.report import cells, findings
from clv.report.words import Words
from clv.stages.silence import Limit
from clv.stages.thresholds import Thresholds


def kinds(lapse=(100, 80), recovery=(20, 15), forward=(30, 40), loss=(0, 0), most=60):
    found = {"forward": forward, "loss": loss, "lapse": lapse, "recovery": recovery}
    table = pd.DataFrame(
        {
            "customers": [now for now, _ in found.values()],
            "before": [before for _, before in found.values()],
            "state": ["lead", "lead", "active", "at_risk"],
            "next_state": ["prospect", "lost_lead", "at_risk", "active"],
            "most": [20.0, loss[0], most, 9],
        },
        index=pd.CategoricalIndex(found, name="kind"),
    )
    table.insert(2, "change", table["customers"] - table["before"])
    table.attrs = {"days": 30}
    return table[(table["customers"] > 0) | (table["before"] > 0)]


def test_who_moved_is_told_beside_the_period_before():
    found = findings.moved(kinds())
    assert str(found.headline) == (
        "In the last 30 days 100 customers slipped away, 20 came back and 30 moved forward; in the "
        "30 days before it was 80, 15 and 40."
    )
    assert found.severity == "watch"
    assert str(found.next_step) == (
        "Look first at the largest loss: 60 customers from Active to At risk."
    )
    assert str(found.evidence.loc["lapse", "most_often"]) == "Active → At risk"


def test_leads_that_were_lost_are_no_customers_who_slipped_away():
    found = findings.moved(kinds(lapse=(76, 80), loss=(88, 62)))
    assert str(found.headline) == (
        "In the last 30 days 76 customers slipped away and 20 came back; 88 leads were lost, and "
        "30 people moved forward. In the 30 days before it was 80 and 15 customers, 62 leads and "
        "40 people."
    )
    assert found.severity == "info"  # more leads are lost than before, and fewer customers
    heads = [column["label"] for column in cells.table(found.evidence, Words.of("en"))["columns"]]
    assert heads[:2] == ["Move", "People"]


@pytest.mark.parametrize(
    ("lapse", "severity"), [((88, 80), "info"), ((89, 80), "watch"), ((9, 0), "watch")]
)
def test_more_losses_than_before_are_looked_at(lapse, severity):
    assert findings.moved(kinds(lapse)).severity == severity


def test_a_handful_of_customers_is_not_counted_out():
    found = findings.moved(kinds(recovery=(3, 2), most=4))
    assert "<5 came back" in str(found.headline)
    assert found.evidence.loc["recovery", "before"].render(Words.of("en")) == "<5"
    assert pd.isna(found.evidence.loc["recovery", "change"])
    assert found.next_step is None


def test_where_nobody_moved_that_is_said():
    assert str(findings.moved(kinds().iloc[:0]).headline) == "Nobody moved in the last 30 days."


def ways(share=0.17):
    return pd.DataFrame(
        {
            "stage": ["at_risk"] * 2,
            "days": [30, 90],
            "entries": 200,
            "share": [0.1, share],
            "low": [0.08, share - 0.01],
            "high": [0.12, share + 0.01],
            "moved": 40,
            "still_open": 30,
            "naive": 0.2,
        }
    )


def test_how_many_have_moved_on_is_told_for_ninety_days():
    found = findings.onward(ways())
    assert str(found.headline) == (
        "Within 90 days of entering the stage, this share has moved on or come back: At risk 17%."
    )
    assert found.evidence.shape == (1, 5)
    labels = [column["label"] for column in cells.table(found.evidence, Words.of("en"))["columns"]]
    assert labels[-1] == "Have not yet"  # they may have become dormant meanwhile


def test_before_that_can_be_known_nothing_is_told():
    early = ways().assign(share=np.nan)
    assert "Too few customers" in str(findings.onward(early).headline)
    assert "Too few customers" in str(findings.onward(ways().iloc[:0]).headline)


def test_second_purchases_are_told_soon_and_late():
    table = ways(0.46).drop(columns="stage")
    found = findings.second_purchase(table.assign(days=[90, 365]))
    assert str(found.headline) == (
        "Of new customers 10% buy a second time within 90 days, and 46% (45% to 47%) within 365 "
        "days; the others had not by then."
    )
    assert found.severity == "watch"
    assert findings.second_purchase(ways(0.6).drop(columns="stage")).severity == "info"


def test_a_second_purchase_is_no_stage():
    found = findings.second_purchase(ways(0.46).drop(columns="stage")).evidence
    written = cells.table(found, Words.of("en"))
    assert written["columns"][0]["label"] == "Move"
    assert written["rows"][0][0] == "First to second purchase"


def test_of_a_handful_of_second_purchases_nothing_is_told():
    table = ways(0.02).drop(columns="stage").assign(moved=4, naive=0.02, still_open=196)
    found = findings.second_purchase(table)
    assert str(found.headline).startswith("Too few new customers have bought a second time")
    assert cells.table(found.evidence, Words.of("en"))["rows"][0][1:] == ["–", "–", "200", "–", "–"]


def test_without_new_customers_there_is_no_second_purchase():
    table = ways(np.nan).assign(share=np.nan)
    assert "Nobody has been a customer long enough" in str(findings.second_purchase(table).headline)


def ruled(share=0.19):
    return pd.DataFrame(
        {
            "state": ["at_risk", "dormant"],
            "next_state": ["dormant", "churned"],
            "moved": [90, 60],
            "limits": [3, 1],
            "limit": [107.0, 72.0],
            "limit_low": [101, 72],
            "limit_high": [129, 72],
            "share": [share, 0.09],
            "low": [share - 0.01, 0.08],
            "high": [share + 0.01, 0.10],
        }
    )


def limits_of(*after, ttl=180):
    limits = [Limit("dormant", 1, day, day, day, 0, 0, 99, "learned") for day in after]
    settings = {"lead_ttl": ttl, "limits": tuple(limits)}
    return Thresholds("2020-01-01", 900, 90, 90, 400, 3, 10.0, **settings)


def test_who_comes_back_before_counting_as_lost():
    found = findings.lost_by_rule(ruled(), limits_of(219, 151))
    assert str(found.headline) == (
        "19% (18% to 20%) of the customers at risk come back before they count as Dormant, which "
        "they do after 151 to 219 days of silence."
    )
    written = cells.table(found.evidence, Words.of("en"))
    assert written["rows"][0][2:4] == ["151 to 219 days of silence", "107 days"]


def test_the_limit_of_a_lead_is_the_one_that_was_set_and_not_how_long_leads_stayed():
    leads = ruled().assign(state=["lead", "prospect"], next_state="lost_lead", moved=[310, 4])
    found = findings.lost_by_rule(leads, limits_of(ttl=120)).evidence
    rows = cells.table(found, Words.of("en"))["rows"]
    assert [row[2] for row in rows] == ["120 days without contact or change"] * 2
    assert [row[3] for row in rows] == ["107 days", "–"]  # of four nothing is told


def test_where_nobody_was_silent_so_long_nobody_is_lost():
    for table in (ruled().iloc[:0], ruled(np.nan)):
        told = findings.lost_by_rule(table, limits_of()).headline
        assert "Nobody has been silent long enough" in str(told)


def test_the_limits_say_what_they_rest_on():
    bases = ("learned", "learned", "pooled", "unstable", "set")
    limits = tuple(Limit("at_risk", 1, 60, 55, 65, 60, 60, 99, basis) for basis in bases)
    found = findings.limits(Thresholds("2020-01-01", 900, 90, 90, 400, 3, 10.0, limits=limits))
    assert str(found.headline) == (
        "Of 5 limits, learned from 400 returns of 900 customers, 2 hold by themselves and 1 "
        "together with a neighbouring group; set by hand: 1; left out, each for the "
        "reason that the table gives: 1."
    )
    assert found.severity == "info"
    assert len(found.evidence) == 6 + len(bases)  # none of leads, payments and health
    assert len(found.evidence) <= cells.MOST  # else a page shows no rows, but their spread


@pytest.mark.parametrize(("customers", "gaps"), [(900, 40), (40, 400)])
def test_few_returns_or_returns_of_a_few_are_little_to_rest_on(customers, gaps):
    limits = (Limit("at_risk", 1, 60, 55, 65, 60, 60, 99, "learned"),)
    told = Thresholds("2020-01-01", customers, 9, 90, gaps, 3, 10.0, limits=limits)
    assert findings.limits(told).severity == "watch"
