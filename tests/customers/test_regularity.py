import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.regularity import gap_regularity, seasonality
from clv.customers.tracking import tracking
from clv.errors import TooLittleToModel


def purchase_days(k, customers=4000, seen_for=2000, seed=11):
    """Days of customers at different rates whose gaps are Erlang-k, seen for a limited time."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2.0, 1 / 200, size=(customers, 1))
    days = np.cumsum(rng.gamma(k, 1 / (k * rate), size=(customers, 12)), axis=1)
    who, which = np.nonzero(days < seen_for)
    date = pd.Timestamp("2000-01-01") + pd.to_timedelta(days[who, which], unit="D")
    return pd.DataFrame({"customer_id": who, "date": date})


@pytest.mark.parametrize("k", [0.5, 1, 2, 4])
def test_regularity_is_found_again_whoever_has_been_seen_for_a_short_time(k):
    assert gap_regularity(purchase_days(k)).k == pytest.approx(k, rel=0.1)


def test_nine_of_ten_intervals_hold_the_truth():
    found = [gap_regularity(purchase_days(2, customers=400, seed=seed)) for seed in range(100)]
    assert 83 <= sum(each.low < 2 < each.high for each in found) <= 97


def test_cdnow_buys_about_as_randomly_as_the_models_take_it():
    log = clv.load("cdnow-sample")
    found = gap_regularity(log.purchase_days("1997-09-30"))
    assert found.customers == 507  # 946 came back, 439 of them once
    assert found.low < 1 < found.high


def test_equal_gaps_are_regular_without_bound():
    days = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(30), 3),
            "date": np.tile(pd.to_datetime(["2024-01-01", "2024-01-08", "2024-01-15"]), 30),
        }
    )
    assert gap_regularity(days).k == np.inf


def test_a_handful_of_customers_tells_no_regularity():
    with pytest.raises(TooLittleToModel, match="Only 20 customers have bought on three days"):
        gap_regularity(purchase_days(1, customers=20, seen_for=1e6))


def test_every_purchase_and_every_expectation_falls_into_one_month():
    log = clv.load("cdnow-sample")
    model = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    followed = tracking(log, model, "1997-09-30", "1998-06-30")
    months = seasonality(followed)
    assert months.index.tolist() == list(range(1, 13))
    assert months["weeks"].sum() == len(followed)
    assert months["actual"].sum() == followed["actual"].iloc[-1]
    assert months["expected"].sum() == pytest.approx(followed["expected"].iloc[-1])


def test_a_season_is_what_the_model_did_not_expect():
    log = clv.load("cdnow")
    model = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    months = seasonality(tracking(log, model, "1997-09-30", "1998-06-30"))
    assert (months.loc[[11, 12], "low"] > 1).all()  # before Christmas
    assert months.loc[9, "ratio"] < months.loc[11, "ratio"]
