"""What stages, segments, models and faults of a row are called in English: data, not code.

Each key of the tables has one English name, and that name is the message under which a
translation is found. The order of `STAGES` and `SEGMENTS` is the order they are shown in.
"""

from __future__ import annotations

from typing import Final

STAGES: Final = {  # in lifecycle order
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
    "not_yet": "Not yet a customer",  # in a table of moves, before the first purchase
}

SEGMENTS: Final = {  # best first
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

MODELS: Final = {
    "bgnbd": "BG/NBD",
    "mbgnbd": "MBG/NBD",
    "gamma_gamma": "Gamma-Gamma",
}

BASELINES: Final = {  # what one would say without a model
    "nobody": "Nobody buys again",
    "average": "Everybody buys at the average pace",
    "own_rate": "Everybody keeps their own pace",
    "last_period": "Everybody buys as in the last period",
}

MEASURES: Final = {
    "pearson": "Correlation",
    "spearman": "Rank correlation",
    "eta_squared": "Share of variance explained",
    "bias": "Total missed by",
    "rmse": "Squared error (root mean)",
    "mae": "Absolute error (mean)",
    "log_score": "Log score",
    "choosing_score": "Log score",
    "choosing_score_se": "Its standard error",
    "why": "Reason",
    "alive": "Still customers",
    "buyers": "Will buy again",
    "purchases": "Purchases to expect",
    "low": "Low",
    "high": "High",
}

FATES: Final = {  # what became of a row of the log, and why
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
}

NAMES: Final = STAGES | SEGMENTS | MODELS | BASELINES | MEASURES | FATES


def english(key: str) -> str:
    """The English name of a key; a key without one is its own words.

    >>> english("cant_lose"), english("mbgnbd"), english("total_spend")
    ("Can't lose", 'MBG/NBD', 'Total spend')
    """
    words = key.replace("_", " ").strip()
    return NAMES.get(key, words[:1].upper() + words[1:])
