import pandas as pd
import pytest

import clv
from clv.customers.rfm import SEGMENTS, rfm
from clv.stages.segment_stages import disagreement, segment_stages

SEGMENT = pd.Series(
    {"a": "champions", "b": "champions", "c": "hibernating", "d": "at_risk", "e": "need_attention"}
)
STAGE = pd.Series(
    {"a": "loyal", "b": "at_risk", "c": "churned", "d": "active", "e": "dormant", "l": "lead"}
)


def test_customers_are_counted_by_segment_and_stage():
    matrix = segment_stages(SEGMENT, STAGE)
    assert matrix.index.tolist() == list(SEGMENTS)
    assert matrix.columns.tolist() == ["active", "loyal", "at_risk", "dormant", "churned"]
    assert matrix.loc["champions"].to_dict() == {
        "active": 0,
        "loyal": 1,
        "at_risk": 1,
        "dormant": 0,
        "churned": 0,
    }
    assert matrix.to_numpy().sum() == len(SEGMENT)


def test_the_two_views_are_compared_where_rfm_takes_a_side():
    told = disagreement(segment_stages(SEGMENT, STAGE))
    assert told["customers"].to_dict() == {
        "recent_but_overdue": 1,
        "quiet_but_in_rhythm": 1,
        "alike": 2,
        "not_compared": 1,  # of somebody in the middle RFM says nothing
    }
    assert told["share"].sum() == pytest.approx(1)
    assert told["share"].isna().to_list() == [False, False, False, True]


def test_every_customer_of_a_real_log_is_in_the_matrix_once():
    log = clv.load("cdnow-sample")
    segments = rfm(clv.customer_summary(log))["segment"]
    stages = clv.lifecycle(log).stages()["stage"]
    matrix = segment_stages(segments, stages)
    assert matrix.to_numpy().sum() == len(segments) == 2357
    assert matrix.sum(axis=1).to_dict() == segments.value_counts(sort=False).to_dict()
    assert disagreement(matrix)["customers"].sum() == 2357


def test_whose_silence_has_no_limit_is_no_one_in_their_rhythm():
    untold = pd.Series({"d": True, "a": False})
    matrix = segment_stages(SEGMENT, STAGE, untold)
    assert matrix.loc["at_risk", "no_limit"] == 1
    assert matrix.columns[-1] == "no_limit"
    assert disagreement(matrix).loc["quiet_but_in_rhythm", "customers"] == 0
