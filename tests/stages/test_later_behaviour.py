"""On real purchases: stages of one day, held against what their customers bought after it."""

import os
from pathlib import Path

import pandas as pd
import pytest

import clv
from clv.stages.validation import EXPECTED_ORDER, against_fixed_bands, by_stage, followed

RETAIL = Path(os.environ.get("CLV_ONLINE_RETAIL", "data/online_retail_ii_orders.parquet"))
BEFORE_CHURN = ("loyal", "active", "at_risk", "dormant")
HAVE_RETAIL = pytest.mark.skipif(
    not RETAIL.exists(), reason="needs Online Retail II: set CLV_ONLINE_RETAIL"
)


@pytest.fixture(scope="module")
def retail():
    return clv.load(
        RETAIL, columns={"customer_id": "customer_id", "date": "invoice_date", "amount": "amount"}
    )


def ordered(log, day, stages=EXPECTED_ORDER):
    """The shares that bought again fall from loyal on, over just the stages that are expected."""
    later = by_stage(followed(log, day))
    shares = later["share"].reindex(EXPECTED_ORDER).dropna()
    assert tuple(shares.index) == stages
    assert shares.is_monotonic_decreasing, shares.to_dict()
    assert later.attrs["ordered"]
    best, worst = later.loc[shares.index[0]], later.loc[shares.index[-1]]
    assert best["low"] > worst["high"]


def no_worse(log, day):
    """Log loss and area under the curve of the stages, against those of fixed bands."""
    found = against_fixed_bands(log, day)
    assert found["customers"].nunique() == 1
    assert found.loc["stages", "log_loss"] <= found.loc["fixed_bands", "log_loss"]
    assert found.loc["stages", "auc"] >= found.loc["fixed_bands", "auc"]


@pytest.mark.slow
@pytest.mark.parametrize("day", pd.date_range("1997-12-31", "1998-03-31", freq="ME"))
def test_on_cdnow_the_better_stage_buys_more_whenever_it_is_asked(day):
    ordered(clv.load("cdnow"), day.date())


@pytest.mark.slow
@pytest.mark.parametrize("day", ["1997-09-30", "1997-10-31", "1997-11-30", "1997-12-31"])
def test_on_cdnow_stages_foretell_no_worse_than_fixed_bands(day):
    no_worse(clv.load("cdnow"), day)


@HAVE_RETAIL
@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "stages"),
    [  # only on one of the days is a limit known from which on a customer counts as churned
        ("2010-12-31", BEFORE_CHURN),
        ("2011-03-31", EXPECTED_ORDER),
        ("2011-06-30", BEFORE_CHURN),
        ("2011-08-31", BEFORE_CHURN),
    ],
)
def test_on_online_retail_the_better_stage_buys_more(retail, day, stages):
    ordered(retail, day, stages)


@HAVE_RETAIL
@pytest.mark.slow
@pytest.mark.parametrize("day", ["2010-12-31", "2011-03-31", "2011-05-31"])
def test_on_online_retail_stages_foretell_no_worse_than_fixed_bands(retail, day):
    no_worse(retail, day)
