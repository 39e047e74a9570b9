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
