from datetime import date

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import rolling, track_record
from clv.customers.hindsight import last_forecast


def origins(came, days=None):
    """Forecasts of 100, which their models held to lie between 90 and 110, and what came."""
    came = np.asarray(came, dtype=float)
    made_on = pd.date_range("1997-04-07", periods=len(came), freq="7D")
    return pd.DataFrame(
        {
            "made_on": made_on,
            "until": made_on + pd.Timedelta(days=365),
            "customers": 50,
            "forecast": 100.0,
            "low": 90.0,
            "high": 110.0,
            "came": came,
            "error": np.log(came / 100),
            "inside": (came >= 90) & (came <= 110),
            "purchases_forecast": 20.0,
            "purchases_came": 30,
        }
    )


def test_a_forecast_is_widened_by_what_the_others_missed_and_not_by_itself():
    table = track_record.held(origins([105] * 7 + [300]))
    assert table["inside"].tolist() == [True] * 7 + [False]
    assert table["inside_widened"].tolist() == [True] * 7 + [False]  # nobody vouches for itself
    own = rolling.widened(rolling.Total(100, 90, 110), table["error"])
    assert own.high > 200
    assert table["widened_high"].iloc[-1] < 120


def test_a_miss_like_that_of_the_others_lies_within_the_wider_bounds():
    table = track_record.held(origins([130] * 8))
    assert not table["inside"].any()
    assert table["inside_widened"].all()
    assert table["missed"].to_numpy() == pytest.approx(100 / 130 - 1)


def test_too_few_others_widen_nothing():
    table = track_record.held(origins([130] * 6))
    assert (table["widened_high"] == table["high"]).all()
    assert not table["inside_widened"].any()
    assert track_record.held(origins([])).empty


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def model(log):
    return clv.ModifiedBetaGeoModel.fit(clv.customer_summary(log))


def test_the_latest_of_the_forecasts_is_the_last(log, model):
    told = track_record.latest(origins([100, 125]), log, model)
    assert (told.made_on, told.until) == (date(1997, 4, 14), date(1998, 4, 14))
    assert told.missed == pytest.approx(-0.2)
    assert not told.inside


def test_where_none_reaches_as_far_the_history_is_halved(log, model):
    told = track_record.latest(origins([]), log, model, horizon="2Y")
    assert told == last_forecast(log, "mbgnbd", horizon="2Y")
    assert told.made_on == date(1997, 9, 30)
