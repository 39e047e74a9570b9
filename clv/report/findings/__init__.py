"""One function a finding: a table in, a sentence with its evidence out.

A sentence holds typed values and no language; `str` of it is English. Each function says in its
docstring which table it wants, and speaks also where that table is empty.
"""

from __future__ import annotations

from clv.report.findings.accuracy import coverage, holdout, over_rules
from clv.report.findings.assumptions import (
    finite_mean,
    fit,
    parameters,
    regularity,
    seasons,
    second_opinion,
    stability,
)
from clv.report.findings.bottlenecks import bottleneck, looks_into_it
from clv.report.findings.cohorts import aarrr, cohorts_shown, customer_flow, early_revenue
from clv.report.findings.customers import (
    cohort_trend,
    concentration,
    data_health,
    one_time_buyers,
)
from clv.report.findings.finding import Finding
from clv.report.findings.fixing import against_bands, customer_health, lifecycle, worth_fixing
from clv.report.findings.forecasts import formula_tested, track_record, were_we_right
from clv.report.findings.growth import lift, pages_hold, watch_list, watch_record
from clv.report.findings.health import first_seen, usual_gap, verdict
from clv.report.findings.history import kept_forecasts, value_bridge
from clv.report.findings.movement import revenue_movement, silent_loyal, slipped
from clv.report.findings.newcomers import acquisition_ceiling, new_customers
from clv.report.findings.passage import limits, lost_by_rule, moved, onward, second_purchase
from clv.report.findings.pipeline import (
    channel_gap,
    lead_calls,
    lead_sources,
    loss_reasons,
)
from clv.report.findings.playbook import money_by_stage, plays, told
from clv.report.findings.purchases import (
    leaving,
    model_choice,
    models_apart,
    pace,
    purchase_model,
    silent,
)
from clv.report.findings.segments import (
    champions,
    segment_attention,
    segment_moves,
    segment_stages,
)
from clv.report.findings.spend import spend_answer, spend_basis, spend_independence, spend_level
from clv.report.findings.stages import stage_separation, stage_sizes
from clv.report.findings.summary import action, no_forecast, to_do
from clv.report.findings.value import (
    expected_value,
    formula,
    value_at_risk,
    value_by_segment,
    when_it_comes,
)

__all__ = [  # noqa: RUF022 -- in the order of the notebooks
    "Finding",
    "data_health",
    "verdict",
    "first_seen",
    "usual_gap",
    "one_time_buyers",
    "revenue_movement",
    "value_bridge",
    "customer_flow",
    "cohorts_shown",
    "cohort_trend",
    "early_revenue",
    "aarrr",
    "champions",
    "segment_attention",
    "segment_moves",
    "segment_stages",
    "model_choice",
    "models_apart",
    "fit",
    "pace",
    "leaving",
    "parameters",
    "regularity",
    "stability",
    "seasons",
    "second_opinion",
    "silent",
    "purchase_model",
    "silent_loyal",
    "spend_basis",
    "spend_level",
    "finite_mean",
    "spend_independence",
    "spend_answer",
    "holdout",
    "over_rules",
    "coverage",
    "track_record",
    "were_we_right",
    "kept_forecasts",
    "formula_tested",
    "concentration",
    "expected_value",
    "when_it_comes",
    "value_by_segment",
    "formula",
    "new_customers",
    "value_at_risk",
    "acquisition_ceiling",
    "stage_sizes",
    "moved",
    "onward",
    "lost_by_rule",
    "second_purchase",
    "bottleneck",
    "looks_into_it",
    "lead_sources",
    "lead_calls",
    "loss_reasons",
    "channel_gap",
    "worth_fixing",
    "stage_separation",
    "against_bands",
    "customer_health",
    "limits",
    "lifecycle",
    "slipped",
    "watch_list",
    "watch_record",
    "lift",
    "money_by_stage",
    "plays",
    "told",
    "pages_hold",
    "action",
    "no_forecast",
    "to_do",
]
