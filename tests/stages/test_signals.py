import numpy as np
import pandas as pd

from clv.stages import signals


def test_purchases_on_the_day_itself_are_visible_and_later_ones_are_not(bought, on):
    days = bought(a=[20, 0, 21])
    assert signals.visible(days, on(20))["date"].dt.date.tolist() == [on(0), on(20)]


def test_a_silence_ends_with_the_next_purchase_or_is_still_going_on(bought, on):
    gaps = signals.gaps(bought(a=[0, 10, 40], b=[5]), on(60))
    assert gaps.to_numpy().tolist() == [
        ["a", 1, 10, True],
        ["a", 2, 30, True],
        ["a", 3, 20, False],
        ["b", 1, 55, False],
    ]


def test_the_window_holds_its_last_day_and_not_the_day_before_its_first(bought, on):
    days = bought(a={0: 1.0, 1: 2.0, 10: 4.0}, b={0: 1.0})
    recent = signals.in_window(days, on(10), window_days=10)
    assert recent.reset_index().to_numpy().tolist() == [["a", 2, 6.0]]


def test_each_purchase_sees_the_window_that_ends_with_it(sample_days, on):
    window, last = 90, sample_days["date"].max().date()
    all_at_once = signals.at_each_purchase(sample_days, last, window)
    some = all_at_once.assign(date=sample_days["date"]).sample(12, random_state=1)
    for row in some.itertuples():
        recent = signals.in_window(sample_days, row.date.date(), window).loc[row.customer_id]
        assert recent.tolist() == [row.days_in_window, row.money_in_window]


def test_an_enormous_purchase_long_ago_leaves_the_cents_of_a_later_window_alone(bought, on):
    days = bought(a={0: 9e9, 500: 33.4, 510: 33.4, 520: 33.4})
    each = signals.at_each_purchase(days, on(520), window_days=90)
    assert each["money_in_window"].tolist() == [9e9, 33.4, 66.8, 100.2]


def test_no_purchase_yet_is_no_row(bought, on):
    assert signals.at_each_purchase(bought(a=[5]), on(4), window_days=90).empty


def test_signals_are_what_plain_counting_gives(bought, on):
    days = bought(a={0: 5.0, 30: 7.0, 100: 9.0}, b={60: 3.0})
    found = signals.signals(days, on(110), window_days=90)
    expected = pd.DataFrame(
        {
            "purchase_days": [3, 1],
            "since_last": [10, 50],
            "tenure": [110, 50],
            "second_after": [30.0, np.nan],
            "ended_gap": [70.0, np.nan],
            "days_in_window": [2, 1],
            "money_in_window": [16.0, 3.0],
        },
        index=pd.Index(["a", "b"], name="customer_id"),
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_a_customer_without_a_purchase_in_the_window_has_zero_there(bought, on):
    found = signals.signals(bought(a=[0]), on(50), window_days=10)
    assert found[["days_in_window", "money_in_window"]].to_numpy().tolist() == [[0, 0]]
