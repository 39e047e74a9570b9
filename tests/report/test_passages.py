import numpy as np
import pandas as pd

from clv.report import passages
from clv.report.cells import table
from clv.report.words import Words
from clv.stages.silence import Limit
from clv.stages.thresholds import Thresholds

EN = Words.of("en")
WAYS = pd.DataFrame(
    {
        "state": ["lead"] * 2 + ["at_risk"] * 2,
        "next_state": ["prospect"] * 2 + ["active"] * 2,
        "days": [30, 90] * 2,
        "entries": [200, 200, 90, 90],
        "share": [0.2, 0.5, 0.1, np.nan],
        "low": [0.15, 0.4, 0.05, np.nan],
        "high": [0.25, 0.6, 0.15, np.nan],
        "moved": [80, 80, 4, 4],
        "still_open": [20, 20, 9, 9],
        "naive": [0.4, 0.4, 4 / 90, 4 / 90],
    }
)


def thresholds(*after):
    limits = [Limit("at_risk", 1, day, day, day, 0, 0, 99, "learned") for day in after]
    return Thresholds("2020-01-01", 9, 9, 90, 9, 3, 10.0, limits=tuple(limits))


def test_each_move_has_one_row_and_each_number_of_days_one_column():
    written = table(passages.by_event(WAYS), EN)
    heads = [column["label"] for column in written["columns"]]
    assert heads == [
        "Move",
        "30 days",
        "90 days",
        "Entered it",
        "Plain ratio so far",
        "Still there",
    ]
    assert written["rows"] == [
        ["Lead → Prospect", "20% (15% to 25%)", "50% (40% to 60%)", "200", "40%", "20"]
    ]  # a move of four customers is not shown


def test_stages_are_named_and_unknown_shares_are_left_open():
    ways = WAYS.rename(columns={"state": "stage"}).assign(moved=40)
    written = table(passages.by_days(ways), EN)
    assert [row[0] for row in written["rows"]] == ["Lead", "At risk"]
    assert written["rows"][1][1:3] == ["10% (5.0% to 15%)", "–"]


def test_a_limit_is_told_apart_from_how_long_they_stay_until_then():
    ruled = pd.DataFrame(
        {
            "state": ["lead", "at_risk", "onboarding", "active"],
            "next_state": ["lost_lead", "dormant", "active", "at_risk"],
            "moved": [310, 50, 60, 70],
            "limits": [9, 4, 1, 9],
            "limit": [177.0, 83.0, 90.0, 75.0],
            "limit_low": [77, 22, 90, 1],
            "limit_high": [705, 90, 90, 347],
            "share": [0.5, 0.2, 0.3, 0.1],
            "low": [0.4, 0.1, 0.2, 0.0],
            "high": [0.6, 0.3, 0.4, 0.2],
        }
    )
    written = table(passages.by_rule(ruled, thresholds(60, 60)), EN)
    assert [row[2] for row in written["rows"]] == [
        "180 days without contact or change",  # nobody's is 705
        "–",
        "–",
        "60 days of silence",
    ]
    assert [row[3] for row in written["rows"]] == ["177 days", "83 days", "–", "–"]
    assert [row[4] for row in written["rows"]] == ["50% (40% to 60%)", "20% (10% to 30%)", "–", "–"]
    assert written["columns"][3]["label"] == "Half had been in the stage for"


def test_a_stage_of_buying_has_no_limit_but_the_silence_that_each_purchase_begins_anew():
    loyal = pd.DataFrame({"state": ["loyal"], "next_state": ["at_risk"], "moved": [90]})
    length_of_stay = {"limit": 49.0, "limit_low": 1, "limit_high": 347}
    loyal = loyal.assign(**length_of_stay, share=0.0, low=0.0, high=0.011)
    written = table(passages.by_rule(loyal, thresholds(139, 67, None)), EN)
    assert written["rows"] == [["Loyal → At risk", "90", "67 to 139 days of silence", "–", "–"]]
    assert table(passages.by_rule(loyal, thresholds(None)), EN)["rows"][0][2] == "–"


