import pandas as pd
import pytest

from clv.report import findings


def account(*rows):
    return pd.DataFrame(rows, columns=["what", "reason", "rows"])


def frequencies(*counts):
    return pd.DataFrame({"frequency": counts})


def retention(shares, size):
    cohorts = pd.period_range("1997-01", periods=len(shares), freq="M")
    table = pd.DataFrame({0: 1.0, **dict.fromkeys((1, 2, 3), shares)}, index=cohorts)
    table.attrs["size"] = dict(zip(map(str, cohorts), size, strict=True))
    return table


# Rows ---------------------------------------------------------------------------------------


def test_a_log_without_faults_is_good():
    found = findings.data_health(account(("in", "", 9), ("accepted", "", 9)), {"in": 9})
    assert str(found.headline) == "None of 9 rows is faulty."
    assert found.severity == "good"
    assert str(found.next_step) == "Read on: the log can carry the analysis."


@pytest.mark.parametrize(
    ("faulty", "said", "severity"),
    [
        (1, "1 of 1,000 rows (0.1%) is faulty and was set aside.", "good"),
        (10, "10 of 1,000 rows (1.0%) are faulty and were set aside.", "watch"),
        (50, "50 of 1,000 rows (5.0%) are faulty and were set aside.", "act"),
    ],
)
def test_faulty_rows_are_counted_and_judged(faulty, said, severity):
    table = account(("accepted", "", 1000 - faulty), ("quarantined", "date-missing", faulty))
    found = findings.data_health(table, {"in": 1000})
    assert str(found.headline) == said
    assert found.severity == severity


def test_the_most_frequent_fault_is_mended_first():
    table = account(("quarantined", "date-missing", 3), ("quarantined", "row-torn", 7))
    found = findings.data_health(table, {"in": 100})
    assert str(found.next_step) == (
        "Mend the export first where it loses most: “Torn line” (7 of them)."
    )


@pytest.mark.parametrize("reason", ["refund", "zero-amount"])
def test_what_is_set_aside_without_being_wrong_is_no_fault(reason):
    found = findings.data_health(account(("quarantined", reason, 50)), {"in": 100})
    assert str(found.headline) == "None of 100 rows is faulty."


def test_a_log_without_rows_must_be_seen_to():
    found = findings.data_health(account(), {"in": 0})
    assert (str(found.headline), found.severity) == ("The log holds no rows.", "act")


# One-time buyers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "said", "severity"),
    [
        ((), "There are no customers yet.", "info"),
        ((1, 2), "Every customer has come back at least once.", "good"),
        ((0, 1, 1, 1), "1 of 4 customers (25%) has bought only once.", "info"),
        ((0, 0, 1, 1), "2 of 4 customers (50%) have bought only once.", "watch"),
        ((0, 0, 0, 0, 1), "4 of 5 customers (80%) have bought only once.", "act"),
    ],
)
def test_one_time_buyers_are_counted_and_judged(frequency, said, severity):
    found = findings.one_time_buyers(frequencies(*frequency))
    assert (str(found.headline), found.severity) == (said, severity)


def test_a_decision_is_asked_for_only_where_many_bought_once():
    assert findings.one_time_buyers(frequencies(0, 1, 1)).next_step is None
    assert "second purchase" in str(findings.one_time_buyers(frequencies(0, 1)).next_step)


# Cohorts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "said", "severity"),
    [
        (0.205, "as earlier ones did: 20% (", "info"),
        (0.30, "more than earlier ones: 30% (", "good"),
        (0.17, "less than earlier ones: 17% (", "watch"),
        (0.10, "less than earlier ones: 10% (", "act"),
    ],
)
def test_the_newest_cohort_is_held_against_the_earlier_ones(newest, said, severity):
    found = findings.cohort_trend(retention([0.2, 0.2, newest], [5000, 5000, 5000]))
    assert said in str(found.headline)
    assert " buy in an average month of their first three, against 20%." in str(found.headline)
    assert found.severity == severity


def test_the_share_of_a_small_cohort_is_said_to_be_uncertain():
    found = findings.cohort_trend(retention([0.2, 0.2, 0.2], [5000, 5000, 50]))
    assert ": 20% (12% to 31%) buy in" in str(found.headline)


def test_what_chance_alone_could_do_is_no_trend():
    found = findings.cohort_trend(retention([0.2, 0.2, 0.1], [50, 50, 50]))
    assert "as earlier ones did" in str(found.headline)


def test_a_cohort_whose_first_months_are_not_over_is_not_compared():
    table = retention([0.2, 0.2, 0.9], [5000, 5000, 5000])
    table.loc["1997-03", 3] = None
    assert len(findings.cohort_trend(table).evidence) == 2


def test_one_cohort_is_no_trend():
    found = findings.cohort_trend(retention([0.2], [10]))
    assert str(found.headline) == "There are not two cohorts yet that can be compared."


# Value held, segments -----------------------------------------------------------------------


def test_the_share_of_the_best_tenth_is_said_with_what_it_is_a_share_of():
    customers = pd.DataFrame({"clv": [91.0] + [1.0] * 9, "total_spend": [1.0] * 10})
    by_value = findings.concentration(customers)
    assert str(by_value.headline) == "The top 10% of customers hold 91% of expected revenue."
    assert str(by_value.next_step).startswith("Know this 1 customer by name")
    assert by_value.severity == "watch"
    by_spend = findings.concentration(customers, by="total_spend")
    assert str(by_spend.headline) == "The top 10% of customers hold 10% of revenue so far."
    assert by_spend.severity == "info"


def test_of_value_it_is_said_that_it_is_value():
    customers = pd.DataFrame({"clv": [1.0] * 10})
    customers.attrs["value"] = "margin"
    assert str(findings.concentration(customers).headline).endswith("hold 10% of expected value.")


@pytest.mark.parametrize("clv", [[], [0.0, 0.0]])
def test_where_there_is_no_value_none_is_divided(clv):
    found = findings.concentration(pd.DataFrame({"clv": pd.Series(clv, dtype=float)}))
    assert str(found.headline) == "There is no expected revenue to divide."
