import pandas as pd
import pytest
from matplotlib import pyplot as plt

from clv.report.labels import STAGES

MONTHS = pd.PeriodIndex(["1997-01", "1997-02"], freq="M")
LOYAL_LADDER = ["active", "loyal", "churned"]


@pytest.fixture(autouse=True)
def _no_figure_left_open():
    plt.switch_backend("agg")
    yield
    plt.close("all")


@pytest.fixture
def tables():
    """One small table for each plot, by the plot's name."""
    counted = pd.DataFrame({"actual": [1411, 64], "expected": [1430.2, 80.5]}, index=["0", "7+"])
    spans = pd.DataFrame({"mean": [35.0, 39], "low": [30.0, 20], "high": [41.0, 60]})
    stages = pd.CategoricalIndex(list(STAGES)[:12], ordered=True, name="stage")
    causes = pd.DataFrame(
        {"amount": [40.0, -25.0], "customers": [9, 7]},
        index=pd.CategoricalIndex(["first_time_buyers", "missing_buyers"], name="cause"),
    )
    causes.attrs = {"before": 100.0, "after": 115.0}
    weeks = pd.date_range("1997-01-07", periods=60, freq="7D")
    return {
        "account": pd.DataFrame(
            {
                "what": ["in", "accepted", "quarantined", "duplicates"],
                "reason": ["", "", "amount-not-a-number", ""],
                "rows": [1394, 1388, 4, 2],
            }
        ),
        "purchases_per_month": pd.DataFrame(
            {"new": [7846, 8476], "repeat": [1082, 2796]}, index=MONTHS.to_timestamp()
        ),
        "revenue_movement": causes,
        "purchase_days_histogram": pd.DataFrame({"frequency": [0, 0, 1, 14]}),
        "cohort_heatmap": pd.DataFrame(
            {0: [1.0, 1.0], 1: [0.15, 0.1], 2: [0.12, None]}, index=MONTHS
        ),
        "segment_value": pd.DataFrame(
            {"customers": [30, 10], "total_spend": [100.0, 300.0]},
            index=["hibernating", "champions"],
        ),
        "rfm_grid": pd.DataFrame([[4470, 241], [0, 583]], index=[1, 5], columns=[1, 2]),
        "frequency_recency_matrix": pd.DataFrame(
            [[0.5, 0.5], [0.1, 0.9]], index=[0, 1], columns=[0.0, 39.0]
        ),
        "frequency_fit": counted,
        "spend_fit": pd.DataFrame({"actual": [0.1, 0.3], "expected": [0.2, 0.2]}, index=[1.0, 9.0]),
        "spend_by_frequency": spans.set_axis(["1", "2"]),
        "tracking": pd.DataFrame(
            {"actual": range(60), "expected": range(1, 61), "holdout": [False] * 39 + [True] * 21},
            index=weeks,
        ),
        "calibration": counted.rename(columns={"expected": "predicted"}),
        "lorenz": pd.DataFrame(
            {"share_of_customers": [0.0, 0.1, 1.0], "share_of_value": [0.0, 0.5, 1.0]}
        ),
        "value_by_group": pd.DataFrame({"clv": [1234.5, 10.0]}, index=["champions", "promising"]),
        "value_interval": spans.set_axis([1, 2]),
        "stage_sizes": pd.DataFrame(
            {"customers": pd.array([None] * 4 + [10, 1200, 0, None, 5, 6, 7, 8], dtype="Int64")},
            index=stages,
        ),
        "stage_value": pd.DataFrame({"clv": [0.0] * 4 + [1.0] * 8}, index=stages),
        "stage_moves": pd.DataFrame(
            [[7, 0, 0], [1200, 5, 3], [2, 80, 1], [0, 0, 900]],
            index=pd.Index(["not_yet", *LOYAL_LADDER], name="stage_then"),
            columns=pd.Index(LOYAL_LADDER, name="stage_now"),
        ),
        "silence_limits": pd.DataFrame(
            {
                "threshold": ["window", "at_risk", "dormant", "churned", "at_risk"],
                "purchase_days": ["all", "1", "1", "1", "2-3"],
                "value": [365.0, 93, 211, float("nan"), 61],
            }
        ),
    }
