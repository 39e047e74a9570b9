from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clv.growth.lift import Effect, Lift
from clv.report import findings
from clv.report.answer import WITHHELD, Answer
from clv.report.checks import Check
from clv.stages.rules import STATES


def a_list(count=10, alone=2, **facts):
    """A watch list of some customers, with 100 at risk of each."""
    watched = pd.DataFrame(
        {
            "stage": pd.Categorical(["loyal"] * count, categories=STATES, ordered=True),
            "clv": 500.0,
            "value_at_risk": 100.0,
            "p_leaves": 0.1,
            "break_even_lift": 0.04,
            "hold_out": np.arange(count) < alone,
        }
    )
    usual = {"currency": "USD", "value": "revenue", "within": "90D", "margin": None}
    usual |= {"contact_cost": 0.0, "value_at_risk": 2000.0}
    watched.attrs = usual | facts
    return watched


# The list


def test_the_list_says_what_is_at_stake_and_whom_to_leave_alone():
    found = findings.watch_list(a_list(), expected=50_000)
    assert str(found.headline) == (
        "10 customers are on the watch list: we expect to lose $1,000 of revenue with them within "
        "90 days, 50% of all that is at risk. No cost of a contact was named: it counts as nothing."
    )
    assert str(found.next_step) == (
        "Contact the customers of the watch list, each on their day, and leave alone who is held "
        "out, so that the effect can be measured."
    )  # 10 are on it: how many are to be contacted would tell how few are not
    many = findings.watch_list(a_list(30, alone=6), expected=50_000)
    assert str(many.next_step).startswith("Contact 24 customers of the watch list")
    assert "leave alone the 6 held out" in str(many.next_step)
    nearly_all = findings.watch_list(a_list(30, alone=27), expected=50_000)
    assert "27" not in str(nearly_all.next_step)
    assert found.severity == "watch"
    assert found.evidence.loc["loyal", "customers"] == 10
    assert "hold_out" not in found.evidence  # beside their total, one stage would tell of another


def test_a_tenth_of_all_that_is_expected_at_risk_is_urgent():
    assert findings.watch_list(a_list(), expected=10_000).severity == "act"


def test_the_cost_of_a_contact_becomes_the_effect_that_it_needs():
    dear = findings.watch_list(a_list(contact_cost=2.0, margin=0.4, value="margin"), expected=9e9)
    assert "pays for itself where it raises the chance to buy by 4.0%." in str(dear.headline)
    assert "$1,000 of value" in str(dear.headline)
    gross = findings.watch_list(a_list(contact_cost=2.0), expected=9e9)
    assert str(gross.headline).endswith("if all revenue were kept: no margin was named.")


def test_a_list_without_anybody_or_without_a_hold_out():
    assert str(findings.watch_list(a_list(0), expected=1.0).headline) == (
        "There is nobody whom it would pay to watch."
    )
    assert str(findings.watch_list(a_list(alone=0), expected=9e9).next_step) == (
        "Contact the customers of the watch list, each on their day."
    )


# Its record


def lists(**ours):
    row = {"customers": 200, "stayed_away": 50, "precision": 0.25, "low": 0.20, "high": 0.30}
    row |= {"expected": 0.24, "recall": 0.03, "brought": 9000.0, "lead_days": 60.0}
    silent = row | {"precision": 0.70, "lead_days": -65.0}
    dear = row | {"precision": 0.37, "brought": 8000.0}
    everyone = row | {"customers": 900, "precision": 0.65}
    rows = {
        "watch_list": row | ours,
        "top_spenders": dear,
        "silent": silent,
        "all_of_them": everyone,
    }
    table = pd.DataFrame(rows).T.rename_axis("list")
    table.attrs = {"listed_on": "2024-04-01", "until": "2024-06-30", "days": 90, "currency": "USD"}
    return table


def fifths(first=0.2):
    return pd.DataFrame({"expected": [first, 0.3], "low": [0.1, 0.2], "high": [0.3, 0.4]})


