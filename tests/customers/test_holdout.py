import math

import pandas as pd
import pytest

import clv
from clv.customers import holdout
from clv.errors import BadParameter, DidNotConverge, UnitUnknown


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def test(log):
    return clv.backtest(log, "1997-09-30", "1998-06-30")


@pytest.fixture(scope="module")
def measured(test):
    return holdout.measures(test)


# Total, mean absolute error and root mean squared error of the 39 weeks to come, as two other
# implementations give them on the same customers.
KNOWN = {
    "bgnbd": (1653.4078, 0.785454, 1.607982),
    "mbgnbd": (1576.7119, 0.764778, 1.607184),
    "pareto_nbd": (1665.688, 0.754547, 1.602849),
}


@pytest.mark.parametrize("model", KNOWN)
def test_the_forecast_of_39_weeks_is_the_known_one(measured, model):
    total, mae, rmse = KNOWN[model]
    # The known Pareto/NBD stands a little beside the maximum of its flat likelihood.
    rel = 2e-4 if model == "pareto_nbd" else 2e-5
    assert measured.loc[model, "predicted_total"] == pytest.approx(total, rel=rel)
    assert measured.loc[model, "mae"] == pytest.approx(mae, abs=5e-5)
    assert measured.loc[model, "rmse"] == pytest.approx(rmse, abs=1e-5)
    assert measured.loc[model, "actual_total"] == 1882


@pytest.mark.parametrize(("model", "known"), [("bgnbd", 0.625647), ("mbgnbd", 0.627253)])
def test_forecast_and_outcome_are_correlated_as_is_known(test, model, known):
    assert test[model].corr(test["actual"]) == pytest.approx(known, abs=1e-6)


def test_the_table_knows_its_unit_and_its_day(log, test):
    assert test.attrs == clv.customer_summary(log, "1997-09-30").attrs
    assert (test.attrs["unit"], test.attrs["as_of"]) == ("W", "1997-09-30")
    daily = clv.ModifiedBetaGeoModel(r=0.525, alpha=43.28, a=0.891, b=1.614, unit="D")
    with pytest.raises(UnitUnknown, match="counts in unit 'W', not 'D'"):
        daily.expected_purchases(test, "39W")


def test_the_total_of_mbgnbd_is_that_of_quadrature(measured):
    # At the same parameters ours agrees with quadrature in 30 digits for every customer.
    assert measured.loc["mbgnbd", "predicted_total"] == pytest.approx(1576.728, abs=0.001)


def test_pareto_nbd_forecasts_the_known_total_at_the_known_parameters(log):
    known = clv.ParetoNBDModel(r=0.55327, alpha=10.5778007, s=0.60602, beta=11.6639145, unit="W")
    before = clv.customer_summary(log, "1997-09-30")
    assert known.expected_purchases(before, "39W").sum() == pytest.approx(1665.688, abs=1e-3)


def test_without_churn_far_too_much_is_foreseen(measured):
    assert measured.loc["nbd", "predicted_total"] == pytest.approx(2929.8204, abs=0.01)
    assert measured.loc["nbd", "mae"] == pytest.approx(1.04102, abs=1e-5)


def test_mean_absolute_error_would_choose_wrongly(test, measured):
    errors = {
        "everyone nothing": measured.loc["nobody", "mae"],
        "BG/NBD": measured.loc["bgnbd", "mae"],
        "half of BG/NBD": (test["bgnbd"] / 2 - test["actual"]).abs().mean(),
    }
    known = {"everyone nothing": 0.798, "BG/NBD": 0.785, "half of BG/NBD": 0.741}
    assert errors == pytest.approx(known, abs=1e-3)
    assert measured.loc["nobody", "bias"] == -1


def test_intervals_hold_the_share_that_the_models_expect_of_them(measured):
    models = measured.loc[[*holdout.MODELS]]
    assert models["coverage"].to_numpy() == pytest.approx(models["interval_mass"], abs=0.02)
    assert models["pit_central"].between(0.88, 0.92).all()


def test_baselines_without_probabilities_have_no_scores_of_them(measured):
    rules = measured.loc[["nobody", "average", "own_rate", "last_period", "lookup"]]
    assert (
        rules[["log_score", "rps", "coverage", "interval_mass", "pit_central"]]
        .isna()
        .all(axis=None)
    )
    assert rules[["rmse", "mae", "bias", "gini", "top_decile_purchases"]].notna().all(axis=None)
    assert measured.loc["nbd"].notna().all()


def test_the_top_tenth_by_any_model_buys_and_spends_far_more_than_a_tenth(measured):
    shares = measured.loc[[*holdout.MODELS], ["top_decile_purchases", "top_decile_spend"]]
    assert ((shares > 0.45) & (shares < 0.5)).all(axis=None)
    assert measured.loc["nobody", "top_decile_spend"] == pytest.approx(0.1)


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


def test_by_how_much_each_baseline_is_beaten_is_said_the_hardest_first():
    measured = pd.DataFrame(
        {"rmse": [1.0, 2.0, 0.8], "log_score": [-0.9, -1.0, math.nan]},
        index=pd.Index(["mbgnbd", "nbd", "own_rate"], name="model"),
    )
    table = holdout.over_baselines(measured, "mbgnbd")
    assert table.index.tolist() == ["own_rate", "nbd"]
    assert table["beaten"].tolist() == [False, True]
    assert table["squared_error_saved"].tolist() == pytest.approx([-0.5625, 0.75])
    assert table["log_loss_saved"].tolist() == pytest.approx([math.nan, 0.1], nan_ok=True)


def test_on_cdnow_every_model_saves_a_quarter_of_the_best_rules_squared_error(measured):
    for model in holdout.MODELS:
        table = holdout.over_baselines(measured, model)
        assert table.index[0] == "lookup"
        assert 0.23 < table["squared_error_saved"].iloc[0] < 0.24
        assert table.loc["nbd", "log_loss_saved"] == pytest.approx(0.075, abs=0.005)


@pytest.mark.parametrize("holdout_end", ["1997-09-30", "1997-06-30", "1998-07-01"])
def test_a_holdout_begins_after_the_calibration_and_ends_within_the_data(log, holdout_end):
    sentence = "`holdout_end` must be a day after 1997-09-30, .* at most 1998-06-30"
    with pytest.raises(BadParameter, match=sentence):
        clv.backtest(log, "1997-09-30", holdout_end)


def test_a_model_that_cannot_be_fitted_takes_no_part(log):
    test = clv.backtest(log, "1997-03-01", "1997-06-30")  # BG/NBD finds nobody who has left yet
    assert "mbgnbd" in test
    assert not {"bgnbd", "log_score_bgnbd"} & set(test)
    assert "bgnbd" not in holdout.measures(test).index
    assert {"mbgnbd", *holdout.BASELINES} <= set(holdout.measures(test).index)


def test_where_no_model_can_be_fitted_the_refusal_says_why():
    alike = pd.DataFrame({"frequency": 3, "recency": 30.0, "T": 39.0}, index=range(60))
    alike.attrs["unit"] = "W"
    with pytest.raises(DidNotConverge, match="Take a longer history"):
        holdout.fit_each(alike)


def test_what_everything_costs_does_not_matter_to_a_forecast_of_purchases(log, test):
    purchases = log.table.to_pyarrow().to_pandas().assign(amount=9.99)
    one_price = clv.backtest(clv.load(purchases), "1997-09-30", "1998-06-30")
    assert one_price["mbgnbd"].tolist() == test["mbgnbd"].tolist()
