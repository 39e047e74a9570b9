from types import SimpleNamespace

import pytest

from clv.report import findings

TOTAL = SimpleNamespace(expected=1213444.0, low=1150000.0, high=1280000.0)


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        (-0.1, "the last such forecast was 10% too low."),
        (0.24, "the last such forecast was 24% too high."),
        (float("nan"), "no such forecast could be tested yet."),
    ],
)
def test_the_total_is_said_with_how_far_the_last_forecast_missed(missed, said):
    found = findings.expected_value(
        TOTAL, customers=23570, horizon="12M", missed=missed, currency="USD"
    )
    assert str(found.headline) == (
        "23,570 customers are expected to bring $1,213,444 of revenue within 12 months; " + said
    )
    assert found.evidence.attrs["units"]["low"] == "USD"


def test_the_bounds_of_the_models_are_said_to_leave_out_what_no_model_knows():
    found = findings.expected_value(TOTAL, customers=23570, horizon="12M", currency="USD")
    assert str(found.next_step).startswith(
        "Plan between $1,150,000 and $1,280,000 if nothing but chance is at work, and wider for "
        "season, campaigns and prices"
    )


def test_one_customer_is_expected_in_the_singular():
    found = findings.expected_value(TOTAL, customers=1, horizon="2026-12-31")
    assert str(found.headline).startswith("1 customer is expected to bring 1,213,444 of revenue by")


def test_without_customers_nothing_is_valued():
    found = findings.expected_value(TOTAL, customers=0, horizon="12M")
    assert str(found.headline) == "There are no customers to value."


@pytest.mark.parametrize("word", ["CLV", "profit", "lifetime value"])
def test_no_sentence_claims_a_profit_where_no_margin_is_known(word):
    total = findings.expected_value(TOTAL, customers=2, horizon="12M")
    newcomer = findings.new_customer_value(34.5, horizon="12M")
    said = [total.headline, total.next_step, newcomer.headline, newcomer.next_step]
    assert not [sentence for sentence in map(str, said) if word.casefold() in sentence.casefold()]


def test_a_new_customers_value_leaves_out_the_first_purchase():
    found = findings.new_customer_value(34.56, horizon="52W", currency="EUR")
    assert str(found.headline) == (
        "After the first purchase, a new customer is expected to bring another €34.56 of revenue "
        "within 52 weeks."
    )


def test_an_unknown_value_of_a_new_customer_is_said_to_be_unknown():
    found = findings.new_customer_value(float("nan"), horizon="12M")
    assert str(found.headline) == "What a new customer will bring is not known."
    assert found.severity == "watch"
