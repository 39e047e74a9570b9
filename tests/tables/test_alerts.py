import numpy as np
import pandas as pd
import pytest

import clv
from clv.tables import alerts as checks


def daily(**changes):
    days = pd.date_range("2024-01-01", "2024-06-30")
    return pd.DataFrame({"customer_id": "a", "date": days, "amount": 20.0}).assign(**changes)


def alerts(frame, **options):
    return {message.code: message.text for message in clv.load(frame, **options).messages}


def test_a_steady_trade_alarms_nobody():
    assert alerts(daily()) == {}


@pytest.mark.parametrize("sample", ["cdnow", "cdnow-sample"])
def test_cdnow_is_in_order(sample):
    assert clv.load(sample).messages == ()


def test_a_stale_end_is_told():
    assert "days before as_of 2024-12-31" in alerts(daily(), as_of="2024-12-31")["stale"]


def test_a_daily_trade_that_falls_silent_is_told_within_two_weeks():
    assert "10 days before as_of 2024-07-10" in alerts(daily(), as_of="2024-07-10")["stale"]
    assert alerts(daily(), as_of="2024-07-07") == {}
    assert alerts(daily().iloc[::5], as_of="2024-07-12") == {}  # five days are nothing new here


def test_a_few_days_do_not_say_how_long_a_silence_is_usual():
    assert alerts(daily().iloc[:5], as_of="2024-02-04") == {}


def test_a_month_without_rows_is_told():
    frame = daily()
    assert "2024-03" in alerts(frame[frame["date"].dt.month != 3])["empty-months"]


def test_of_many_months_without_rows_the_first_are_named():
    years = [daily().assign(date=daily()["date"] + pd.DateOffset(years=n)) for n in (0, 2)]
    text = alerts(pd.concat(years))["empty-months"]
    assert "no rows in 2024-07, 2024-08, 2024-09, 2024-10, 2024-11, 2024-12 and 12 more:" in text


def test_days_that_stand_alone_are_told_and_hide_nothing_else():
    frame = daily()
    frame = frame[frame["date"].dt.month != 3]
    frame.loc[frame["date"].dt.month >= 5, "amount"] *= 100
    frame.loc[frame.index[0], "date"] = pd.Timestamp("1980-01-01")
    told = alerts(frame, as_of="2024-12-31")
    assert set(told) == {"isolated-days", "empty-months", "amount-jump", "stale"}
    assert "no rows in 2024-03:" in told["empty-months"]
    frame.loc[frame.index[0], "date"] = pd.Timestamp("2025-10-05")
    told = alerts(frame, as_of="2025-10-06")
    assert set(told) == {"isolated-days", "empty-months", "amount-jump", "stale"}
    assert "newest purchase is of 2024-06-30" in told["stale"]


def test_a_few_rows_a_month_leave_gaps_by_chance():
    assert alerts(daily().iloc[[0, 100, 181]]) == {}


def test_cents_for_dollars_are_told():
    frame = daily()
    frame.loc[frame["date"].dt.month >= 5, "amount"] *= 100
    assert "2024-05" in alerts(frame)["amount-jump"]


def test_one_huge_amount_is_told():
    frame = daily()
    frame.loc[7, "amount"] = 99_999_999.0
    assert "99,999,999.00" in alerts(frame)["amount-outlier"]


def test_amounts_over_many_orders_of_magnitude_are_told():
    amounts = np.where(np.arange(len(daily())) % 4, 20.0, 100_000.0)
    assert "extremely skewed" in alerts(daily(amount=amounts))["amount-skew"]
    steady = 10 ** np.random.default_rng(1).normal(2, 0.5, len(daily()))
    assert alerts(daily(amount=steady)) == {}


def test_refunds_are_not_among_the_amounts_that_are_compared():
    frame = daily()
    frame.loc[frame["date"].dt.month == 4, "amount"] = 21.0
    back = frame[frame["date"].dt.month == 4].assign(amount=-1_000.0)
    assert set(alerts(pd.concat([frame, back, back]))) == {"refunds-netted"}


def test_what_is_told_does_not_depend_on_the_rows_that_are_guessed_from(monkeypatch):
    frame = daily()
    frame["amount"] = np.where(frame["date"] < "2024-05-01", 20.0, 2000.0) * np.linspace(1, 2, 182)
    told = alerts(frame)
    assert "2024-05" in told["amount-jump"]
    monkeypatch.setattr(checks, "SOME", 1)
    assert alerts(frame) == alerts(frame[::-1]) == told
    with monkeypatch.context() as exact:  # no median is taken for usual unseen
        exact.setattr(checks, "_usual", lambda rows: np.zeros(np.shape(rows["rows"]), dtype=bool))
        assert alerts(frame) == told
        assert alerts(daily()) == {}
