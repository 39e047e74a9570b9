from datetime import date

import clv
from clv.tables import days


def test_days_hold_what_was_bought_and_known_by_then(csv):
    rows = ("a,2024-01-01,5,", "a,2024-01-01,7,2024-03-01", "a,2024-02-01,9,")
    log = clv.load(csv(*rows, header="customer_id,date,amount,known_at"))

    def amounts(day):
        found = days.until(log.table, day).order_by("date").to_pyarrow()
        return [float(amount) for amount in found["amount"].to_pylist()]

    assert amounts(date(2024, 1, 31)) == [5]
    assert amounts(date(2024, 2, 29)) == [5, 9]
    assert amounts(date(2024, 3, 1)) == [12, 9]


def test_refunds_given_by_then_are_netted(csv):
    log = clv.load(csv("a,2024-01-01,5", "a,2024-01-09,8", "a,2024-02-01,-8"))
    for day, n_days in ((date(2024, 1, 31), 2), (date(2024, 2, 1), 1)):
        assert days.until(log.table, day).count().to_pyarrow().as_py() == n_days


def test_purchases_are_kept_by_customer_and_day_where_that_loses_nothing(csv):
    plain = clv.load(csv("a,2024-01-01,5", "a,2024-01-01,0.1", "b,2024-01-09,8"))
    assert plain.kept.count().to_pyarrow().as_py() == 2
    assert plain.rows["accepted"] == 3
    refunded = clv.load(csv("a,2024-01-01,5", "a,2024-01-01,7", "a,2024-01-09,-5"))
    assert refunded.kept.count().to_pyarrow().as_py() == 3


def test_parts_of_a_large_log_add_up_to_the_whole(csv, monkeypatch):
    lines = [f"{n % 7},2024-01-{n % 28 + 1:02},{n / 10 + 0.1:.1f}" for n in range(300)]
    whole = clv.load(csv(*lines)).purchase_days()
    monkeypatch.setattr(days, "ROWS_AT_A_TIME", 40)
    parts = clv.load(csv(*lines))
    assert parts.purchase_days().equals(whole)
    monkeypatch.setattr(days, "MOST_PARTS", 1)
    assert clv.load(csv(*lines)).purchase_days().equals(whole)


def test_the_history_of_the_last_day_is_counted_once(csv):
    log = clv.load(csv("a,2024-01-01,5", "a,2024-01-03,5", "b,2024-01-09,8"))
    assert log.histories() is log.whole
    assert log.histories("2024-01-08").count().to_pyarrow().as_py() == 1
    assert clv.load(csv("a,2024-01-01,5", "a,2024-01-03,-1")).whole is None
