"""One function a chart: a table in, an Axes out.

Each draws one table on one Axes, in the language being spoken (`words.speaking`), and computes
nothing: what it shows was computed on a floor below.
"""

from __future__ import annotations

from clv.report.plots.cohorts import aarrr, cohort_heatmap, cohort_revenue, customer_flow
from clv.report.plots.customers import account, purchase_days_histogram, purchases_per_month
from clv.report.plots.first_look import amounts, gaps
from clv.report.plots.forecasts import track_record
from clv.report.plots.lifecycle import ladder, loss_reasons, occupation, onward, worth_fixing
from clv.report.plots.models import (
    calibration,
    frequency_fit,
    frequency_recency_matrix,
    seasons,
    spend_by_frequency,
    spend_fit,
    tracking,
)
from clv.report.plots.movement import revenue_movement, value_bridge
from clv.report.plots.segments import rfm_grid, segment_moves, segment_stages, segment_value
from clv.report.plots.stages import silence_limits, stage_moves, stage_value
from clv.report.plots.value import lorenz, value_by_group, value_by_period, value_by_segment

__all__ = [  # noqa: RUF022 -- in the order of the notebooks
    "account",
    "purchases_per_month",
    "gaps",
    "amounts",
    "revenue_movement",
    "value_bridge",
    "purchase_days_histogram",
    "customer_flow",
    "cohort_heatmap",
    "cohort_revenue",
    "aarrr",
    "segment_value",
    "rfm_grid",
    "segment_moves",
    "segment_stages",
    "frequency_recency_matrix",
    "frequency_fit",
    "seasons",
    "spend_fit",
    "spend_by_frequency",
    "tracking",
    "calibration",
    "track_record",
    "lorenz",
    "value_by_group",
    "value_by_period",
    "value_by_segment",
    "ladder",
    "stage_moves",
    "onward",
    "occupation",
    "loss_reasons",
    "worth_fixing",
    "stage_value",
    "silence_limits",
]
