"""What models, rules of thumb, causes and measures are called in English: data, not code.

As in `labels`: each key has one English name, which is the message of its translations.
"""

from __future__ import annotations

from typing import Final

from clv.report.messages import Messages

MODELS: Final[Messages] = {
    "bgnbd": "BG/NBD",
    "mbgnbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "gamma_gamma": "Gamma-Gamma",
}

BASELINES: Final[Messages] = {  # what one would say without a model
    "nobody": "Nobody buys again",
    "nbd": "Nobody leaves",
    "average": "Everybody buys at the average pace",
    "own_rate": "Everybody keeps their own pace",
    "last_period": "Everybody buys as in the last period",
    "lookup": "Everybody buys as customers like them once did",
}

CAUSES: Final[Messages] = {  # why revenue moved between two periods
    "period_before": "The period before",
    "first_time_buyers": "First-time buyers",
    "returning_buyers": "Buyers who came back",
    "missing_buyers": "Buyers who stayed away",
    "visits_of_regulars": "Regulars: purchase days",
    "spend_of_regulars": "Regulars: spend per day",
    "period_now": "This period",
    # why a total differs from that of an earlier report
    "last_report": "The last report",
    "won_customers": "New customers",
    "returned_customers": "Thought lost, and back",
    "lapsed_customers": "Probably lost since",
    "purchases_of_others": "The others: purchases",
    "spend_of_others": "The others: spend",
    "models_anew": "Models, learned anew",
    "data_corrected": "Earlier data, corrected",
    "this_report": "This report",
}

MEASURES: Final[Messages] = {
    "pearson": "Correlation",
    "spearman": "Rank correlation",
    "eta_squared": "Share of variance explained",
    "bias": "Total missed by",
    "rmse": "Squared error (root)",
    "mae": "Absolute error",
    "log_score": "Log score",
    "choosing_score": "Log score, earlier",
    "choosing_score_se": "Its standard error",
    "why": "Reason",
    "p_leaves": "Chance of leaving",
    "value_at_risk": "Expected revenue at risk",
    "brought": "Brought in the year before",
    "error": "Log error",
    "expected": "Expected",
    "likely_gone": "More likely gone",
    "likely_here": "More likely still here",
    "alive": "Still customers",
    "buyers": "Will buy again",
    "purchases": "Purchases to expect",
    "purchases_came": "Purchases that came",
    "purchases_forecast": "Purchases foreseen",
    "low": "Low",
    "high": "High",
    "rps": "Ranked score",
    "gini": "Ranking (Gini)",
    "top_decile_purchases": "Best tenth: purchases",
    "top_decile_spend": "Best tenth: money",
    "coverage": "Inside the interval",
    "interval_mass": "Expected inside",
    "pit_central": "In the central part",
    "squared_error_saved": "Squared error saved",
    "log_loss_saved": "Log loss saved",
    "missed": "Missed by",
    "beaten": "Beaten",
    "inside": "Within the models' bounds",
    "inside_widened": "Within the wider bounds",
    "expected_purchases_se": "Its standard error",
    "value_low": "Low",
    "value_high": "High",
    "low_by_models": "Low, by the models only",
    "high_by_models": "High, by the models only",
}

COHORTS: Final[Messages] = {  # of cohorts, of the growth of the base, of moves between segments
    "acquisition": "Acquisition",
    "activation": "Activation",
    "alike": "Both say the same",
    "at_end": "At the end",
    "at_start": "At the start",
    "cohort_rate": "Rate",
    "counts": "Who counts",
    "lapsed": "Lapsed",
    "leads": "Leads",
    "not_compared": "RFM takes no side",
    "period": "Period",
    "quiet_but_in_rhythm": "Quiet for RFM, in their rhythm for the lifecycle",
    "rate": "A year",
    "recent_but_overdue": "Recent for RFM, overdue for the lifecycle",
    "referral": "Referral",
    "retained": "Stayed",
    "retention": "Retention",
    "segment_now": "Segment now",
    "segment_then": "Segment then",
    "view": "What the two say",
}
