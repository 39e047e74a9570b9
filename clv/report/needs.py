"""Needs: which states and measures a study can show, and which table would show the others."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.messages import Messages, message
from clv.report.words import Label, Text, Value

MEASURES: Final[Messages] = {
    "rfm": "Segments by recency, frequency and money",
    "clv": "Lifetime value",
    "activation": "Activation",
    "channel_preference": "Preferred channel",
    "bottleneck": "Bottleneck of the pipeline",
    "lead_scoring": "Scores of leads",
    "pipeline": "Pipeline",
    "velocity": "Velocity of the pipeline",
    "nps": "Recommendation (NPS)",
    "k_factor": "Customers won by customers",
    "health": "Health of each customer",
    "contractual_churn": "Churn by contract",
    "cac": "Cost of winning a customer",
    "payback": "Time until that cost is earned back",
    "net_clv": "Lifetime value after all costs",
    "measured_effects": "Measured effects of actions",
    "goals": "Goals",
}
TABLES: Final[Messages] = {
    "transactions": "Purchases",
    "customers": "Customer records",
    "id_map": "Map of ids",
    "touchpoints": "Touchpoints",
    "leads": "Leads",
    "opportunities": "Opportunities",
    "stage_history": "History of stages",
    "subscriptions": "Subscriptions",
    "payments": "Payments",
    "support_tickets": "Support tickets",
    "referrals": "Referrals",
    "surveys": "Surveys",
    "reviews": "Reviews",
    "marketing_costs": "Marketing costs",
    "service_costs": "Service costs",
    "experiments": "Experiments",
    "targets": "Targets",
    "margin": "Margin",
}
OF_TABLES: Final[Messages] = {  # tables with one of their columns
    "customers.created_at": "Customer records with the day of registration",
    "touchpoints.channel": "Touchpoints with their channel",
    "leads.customer_id": "Leads with the customer that each became",
    "leads.qualified_at": "Leads with the day on which they qualified",
    "opportunities.customer_id": "Opportunities with the customer that each is about",
    "experiments.outcome": "Experiments with their outcome",
}
ALL_OF: Final = message("{first} and {second}")
ANY_OF: Final = message("{first}, or {second}")


def missing(observable: pd.DataFrame) -> pd.DataFrame:
    """What cannot be seen yet, and the tables that would show it: what, needs.

    `observable`: as `clv.tables.optional.observable.table` returns it. What cannot be seen is no
    zero: it stands here and nowhere else.
    """
    unseen = observable[~observable["observable"]]
    return pd.DataFrame(
        {
            "not_observable": [_what(name) for name in unseen["what"]],
            "needs": [needed(reason) for reason in unseen["reason"]],
        }
    )


def _what(name: str) -> Value:
    """What a state or a measure is called."""
    return Text(MEASURES[name]) if name in MEASURES else Label(name)


def table_name(name: str) -> Value:
    """What a table is called."""
    return Text(TABLES[name]) if name in TABLES else Label(name)


def needed(reason: str) -> Value:
    """The ways to see something, from what is needed: each one table, or several together."""
    ways = reason.rpartition("needs ")[2].split(", or ")
    return _joined(
        [_joined([_part(p) for p in way.split(" and ")], ALL_OF) for way in ways], ANY_OF
    )


def _part(part: str) -> Value:
    """A table, or a table with one of its columns."""
    return Text(OF_TABLES[part]) if part in OF_TABLES else table_name(part)


def _joined(values: list[Value], template: str) -> Value:
    first, *others = values
    for other in others:
        first = Text(template, {"first": first, "second": other})
    return first
