import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.cohorts import (
    cohort_retention,
    cohort_revenue,
    early_revenue,
    period_ends,
    readable_period,
)
from clv.errors import BadParameter


def bought(rows, as_of, births="observed"):
    log = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(amount=10.0)
    return clv.load(log, as_of=as_of, births=births)


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


def test_who_may_be_older_than_the_log_is_in_no_cohort():
    log = [("old", "2024-01-02"), ("old", "2024-01-20"), *LOG, ("d", "2024-03-20")]
    retention = cohort_retention(bought(log, "2024-05-31", births="unknown"))
    assert retention.attrs["size"] == {"2024-03": 2}
    assert retention.attrs["older"] == 3


def test_where_everybody_may_be_older_nobody_is_left_out():
    retention = cohort_retention(bought(LOG[:2], "2024-03-31", births="unknown"))
    assert retention.attrs["size"] == {"2024-01": 1}
    assert retention.attrs["older"] == 0


def test_revenue_is_all_that_a_customer_of_the_cohort_has_brought_so_far():
    revenue = cohort_revenue(bought(LOG, "2024-03-31"))
    np.testing.assert_array_equal(revenue, [[10, 20, 25], [10, np.nan, np.nan]])
    assert revenue.attrs["size"] == {"2024-01": 2, "2024-03": 1}


def test_revenue_of_all_cohorts_is_the_revenue_of_the_log():
    log = clv.load("cdnow-sample")
    revenue = cohort_revenue(log)
    total = sum(
        revenue.loc[pd.Period(cohort, "M")].dropna().iloc[-1] * size
        for cohort, size in revenue.attrs["size"].items()
    )
    assert total == pytest.approx(log.purchase_days()["amount"].sum())


def test_early_revenue_compares_cohorts_at_the_same_age():
    rows = [("a", "2024-01-05"), ("a", "2024-05-01"), ("b", "2024-01-06"), ("b", "2024-04-30")]
    early = early_revenue(bought([*rows, ("c", "2024-02-09")], "2024-05-31"))
    assert early.index.astype("str").tolist() == ["2024-01", "2024-02"]
    assert early[["customers", "mean"]].to_numpy().tolist() == [[2, 15], [1, 10]]
    assert early.loc["2024-01", "standard_error"].item() == pytest.approx(5)
    assert early["standard_error"].isna().tolist() == [False, True]


def test_before_three_more_periods_are_over_there_is_no_early_revenue():
    assert early_revenue(bought(LOG, "2024-03-31")).empty


def test_the_ends_of_periods_begin_with_the_day_before_everything():
    days = period_ends(pd.Timestamp("1997-02-03"), pd.Timestamp("1997-09-30"), "Q")
    assert [day.isoformat() for day in days] == [
        "1996-12-31",
        "1997-03-31",
        "1997-06-30",
        "1997-09-30",
    ]


def test_a_long_log_is_read_by_quarters():
    assert readable_period(clv.load("cdnow-sample")) == "M"
    assert readable_period(bought(LOG, "2026-03-31")) == "Q"


def test_a_period_that_is_no_calendar_period_is_refused():
    with pytest.raises(BadParameter, match=r"one of \['M', 'Q', 'Y'\]; got 'W'"):
        cohort_retention(bought(LOG, "2024-03-31"), period="W")
