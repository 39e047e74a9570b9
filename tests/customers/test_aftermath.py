from datetime import date

import pandas as pd

import clv
from clv.customers.aftermath import aftermath

ROWS = [
    ("ann", "2024-01-01", 10.0),
    ("ann", "2024-01-09", 20.0),
    ("ann", "2024-03-05", 30.0),
    ("bob", "2024-01-02", 40.0),
    ("cat", "2024-01-03", 50.0),
    ("cat", "2024-02-20", -50.0),
    ("dan", "2024-02-21", 60.0),
]


def seen_after(day):
    log = clv.load(
        pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"]).astype(
            {"date": "datetime64[s]"}
        ),
        as_of="2024-03-31",
    )
    return aftermath(log, clv.customer_summary(log, day, unit="D"), date(2024, 3, 31))


def test_only_what_came_after_the_day_counts_and_only_of_customers_known_on_it():
    came = seen_after("2024-01-31")
    assert came.loc["ann"].tolist() == [1, 30.0]
    assert came.loc["bob"].tolist() == [0, 0.0]
    assert "dan" not in came.index


def test_a_purchase_that_is_refunded_later_is_money_lost_and_no_purchase_less_than_none():
    came = seen_after("2024-01-31")
    assert came.loc["cat"].tolist() == [0, -50.0]
    assert came["purchases"].dtype == "int64"
