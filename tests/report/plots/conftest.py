import math

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from clv.report.frameworks import Named
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
    parts = causes.assign(low=[30.0, -40.0], high=[55.0, -10.0])
    rungs = [Named(name, {"en": f"«{name}»"}) for name in ("lead", "buyer", "fan", "sales", "gone")]
    ladder = pd.DataFrame(
        {
            "customers": pd.array([None, 80, 20, None, 50], dtype="Int64"),
            "at_risk": pd.array([None, 30, 2, None, 0], dtype="Int64"),
            "share_of_customers": [None, 0.533, 0.133, None, None],
            "on_ladder": [True, True, True, True, False],
            "per_cohort": [False, False, False, True, False],
        },
        index=pd.Index(rungs, dtype=object, name="stage"),
    )
    ladder.attrs = {"title": Named("own", {"en": "«Own»"})}
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
        "gaps": pd.DataFrame(
            {"at_least": [1.0, 8.0], "below": [8.0, math.inf], "purchase_days": [40, 12]}
        ),
        "amounts": pd.DataFrame(
            {"at_least": [5.0, 10.0], "below": [10.0, 20.0], "purchase_days": [7, 22]}
        ),
        "revenue_movement": causes,
        "value_bridge": parts,
        "purchase_days_histogram": pd.DataFrame({"frequency": [0, 0, 1, 14]}),
        "cohort_heatmap": pd.DataFrame(
            {0: [1.0, 1.0], 1: [0.15, 0.1], 2: [0.12, None]}, index=MONTHS
        ),
        "cohort_revenue": pd.DataFrame(
            {0: [20.0, 25.0], 1: [30.0, 31.0], 2: [35.0, None]}, index=MONTHS
        ),
        "customer_flow": pd.DataFrame(
            {"new": [90, 10], "reactivated": [0, 4], "lapsed": [0, 30]}, index=MONTHS
        ),
        "aarrr": pd.DataFrame(
            {"acquisition": [None, None], "activation": [0.3, 0.2], "retention": [0.1, None]},
            index=MONTHS,
            dtype=float,
        ),
        "segment_value": pd.DataFrame(
            {"customers": [30, 10], "total_spend": [100.0, 300.0]},
            index=["hibernating", "champions"],
        ),
        "rfm_grid": pd.DataFrame([[4470, 241], [0, 583]], index=[1, 5], columns=[1, 2]),
        "segment_moves": pd.DataFrame(
            [[7, 3], [80, 0], [2, 900]],
            index=pd.Index(["not_yet", "champions", "hibernating"], name="segment_then"),
            columns=pd.Index(["champions", "hibernating"], name="segment_now"),
        ),
        "segment_stages": pd.DataFrame(
            [[70, 12], [0, 300]],
            index=pd.Index(["champions", "hibernating"], name="segment"),
            columns=pd.Index(["active", "churned"], name="stage"),
        ),
        "frequency_recency_matrix": pd.DataFrame(
            [[0.5, 0.5], [0.1, 0.9]], index=[0, 1], columns=[0.0, 39.0]
        ),
        "frequency_fit": counted,
        "seasons": pd.DataFrame(
            {"ratio": [0.9, 1.2, 1.01], "low": [0.8, 1.1, 0.9], "high": [0.95, 1.3, 1.1]},
            index=pd.Index([1, 2, 12], name="month"),
        ),
        "spend_fit": pd.DataFrame({"actual": [0.1, 0.3], "expected": [0.2, 0.2]}, index=[1.0, 9.0]),
        "spend_by_frequency": spans.set_axis(["1", "2"]),
        "tracking": pd.DataFrame(
            {"actual": range(60), "expected": range(1, 61), "holdout": [False] * 39 + [True] * 21},
            index=weeks,
        ),
        "calibration": counted.rename(columns={"expected": "predicted"}),
        "track_record": pd.DataFrame(
            {
                "made_on": pd.to_datetime(["1997-04-07", "1997-06-30"]),
                "forecast": [90.0, 70.0],
                "low": [80.0, 60.0],
                "high": [99.0, 79.0],
                "came": [110.0, 98.0],
                "widened_low": [50.0, 40.0],
                "widened_high": [150.0, 120.0],
            }
        ),
        "lorenz": pd.DataFrame(
            {"share_of_customers": [0.0, 0.1, 1.0], "share_of_value": [0.0, 0.5, 1.0]}
        ),
        "value_by_group": pd.DataFrame({"clv": [1234.5, 10.0]}, index=["champions", "promising"]),
        "value_by_period": pd.DataFrame(
            {"expected": [60.5, 40.0], "so_far": [60.5, 100.5]},
            index=pd.RangeIndex(1, 3, name="month"),
        ),
        "value_by_segment": pd.DataFrame(
            {
                "customers": [20, 80],
                "expected": [90.0, 10.0],
                "low": [80, None],
                "high": [99, None],
            },
            index=["champions", "promising"],
        ),
        "ladder": ladder,
        "onward": pd.DataFrame(
            {
                "stage": ["lead"] * 3 + ["at_risk"] * 3,
                "days": [0, 30, 60] * 2,
                "share": [0.0, 0.2, 0.3, 0.0, 0.1, None],
            }
        ),
        "occupation": pd.DataFrame(
            {
                "days": [0] * 3 + [30] * 3 + [60] * 3,
                "stage": ["onboarding", "active", "churned"] * 3,
                "share": [1.0, 0, 0, 0.6, 0.38, 0.02, 0, 0.97, 0.03],
            }
        ),
        "loss_reasons": pd.DataFrame({"customers": [20, 7]}, index=["no_budget", "price"]),
        "worth_fixing": pd.DataFrame(
            {"customers": [90, 30], "one_point": [45.5, 12.0]},
            index=pd.CategoricalIndex(["at_risk", "loyal"], name="stage"),
        ),
        "stage_value": pd.DataFrame({"clv": [0.0] * 4 + [1.0] * 8}, index=stages),
        "stage_moves": pd.DataFrame(
            [[7, 0, 0], [1200, 5, 3], [2, 80, 1], [0, 0, 900]],
            index=pd.Index(["not_known", *LOYAL_LADDER], name="stage_then"),
            columns=pd.Index(LOYAL_LADDER, name="stage_now"),
        ),
        "silence_limits": pd.DataFrame(
            {
                "threshold": ["window", "at_risk", "dormant", "churned", "at_risk"],
                "purchase_days": ["all", "1", "1", "1", "2-3"],
                "value": [365.0, 93, 211, float("nan"), 61],
                "why": "",
            }
        ),
    }
