import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.value import Total, new_customer_value, total_value, widened
from clv.errors import BadParameter


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def customers(log):
    return clv.customer_summary(log, "1997-09-30")


@pytest.fixture(scope="module")
def models(customers):
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


@pytest.fixture(scope="module")
def valued(customers, models):
    return clv.value_customers(customers, *models)


def test_columns_are_added_and_none_is_taken_away(customers, valued):
    added = [name for name in valued if name not in customers]
    assert added == [
        "p_alive",
        "p_purchase",
        "expected_purchases",
        "expected_purchases_se",
        "purchases_low",
        "purchases_high",
        "expected_spend",
        "clv",
        "clv_low",
        "clv_high",
    ]
    pd.testing.assert_frame_equal(valued[customers.columns], customers)


def test_without_discount_value_is_purchases_times_spend(customers, models):
    undiscounted = clv.value_customers(customers, *models, annual_discount_rate=0.0)
    product = undiscounted["expected_purchases"] * undiscounted["expected_spend"]
    assert undiscounted["clv"].to_numpy() == pytest.approx(product.to_numpy(), rel=1e-12)


def test_a_higher_rate_never_makes_a_customer_worth_more(customers, models, valued):
    dearer = clv.value_customers(customers, *models, annual_discount_rate=0.30)
    assert (dearer["clv"] <= valued["clv"]).all()


def test_a_longer_horizon_never_makes_a_customer_worth_less(customers, models, valued):
    longer = clv.value_customers(customers, *models, horizon="2Y")
    assert (longer["clv"] >= valued["clv"]).all()


def test_days_or_weeks_are_the_same_money(log, valued):
    daily = clv.customer_summary(log, "1997-09-30", unit="D")
    models = clv.ModifiedBetaGeoModel.fit(daily), clv.GammaGammaModel.fit(daily)
    in_days = clv.value_customers(daily, *models)
    assert in_days["clv"].to_numpy() == pytest.approx(valued["clv"].to_numpy(), rel=1e-6)


def test_dollars_or_cents_are_the_same_money(customers, valued):
    money = ["monetary_value", "total_spend", "first_spend"]
    cents = customers.assign(**{name: 100 * customers[name] for name in money})
    models = clv.ModifiedBetaGeoModel.fit(cents), clv.GammaGammaModel.fit(cents)
    in_cents = clv.value_customers(cents, *models)
    assert in_cents["clv"].to_numpy() == pytest.approx(100 * valued["clv"].to_numpy(), rel=1e-6)


def test_the_order_of_the_rows_changes_nothing(customers, models, valued):
    shuffled = customers.sample(frac=1, random_state=5)
    again = clv.value_customers(shuffled, *models).loc[valued.index]
    pd.testing.assert_frame_equal(again, valued)


def test_outcomes_lie_within_their_bounds_as_often_as_promised(customers, models):
    # At the true parameters a nominal 90 % interval of counts covers more: counts are discrete.
    purchases, _ = models
    rng = np.random.default_rng(3)
    valued = clv.value_customers(customers, *models, horizon="39W")
    drawn = purchases.draws(customers, "39W", 20, rng)
    low, high = valued["purchases_low"].to_numpy(), valued["purchases_high"].to_numpy()
    inside = (drawn >= low[:, None]) & (drawn <= high[:, None])
    assert 0.90 <= inside.mean() <= 0.99


def test_the_lower_bound_of_money_is_never_above_its_mean(valued):
    assert (valued["clv_low"] <= valued["clv_high"]).all()
    assert (valued["clv_low"] <= valued["clv"]).all()


def test_the_error_of_the_mean_comes_from_the_parameters(customers, models):
    purchases, spend = models
    known = clv.ModifiedBetaGeoModel(r=purchases.r, alpha=purchases.alpha, a=purchases.a,
                                     b=purchases.b, unit="W")  # fmt: skip
    assert clv.value_customers(customers, known, spend)["expected_purchases_se"].isna().all()
    error = clv.value_customers(customers, purchases, spend)["expected_purchases_se"]
    assert error.between(0, 5).all()
    # One standard error of the parameters, drawn at random, moves the total as much as it says.
    rng = np.random.default_rng(11)
    estimation = purchases.estimation
    logs = rng.multivariate_normal(
        np.log(estimation.estimates),
        estimation.covariance / np.outer(estimation.estimates, estimation.estimates),
        size=60,
    )
    heavy = customers.nlargest(1, "frequency")
    moved = [
        clv.ModifiedBetaGeoModel(*np.exp(row), unit="W").expected_purchases(heavy, "12M").iloc[0]
        for row in logs
    ]
    assert np.std(moved) == pytest.approx(error[heavy.index[0]], rel=0.35)


def test_the_bounds_of_the_total_are_nearer_than_those_of_the_customers(valued, models):
    total = total_value(valued, *models)
    assert total.low < total.expected < total.high
    assert total.high - total.low < valued["clv_high"].sum() - valued["clv_low"].sum()
    assert total.expected == pytest.approx(valued["clv"].sum())


def test_the_order_of_the_rows_does_not_move_the_bounds_of_the_total(valued, models):
    shuffled = valued.sample(frac=1, random_state=5)
    total, again = total_value(valued, *models), total_value(shuffled, *models)
    assert (again.low, again.high) == (total.low, total.high)
    assert again.expected == pytest.approx(total.expected)


def test_a_new_customer_may_be_valued_until_an_end_date(models):
    by_date = new_customer_value(*models, horizon="1998-06-30", as_of="1997-09-30")
    assert by_date == new_customer_value(*models, horizon="39W")


def test_a_new_customer_is_one_without_a_history(models):
    purchases, spend = models
    value = new_customer_value(purchases, spend, horizon="12M", annual_discount_rate=0.0)
    expected = purchases.expected_purchases_new_customer("12M") * spend.population_mean
    assert value == pytest.approx(expected)


@pytest.mark.parametrize("interval", [0, 1, 90])
def test_an_interval_is_a_share(customers, valued, models, interval):
    with pytest.raises(BadParameter, match=r"such as 0\.90"):
        clv.value_customers(customers, *models, interval=interval)
    with pytest.raises(BadParameter, match=r"such as 0\.90"):
        total_value(valued, *models, interval=interval)


@pytest.mark.parametrize(
    ("missed", "low", "high"),
    [(-0.25, 80, 125), (0.25, 80, 125), (0.01, 90, 115), (float("nan"), 90, 115)],
)
def test_a_total_is_widened_by_what_the_last_one_missed_and_never_narrowed(missed, low, high):
    wide = widened(Total(100.0, low=90.0, high=115.0), missed)
    assert (wide.expected, wide.low, wide.high) == (100, low, high)
