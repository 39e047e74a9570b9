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
