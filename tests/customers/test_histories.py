import numpy as np
import pandas as pd
import pytest

from clv.customers.histories import HISTORY, Histories
from clv.errors import ColumnsMissing, TableBroken

NAMES = pd.Index(["Ada", "Bob", "Cem", "Dan"], name="customer_id")


def table(*rows: tuple[float, float, float], **more: list) -> pd.DataFrame:
    names = NAMES[: len(rows)]
    customers = pd.DataFrame(rows, names, columns=HISTORY).assign(**more)
    customers.attrs.update(unit="W", as_of="1997-09-30")
    return customers


TWINS = table((2, 30.0, 38.0), (0, 0.0, 39.0), (2, 30.0, 38.0), (1, 5.0, 38.0))


def test_customers_of_one_history_are_counted_together_in_sorted_order():
    histories = Histories.of(TWINS)
    frequency, recency, T = histories.columns
    assert frequency.tolist() == [0, 1, 2]
    assert recency.tolist() == [0, 5, 30]
    assert T.tolist() == [39, 38, 38]
    assert histories.customers.tolist() == [1, 1, 2]
    assert histories.which.tolist() == [2, 0, 2, 1]


def test_the_table_remains_known_by_its_index_and_its_unit():
    histories = Histories.of(TWINS)
    assert histories.index.equals(TWINS.index)
    assert histories.attrs == {"unit": "W", "as_of": "1997-09-30"}


def test_equal_purchases_and_other_covariates_are_two_histories():
    customers = TWINS.assign(web=[True, False, False, True])
    assert len(Histories.of(customers).customers) == 3
    histories = Histories.of(customers, ["web"])
    assert histories.customers.tolist() == [1, 1, 1, 1]
    assert histories.covariates["web"][histories.which].tolist() == [1, 0, 0, 1]


def test_many_continuous_covariates_are_still_told_apart():
    rng = np.random.default_rng(1)
    n = 3000  # to the sixth power more than a 64-bit integer holds
    T = rng.uniform(20, 60, n)
    customers = pd.DataFrame({"frequency": 1, "recency": T * rng.random(n), "T": T})
    names = ["u", "v", "w", "x"]
    customers[names] = rng.random((n, 4))
    histories = Histories.of(customers, names)
    assert len(histories.customers) == n
    for name in names:
        assert (histories.covariates[name][histories.which] == customers[name]).all()
    assert (histories.columns[2][histories.which] == T).all()


def test_what_is_computed_for_each_history_comes_back_to_its_customers():
    histories = Histories.of(TWINS)
    one = histories.spread(np.array([10.0, 11.0, 12.0]), "value")
    assert one.to_dict() == {"Ada": 12, "Bob": 10, "Cem": 12, "Dan": 11}
    assert one.name == "value"
    several = histories.spread(np.arange(6).reshape(3, 2))
    assert several.loc["Ada"].tolist() == several.loc["Cem"].tolist() == [4, 5]


def test_distinct_histories_are_those_of_one_customer_each():
    distinct = Histories.of(TWINS).distinct()
    assert distinct.customers.tolist() == [1, 1, 1]
    assert distinct.which.tolist() == [0, 1, 2]
    assert distinct.attrs == {"unit": "W", "as_of": "1997-09-30"}
    some = Histories.of(TWINS).distinct(np.array([False, True, True]))
    assert some.columns[0].tolist() == [1, 2]
    assert len(some.index) == 2


def test_a_table_without_rows_has_no_histories():
    histories = Histories.of(TWINS.iloc[:0])
    assert len(histories.customers) == len(histories.which) == 0
    assert len(histories.spread(np.empty(0))) == 0


def test_whole_numbers_of_a_nullable_column_are_read():
    customers = TWINS.astype({"frequency": "Int64"})
    assert Histories.of(customers).columns[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("frequency", ["two", "none", "two", "one"]),
        ("recency", pd.to_timedelta([30, 0, 30, 5], "D")),
        ("T", pd.to_datetime(["2024-01-01"] * 4)),
    ],
)
def test_a_column_that_holds_no_numbers_is_named_with_what_it_holds(column, values):
    customers = TWINS.assign(**{column: values})
    what = rf"`{column}` of the customer table holds .* values, not numbers"
    with pytest.raises(TableBroken, match=what) as caught:
        Histories.of(customers)
    assert caught.value.column == column


def test_missing_columns_are_named_all_at_once():
    customers = TWINS.drop(columns=["T"])
    with pytest.raises(ColumnsMissing, match="lacks `T`, `web`; it has `frequency`, `recency`"):
        Histories.of(customers, ["web"])


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((1, 40.0, 39.0), "0 <= recency <= T"),
        ((1, -1.0, 39.0), "0 <= recency <= T"),
        ((1, 2.0, np.nan), "0 <= recency <= T"),
        ((1.5, 2.0, 39.0), "frequency is a whole number, 0 or more"),
        ((-1, 2.0, 39.0), "frequency is a whole number, 0 or more"),
        ((np.inf, 2.0, 39.0), "frequency is a whole number, 0 or more"),
        ((0, 2.0, 39.0), "recency is 0 exactly where frequency is"),
        ((3, 0.0, 39.0), "recency is 0 exactly where frequency is"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_its_customer(row, rule):
    with pytest.raises(TableBroken, match=rf"breaks `{rule}` in 1 of 2 rows \(first: Bob\)"):
        Histories.of(table((2, 30.0, 38.0), row))
