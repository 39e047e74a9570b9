import pandas as pd
import pytest

from clv.report import findings

CAUSES = (
    "first_time_buyers",
    "returning_buyers",
    "missing_buyers",
    "visits_of_regulars",
    "spend_of_regulars",
)


def moved(amounts, *, before=1000.0, year_before=float("nan"), customers=(10, 20, 2059, 40, 40)):
    index = pd.CategoricalIndex(CAUSES, name="cause")
    table = pd.DataFrame({"amount": amounts, "customers": customers}, index=index)
    table.attrs = {"before": before, "after": before + sum(amounts), "year_before": year_before}
    table.attrs |= {"days": 90, "currency": "USD"}
    return findings.revenue_movement(table)


def test_a_fall_says_how_far_why_and_what_to_do():
    found = moved([0.0, 100.0, -200.0, -50.0, -40.0], year_before=1500.0)
    assert str(found.headline) == (
        "Revenue of the last 90 days fell by $190.00 (19%) to $810.00. Most was won by “Buyers who "
        "came back” ($100.00) and lost by “Buyers who stayed away” ($200.00). The same days a year "
        "earlier brought $1,500."
    )
    assert str(found.next_step) == (
        "Write to those who bought in the period before and not since, the most valuable first, "
        "but to nobody held out."
    )
    assert found.severity == "act"


@pytest.mark.parametrize(
    ("amounts", "said", "severity"),
    [
        ([0, 0, 0, 0, 0], "Revenue of the last 90 days was $1,000, as much as before.", "good"),
        ([50, 0, 0, 0, 0], "Revenue of the last 90 days rose by $50.00 (5.0%) to $1,050.", "good"),
        (
            [0, 0, -50, 0, 0],
            "Revenue of the last 90 days fell by $50.00 (5.0%) to $950.00.",
            "watch",
        ),
    ],
)
def test_every_direction_has_its_sentence(amounts, said, severity):
    found = moved(list(map(float, amounts)))
    assert str(found.headline).startswith(said)
    assert found.severity == severity


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        ([50, 0, 0, 0, 0], "Most was won by “First-time buyers”: $50.00."),
        ([0, 0, 0, 0, -50], "Most was lost by “Regulars: spend per day”: $50.00."),
    ],
)
def test_a_movement_in_one_direction_names_one_cause(amounts, why):
    assert str(moved(list(map(float, amounts))).headline).endswith(why)


@pytest.mark.parametrize(
    ("amounts", "step"),
    [
        ([0, 0, 0, -300, 0], "Give regular customers a reason to come more often."),
        ([0, 0, 0, 0, -300], "Look at prices, discounts and baskets"),
    ],
)
def test_the_next_step_goes_against_what_took_most(amounts, step):
    assert str(moved(list(map(float, amounts))).next_step).startswith(step)


def test_a_cause_of_a_handful_of_customers_is_not_named():
    found = moved([0.0, 0.0, -300.0, -50.0, 0.0], customers=(0, 0, 4, 40, 40))
    assert "stayed away" not in str(found.headline)
    assert "Regulars: purchase days" in str(found.headline)


def test_without_a_period_before_there_is_nothing_to_compare():
    found = moved([10.0, 0.0, 0.0, 0.0, 0.0], before=0.0)
    assert (
        str(found.headline) == "Revenue of the last 90 days was $10.00; there was none before it."
    )


def gone(customers, of_value=1391):
    table = pd.DataFrame(
        {"customers": [customers, 0], "brought": [119685.0, 0], "expected": [44327.0, 0]},
        index=pd.CategoricalIndex(["at_risk", "churned"], name="stage"),
    )
    table.attrs = {"then": "1998-04-01", "of_value": of_value}
    return findings.slipped(table, currency="USD")


def test_customers_of_value_who_slipped_are_said_in_money():
    found = gone(364)
    assert str(found.headline) == (
        "Not counting those held out, 364 of 1,391 customers of value (26%) have gone silent since "
        "April 1, 1998: $119,685 came from them in the year before. $44,327 is still expected."
    )
    assert str(found.next_step).startswith("Call the 364 customers of value")
    assert found.severity == "act"


@pytest.mark.parametrize(
    ("customers", "of_value", "said"),
    [
        (0, 1391, "No customer of value has gone silent since April 1, 1998."),
        (4, 1391, "Hardly any customer of value has gone silent since April 1, 1998."),
        (0, 0, "On April 1, 1998 no customer of value was buying."),
    ],
)
def test_where_hardly_anybody_slipped_no_money_is_named(customers, of_value, said):
    assert str(gone(customers, of_value).headline) == said


def loyal(left, stayed):
    table = pd.DataFrame(
        {"customers": [left, stayed], "total_spend": [260156.0, 1e6], "clv": [1.0, 2.0]},
        index=pd.CategoricalIndex(["likely_gone", "likely_here"], name="chance"),
    )
    table.attrs["currency"] = "USD"
    return findings.silent_loyal(table)


def test_silent_loyal_customers_are_counted_with_what_they_brought():
    found = loyal(795, 3040)
    assert str(found.headline) == (
        "795 of 3,835 customers with five purchase days or more (21%) have probably left without a "
        "word: $260,156 of revenue came from them."
    )
    assert found.severity == "watch"


@pytest.mark.parametrize(
    ("left", "stayed", "said"),
    [
        (0, 0, "No customer has bought on five days yet."),
        (0, 9, "Every customer with five purchase days or more has probably stayed."),
        (3, 9, "Nearly every customer with five purchase days or more has probably stayed."),
    ],
)
def test_where_hardly_any_loyal_customer_left_it_is_said_so(left, stayed, said):
    assert str(loyal(left, stayed).headline) == said
