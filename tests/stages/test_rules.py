import numpy as np
import pandas as pd
import pytest

from clv.stages import rules

NEVER = np.nan


def signals(**own):
    """One customer in the middle of everything, with something changed."""
    usual = {
        "since_last": 10,
        "purchase_days": 3,
        "tenure": 400,
        "ended_gap": 30.0,
        "days_in_window": 2,
        "money_in_window": 50.0,
        "at_risk_after": 90.0,
        "dormant_after": 180.0,
        "churned_after": 300.0,
        "lapsed_after": 180.0,
        "reentry_days": 90,
        "onboarding_days": 90,
        "loyal_days": 4,
        "loyal_money": 100.0,
    }
    return pd.DataFrame([usual | own], index=["a"])


LOYAL = {"days_in_window": 4, "money_in_window": 100.0}


@pytest.mark.parametrize(
    ("own", "stage", "reason"),
    [
        ({}, "active", "in_rhythm"),
        ({"since_last": 89}, "active", "in_rhythm"),
        ({"since_last": 90}, "at_risk", "silence"),
        ({"since_last": 180}, "dormant", "silence"),
        ({"since_last": 300}, "churned", "silence"),
        ({"since_last": 300, "churned_after": NEVER}, "dormant", "silence"),
        ({"since_last": 150, "at_risk_after": NEVER}, "active", "in_rhythm"),
        ({"tenure": 89}, "onboarding", "new"),
        ({"tenure": 90}, "active", "in_rhythm"),
        ({"ended_gap": 180.0}, "reactivated", "return"),
        ({"ended_gap": 180.0, "since_last": 89}, "reactivated", "return"),
        ({"ended_gap": 180.0, "lapsed_after": NEVER}, "active", "in_rhythm"),
        (LOYAL, "loyal", "habit"),
        (LOYAL | {"money_in_window": 99.0}, "active", "in_rhythm"),
        (LOYAL | {"tenure": 50}, "loyal", "habit"),
        (LOYAL | {"ended_gap": 200.0}, "reactivated", "return"),
        (LOYAL | {"since_last": 95}, "at_risk", "silence"),
        ({"purchase_days": 1, "ended_gap": NEVER}, "active", "in_rhythm"),
    ],
)
def test_the_first_rule_that_matches_gives_the_stage(own, stage, reason):
    found = rules.apply(signals(**own)).loc["a"]
    assert (found["stage"], found["reason"]) == (stage, reason)


def test_every_stage_shows_the_rule_and_the_numbers_that_led_to_it():
    found = rules.apply(signals(since_last=200)).loc["a"]
    assert found["rule"] == "since_last >= dormant_after"
    assert found["evidence"] == "since_last 200, dormant_after 180, purchase_days 3"


def test_evidence_shows_cents_and_says_where_a_threshold_does_not_exist():
    loyal = rules.apply(signals(**LOYAL | {"money_in_window": 112.57})).loc["a", "evidence"]
    assert loyal == "days_in_window 4, loyal_days 4, money_in_window 112.57, loyal_money 100"
    active = rules.apply(signals(at_risk_after=NEVER)).loc["a", "evidence"]
    assert active == "since_last 10, at_risk_after none, purchase_days 3"


def test_each_of_the_twelve_states_has_a_rule_or_says_what_it_needs():
    ruled = {rule.state for rule in rules.RULES}
    assert len(rules.STATES) == len(set(rules.STATES)) == 12
    assert ruled.isdisjoint(rules.NEEDS)
    assert ruled | set(rules.NEEDS) == set(rules.STATES)
    assert all(rules.NEEDS.values())


def test_stages_are_ordered_as_the_lifecycle_is():
    stage = rules.apply(signals())["stage"]
    assert stage.cat.ordered
    assert tuple(stage.cat.categories) == rules.STATES
