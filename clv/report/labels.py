"""What stages, segments, models and faults of a row are called in English: data, not code.

Each key of the tables has one English name, and that name is the message under which a
translation is found. The order of `STAGES` and `SEGMENTS` is the order they are shown in.
"""

from __future__ import annotations

from typing import Final

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
    "not_yet": "Not yet a customer",  # in a table of moves, before the first purchase
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

MODELS: Final[Messages] = {
    "bgnbd": "BG/NBD",
    "mbgnbd": "MBG/NBD",
    "gamma_gamma": "Gamma-Gamma",
}

BASELINES: Final[Messages] = {  # what one would say without a model
    "nobody": "Nobody buys again",
    "average": "Everybody buys at the average pace",
    "own_rate": "Everybody keeps their own pace",
    "last_period": "Everybody buys as in the last period",
}

CAUSES: Final[Messages] = {  # why revenue moved between two periods
    "period_before": "The period before",
    "first_time_buyers": "First-time buyers",
    "returning_buyers": "Buyers who came back",
    "missing_buyers": "Buyers who stayed away",
    "visits_of_regulars": "Regulars: purchase days",
    "spend_of_regulars": "Regulars: spend per day",
    "period_now": "This period",
}

MEASURES: Final[Messages] = {
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
    "p_leaves": "Chance of leaving",
    "value_at_risk": "Expected revenue at risk",
    "brought": "Brought in the year before",
    "expected": "Still expected",
    "likely_gone": "More likely gone",
    "likely_here": "More likely still here",
    "alive": "Still customers",
    "buyers": "Will buy again",
    "purchases": "Purchases to expect",
    "low": "Low",
    "high": "High",
}

COLUMNS: Final[Messages] = {  # of tables, the names of their rows, and what stands in their cells
    "actual": "Actual",
    "actual_total": "Actual total",
    "all": "All",
    "amount": "Amount",
    "at_least": "At least",
    "average_purchase": "Average purchase",
    "because": "Because",
    "below": "Below",
    "below_10_percent": "Below 10 percent",
    "10_to_50_percent": "10 to 50 percent",
    "over_50_percent": "Over 50 percent",
    "bought_once": "Bought once",
    "came_back": "Came back",
    "came": "Came",
    "cause": "Cause",
    "chance": "Chance",
    "chosen": "Chosen",
    "cohort": "Cohort",
    "count": "Count",
    "customers": "Customers",
    "customer_share": "Share of customers",
    "days": "Days",
    "decile": "Tenth",
    "estimate": "Estimate",
    "expected_mean": "Expected mean",
    "expected_purchases": "Expected purchases",
    "expected_revenue": "Expected revenue",
    "first_spend": "First spend",
    "fixed": "Fixed points",
    "foreseen": "Foreseen",
    "in": "Read",
    "interval": "Interval",
    "last_forecast_missed_by": "Last forecast missed by",
    "lower_quarter": "Lower quarter",
    "loyal_days": "Purchase days of loyal customers",
    "loyal_money": "Spend of loyal customers",
    "mean": "Mean",
    "mean_spend": "Mean spend",
    "measure": "Measure",
    "median": "Median",
    "method": "Method",
    "model": "Model",
    "money": "Money",
    "month": "Month",
    "move": "Move",
    "needs": "Needs",
    "new": "New",
    "next_step": "Next step",
    "order": "Order",
    "parameter": "Parameter",
    "predicted": "Predicted",
    "predicted_total": "Predicted total",
    "promised": "Promised",
    "purchase days": "Purchase days",
    "purchase_days": "Purchase days",
    "quantile": "Fifths",
    "reason": "Reason",
    "reentry": "Days of a customer who has come back",
    "repeat": "Repeat",
    "repeat_purchases": "Repeat purchases",
    "return_horizon": "Days within which customers return",
    "returned": "Returned",
    "revenue": "Revenue",
    "rows": "Rows",
    "score": "Score",
    "segment": "Segment",
    "share": "Share",
    "share_of_customers": "Share of customers",
    "share_of_revenue": "Share of revenue",
    "share_of_value": "Share of value",
    "since_last": "Days since the last purchase",
    "spend_share": "Share of revenue",
    "stage": "Stage",
    "stage_now": "Stage now",
    "stage_then": "Stage then",
    "standard_error": "Standard error",
    "support": "Learned from",
    "threshold": "Limit",
    "total": "Total",
    "total_spend": "Total spend",
    "unit": "Unit",
    "upper_quarter": "Upper quarter",
    "urgency": "Urgency",
    "value": "Value",
    "week": "Week",
    "went_quiet": "Went quiet",
    "what": "What became of it",
    "window": "Days looked at for loyalty",
    "with_largest": "With the largest customer",
    "without_largest": "Without the largest customer",
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
}

OTHER: Final = "other"  # groups that are too small to be shown one by one
REST: Final[Messages] = {OTHER: "Other"}

NAMES: Final = STAGES | SEGMENTS | COLUMNS | MODELS | BASELINES | CAUSES | MEASURES | FATES | REST


def english(key: str) -> str:
    """The English name of a key; a key without one is its own words.

    >>> english("cant_lose"), english("mbgnbd"), english("total_spend")
    ("Can't lose", 'MBG/NBD', 'Total spend')
    """
    words = key.replace("_", " ").strip()
    return NAMES.get(key, words[:1].upper() + words[1:])
