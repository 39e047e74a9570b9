"""What is settled once against what is settled anew on each day."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from clv.tables import engine, refunds, settling

START = date(2024, 1, 1)


@pytest.fixture(scope="module")
def con():
    return engine.connect()


def marked(con, rows):
    """Rows of customer, day, amount, order as cleaning leaves them."""
    names = ("customer_id", "date", "amount", "order_id")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["date"] = [START + timedelta(int(day)) for day in columns["date"]]
    columns["amount"] = [float(amount) for amount in columns["amount"]]
    return refunds.mark(engine.of_arrow(con, "rows", pa.table(columns)))


def histories(customers):
    """Short, tangled histories in which amounts and orders often meet."""
    rng = np.random.default_rng(6)
    size = 9 * customers
    return [
        (f"c{customer}", day, amount, order)
        for customer, day, amount, order in zip(
            rng.integers(0, customers, size),
            rng.integers(0, 9, size),
            rng.choice([10, 20, 30, 40, -10, -20, -25, -60], size).tolist(),
            rng.choice(["", "1", "2"], size).tolist(),
            strict=True,
        )
    ]


def frame(days):
    return days.order_by("customer_id", "date").to_pyarrow().to_pylist()


def test_what_stands_on_a_day_is_what_the_rows_until_then_settle(con):
    rows = histories(customers=300)
    settled = engine.stored(con, "settled", settling.settled(marked(con, rows)))
    for day in (1, 4, 8):
        seen = marked(con, [row for row in rows if row[1] <= day])
        there = frame(refunds.on_day(settled, START + timedelta(day)))
        assert there
        assert there == frame(refunds.netted(seen))


def stands(con, *rows):
    """Amount, first and last day (None: for good) of all that stands of one customer."""
    found = settling.settled(marked(con, [("a", *row) for row in rows])).to_pyarrow().to_pylist()
    return sorted(
        (
            float(row["amount"]),
            (row["since"] - START).days,
            None if row["until"] == settling.NEVER else (row["until"] - START).days,
        )
        for row in found
    )


def test_a_purchase_stands_until_the_day_of_the_refund_that_cancels_it(con):
    assert stands(con, (0, 50, ""), (5, -50, ""), (6, 20, "")) == [(20, 6, None), (50, 0, 5)]


def test_an_order_shrinks_on_each_day_on_which_some_of_it_is_given_back(con):
    rows = [(0, 60, "1"), (3, -15, "1"), (7, -30, "1")]
    assert stands(con, *rows) == [(15, 7, None), (45, 3, 7), (60, 0, 3)]


def test_what_no_purchase_takes_up_stands_as_a_refund(con):
    assert stands(con, (0, 60, ""), (3, -15, "")) == [(-15, 3, None), (60, 0, None)]


def test_only_who_has_refunds_left_is_owing(con):
    rows = [
        ("a", 0, 50, ""),
        ("a", 1, -50, ""),
        ("b", 0, 50, ""),
        ("b", 1, -5, ""),
        ("c", 0, 5, ""),
    ]
    found = settling.settled(marked(con, rows)).to_pyarrow().to_pylist()
    assert {row["customer_id"] for row in found if row["owing"]} == {"b"}
