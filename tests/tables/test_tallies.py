"""Purchases are counted in the engine as they would be by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import clv
from clv.tables import tallies

ROWS = [
    ("a", "2024-01-05", 10.0, 0.5),
    ("a", "2024-01-20", 30.0, 0.2),
    ("b", "2024-01-20", 30.0, 0.1),
    ("b", "2024-01-28", 8.0, 0.1),
    ("a", "2024-01-29", -10.0, 0.5),
]


@pytest.fixture(scope="module")
def log():
    frame = pd.DataFrame(ROWS, columns=["customer_id", "date", "amount", "kept"])
    return clv.load(frame.assign(date=pd.to_datetime(frame["date"])), margin="kept")


def by_day(table) -> dict[str, float]:
    return dict(zip(table["date"].dt.strftime("%d"), table["money"], strict=True))


def test_money_is_that_of_each_day_with_refunds_netted(log):
    until = tallies.money_by_day(log, "2024-01-28")
    assert by_day(until) == {"05": 10.0, "20": 60.0, "28": 8.0}
    assert sum(by_day(tallies.money_by_day(log, "2024-01-29")).values()) == pytest.approx(68.0)


def test_money_is_that_of_customers_known_by_a_day_or_what_is_kept_of_it(log):
    assert by_day(tallies.money_by_day(log, "2024-01-28", known_on="2024-01-10")) == {
        "05": 10.0,
        "20": 30.0,
    }
    kept = by_day(tallies.money_by_day(log, "2024-01-28", by_margin=True))
    assert kept == pytest.approx({"05": 5.0, "20": 9.0, "28": 0.8})


def test_rows_are_counted_by_the_weeks_before_a_day_without_refunds(log):
    weeks = tallies.rows_by_week(log, date(2024, 1, 29), 4)
    assert weeks.tolist() == [1.0, 2.0, 0.0, 1.0]


def test_amounts_are_counted_in_steps_of_a_percent(log):
    counted = tallies.amounts(log, date(2024, 1, 5), date(2024, 1, 29))
    assert counted.tolist() == [1, 2]
    assert np.allclose(counted.index, [8.0, 30.0], rtol=0.01)


def test_silences_are_days_from_the_last_purchase_to_the_end(log):
    counted = tallies.silences(log, date(2024, 1, 10), date(2024, 1, 31))
    assert counted.to_dict() == {3.0: 1, 11.0: 1}
    assert tallies.first_day(log) == date(2024, 1, 5)