def lasted(by_event, by_rule):
    found = {"by_event": [by_event], "by_rule": [by_rule], "median": np.inf, "mean": 80.0}
    bounds = {"mean_low": 79.0, "mean_high": 81.0, "biased_mean": 70.0}
    return pd.DataFrame(found | bounds, index=["onboarding"])


def test_a_median_that_is_not_reached_is_left_open():
    written = table(passages.lengths(lasted(60, 40)), EN)
    assert written["rows"][0][3:5] == ["–", "80"]


def test_a_mean_says_that_it_counts_the_first_year():
    written = table(passages.lengths(lasted(60, 40)), EN)
    heads = [column["label"] for column in written["columns"]]
    assert heads[4] == "Mean within the first year (days)"


def test_where_a_limit_ends_most_stays_no_mean_is_told():
    """On 300 onboardings that a window of 90 days ends it would be 89 (89 to 89): the rule."""
    written = table(passages.lengths(lasted(40, 300)), EN)
    assert written["rows"][0][4:] == ["–"] * 4
    some = table(passages.lengths(lasted(40, 60)), EN)
    assert "–" not in some["rows"][0][4:]


def test_a_rate_names_the_days_it_covers():
    told = passages.of_period("2024-12-01", "2024-12-31")
    assert str(told).endswith("from December 2, 2024 to December 31, 2024.")


def test_what_would_tell_of_a_handful_is_left_open():
    ways = WAYS.assign(state="lead", next_state="prospect")[:2]
    few_left = passages.by_days(ways.assign(moved=197, naive=0.985, still_open=3), "state")
    assert few_left[["naive", "still_open"]].isna().all(axis=None)
    assert str(few_left.loc["lead", 90]) == "50% (40% to 60%)"
    few_moved = passages.by_days(ways.assign(moved=3, naive=0.015, still_open=197), "state")
    assert few_moved.drop(columns="entries").isna().all(axis=None)


def test_shares_of_a_day_stand_in_one_column():
    there = pd.DataFrame(
        {"days": [30, 30, 90, 90], "stage": ["active", "churned"] * 2, "share": [1, 0, 0.4, 0.6]}
    )
    written = table(passages.occupation(there), EN)
    assert [column["label"] for column in written["columns"]] == ["Stage", "30 days", "90 days"]
    assert written["rows"] == [["Active", "100%", "40%"], ["Churned", "0%", "60%"]]


def test_rates_of_a_few_moves_are_not_shown():
    found = pd.DataFrame(
        {
            "state": ["at_risk", "churned"],
            "next_state": ["active", "reactivated"],
            "moved": [9, 4],
            "years": [3.0, 40.0],
            "rate": [3.0, 0.1],
            "low": [1.0, 0.0],
            "high": [5.0, 0.2],
        }
    )
    assert table(passages.rates(found), EN)["rows"] == [
        ["At risk → Active", "9", "3", "3 (1 to 5)"]
    ]


def test_what_a_stage_promises_stands_beside_what_came():
    behaviour = pd.DataFrame(
        {"customers": [50, 0, 90], "returned": [10, 0, 2], "share": [0.2, np.nan, 0.02],
         "low": [0.1, np.nan, 0.01], "high": [0.3, np.nan, 0.03], "promised": [0.5, np.nan, 0.1]},
        index=pd.CategoricalIndex(["at_risk", "loyal", "churned"], name="stage"),
    )  # fmt: skip
    behaviour.attrs = {"days": 102, "horizon": 96}
    written = table(passages.later(behaviour), EN)
    assert [column["label"] for column in written["columns"]] == [
        *("Stage", "People", "Bought again within 102 days", "Promised within 96 days, at most"),
    ]
    assert written["rows"] == [
        ["At risk", "50", "20% (10% to 30%)", "50%"],
        ["Loyal", "0", "–", "–"],
        ["Churned", "90", "less than 5.6%", "10%"],  # two are not counted out
    ]
