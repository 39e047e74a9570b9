import pandas as pd
import pytest

import clv
from clv.customers import formula, value_baselines


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def models(log):
    customers = clv.customer_summary(log)
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers, "all")


def valued(log, models, **terms):
    return clv.value_customers(clv.customer_summary(log), *models, interval=None, **terms)


def test_both_say_what_they_expect_before_discount_and_margin(log, models):
    table = formula.beside(log, valued(log, models, margin=0.3), *models)
    undiscounted = valued(log, models, annual_discount_rate=0.0)
    assert table.loc["model", "revenue"] == pytest.approx(undiscounted["clv"].sum())
    told = value_baselines.formula_clv(undiscounted, "12M").sum()
    assert table.loc["formula", "revenue"] == pytest.approx(told)


def test_the_error_of_both_is_that_of_a_test_over_the_second_half(log, models):
    table = formula.beside(log, valued(log, models), *models)
    terms = {"model": clv.ModifiedBetaGeoModel, "basis": "all"}
    test = value_baselines.value_backtest(log, "1997-09-30", "1998-06-30", **terms)
    known = value_baselines.value_measures(test).loc[["model", "formula"], ["bias", "rmse"]]
    pd.testing.assert_frame_equal(table[["bias", "rmse"]], known)


def test_too_short_a_history_leaves_the_error_unknown(log, models):
    early = clv.load(log.purchase_days("1997-02-15"))
    table = formula.beside(early, valued(early, models), *models)
    assert table["revenue"].gt(0).all()
    assert table[["bias", "rmse"]].isna().all(axis=None)
