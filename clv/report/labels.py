"""What stages, segments and faults of a row are called in English: data, not code.

Each key of the tables has one English name, and that name is the message under which a
translation is found. The order of `STAGES` and `SEGMENTS` is the order they are shown in.
"""

from __future__ import annotations

from typing import Final

from clv.report.columns import COLUMNS
from clv.report.measures import BASELINES, CAUSES, COHORTS, MEASURES, MODELS
from clv.report.messages import Messages

STAGES: Final[Messages] = {  # in lifecycle order
    "reached": "Reached",
    "lead": "Lead",
    "prospect": "Prospect",
    "lost_lead": "Lost lead",
    "onboarding": "Onboarding",
    "active": "Active",
    "loyal": "Loyal",
    "advocate": "Advocate",
    "at_risk": "At risk",
    "dormant": "Dormant",
    "churned": "Churned",
    "reactivated": "Reactivated",
    "not_known": "Not known yet",  # in a table of moves, before anything was known
}

MOVES: Final[Messages] = {  # kinds of moves from stage to stage
    "entry": "First seen",
    "forward": "Moved forward",
    "skip": "Skipped a stage",
    "backward": "Moved back",
    "loss": "Lead lost",
    "lapse": "Slipped away",
    "deepening": "Silent for longer still",
    "revival": "Lost lead come back",
    "recovery": "Recovered from risk",
    "re_entry": "Came back after a lapse",
}

SEGMENTS: Final[Messages] = {  # best first
    "champions": "Champions",
    "loyal_customers": "Loyal customers",
    "potential_loyalists": "Potential loyalists",
    "new_customers": "New customers",
    "promising": "Promising",
    "need_attention": "Need attention",
    "about_to_sleep": "About to sleep",
    "at_risk": "At risk",
    "cant_lose": "Can't lose",
    "hibernating": "Hibernating",
}

FATES: Final[Messages] = {  # what became of a row of the log, and why
    "accepted": "Accepted",
    "quarantined": "Set aside",
    "duplicates": "The same row again",
    "outside_window": "After the last day counted",
    "customer-id-missing": "No customer id",
    "customer-id-control": "Control characters in the customer id",
    "customer-id-too-long": "Customer id too long",
    "date-missing": "No date",
    "date-not-a-date": "Not a date",
    "date-impossible": "Impossible date",
    "date-in-the-future": "Date in the future",
    "amount-missing": "No amount",
    "amount-not-a-number": "Amount is not a number",
    "amount-infinite": "Infinite amount",
    "amount-too-large": "Amount too large",
    "order-of-two-customers": "One order, two customers",
    "zero-amount": "Amount is zero",
    "refund": "Refund",
    "row-torn": "Torn line",
    "currency-missing": "No currency",
    "currency-not-a-code": "Currency is not a code of three letters",
    "known-at-not-a-date": "Not known since when",
    "margin-missing": "No margin",
    "margin-not-a-share": "Margin is not a share",
}

OTHER: Final = "other"  # groups that are too small to be shown one by one
REST: Final[Messages] = {OTHER: "Other", "not_yet": "Not yet a customer"}

PEOPLE: Final = STAGES | MOVES | SEGMENTS | COHORTS
NAMES: Final = PEOPLE | COLUMNS | MODELS | BASELINES | CAUSES | MEASURES | FATES | REST


def english(key: str) -> str:
    """The English name of a key; a key without one is its own words.

    >>> english("cant_lose"), english("mbgnbd"), english("total_spend")
    ("Can't lose", 'MBG/NBD', 'Total spend')
    """
    words = key.replace("_", " ").strip()
    return NAMES.get(key, words[:1].upper() + words[1:])
