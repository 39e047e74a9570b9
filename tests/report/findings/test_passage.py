import numpy as np
import pandas as pd
import pytest

from clv.report import cells, findings
from clv.report.words import Words
from clv.stages.silence import Limit
from clv.stages.thresholds import Thresholds


def kinds(lapse=(100, 80), recovery=(20, 15), forward=(30, 40), most=60):
    table = pd.DataFrame(
        {
            "customers": [forward[0], lapse[0], recovery[0]],
            "before": [forward[1], lapse[1], recovery[1]],
            "state": ["lead", "active", "at_risk"],
            "next_state": ["prospect", "at_risk", "active"],
            "most": [20.0, most, 9],
        },
        index=pd.CategoricalIndex(["forward", "lapse", "recovery"], name="kind"),
    )
    table.insert(2, "change", table["customers"] - table["before"])
    table.attrs = {"days": 30}
    return table


def test_who_moved_is_told_beside_the_period_before():
    found = findings.moved(kinds())
    assert str(found.headline) == (
        "In the last 30 days 100 slipped away, 20 came back and 30 moved forward; in the 30 days "
        "before it was 80, 15 and 40."
    )
    assert found.severity == "watch"
    assert str(found.next_step) == (
        "Look first at the largest loss: 60 customers from Active to At risk."
    )
    assert str(found.evidence.loc["lapse", "most_often"]) == "Active → At risk"


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


def test_who_comes_back_before_counting_as_lost():
    found = findings.lost_by_rule(ruled())
    assert str(found.headline) == (
        "19% (18% to 20%) of the customers at risk come back before they count as Dormant, 107 "
        "days later."
    )
    assert str(found.evidence.loc["at_risk", "after"]) == "107 days (101 to 129)"


def test_where_nobody_was_silent_so_long_nobody_is_lost():
    for table in (ruled().iloc[:0], ruled(np.nan)):
        assert "Nobody has been silent long enough" in str(findings.lost_by_rule(table).headline)


def test_the_limits_say_what_they_rest_on():
    bases = ("learned", "learned", "pooled", "unstable", "set")
    limits = tuple(Limit("at_risk", 1, 60, 55, 65, 60, 60, 99, basis) for basis in bases)
    found = findings.limits(Thresholds("2020-01-01", 900, 90, 90, 400, 3, 10.0, limits=limits))
    assert str(found.headline) == (
        "Of 5 limits, learned from 400 returns of 900 customers, 2 hold by themselves and 1 "
        "together with a neighbouring group; set by hand: 1; left out because they do not hold: 1."
    )
    assert found.severity == "info"
    few = Thresholds("2020-01-01", 9, 9, 90, 40, 3, 10.0, limits=limits)
    assert findings.limits(few).severity == "watch"
