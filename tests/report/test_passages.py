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
    ways = WAYS.rename(columns={"state": "stage"})
    written = table(passages.by_days(ways), EN)
    assert [row[0] for row in written["rows"]] == ["Lead", "At risk"]
    assert written["rows"][1][1:3] == ["10% (5.0% to 15%)", "–"]


def test_a_limit_that_differs_between_customers_is_said_with_its_ends():
    ruled = pd.DataFrame(
        {
            "state": ["at_risk", "onboarding", "active"],
            "next_state": ["dormant", "active", "at_risk"],
            "moved": [50, 60, 70],
            "limits": [4, 1, 9],
            "limit": [107.0, 90.0, 75.0],
            "limit_low": [101, 90, 1],
            "limit_high": [129, 90, 347],
            "share": [0.2, 0.3, 0.1],
            "low": [0.1, 0.2, 0.0],
            "high": [0.3, 0.4, 0.2],
        }
    )
    written = table(passages.by_rule(ruled, thresholds(60, 60)), EN)
    assert [row[2] for row in written["rows"]] == [
        "107 days (101 to 129)",
        "–",
        "60 days of silence",
    ]
    assert [row[3] for row in written["rows"]] == ["20% (10% to 30%)", "–", "–"]


def test_a_stage_of_buying_has_no_limit_but_the_silence_that_each_purchase_begins_anew():
    loyal = pd.DataFrame({"state": ["loyal"], "next_state": ["at_risk"], "moved": [90]})
    length_of_stay = {"limit": 49.0, "limit_low": 1, "limit_high": 347}
    loyal = loyal.assign(**length_of_stay, share=0.0, low=0.0, high=0.011)
    written = table(passages.by_rule(loyal, thresholds(139, 67, None)), EN)
    assert written["rows"] == [["Loyal → At risk", "90", "67 to 139 days of silence", "–"]]
    assert table(passages.by_rule(loyal, thresholds(None)), EN)["rows"][0][2] == "–"


def test_a_median_that_is_not_reached_is_left_open():
    lasted = pd.DataFrame({"median": [np.inf], "mean": [80.0]}, index=["at_risk"])
    assert table(passages.lengths(lasted), EN)["rows"] == [["At risk", "–", "80"]]


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
        *("Stage", "Customers", "Bought again within 102 days", "Promised within 96 days, at most"),
    ]
    assert written["rows"] == [
        ["At risk", "50", "20% (10% to 30%)", "50%"],
        ["Loyal", "0", "–", "–"],
        ["Churned", "90", "less than 5.6%", "10%"],  # two are not counted out
    ]
