from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clv
from clv.errors import BadParameter
from clv.models import mbgnbd
from clv.models.mbgnbd import MbgNbd


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
    # Parameters drawn at random as they may be move the mean as much as it says.
    rng, estimation = np.random.default_rng(11), purchases.estimation
    drawn = rng.multivariate_normal(
        np.log(estimation.estimates), estimation.log_covariance, size=4000
    )
    heavy = customers.nlargest(1, "frequency")
    history = (heavy[name].to_numpy() for name in ("frequency", "recency", "T"))
    moved = mbgnbd.expected_purchases(MbgNbd(*np.exp(drawn).T), *history, 365.25 / 7)
    assert np.std(moved) == pytest.approx(error[heavy.index[0]], rel=0.05)


def test_without_an_interval_bounds_and_errors_are_left_out_and_nothing_else_changes(
    customers, models, valued
):
    quick = clv.value_customers(customers, *models, interval=None)
    left_out = ["expected_purchases_se", "purchases_low", "purchases_high", "clv_low", "clv_high"]
    pd.testing.assert_frame_equal(quick, valued.drop(columns=left_out))


def test_value_is_revenue_until_a_margin_is_known(customers, models, valued):
    assert valued.attrs["value"] == "revenue"
    kept = clv.value_customers(customers, *models, margin=0.35)
    assert kept.attrs == customers.attrs | {"value": "margin"}
    money = ["clv", "clv_low", "clv_high"]
    pd.testing.assert_frame_equal(kept[money], 0.35 * valued[money])
    rest = valued.columns.drop(money)
    pd.testing.assert_frame_equal(kept[rest], valued[rest])


def test_each_customer_may_have_a_margin_of_its_own(customers, models, valued):
    share = pd.Series(np.linspace(0, 1, len(customers)), customers.index)
    kept = clv.value_customers(customers.assign(kept=share), *models, margin="kept")
    assert kept["clv"].to_numpy() == pytest.approx((share * valued["clv"]).to_numpy())
    assert kept["clv_high"].to_numpy() == pytest.approx((share * valued["clv_high"]).to_numpy())


@pytest.mark.parametrize(
    ("margin", "said"),
    [
        (35, "a share from 0 to 1; got 35"),
        (-0.1, r"a share from 0 to 1; got -0\.1"),
        ("cost", "a column of the customer table; got 'cost'"),
        ("T", r"`T` must be a share from 0 to 1 in every row \(customer 00004 is the first\)"),
    ],
)
def test_a_margin_is_a_share_or_a_column_of_shares(customers, models, margin, said):
    with pytest.raises(BadParameter, match=said):
        clv.value_customers(customers, *models, margin=margin)


def test_an_unknown_margin_is_refused_with_its_customer(customers, models):
    some = customers.assign(kept=[np.nan, *[0.5] * (len(customers) - 1)])
    with pytest.raises(BadParameter, match="customer 00004"):
        clv.value_customers(some, *models, margin="kept")


def test_a_weakly_identified_model_leaves_the_error_of_the_mean_unknown(customers, models):
    purchases, spend = models
    wide = replace(purchases.estimation, covariance=400 * purchases.estimation.covariance)
    weak = replace(purchases, estimation=wide)
    valued = clv.value_customers(customers.iloc[:50], weak, spend)
    assert valued["expected_purchases_se"].isna().all()
    assert valued["clv_high"].notna().all()


def test_first_purchases_count_where_the_model_of_spend_counts_them(customers, models):
    purchases, _ = models
    spend = clv.GammaGammaModel.fit(customers, basis="all")
    valued = clv.value_customers(customers, purchases, spend, annual_discount_rate=0.0)
    once = valued[(valued["frequency"] == 0) & (valued["T"] == valued["T"].max())]
    assert once["p_purchase"].nunique() == 1
    assert np.corrcoef(once["first_spend"], once["clv_high"])[0, 1] == pytest.approx(1)


def test_the_upper_bound_of_discounted_money_is_exceeded_as_often_as_promised():
    # The bounds are discounted as the mean is; here each purchase is, at its own time.
    r, alpha, a, b, n = 1.5, 5.0, 0.6, 4.0, 60_000
    heavy = pd.DataFrame({"frequency": [9], "recency": [36.0], "T": [38.0]}, index=["Ada"])
    heavy = heavy.assign(monetary_value=50.0)
    heavy.attrs["unit"] = "W"
    purchases = clv.BetaGeoModel(r=r, alpha=alpha, a=a, b=b)
    spend = clv.GammaGammaModel(p=6.25, q=3.74, v=15.44)
    told = clv.value_customers(heavy, purchases, spend, horizon="2Y", annual_discount_rate=0.3)
    rng, weeks = np.random.default_rng(9), 2 * 365.25 / 7
    alive = rng.random(n) < told["p_alive"].iloc[0]
    wanted = rng.poisson(rng.gamma(r + 9, weeks / (alpha + 38.0), n)) * alive
    made = np.minimum(wanted, rng.geometric(rng.beta(a, b + 9, n)))
    # The first of the process' times, each uniform over the horizon and kept in order.
    time = np.sort(np.where(np.arange(wanted.max()) < wanted[:, None],
                            rng.random((n, wanted.max())), np.inf), axis=1)  # fmt: skip
    kept = np.arange(wanted.max()) < made[:, None]
    price = 1.3 ** -np.where(kept, time * 2, 0.0)
    rate = rng.gamma(6.25 * 9 + 3.74, 1 / (15.44 + 9 * 50.0), n)[:, None]
    money = (kept * price * rng.gamma(6.25, size=kept.shape) / rate).sum(axis=1)
    assert money.mean() == pytest.approx(told["clv"].iloc[0], rel=0.02)
    assert np.mean(money > told["clv_high"].iloc[0]) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("interval", [0, 1, 90])
def test_an_interval_is_a_share(customers, models, interval):
    with pytest.raises(BadParameter, match=r"such as 0\.90"):
        clv.value_customers(customers, *models, interval=interval)
