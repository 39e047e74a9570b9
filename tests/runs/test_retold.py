"""What changed and how forecasts fared, in a line each."""

import pytest

from clv.report.words import Words
from clv.runs import retold

EN = Words.of("en")
PART = {"low": 0.0, "high": 0.0, "customers": 20}
BRIDGE = {
    "before": 1000.0, "after": 930.0, "currency": "USD", "start": "2024-09-30",
    "parts": [
        PART | {"name": "won_customers", "amount": 40.0},
        PART | {"name": "lapsed_customers", "amount": -120.0},
        PART | {"name": "returned_customers", "amount": 5.0, "customers": 3},
        PART | {"name": "spend_of_others", "amount": 7.0},
        PART | {"name": "models_anew", "amount": -2.0},
        PART | {"name": "data_corrected", "amount": 0.0, "customers": 0},
    ],
}  # fmt: skip


def forecast(**facts):
    said = {"made_on": "2023-06-30", "until": "2024-06-30", "expected": 100.0, "low": 90.0,
            "high": 120.0, "currency": "USD", "came": 95.0}  # fmt: skip
    said |= {"over": True, "inside": True}
    return said | facts


def test_the_parts_that_moved_most_are_told_with_sign_and_word():
    told = retold.bridge({"bridge": BRIDGE}, EN)
    assert told["text"] == "from $1,000 to $930.00"
    assert [(p["sign"], p["label"], p["text"], p["customers"]) for p in told["parts"]] == [
        ("▼", "Probably lost since", "-$120.00", "20 customers"),
        ("▲", "New customers", "+$40.00", "20 customers"),
        ("▲", "The others: spend", "+$7.00", "20 customers"),
    ]


def test_a_part_of_a_few_customers_is_not_told():
    names = {part["label"] for part in retold.bridge({"bridge": BRIDGE}, EN)["parts"]}
    assert "Thought lost, and back" not in names


@pytest.mark.parametrize("results", [{}, {"bridge": None}, {"forecasts": [], "tested": None}])
def test_without_an_earlier_report_nothing_is_told(results):
    assert retold.bridge(results, EN) is None
    assert retold.forecasts(results, EN) is None


def test_forecasts_are_counted_and_told_the_newest_verdict_first():
    several = [
        forecast(made_on="2022-06-30", inside=False, came=200.0),
        forecast(),
        forecast(made_on="2024-06-30", over=False, inside=None, came=20.0),
    ]
    told = retold.forecasts({"forecasts": several}, EN)
    assert told["title"] == "1 of 2 published totals held"
    assert [(line["came"], line["verdict"], line["tone"]) for line in told["lines"]] == [
        ("$20.00 came", "so far", "info"),
        ("$95.00 came", "within the interval", "good"),
        ("$200.00 came", "outside the interval", "act"),
    ]
    assert told["lines"][1]["text"] == (
        "June 30, 2023: $100.00 ($90.00 to $120.00) until June 30, 2024"
    )


def test_what_is_not_known_is_not_told():
    (line,) = retold.forecasts(
        {"forecasts": [forecast(came=None, low=None, high=None, inside=None)]}, EN
    )["lines"]
    assert (line["text"], line["came"], line["verdict"]) == (
        "June 30, 2023: $100.00 until June 30, 2024", "", ""
    )  # fmt: skip


def test_forecasts_made_again_on_earlier_days_stand_beside_them():
    tested = {"origins": 12, "missed": 0.22, "inside": 7}
    told = retold.forecasts({"tested": tested}, EN)
    assert told["lines"] == []
    assert told["tested"] == (
        "Made again on 12 earlier days, the forecast missed what came by 22% in the middle; the "
        "models' own bounds held 7 times."
    )


@pytest.mark.parametrize("language", ["tr", "ar"])
def test_it_is_told_in_every_language(language):
    words = Words.of(language)
    english = retold.bridge({"bridge": BRIDGE}, EN)["parts"][0]["label"]
    assert retold.bridge({"bridge": BRIDGE}, words)["parts"][0]["label"] != english
    told = retold.forecasts({"forecasts": [forecast()]}, words)
    assert told["title"] != "1 of 1 published total held"
