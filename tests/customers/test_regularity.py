import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.regularity import gap_regularity, seasonality
from clv.customers.tracking import tracking
from clv.errors import BadParameter, TooLittleToModel
from clv.models.intervals import of_rate


def purchase_days(k, mean_gap=100, customers=4000, gaps_seen=20, seed=11):
    """Days of customers at different rates whose gaps are Erlang-k, seen for a limited time."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2.0, 1 / (2 * mean_gap), size=(customers, 1))
    days = np.cumsum(rng.gamma(k, 1 / (k * rate), size=(customers, 60)), axis=1) // 1
    who, which = np.nonzero(days < gaps_seen * mean_gap)
    date = pd.Timestamp("2000-01-01") + pd.to_timedelta(days[who, which], unit="D")
    return pd.DataFrame({"customer_id": who, "date": date}).drop_duplicates()


@pytest.mark.parametrize("k", [0.5, 1, 2, 4])
def test_regularity_is_found_again_whoever_has_been_seen_for_a_short_time(k):
    assert gap_regularity(purchase_days(k, mean_gap=300)).k == pytest.approx(k, rel=0.1)


@pytest.mark.parametrize(("mean_gap", "customers"), [(50, 4000), (10, 8000), (2.5, 40_000)])
def test_random_purchases_are_random_however_often_customers_buy(mean_gap, customers):
    found = gap_regularity(purchase_days(1, mean_gap, customers))
    assert found.k == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("k", [2, 4])
def test_regular_purchases_are_regular_however_often_customers_buy(k):
    assert gap_regularity(purchase_days(k, mean_gap=7)).k == pytest.approx(k, rel=0.2)


def test_a_shop_whose_customers_come_at_random_in_five_days_is_told_so():
    days = purchase_days(1, mean_gap=5)
    log = clv.load(days.assign(amount=10.0))
    found = gap_regularity(log.purchase_days(log.as_of))
    assert found.k == pytest.approx(1, abs=0.15)  # 1.6 if gaps were taken for moments apart


def test_nine_of_ten_intervals_hold_the_truth():
    found = [gap_regularity(purchase_days(2, customers=400, seed=seed)) for seed in range(100)]
    assert 83 <= sum(each.low < 2 < each.high for each in found) <= 97


def test_short_gaps_count_where_there_are_not_enough_long_ones():
    days = purchase_days(1, mean_gap=2, customers=400)
    thirds = days[days.groupby("customer_id").cumcount() == 2].set_index("customer_id")["date"]
    both = thirds - days.groupby("customer_id")["date"].first().reindex(thirds.index)
    short = both.index[both < pd.Timedelta(days=28)]
    found = gap_regularity(days[days["customer_id"].isin(short)])
    assert found.customers == len(short)
    assert found.k == pytest.approx(1, abs=0.25)


def test_cdnow_buys_about_as_randomly_as_the_models_take_it():
    found = gap_regularity(clv.load("cdnow").purchase_days("1997-09-30"))
    assert found.k == pytest.approx(1, abs=0.05)
    sample = gap_regularity(clv.load("cdnow-sample").purchase_days("1997-09-30"))
    assert sample.customers == 416  # 507 bought on three days, 91 of them within four weeks
    assert sample.k == pytest.approx(1, abs=0.15)


def test_equal_gaps_are_as_regular_as_whole_days_can_tell():
    days = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(30), 3),
            "date": np.tile(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]), 30),
        }
    )
    variance = 1 / (12 * 13**2)  # the first of 1 ... 13 days: all that is seen is its own day
    found = gap_regularity(days)
    assert found.k == pytest.approx((1 - 4 * variance) / (8 * variance))
    assert [found.low, found.high] == pytest.approx([found.k, found.k])


def test_a_handful_of_customers_tells_no_regularity():
    with pytest.raises(TooLittleToModel, match="Only 20 customers have bought on three days"):
        gap_regularity(purchase_days(1, customers=20, gaps_seen=1e4))


def test_every_purchase_and_every_expectation_falls_into_one_month():
    log = clv.load("cdnow-sample")
    model = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    followed = tracking(log, model, "1997-09-30", "1998-06-30")
    months = seasonality(followed)
    assert months.index.tolist() == list(range(1, 13))
    assert months["weeks"].sum() == len(followed)
    assert months["actual"].sum() == followed["actual"].iloc[-1]
    assert months["expected"].sum() == pytest.approx(followed["expected"].iloc[-1])


def followed(weekly, expected):
    """Two years of weekly purchases beside what is expected in a week, both cumulative."""
    weeks = pd.date_range("2022-01-09", periods=len(weekly), freq="7D", name="week")
    told = {"actual": np.cumsum(weekly), "expected": expected * np.arange(1.0, len(weekly) + 1)}
    return pd.DataFrame(told, index=weeks)


@pytest.mark.parametrize("a_week", [0.5, 12, 100])
def test_a_shop_without_a_season_is_told_one_no_more_often_than_the_interval_says(a_week):
    shops = np.random.default_rng(5).poisson(a_week, (400, 104))
    months = [seasonality(followed(weekly, a_week), 0.90) for weekly in shops]
    told = sum(((each["low"] > 1) | (each["high"] < 1)).any() for each in months)
    assert told <= 0.10 * len(shops)


def test_a_season_is_told_all_the_same():
    rates = np.where(np.arange(104) % 52 >= 48, 150, 100)  # in the four weeks before New Year
    months = seasonality(followed(np.random.default_rng(2).poisson(rates), rates.mean()))
    assert months.index[months["low"] > 1].tolist() == [12]


def test_bounds_of_a_month_are_those_of_a_count_and_never_below_none():
    months = seasonality(followed([0] * 4 + [2] * 48, 0.5))
    assert (months["low"] >= 0).all()
    assert (months["low"] <= months["ratio"]).all()
    assert (months["ratio"] <= months["high"]).all()
    low, high = of_rate(0, 2.0, 1 - 0.10 / 12)  # of each of twelve
    assert months.loc[1, ["ratio", "low", "high"]].tolist() == pytest.approx([0.0, low, high])


@pytest.mark.parametrize("interval", [0, 1])
def test_an_interval_of_months_is_a_share(interval):
    with pytest.raises(BadParameter, match="a share between 0 and 1"):
        seasonality(followed([1] * 60, 1.0), interval)


def test_a_season_is_what_the_model_did_not_expect():
    log = clv.load("cdnow")
    model = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    months = seasonality(tracking(log, model, "1997-09-30", "1998-06-30"))
    assert (months.loc[[11, 12], "low"] > 1).all()  # before Christmas
    assert months.loc[9, "ratio"] < months.loc[11, "ratio"]
