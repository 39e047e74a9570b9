"""A published total is held against what the customers of its day have brought since."""

from datetime import date

import pandas as pd
import pytest

import clv
from clv.customers import kept_forecasts
from clv.customers.aftermath import aftermath
from clv.customers.kept_forecasts import came, held, published

SAID = {
    "made_on": "2024-01-31",
    "until": "2024-03-31",
    "expected": 100.0,
    "low": 80.0,
    "high": 120.0,
    "currency": "EUR",
    "annual_discount_rate": 0.0,
    "margin": None,
}


def log(*rows, **how):
    """Purchases of (customer, day, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return clv.load(frame.assign(date=pd.to_datetime(frame["date"])), **how)


ROWS = [
    ("known", "2024-01-05", 10.0),
    ("known", "2024-02-10", 60.0),
    ("known", "2024-03-31", 30.0),
    ("new", "2024-02-01", 500.0),  # nobody had promised anything of them
    ("known", "2024-04-01", 7.0),  # after the horizon
]


def test_only_what_the_customers_of_the_day_brought_within_the_horizon_counts():
    (row,) = held([SAID], log(*ROWS)).to_dict("records")
    assert (row["came"], row["over"], row["inside"]) == (90.0, True, True)
    assert row["missed"] == pytest.approx(100 / 90 - 1)
    assert row["through"] == pd.Timestamp("2024-03-31")


@pytest.mark.parametrize(("low", "inside"), [(80.0, True), (95.0, False)])
def test_it_held_where_what_came_lies_within_the_interval(low, inside):
    assert held([SAID | {"low": low}], log(*ROWS))["inside"].tolist() == [inside]


def test_before_the_end_it_is_told_so_far_and_not_judged():
    (row,) = held([SAID], log(*ROWS, as_of="2024-02-29")).to_dict("records")
    assert (row["came"], row["over"]) == (60.0, False)
    assert pd.isna(row["inside"])
    assert pd.isna(row["missed"])
    assert row["through"] == pd.Timestamp("2024-02-29")


def test_a_total_without_an_interval_is_not_judged():
    (row,) = held([SAID | {"low": None, "high": None}], log(*ROWS)).to_dict("records")
    assert row["over"]
    assert pd.isna(row["inside"])


def test_what_came_is_discounted_as_the_total_was():
    undiscounted = came(log(*ROWS), "2024-01-31", "2024-03-31")
    discounted = came(log(*ROWS), "2024-01-31", "2024-03-31", annual_discount_rate=0.5)
    days = {60.0: 10, 30.0: 60}
    assert undiscounted == 90.0
    assert discounted == pytest.approx(sum(a * 1.5 ** (-d / 365.25) for a, d in days.items()))


def test_what_came_is_kept_as_the_margin_says():
    assert came(log(*ROWS), "2024-01-31", "2024-03-31", margin=0.3) == pytest.approx(27.0)
    frame = pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"])
    frame = frame.assign(date=pd.to_datetime(frame["date"]), kept=[0.1, 0.5, 0.2, 0.1, 0.1])
    own = clv.load(frame, margin="kept")
    assert came(own, "2024-01-31", "2024-03-31", margin="kept") == pytest.approx(30 + 6)


def test_a_refund_of_an_earlier_purchase_takes_from_what_came():
    refunded = log(*ROWS, ("known", "2024-02-20", -10.0))
    assert came(refunded, "2024-01-31", "2024-03-31") == pytest.approx(80.0)


def test_data_corrected_since_tell_it_anew():
    corrected = [row if row[1] != "2024-02-10" else ("known", "2024-02-10", 70.0) for row in ROWS]
    assert came(log(*corrected), "2024-01-31", "2024-03-31") == 100.0


def test_money_restated_is_told_in_that_of_the_forecast():
    assert held([SAID | {"restated": 1.5}], log(*ROWS))["came"].tolist() == [60.0]


def test_where_the_data_no_longer_reach_back_nothing_is_known():
    (row,) = held([SAID | {"made_on": "2019-01-31"}], log(*ROWS)).to_dict("records")
    assert pd.isna(row["came"])
    assert pd.isna(row["inside"])


def test_on_real_purchases_it_is_what_a_holdout_counts():
    sample = clv.load("cdnow-sample")
    before = clv.customer_summary(sample, "1997-09-30")
    counted = aftermath(sample, before, date(1998, 6, 30))["spend"].sum()
    assert came(sample, "1997-09-30", "1998-06-30") == pytest.approx(counted)


def test_the_earliest_stands_first_and_the_table_is_handed_over(tmp_path):
    later = SAID | {"made_on": "2024-02-15", "until": "2024-12-31", "currency": None}
    found = held([later, SAID], log(*ROWS))
    assert found["made_on"].is_monotonic_increasing
    kept_forecasts.save(found, tmp_path / "results")
    pd.testing.assert_frame_equal(published(str(tmp_path / "results")), found)
    assert published("").empty
    assert published(str(tmp_path)).dtypes.equals(found.dtypes)
