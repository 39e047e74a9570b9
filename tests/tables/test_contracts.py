import numpy as np
import pandas as pd
import pytest

from clv.errors import ColumnsMissing, TableBroken
from clv.tables.contracts import SCORED, SUMMARY, TRANSACTIONS, check


@pytest.fixture
def customers():
    index = pd.Index(["a@x.example", "b", "c"], name="customer_id")
    table = pd.DataFrame(
        {
            "frequency": [2, 1, 0],
            "recency": [3.0, 1.0, 0.0],
            "T": [4.0, 4.0, 4.0],
            "monetary_value": [9.5, 0.0, np.nan],
        },
        index=index,
    )
    table.attrs["unit"] = "W"
    return table


def test_a_table_that_keeps_its_contract_comes_back_as_it_is(customers):
    assert check(customers, SUMMARY) is customers


def test_a_broken_rule_counts_rows_from_1_and_names_no_customer(customers):
    customers["recency"] = [9.0, 5.0, 0.0]
    with pytest.raises(TableBroken) as caught:
        check(customers, SUMMARY)
    assert str(caught.value) == (
        "The customer summary breaks `0 <= recency <= T` in 2 of 3 rows (first: 1, 2)."
    )


@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [
        ("frequency", [2.5, 1, 0], "frequency is a whole number"),
        ("frequency", [-2, 1, 0], "frequency is a whole number"),
        ("frequency", [2, 1, 1], "recency is 0 exactly where frequency is 0"),
        ("frequency", [22, 1, 0], "frequency is not more than recency in days"),
        ("T", [np.nan, 4.0, 4.0], "0 <= recency <= T"),
        ("monetary_value", [np.nan, 1.0, np.nan], "monetary_value >= 0 where frequency > 0"),
    ],
)
def test_each_rule_of_the_summary_is_kept(customers, column, values, rule):
    customers[column] = values
    with pytest.raises(TableBroken, match=rule):
        check(customers, SUMMARY)


def test_several_broken_rules_are_told_at_once(customers):
    customers["recency"] = [9.0, 5.0, 0.0]
    customers["monetary_value"] = [-1.0, 1.0, np.nan]
    with pytest.raises(TableBroken, match=r"recency <= T.*monetary_value >= 0"):
        check(customers, SUMMARY)


def test_a_customer_stands_in_one_row(customers):
    with pytest.raises(
        TableBroken, match=r"customer_id has no duplicate` in 2 of 4 rows \(first: 1"
    ):
        check(pd.concat([customers, customers.iloc[:1]]), SUMMARY)


def test_missing_columns_are_named(customers):
    with pytest.raises(ColumnsMissing, match="The scored table lacks `p_alive`, `expected_purch"):
        check(customers, SCORED)


def test_a_probability_lies_between_0_and_1(customers):
    scored = customers.assign(p_alive=[0.5, 1.2, 0.1], expected_purchases=1.0)
    scored = scored.assign(expected_spend=10.0, clv=10.0)
    with pytest.raises(TableBroken, match=r"0 <= p_alive <= 1` in 1 of 3 rows \(first: 2\)"):
        check(scored, SCORED)


def test_purchases_have_a_customer_a_day_and_a_finite_amount():
    good = pd.DataFrame(
        {"customer_id": ["a"], "date": [pd.Timestamp("2024-01-01")], "amount": [1.0]}
    )
    assert check(good, TRANSACTIONS) is good
    for broken in ({"customer_id": ""}, {"date": pd.NaT}, {"amount": np.nan}):
        with pytest.raises(TableBroken, match="The transactions table breaks"):
            check(good.assign(**broken), TRANSACTIONS)
