from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import rolling
from clv.customers.hindsight import Hindsight, hindsight
from clv.customers.rolling import origins, rolling_origins, widened
from clv.customers.totals import Total

TOTAL = Total(100.0, low=90.0, high=115.0)


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def year(log):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolling, "MOST", 6)
        return rolling_origins(log, "mbgnbd", horizon="12M")


def test_cdnow_has_origins_for_a_year_from_april_to_june(year):
    assert len(year) == 6
    assert year["made_on"].min().month == 4
    assert str(year["made_on"].max().date()) == "1997-06-30"
    assert (year["until"] <= pd.Timestamp("1998-06-30")).all()


def test_every_row_is_a_forecast_made_on_its_day(log, year):
    row = year.iloc[-1]
    told = hindsight(log, "mbgnbd", row["made_on"], row["until"])
    assert row["forecast"] == pytest.approx(told.revenue.expected)
    assert row["came"] == told.revenue_came
    assert row["error"] == pytest.approx(np.log(row["came"] / row["forecast"]))
    assert row["inside"] == (row["low"] <= row["came"] <= row["high"])
    assert row["purchases_forecast"] == pytest.approx(told.purchases.expected)
    assert row["purchases_came"] == told.purchases_came
    assert row["customers"] == told.customers


def test_nothing_that_came_later_is_looked_at(log, monkeypatch):
    monkeypatch.setattr(rolling, "MOST", 3)
    terms = {"horizon": "8W", "as_of": "1997-07-31"}
    seen = log.purchase_days("1997-07-31")
    then = clv.load(seen, zero_amounts="purchase", as_of="1997-07-31")
    now, then = rolling_origins(log, "mbgnbd", **terms), rolling_origins(then, "mbgnbd", **terms)
    pd.testing.assert_frame_equal(now, then)


def test_a_short_history_has_no_origins_but_the_columns(log):
    none = rolling_origins(log, "mbgnbd", horizon="12M", as_of="1997-12-31")
    assert none.empty
    assert list(none.columns) == list(rolling.COLUMNS)
    assert widened(TOTAL, none["error"]) == TOTAL


def test_origins_lie_whole_weeks_apart_and_evenly():
    days = origins(date(2023, 1, 1), date(2024, 1, 1))
    gaps = np.diff(pd.to_datetime(days).to_numpy()) / np.timedelta64(1, "W")
    assert (len(days), days[-1]) == (12, date(2024, 1, 1))
    assert set(gaps) <= {4.0, 5.0}
    assert origins(date(2024, 1, 2), date(2024, 1, 1)) == []


def test_a_shop_that_could_not_be_fitted_when_young_is_looked_at_more_closely_later(
    log, monkeypatch
):
    def told(transactions, model, made_on, until, **terms):
        if made_on < date(1998, 2, 1):
            raise rolling.TooLittleToModel("too young")
        return Hindsight(made_on, until, 9, TOTAL, 100, TOTAL, 110.0)

    monkeypatch.setattr(rolling, "hindsight", told)
    found = rolling_origins(log, "mbgnbd", horizon="8W")
    assert len(found) >= rolling.ENOUGH
    assert found["made_on"].min() >= pd.Timestamp("1998-02-01")


def test_more_refunded_than_sold_is_nothing_that_came(log, monkeypatch):
    def told(transactions, model, made_on, until, **terms):
        return Hindsight(made_on, until, 9, TOTAL, 100, TOTAL, -25.0)

    monkeypatch.setattr(rolling, "hindsight", told)
    found = rolling_origins(log, "mbgnbd", horizon="8W")
    assert (found["error"] == -np.inf).all()
    assert (found["came"] == -25).all()
    assert not found["inside"].any()
    assert widened(TOTAL, found["error"]).low == 0


def test_fewer_than_six_errors_widen_nothing():
    assert widened(TOTAL, [0.3] * 5) == TOTAL
    assert widened(TOTAL, [0.3] * 6) != TOTAL


def test_the_half_width_is_that_of_models_and_misses_together():
    # Student's quantile for 90 % and 6 degrees of freedom is 1.943.
    wide = widened(TOTAL, [0.1, -0.1] * 3)
    assert np.log(wide.high / 100) == pytest.approx(np.hypot(np.log(1.15), 0.1943), rel=1e-4)
    assert np.log(100 / wide.low) == pytest.approx(np.hypot(np.log(100 / 90), 0.1943), rel=1e-4)


@pytest.mark.parametrize(("weeks", "held"), [(78, 0.73), (104, 0.80), (156, 0.85), (400, 0.88)])
def test_overlapping_forecasts_of_a_short_history_promise_too_much(weeks, held):
    """The share of outcomes that 90 % bounds hold where weekly shocks are independent."""
    rng, first = np.random.default_rng(1), date(2020, 1, 6)
    year, history = 365, timedelta(weeks=weeks)
    days = origins(first + timedelta(year) / 4, first + history - timedelta(year))
    starts = np.array([(day - first).days for day in days])
    inside = np.zeros(1500, dtype=bool)
    for trial in range(len(inside)):
        shocks = np.repeat(rng.normal(scale=0.002, size=weeks + year // 7 + 1), 7)
        so_far = np.concatenate([[0.0], np.cumsum(shocks)])
        errors = so_far[starts + year] - so_far[starts]
        came = np.exp(so_far[history.days + year] - so_far[history.days])
        wide = widened(Total(1.0, 1.0, 1.0), errors)
        inside[trial] = wide.low <= came <= wide.high
    assert inside.mean() == pytest.approx(held, abs=0.03)


def test_a_total_is_never_narrowed_and_its_bounds_stay_positive():
    for errors in ([0.0] * 6, [0.01] * 12, [2.0, -3.0] * 6):
        wide = widened(TOTAL, errors)
        assert 0 < wide.low <= 90
        assert wide.high >= 115


def test_a_wider_interval_allows_for_larger_misses():
    assert widened(TOTAL, [0.2] * 6, interval=0.99).high > widened(TOTAL, [0.2] * 6).high


def test_where_nothing_came_before_nothing_may_come_again():
    some, none = [0.1] * 5, [-np.inf]
    wide = widened(TOTAL, some + none)
    assert wide.low == 0
    assert np.isfinite(wide.high)
    nothing_ever = widened(TOTAL, none * 6)
    assert (nothing_ever.low, nothing_ever.high) == (0, 115)


def test_a_total_without_a_lower_bound_keeps_none():
    wide = widened(Total(10.0, low=0.0, high=12.0), [0.1] * 6)
    assert wide.low == 0
    assert wide.high > 12


def test_a_total_of_nothing_stays_nothing():
    assert widened(Total(0.0, 0.0, 0.0), [0.1] * 6) == Total(0.0, 0.0, 0.0)
