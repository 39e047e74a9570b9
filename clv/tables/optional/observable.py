"""Observable: which states and measures the tables at hand can show; the others are never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clv.tables.optional.catalogue import TRANSACTIONS
from clv.tables.optional.facts import Facts

MARGIN = "margin"  # the share of revenue that is kept, declared with the purchases


@dataclass(frozen=True, slots=True)
class Need:
    """What a state or a measure takes: one of these sets of tables or their columns."""

    what: str
    kind: str  # state, or measure
    ways: tuple[tuple[str, ...], ...]


def _need(what: str, *ways: str, kind: str = "measure") -> Need:
    return Need(what, kind, tuple(tuple(way.split(" + ")) for way in ways))


AFTER_A_PURCHASE = (
    "onboarding",
    "active",
    "loyal",
    "at_risk",
    "dormant",
    "churned",
    "reactivated",
)
NEEDS = (
    _need("reached", "touchpoints", kind="state"),
    _need("lead", "leads", "customers.created_at", kind="state"),
    _need("prospect", "opportunities", "leads.qualified_at", kind="state"),
    _need("lost_lead", "leads", kind="state"),
    *(_need(state, TRANSACTIONS, kind="state") for state in AFTER_A_PURCHASE),
    _need("advocate", "referrals", "reviews", "surveys", kind="state"),
    _need("rfm", TRANSACTIONS),
    _need("clv", TRANSACTIONS),
    _need("activation", "touchpoints"),
    _need("channel_preference", "touchpoints.channel"),
    _need("bottleneck", "leads + opportunities", "leads.qualified_at"),
    _need("lead_scoring", "leads"),
    _need("pipeline", "opportunities"),
    _need("velocity", "opportunities + stage_history"),
    _need("nps", "surveys"),
    _need("k_factor", "referrals"),
    _need("health", "support_tickets + payments"),
    _need("contractual_churn", "subscriptions"),
    _need("cac", "marketing_costs"),
    _need("payback", "marketing_costs + margin"),
    _need("net_clv", "marketing_costs + margin + service_costs"),
    _need("measured_effects", "experiments.outcome"),
    _need("goals", "targets"),
)


def table(tables: Mapping[str, Facts], *, margin: bool = False) -> pd.DataFrame:
    """Each state and measure: what, kind, observable and, where it is not, the reason."""
    there = {TRANSACTIONS, *([MARGIN] if margin else [])}
    for name, facts in tables.items():
        if facts.rows["accepted"]:
            there |= {name, *(f"{name}.{column}" for column in facts.filled())}
    rows = [(need.what, need.kind, _met(need, there), _reason(need, there)) for need in NEEDS]
    return pd.DataFrame(rows, columns=["what", "kind", "observable", "reason"])


def _met(need: Need, there: set[str]) -> bool:
    """Whether one of the ways is open."""
    return any(there.issuperset(way) for way in need.ways)


def _reason(need: Need, there: set[str]) -> str:
    """What is missing, or nothing."""
    if _met(need, there):
        return ""
    lacks = [" and ".join(part for part in way if part not in there) for way in need.ways]
    return f"not observable: needs {', or '.join(lacks)}"
