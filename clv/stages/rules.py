"""The words of the lifecycle and the rules that give each customer one of them, as data.

The twelve states are mutually exclusive and exhaustive from a customer's first event on. A state
that needs more than purchases is not observable without its tables, which is not the same as zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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

IN_RHYTHM = ("onboarding", "active", "loyal", "advocate", "reactivated")  # customers who buy
LAPSED = ("dormant", "churned")  # customers who count as gone
SILENT = ("at_risk", *LAPSED)  # customers whose silence means something
LOST = ("lost_lead", *LAPSED)  # who counts as gone, customer or not

NOT_YET = "not_known"  # in a table of moves: nothing known by the first of its two dates

DEPTHS = ("unknown", "reached", "lead", "prospect", "customer", "loyal", "advocate")  # 0 to 6

NEEDS = {  # state -> the tables without which it cannot be observed
    "reached": "touchpoints",
    "lead": "leads, or customers with created_at",
    "prospect": "opportunities, or leads with qualified_at",
    "lost_lead": "leads with a status history, or touchpoints",
    "advocate": "referrals, reviews or surveys",
}

OBSERVABLE = tuple(  # from purchases alone
    state for state in STATES if state not in NEEDS
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A state, the condition under which a customer is in it, why, and what shows it."""

    state: str
    when: str
    reason: str
    evidence: tuple[str, ...]


RULES = (  # first match wins; where nothing is known of a customer, none matches
    Rule(
        "churned",
        "contracts == 0 and since_contract <= since_last",
        "contract",
        ("since_contract", "since_last", "purchase_days"),
    ),
    Rule(
        "churned",
        "since_last >= churned_after and contracts == 0",
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
        "since_last >= at_risk_after and touches_30d >= 1",
        "browsing",
        ("since_last", "at_risk_after", "touches_30d", "purchase_days"),
    ),
    Rule(
        "at_risk",
        "since_last >= at_risk_after",
        "silence",
        ("since_last", "at_risk_after", "purchase_days"),
    ),
    Rule(
        "at_risk",
        "purchase_days >= 1 and health <= health_red",
        "health",
        ("health", "health_red"),
    ),
    Rule(
        "at_risk",
        "purchase_days >= 1 and overdue >= 1",
        "payment",
        ("overdue", "payment_grace"),
    ),
    Rule(
        "reactivated",
        "(ended_gap > lapsed_after or contract_ended_gap) and since_last < reentry_days",
        "return",
        ("since_last", "ended_gap", "lapsed_after"),
    ),
    Rule(
        "advocate",  # whom the loyal rule holds for has two purchase days, too
        "advocacy >= 1 and purchase_days >= 2",
        "advocacy",
        ("advocacy", "purchase_days"),
    ),
    Rule(
        "loyal",
        "days_in_window >= loyal_days and money_in_window >= loyal_money",
        "habit",
        ("days_in_window", "loyal_days", "money_in_window", "loyal_money"),
    ),
    Rule(
        "onboarding",
        "tenure < onboarding_days and not entry_uncertain",
        "new",
        ("tenure", "purchase_days"),
    ),
    Rule(
        "active",
        "purchase_days >= 1",
        "in_rhythm",
        ("since_last", "at_risk_after", "purchase_days"),
    ),
    Rule(
        "prospect",
        "opportunities >= 1 and since_contact < lead_ttl",
        "opportunity",
        ("opportunities", "since_contact", "lead_ttl"),
    ),
    Rule(
        "prospect",
        "qualified >= 1 and since_contact < lead_ttl",
        "qualified",
        ("qualified", "since_contact", "lead_ttl"),
    ),
    Rule(
        "lost_lead",
        "ever_lead and open_leads + opportunities == 0",
        "lost",
        ("open_leads", "opportunities"),
    ),
    Rule(
        "lost_lead",
        "ever_lead and since_contact >= lead_ttl",
        "silence",
        ("since_contact", "lead_ttl"),
    ),
    Rule(
        "lead",
        "ever_lead",
        "interest",
        ("open_leads", "since_contact"),
    ),
    Rule(
        "reached",
        "touches >= 1",
        "touch",
        ("touches", "since_contact"),
    ),
)


REASONS = tuple(dict.fromkeys(rule.reason for rule in RULES))
STATE_OF_RULE = np.array([STATES.index(rule.state) for rule in RULES])
REASON_OF_RULE = np.array([REASONS.index(rule.reason) for rule in RULES])


def first_match(signals: pd.DataFrame, rules: tuple[Rule, ...] = RULES) -> NDArray[np.int64]:
    """Number of the first rule that matches each row, shape (n,); -1 where none does."""
    found = np.full(len(signals), -1)
    columns = dict(signals.items())  # once: `signals.eval` takes out every column for every rule
    for number, rule in reversed(list(enumerate(rules))):
        matches = pd.eval(rule.when, engine="python", resolvers=[columns])
        found[matches.to_numpy()] = number
    return found


def apply(signals: pd.DataFrame, rules: tuple[Rule, ...] = RULES) -> pd.DataFrame:
    """State, reason, rule and evidence of each customer, by the first rule that matches.

    Parameters
    ----------
    signals
        One row per customer for whom a rule matches; a column for every name that the rules use.
    """
    first = first_match(signals, rules)
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
