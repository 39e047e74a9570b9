from datetime import date

import pandas as pd
import pytest

import clv
from clv.customers import baselines

SPLIT, END = date(1997, 12, 31), date(1998, 3, 31)


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def before(log):
    return clv.customer_summary(log, SPLIT)


@pytest.fixture(scope="module")
def told(log, before):
    return baselines.forecasts(log, before, END)


def test_each_baseline_is_told_or_is_the_model_without_churn(told):
    assert {*told} | {"nbd"} == {*baselines.BASELINES}


def test_nobody_buys_and_the_average_is_everybodys(told, before):
    weeks = (END - SPLIT).days / 7
    assert (told["nobody"] == 0).all()
    pace = before["frequency"].sum() / before["T"].sum()
    assert told["average"].tolist() == pytest.approx([weeks * pace] * len(before))


def test_a_pace_of_ones_own_goes_on(told, before):
    weeks = (END - SPLIT).days / 7
    expected = before["frequency"] / before["T"] * weeks
    assert told["own_rate"].tolist() == pytest.approx(expected.tolist())


def test_the_last_period_is_as_long_as_the_next(log, told, before):
    days = log.purchase_days(SPLIT).sort_values("date")
    repeats = days[days.duplicated("customer_id")]
    late = repeats[repeats["date"] > pd.Timestamp(SPLIT - (END - SPLIT))]
    counted = late.groupby("customer_id").size().reindex(before.index, fill_value=0)
    assert told["last_period"].tolist() == counted.tolist()


def test_the_table_says_what_the_same_kind_of_customer_bought_before(log, told, before):
    earlier = clv.customer_summary(log, SPLIT - (END - SPLIT))
    bought = before["frequency"] - earlier["frequency"]
    never = (earlier["frequency"] == 0) & (earlier["T"] < earlier["T"].quantile(0.1))
    now = (before["frequency"] == 0) & (before["T"] == before["T"].max())
    assert told["lookup"][now].nunique() == 1
    assert 0 < told["lookup"][now].iloc[0] < bought[never].mean() * 2
    assert told["lookup"].nunique() <= 6 * 5
    assert told["lookup"].corr(before["frequency"], method="pearson") > 0.5


def test_no_baseline_looks_ahead(log, told, before):
    rows = log.table.to_pyarrow().to_pandas()
    seen = rows[pd.to_datetime(rows["date"]) <= pd.Timestamp(SPLIT)]
    known = clv.load(seen, as_of=SPLIT, zero_amounts="purchase")
    for name, forecast in baselines.forecasts(known, before, END).items():
        pd.testing.assert_series_equal(forecast, told[name])


def test_a_calibration_too_short_for_the_table_is_halved_and_taken_in_proportion(log):
    before = clv.customer_summary(log, "1997-09-30")
    long, twice = (
        baselines.forecasts(log, before, end)["lookup"]
        for end in (date(1998, 4, 1), date(1998, 6, 30))
    )
    ratio = (date(1998, 6, 30) - date(1997, 9, 30)) / (date(1998, 4, 1) - date(1997, 9, 30))
    assert twice.tolist() == pytest.approx((long * ratio).tolist())


def test_where_nobody_had_bought_before_nothing_is_learned(log):
    before = clv.customer_summary(log, "1997-01-02")
    told = baselines.forecasts(log, before, date(1997, 2, 1))
    assert (told["lookup"] == 0).all()
    assert (told["last_period"] == 0).all()


def test_without_churn_everybody_goes_on_for_ever(before):
    model = baselines.NoChurnModel.fit(before)
    year, two = (model.expected_purchases(before, horizon) for horizon in ("1Y", "2Y"))
    assert two.tolist() == pytest.approx((2 * year).tolist())
