import numpy as np
import pandas as pd
import pytest

from clv.report import findings

MONTHS = pd.period_range("2024-01", periods=3, freq="M", name="period")


def brought(means, errors, customers=100):
    index = MONTHS[: len(means)].rename("cohort")
    table = pd.DataFrame({"customers": customers, "mean": means}, index=index, dtype=float)
    table["standard_error"] = errors
    reach = 1.645 * table["standard_error"]
    table = table.assign(low=table["mean"] - reach, high=table["mean"] + reach)
    table.attrs["currency"] = "EUR"
    return table


def periods(*rows, ratio):
    names = ["at_start", "new", "reactivated", "lapsed", "retained", "at_end"]
    table = pd.DataFrame(rows, columns=names, index=MONTHS[: len(rows)])
    table.attrs["quick_ratio"] = {str(table.index[-1]): ratio}
    return table


def rates(activation, retention, customers=50):
    index = pd.Index(["acquisition", "activation", "retention", "revenue", "referral"])
    table = pd.DataFrame(
        {
            "customers": [0, customers, customers, customers, 0],
            "share": [np.nan, activation, retention, 0.3, np.nan],
            "after": [0, 0, 90, 0, 0],
            "until": [180, 90, 180, 180, 180],
        },
        index=index,
    )
    return table.assign(low=table["share"], high=table["share"], needs="")


# What they bring ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "said", "severity"),
    [
        (50.0, "has brought about as much as earlier ones had at the same age: €50.00", "info"),
        (70.0, "has brought more than earlier ones", "good"),
        (40.0, "has brought less than earlier ones", "watch"),
        (30.0, "has brought less than earlier ones", "act"),
    ],
)
def test_the_newest_cohort_is_held_against_the_earlier_ones(newest, said, severity):
    found = findings.early_revenue(brought([48.0, 52.0, newest], 2.0))
    assert said in str(found.headline)
    assert str(found.headline).endswith("against €50.00.")
    assert found.severity == severity


def test_what_chance_alone_could_do_is_no_difference():
    assert findings.early_revenue(brought([50.0, 50.0, 40.0], 9.0)).severity == "info"


def test_a_cohort_of_a_few_is_not_compared():
    found = findings.early_revenue(brought([50.0, 40.0], 1.0, customers=[100, 4]))
    assert str(found.headline) == "There are not two cohorts yet that can be compared."


# Who came and who went ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "ratio", "said", "severity"),
    [
        ((90, 30, 10, 20, 70, 110), 2.0, "and 20 lapsed: 2.00 in for each one out.", "good"),
        ((90, 10, 5, 20, 70, 85), 0.75, "10 customers came, 5 came back and 20 lapsed", "watch"),
        ((90, 1, 4, 20, 70, 75), 0.25, "<5 customers came, <5 came back", "act"),
        ((90, 30, 0, 0, 90, 120), np.inf, "In Jan 2024, 30 customers came, 0 came back", "good"),
    ],
)
def test_who_came_and_who_went_is_told_of_the_newest_period(row, ratio, said, severity):
    found = findings.customer_flow(periods(row, ratio=ratio))
    assert said in str(found.headline)
    assert found.severity == severity
    assert (found.next_step is not None) == (ratio < 1)


def test_a_ratio_does_not_betray_the_few_who_lapsed():
    found = findings.customer_flow(periods((90, 30, 10, 4, 70, 110), ratio=10.0))
    assert str(found.headline).endswith("<5 lapsed.")


def test_before_a_month_is_over_nothing_is_counted_up():
    nothing = periods((0, 0, 0, 0, 0, 0), ratio=1.0).iloc[:0]
    assert "No month is over" in str(findings.customer_flow(nothing).headline)


# Five rates ---------------------------------------------------------------------------------


def test_the_rates_of_new_customers_are_told_as_far_as_they_are_known():
    told = str(findings.aarrr(rates(0.5, 0.25)).headline)
    assert told == (
        "50% of new customers buy again before day 90, and 25% of them all in the 90 days from "
        "then on."
    )
    early = str(findings.aarrr(rates(0.5, np.nan)).headline)
    assert early == "50% of new customers buy again before day 90."


@pytest.mark.parametrize("found", [rates(np.nan, np.nan, customers=0), rates(0.5, 0.5, 4)])
def test_a_handful_of_customers_has_no_rates(found):
    assert "long enough" in str(findings.aarrr(found).headline)


def test_the_table_says_who_counts():
    shown = findings.aarrr(rates(0.5, 0.25)).evidence
    assert str(shown["counts"].iloc[2]) == ("Customers who buy again in the 90 days from then on")


# Captions -----------------------------------------------------------------------------------


def test_a_caption_says_who_is_in_no_cohort():
    table = pd.DataFrame()
    assert str(findings.cohorts_shown(table)).endswith("since the first purchase.")
    table.attrs["older"] = 1200
    assert "1,200 customers are in no cohort" in str(findings.cohorts_shown(table))
