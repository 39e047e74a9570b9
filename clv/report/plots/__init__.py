"""One function a chart: a table in, an Axes out.

Each draws one table on one Axes, in the language being spoken (`words.speaking`), and computes
nothing: what it shows was computed on a floor below.
"""

from __future__ import annotations

from clv.report.plots.customers import (
    account,
    cohort_heatmap,
    purchase_days_histogram,
    purchases_per_month,
    rfm_grid,
    segment_value,
)
from clv.report.plots.first_look import amounts, gaps
from clv.report.plots.forecasts import track_record
from clv.report.plots.models import (
    calibration,
    frequency_fit,
    frequency_recency_matrix,
    seasons,
    spend_by_frequency,
    spend_fit,
    tracking,
)
from clv.report.plots.movement import revenue_movement
from clv.report.plots.stages import silence_limits, stage_moves, stage_sizes, stage_value
from clv.report.plots.value import lorenz, value_by_group, value_by_period, value_by_segment

__all__ = [  # noqa: RUF022 -- in the order of the notebooks
    "account",
    "purchases_per_month",
    "gaps",
    "amounts",
    "revenue_movement",
    "purchase_days_histogram",
    "cohort_heatmap",
    "segment_value",
    "rfm_grid",
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
    "stage_sizes",
    "stage_value",
    "stage_moves",
    "silence_limits",
]
