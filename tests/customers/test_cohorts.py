import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.cohorts import cohort_retention
from clv.errors import BadParameter


def bought(rows, as_of):
    log = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=10.0)
    return clv.load(log, as_of=as_of)


LOG = [
    ("a", "2024-01-05"),
    ("a", "2024-02-05"),
    ("a", "2024-02-06"),
    ("b", "2024-01-31"),
    ("b", "2024-03-01"),
    ("c", "2024-03-09"),
]


def test_shares_are_of_the_customers_whose_first_purchase_was_in_that_month():
    retention = cohort_retention(bought(LOG, "2024-03-31"))
    assert retention.index.astype("str").tolist() == ["2024-01", "2024-03"]
    assert retention.columns.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(retention, [[1, 0.5, 0.5], [1, np.nan, np.nan]])
    assert retention.attrs["size"] == {"2024-01": 2, "2024-03": 1}


def test_a_month_that_is_not_over_is_unknown_rather_than_low():
    retention = cohort_retention(bought(LOG, "2024-03-30"))
    np.testing.assert_array_equal(retention, [[1, 0.5], [1, np.nan]])


def test_months_in_which_nobody_bought_are_zero():
    retention = cohort_retention(bought(LOG, "2024-05-31"))
    np.testing.assert_array_equal(retention, [[1, 0.5, 0.5, 0, 0], [1, 0, 0, np.nan, np.nan]])


def test_quarters_and_years_are_calendar_periods_too():
    quarters = cohort_retention(bought(LOG, "2024-06-30"), period="Q")
    np.testing.assert_array_equal(quarters, [[1, 0]])
    years = cohort_retention(bought(LOG, "2024-06-30"), period="Y")
    np.testing.assert_array_equal(years, [[1]])


def test_every_customer_of_cdnow_is_in_one_of_its_three_cohorts():
    retention = cohort_retention(clv.load("cdnow-sample"))
    assert list(retention.attrs["size"]) == ["1997-01", "1997-02", "1997-03"]
    assert sum(retention.attrs["size"].values()) == 2357
    assert (retention[0] == 1).all()
    assert retention.stack().dropna().between(0, 1).all()


def test_a_period_that_is_no_calendar_period_is_refused():
    with pytest.raises(BadParameter, match=r"one of \['M', 'Q', 'Y'\]; got 'W'"):
        cohort_retention(bought(LOG, "2024-03-31"), period="W")
