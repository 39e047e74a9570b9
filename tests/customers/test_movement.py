import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clv
from clv.customers.movement import CAUSES, revenue_movement

START = pd.Timestamp("2023-01-01")


def bought(rows, as_of=None):
    """A log of (customer, day number, amount)."""
    names, days, amounts = zip(*rows, strict=True)
    dates = [START + pd.Timedelta(days=day) for day in days]
    frame = pd.DataFrame({"customer_id": list(names), "date": dates, "amount": list(amounts)})
    return clv.load(frame, as_of=as_of)


purchases = st.tuples(
    st.sampled_from("abcdef"), st.integers(0, 400), st.integers(1, 10**6).map(lambda n: n / 100)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(purchases, min_size=1, max_size=30), st.integers(1, 200))
def test_the_causes_add_up_to_the_difference_exactly(rows, days):
    moved = revenue_movement(bought(rows), days=days)
    difference = moved.attrs["after"] - moved.attrs["before"]
    assert moved["amount"].sum() == pytest.approx(difference, abs=1e-6)
    assert list(moved.index) == list(CAUSES)


@pytest.fixture
def moved():
    """Ten days against ten: one customer for each cause, and one who buys in both."""
    log = bought(
        [
            ("old", 0, 5.0),
            ("old", 98, 7.0),  # back after a pause
            ("gone", 85, 11.0),  # bought before, missing now
            ("new", 99, 13.0),
            ("regular", 81, 10.0),
            ("regular", 95, 20.0),
            ("regular", 97, 20.0),
            ("dearer", 82, 10.0),
            ("dearer", 96, 16.0),
        ],
    )
    return revenue_movement(log, days=10, as_of=(START + pd.Timedelta(days=99)).date())


def test_each_customer_moves_revenue_for_one_cause_unless_a_regular(moved):
    assert moved["amount"].to_dict() == {
        "first_time_buyers": 13.0,
        "returning_buyers": 7.0,
        "missing_buyers": -11.0,
        "visits_of_regulars": 15.0,  # one day more, at the mean of 10 and 20
        "spend_of_regulars": 21.0,  # 10 more a day at the mean of 1 and 2 days, and 6 more once
    }
    assert moved["customers"].tolist() == [1, 1, 1, 2, 2]


def test_the_periods_touch_and_say_where_they_begin_and_end(moved):
    assert (moved.attrs["before"], moved.attrs["after"]) == (31.0, 76.0)
    assert [moved.attrs[name] for name in ("start", "middle", "end", "days")] == [
        "2023-03-21", "2023-03-31", "2023-04-10", 10,
    ]  # fmt: skip


def test_a_short_history_is_cut_in_halves():
    moved = revenue_movement(bought([("a", 0, 1.0), ("a", 9, 3.0)]), days=90)
    assert moved.attrs["days"] == 5
    assert (moved.attrs["before"], moved.attrs["after"]) == (1.0, 3.0)


def test_the_same_days_a_year_earlier_tell_the_season():
    log = bought([("a", 0, 1.0), ("a", 30, 8.0), ("a", 30 + 364, 9.0)])
    assert revenue_movement(log, days=10).attrs["year_before"] == 8.0
    assert pd.isna(revenue_movement(log, days=100).attrs["year_before"])


def test_cdnow_wins_nobody_new_in_its_last_ninety_days():
    moved = revenue_movement(clv.load("cdnow-sample"))
    assert moved.loc["first_time_buyers"].tolist() == [0.0, 0.0]
    assert moved.attrs["end"] == "1998-06-30"
