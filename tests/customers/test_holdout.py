import math

import pandas as pd
import pytest

import clv
from clv.customers import holdout
from clv.errors import BadParameter, DidNotConverge


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def test(log):
    return clv.backtest(log, "1997-09-30", "1998-06-30")


def test_the_forecast_of_39_weeks_is_the_known_one(test):
    # Sums and errors that two other implementations give on the same customers.
    measured = holdout.measures(test)
    assert measured["actual_total"].eq(1882).all()
    assert measured.loc["bgnbd", "predicted_total"] == pytest.approx(1653.4078, abs=0.01)
    # The known sum is 1576.7119. At the same parameters ours agrees with quadrature in 30 digits
    # for every customer, and sums to 1576.728.
    assert measured.loc["mbgnbd", "predicted_total"] == pytest.approx(1576.7119, abs=0.02)
    assert measured.loc["mbgnbd", "predicted_total"] == pytest.approx(1576.728, abs=0.001)
    assert measured.loc["bgnbd", ["mae", "rmse"]].tolist() == pytest.approx(
        [0.785454, 1.607982], abs=1e-5
    )
    assert measured.loc["mbgnbd", ["mae", "rmse"]].tolist() == pytest.approx(
        [0.764778, 1.607184], abs=1e-5
    )


def test_everyone_nothing_has_a_better_mean_absolute_error_than_it_deserves(test):
    measured = holdout.measures(test)
    assert measured.loc["nobody", "mae"] == pytest.approx(0.798, abs=1e-3)
    assert measured.loc["nobody", "bias"] == -1


def test_what_came_is_counted_from_the_purchases_themselves(log, test):
    days = log.purchase_days()
    after = days[days["date"] > "1997-09-30"].groupby("customer_id")
    counted = after.size().reindex(test.index, fill_value=0)
    spent = after["amount"].sum().reindex(test.index, fill_value=0)
    assert test["actual"].tolist() == counted.tolist()
    assert test["actual_spend"].to_numpy() == pytest.approx(spent.to_numpy(), abs=1e-6)


def test_a_log_score_is_the_chance_given_to_what_came(log, test):
    before = clv.customer_summary(log, "1997-09-30")
    model = clv.BetaGeoModel.fit(before)
    chances = model.purchase_count_distribution(before, "1998-06-30", most=40)
    for customer, row in test.iloc[::400].iterrows():
        chance = chances.loc[customer, row["actual"]]
        assert row["log_score_bgnbd"] == pytest.approx(math.log(chance))


def test_last_period_counts_the_equally_long_time_before(log):
    test = clv.backtest(log, "1998-03-31", "1998-06-30")
    days = log.purchase_days("1998-03-31")
    days = days.sort_values("date").loc[lambda d: d.duplicated("customer_id")]
    counted = days[days["date"] > "1997-12-30"].groupby("customer_id").size()
    assert test["last_period"].tolist() == counted.reindex(test.index, fill_value=0).tolist()


def test_whether_a_model_beats_the_baselines_is_judged_by_its_squared_error():
    measured = pd.DataFrame(
        {"rmse": [1.0, 1.2, 0.9]}, index=pd.Index(["mbgnbd", "nobody", "own_rate"], name="model")
    )
    assert not holdout.beats_baselines(measured, "mbgnbd")
    assert holdout.beats_baselines(measured.drop("own_rate"), "mbgnbd")


@pytest.mark.parametrize("holdout_end", ["1997-09-30", "1997-06-30", "1998-07-01"])
def test_a_holdout_begins_after_the_calibration_and_ends_within_the_data(log, holdout_end):
    sentence = "`holdout_end` must be a day after 1997-09-30, .* at most 1998-06-30"
    with pytest.raises(BadParameter, match=sentence):
        clv.backtest(log, "1997-09-30", holdout_end)


def test_a_model_that_cannot_be_fitted_takes_no_part(log):
    test = clv.backtest(log, "1997-03-01", "1997-06-30")  # BG/NBD finds nobody who has left yet
    assert "mbgnbd" in test
    assert not {"bgnbd", "log_score_bgnbd"} & set(test)
    assert holdout.measures(test).index.tolist() == ["mbgnbd", *holdout.BASELINES]


def test_where_no_model_can_be_fitted_the_refusal_says_why():
    alike = pd.DataFrame({"frequency": 3, "recency": 30.0, "T": 39.0}, index=range(60))
    alike.attrs["unit"] = "W"
    with pytest.raises(DidNotConverge, match="Take a longer history"):
        holdout.fit_each(alike)


def test_what_everything_costs_does_not_matter_to_a_forecast_of_purchases(log, test):
    purchases = log.table.to_pyarrow().to_pandas().assign(amount=9.99)
    one_price = clv.backtest(clv.load(purchases), "1997-09-30", "1998-06-30")
    assert one_price["mbgnbd"].tolist() == test["mbgnbd"].tolist()