def test_the_record_tells_how_right_and_how_early_beside_those_silent_already():
    found = findings.watch_record(lists(), fifths())
    assert str(found.headline) == (
        "Of the 200 customers whom the list of April 1, 2024 would have named, 25% bought nothing "
        "in the 90 days after it, where 24% were expected to. It would have warned 60 days before "
        "they had been silent for that long. A list of those silent already is right more often "
        "(70%), but comes 65 days after that. Of all who were customers then 65% stayed away, and "
        "of as many who had spent most 37%; in the year before, $8,000 had come from these, and "
        "$9,000 from those of the list."
    )
    assert (found.severity, found.next_step) == ("good", None)


def test_chances_that_did_not_hold_are_only_a_ranking():
    found = findings.watch_record(lists(expected=0.10), fifths())
    assert found.severity == "watch"
    assert str(found.next_step) == "Read the chances of the list as a ranking only."


def test_a_list_is_only_good_if_its_chances_held_in_every_fifth():
    """A total that fits hides that the first are missed and the last overdone."""
    found = findings.watch_record(lists(), fifths(first=0.05))
    assert found.severity == "watch"
    assert str(found.next_step) == "Read the chances of the list as a ranking only."


def test_a_list_that_holds_less_money_than_the_dearest_is_not_good():
    found = findings.watch_record(lists(brought=7000.0), fifths())
    assert found.severity == "watch"
    assert str(found.next_step) == (
        "Watch those who spend most as well: more money stayed away with them."
    )


def test_a_list_that_is_right_more_often_too_says_so():
    assert "is right less often (70%), and comes 65 days" in str(
        findings.watch_record(lists(precision=0.9, high=0.95), fifths()).headline
    )


def test_a_history_that_is_too_short_tests_nothing():
    empty = lists().iloc[:0]
    for table in (empty, lists(customers=4)):
        found = findings.watch_record(table, fifths())
        assert str(found.headline).startswith("Such a list cannot be tested yet")


# What it has brought


def measured(low=0.02, high=0.10, held_out=100):
    share = Effect(0.56, 0.50, (low + high) / 2, low, high)
    spend = Effect(30.0, 25.0, 5.0, -1.0, 11.0)
    day = pd.Timestamp("2024-04-01")
    return Lift(900, held_out, share, spend, day, pd.Timestamp("2024-06-30"), 0.9)


@pytest.mark.parametrize(
    ("low", "high", "severity", "told"),
    [
        (0.02, 0.10, "good", "has worked: 56% bought, against 50% of those left alone, 6.0%"),
        (-0.04, 0.10, "watch", "cannot be told yet"),
        (-0.12, -0.02, "act", "has done harm"),
    ],
)
def test_an_effect_is_only_told_beyond_chance(low, high, severity, told):
    found = findings.lift(measured(low, high), currency="USD")
    assert found.severity == severity
    assert told in str(found.headline)
    assert "$5.00 (-$1.00 to $11.00)" in str(found.headline)


def test_too_few_prove_nothing():
    found = findings.lift(measured(held_out=12), currency="USD")
    assert "12 customers were held out, and fewer than 30 on a side prove nothing" in str(
        found.headline
    )


# The other pages


HELD = Answer("00", "Data health", "It can.", "good", checks=(Check("Rows", True, ""),))


def test_the_checks_of_all_pages_are_one():
    held = findings.pages_hold([HELD, replace(HELD, page="01", checks=())])
    assert (held.passed, str(held.detail)) == (True, "1 check of 2 pages holds.")


def test_a_check_that_fails_and_a_page_left_out_are_named():
    bad = replace(HELD, checks=(Check("Rows", False, ""), Check("Months", True, "")))
    gone = Answer("03", "Purchases", "Too few buyers.", WITHHELD)
    held = findings.pages_hold([bad, gone])
    assert not held.passed
    assert str(held.detail) == "1 check fails: “Rows”. Left out: Purchases. Too few buyers."
