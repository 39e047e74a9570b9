"""One function a finding: a table in, a sentence with its evidence out.

A sentence holds typed values and no language; `str` of it is English. Each function says in its
docstring which table it wants, and speaks also where that table is empty.
"""

from __future__ import annotations

from clv.report.findings.customers import (
    champions,
    cohort_trend,
    concentration,
    data_health,
    one_time_buyers,
    segment_attention,
)
from clv.report.findings.finding import Finding
from clv.report.findings.models import (
    holdout,
    models_apart,
    purchase_model,
    silent,
    spend_independence,
    spend_level,
    were_we_right,
)
from clv.report.findings.movement import revenue_movement, silent_loyal, slipped
from clv.report.findings.stages import stage_moves, stage_separation, stage_sizes
from clv.report.findings.summary import to_do
from clv.report.findings.value import acquisition_ceiling, expected_value, value_at_risk

__all__ = [  # noqa: RUF022 -- in the order of the notebooks
    "Finding",
    "data_health",
    "one_time_buyers",
    "revenue_movement",
    "cohort_trend",
    "champions",
    "segment_attention",
    "purchase_model",
    "models_apart",
    "silent",
    "silent_loyal",
    "spend_level",
    "spend_independence",
    "holdout",
    "were_we_right",
    "concentration",
    "expected_value",
    "value_at_risk",
    "acquisition_ceiling",
    "stage_sizes",
    "stage_moves",
    "stage_separation",
    "slipped",
    "to_do",
]
