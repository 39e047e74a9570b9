import pandas as pd
import pytest

import clv
from clv.customers import value_baselines


def table(**columns):
    customers = pd.DataFrame(columns)
    customers.attrs.update(unit="W", as_of="2024-06-30")
    return customers


@pytest.fixture(scope="module")
def test():
    log, model = clv.load("cdnow"), clv.ModifiedBetaGeoModel
    told = value_baselines.value_backtest(log, "1997-09-30", "1998-06-30", model=model, basis="all")
    return value_baselines.value_measures(told)


def test_the_formula_is_a_product_of_three():
    customers = table(frequency=[3], recency=[365.25 / 7], T=[2 * 365.25 / 7], total_spend=[80.0])
    # 20 a purchase, two purchases a year, one year from first to last.
    assert value_baselines.formula_clv(customers, "3Y").tolist() == pytest.approx([20 * 2 * 1])


def test_of_a_lifetime_only_the_horizon_counts():
    customers = table(frequency=[3], recency=[365.25 / 7], T=[2 * 365.25 / 7], total_spend=[80.0])
    assert value_baselines.formula_clv(customers, "6M").tolist() == pytest.approx([20])
    assert value_baselines.formula_clv(customers, "2024-07-31").iloc[0] < 5


def test_who_came_yesterday_does_not_buy_every_day():
    customers = table(frequency=[0, 1], recency=[0, 52.0], T=[1 / 7, 60.0], total_spend=[30.0, 9])
    assert value_baselines.formula_clv(customers, "1Y").iloc[0] <= 30


def test_the_models_money_misses_customers_less_than_the_formulas(test):
    assert test["actual_total"].tolist() == pytest.approx([776961.13] * 4)
    assert test.loc["model", "rmse"] == pytest.approx(93.18, abs=0.01)
    assert test.loc["formula", "rmse"] == pytest.approx(104.16, abs=0.01)
    assert test.loc["model", "gini"] > test.loc["formula", "gini"] > 0
    assert test.loc["model", "top_decile_spend"] > test.loc["formula", "top_decile_spend"]


def test_both_missed_the_total_and_it_is_said_by_how_much(test):
    assert test["bias"].round(3).to_dict() == {
        "model": -0.232,
        "formula": -0.274,
        "average": 0.440,
        "nobody": -1.0,
    }


def test_money_in_cents_is_the_same_money():
    log = clv.load("cdnow-sample")
    rows = log.table.to_pyarrow().to_pandas()
    cents = clv.load(rows.assign(amount=100 * rows["amount"]), zero_amounts="purchase")
    terms = {"model": clv.BetaGeoModel, "unit": "W"}
    told = value_baselines.value_backtest(log, "1997-09-30", "1998-06-30", **terms)
    other = value_baselines.value_backtest(cents, "1997-09-30", "1998-06-30", **terms)
    pd.testing.assert_frame_equal(other, 100 * told, rtol=1e-6)
