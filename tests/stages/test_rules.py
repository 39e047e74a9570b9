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
        "entry_uncertain": False,
        "contracts": 0,
        "since_contract": NEVER,
        "contract_ended_gap": False,
        "touches": 0,
        "touches_30d": 0,
        "health": NEVER,
        "health_red": 50,
        "overdue": 0,
        "payment_grace": 14,
        "advocacy": 0,
        "open_leads": 0,
        "ever_lead": False,
        "qualified": 0,
        "opportunities": 0,
        "since_contact": NEVER,
        "lead_ttl": 180,
    }
    return pd.DataFrame([usual | own], index=["a"])


BEFORE = {  # an open lead that has not bought
    "purchase_days": 0,
    "since_last": NEVER,
    "tenure": NEVER,
    "ended_gap": NEVER,
    "open_leads": 1,
    "ever_lead": True,
    "since_contact": 20.0,
}
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
        ({"ended_gap": 181.0}, "reactivated", "return"),
        ({"ended_gap": 181.0, "since_last": 89}, "reactivated", "return"),
        ({"ended_gap": 180.0}, "active", "in_rhythm"),
        ({"contract_ended_gap": True}, "reactivated", "return"),
        ({"ended_gap": 180.0, "lapsed_after": NEVER}, "active", "in_rhythm"),
        (LOYAL, "loyal", "habit"),
        (LOYAL | {"money_in_window": 99.0}, "active", "in_rhythm"),
        (LOYAL | {"tenure": 50}, "loyal", "habit"),
        (LOYAL | {"ended_gap": 200.0}, "reactivated", "return"),
        (LOYAL | {"since_last": 95}, "at_risk", "silence"),
        ({"purchase_days": 1, "ended_gap": NEVER}, "active", "in_rhythm"),
        ({"tenure": 50, "entry_uncertain": True}, "active", "in_rhythm"),
        ({"since_last": 100, "touches_30d": 2}, "at_risk", "browsing"),
        ({"since_contract": 5.0}, "churned", "contract"),
        ({"since_contract": 15.0}, "active", "in_rhythm"),
        ({"since_contract": 5.0, "contracts": 1}, "active", "in_rhythm"),
        ({"since_last": 300, "contracts": 1}, "dormant", "silence"),
        ({"health": 50.0}, "at_risk", "health"),
        ({"health": 51.0}, "active", "in_rhythm"),
        ({"overdue": 1}, "at_risk", "payment"),
        ({"advocacy": 1}, "advocate", "advocacy"),
        ({"advocacy": 1, "purchase_days": 1}, "active", "in_rhythm"),
        (LOYAL | {"advocacy": 1}, "advocate", "advocacy"),
        (BEFORE | {"opportunities": 1}, "prospect", "opportunity"),
        (BEFORE | {"qualified": 1}, "prospect", "qualified"),
        (BEFORE | {"qualified": 1, "since_contact": 180.0}, "lost_lead", "silence"),
        (BEFORE | {"open_leads": 0}, "lost_lead", "lost"),
        (BEFORE, "lead", "interest"),
        (BEFORE | {"since_contact": NEVER}, "lead", "interest"),
        (BEFORE | {"ever_lead": False, "open_leads": 0, "touches": 3}, "reached", "touch"),
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


def test_of_whom_nothing_is_known_no_rule_matches():
    nobody = signals(**BEFORE | {"open_leads": 0, "ever_lead": False})
    assert rules.first_match(nobody).tolist() == [-1]


def test_each_of_the_twelve_states_has_a_rule_and_those_that_need_more_say_what():
    assert {rule.state for rule in rules.RULES} == set(rules.STATES)
    assert len(rules.STATES) == 12
    assert set(rules.OBSERVABLE) | set(rules.NEEDS) == set(rules.STATES)
    assert all(rules.NEEDS.values())


def test_stages_are_ordered_as_the_lifecycle_is():
    stage = rules.apply(signals())["stage"]
    assert stage.cat.ordered
    assert tuple(stage.cat.categories) == rules.STATES
