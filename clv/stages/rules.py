"""The words of the lifecycle and the rules that give each customer one of them, as data.

The twelve states are mutually exclusive and exhaustive from a customer's first event on. The rules
below need purchases only; a state that needs more is not observable, which is not the same as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

STATES = (  # in lifecycle order
    "reached",
    "lead",
    "prospect",
    "lost_lead",
    "onboarding",
    "active",
    "loyal",
    "advocate",
    "at_risk",
    "dormant",
    "churned",
    "reactivated",
)

DEPTHS = ("unknown", "reached", "lead", "prospect", "customer", "loyal", "advocate")  # 0 to 6

NEEDS = {  # state -> the tables without which it cannot be observed
    "reached": "touchpoints",
    "lead": "leads, or customers with created_at",
    "prospect": "opportunities, or leads with qualified_at",
    "lost_lead": "leads with a status history, or touchpoints",
    "advocate": "referrals, reviews or surveys",
}

OBSERVABLE = tuple(state for state in STATES if state not in NEEDS)


@dataclass(frozen=True, slots=True)
class Rule:
    """A state, the condition under which a customer is in it, why, and what shows it."""

    state: str
    when: str
    reason: str
    evidence: tuple[str, ...]


RULES = (  # first match wins
    Rule(
        "churned",
        "since_last >= churned_after",
        "silence",
        ("since_last", "churned_after", "purchase_days"),
    ),
    Rule(
        "dormant",
        "since_last >= dormant_after",
        "silence",
        ("since_last", "dormant_after", "purchase_days"),
    ),
    Rule(
        "at_risk",
        "since_last >= at_risk_after",
        "silence",
        ("since_last", "at_risk_after", "purchase_days"),
    ),
    Rule(
        "reactivated",
        "ended_gap >= lapsed_after and since_last < reentry_days",
        "return",
        ("since_last", "ended_gap", "lapsed_after"),
    ),
    Rule(
        "loyal",
        "days_in_window >= loyal_days and money_in_window >= loyal_money",
        "habit",
        ("days_in_window", "loyal_days", "money_in_window", "loyal_money"),
    ),
    Rule(
        "onboarding",
        "tenure < onboarding_days",
        "new",
        ("tenure", "purchase_days"),
    ),
    Rule(
        "active",
        "purchase_days >= 1",
        "in_rhythm",
        ("since_last", "at_risk_after", "purchase_days"),
    ),
)


def apply(signals: pd.DataFrame, rules: tuple[Rule, ...] = RULES) -> pd.DataFrame:
    """State, reason, rule and evidence of each customer, by the first rule that matches.

    Parameters
    ----------
    signals
        One row per customer with a purchase; a column for every name that the rules use.
    """
    matches = np.array([signals.eval(rule.when, engine="python").to_numpy() for rule in rules])
    first = matches.argmax(axis=0)
    states = [rule.state for rule in rules]
    evidence = pd.Series("", index=signals.index, dtype="str")
    for number, rule in enumerate(rules):
        here = first == number
        evidence[here] = _evidence(signals[here], rule.evidence)
    return pd.DataFrame(
        {
            "stage": pd.Categorical(np.take(states, first), categories=STATES, ordered=True),
            "reason": np.take([rule.reason for rule in rules], first),
            "rule": np.take([rule.when for rule in rules], first),
            "evidence": evidence,
        },
        index=signals.index,
    )


def _evidence(signals: pd.DataFrame, names: tuple[str, ...]) -> pd.Series:
    """The numbers of each row as text: `since_last 212, dormant_after 205`."""
    parts = [name + " " + _as_text(signals[name]) for name in names]
    text = parts[0]
    for part in parts[1:]:
        text = text + ", " + part
    return text


def _as_text(numbers: pd.Series) -> pd.Series:
    """Each number as short as it can be said; `none` where a threshold does not exist."""
    values = numbers.to_numpy(dtype=float)
    text = np.where(np.isnan(values), "none", np.char.mod("%.12g", values))
    return pd.Series(text, index=numbers.index, dtype="str")
