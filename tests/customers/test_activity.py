import pandas as pd

import clv
from clv.customers.activity import purchases_per_month


def test_first_and_repeat_purchases_are_told_apart():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "a", "a"],
            "date": ["2024-01-05", "2024-01-20", "2024-03-02", "2024-03-02", "2024-03-02"],
            "amount": [10.0, 5.0, 7.0, 1.0, 2.0],
        }
    )
    months = purchases_per_month(clv.load(orders, as_of="2024-03-31"))
    assert months.index.strftime("%Y-%m").tolist() == ["2024-01", "2024-02", "2024-03"]
    assert months["new"].tolist() == [1, 0, 1]
    assert months["repeat"].tolist() == [1, 0, 1]  # two orders on one day are one purchase
    assert months["amount"].tolist() == [15.0, 0.0, 10.0]
    assert months["customers"].tolist() == [1, 0, 2]


def test_the_months_go_on_to_the_last_day_counted():
    orders = pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": [10.0]})
    log = clv.load(orders, as_of="2024-04-02")
    assert purchases_per_month(log)["new"].tolist() == [1, 0, 0, 0]
    assert len(purchases_per_month(log, as_of="2024-02-29")) == 2


def test_cdnow_wins_all_its_customers_in_the_first_three_months():
    months = purchases_per_month(clv.load("cdnow-sample"))
    assert months["new"].sum() == 2357
    assert months["new"].iloc[3:].sum() == 0
    assert months["new"].sum() + months["repeat"].sum() == 6696
