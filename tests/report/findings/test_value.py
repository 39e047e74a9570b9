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
        "23,570 customers are expected to bring $1,213,444 of revenue within 12 months, by chance "
        "alone between $1,150,000 and $1,280,000; " + said
    )
    assert found.evidence.attrs["units"]["low"] == "USD"


@pytest.mark.parametrize(
    ("missed", "between"),
    [
        (0.2, "between $1,011,203 and $1,456,133"),
        (-0.2, "between $1,011,203 and $1,456,133"),
        (0.01, "between $1,150,000 and $1,280,000"),  # never nearer than chance alone
    ],
)
def test_the_plan_allows_for_as_large_a_miss(missed, between):
    terms = {"customers": 2, "horizon": "12M", "currency": "USD"}
    found = findings.expected_value(TOTAL, missed=missed, **terms)
    assert str(found.next_step).startswith(f"Plan {between}, which allows for such a miss.")


def test_without_a_test_the_plan_says_what_no_model_knows():
    found = findings.expected_value(TOTAL, customers=23570, horizon="12M", currency="USD")
    assert "no model knows season, campaigns and prices" in str(found.next_step)


def test_one_customer_is_expected_in_the_singular():
    found = findings.expected_value(TOTAL, customers=1, horizon="2026-12-31")
    assert str(found.headline).startswith("1 customer is expected to bring 1,213,444 of revenue by")


def test_without_customers_nothing_is_valued():
    found = findings.expected_value(TOTAL, customers=0, horizon="12M")
    assert str(found.headline) == "There are no customers to value."


@pytest.mark.parametrize("word", ["CLV", "profit", "lifetime value"])
def test_no_sentence_claims_a_profit_where_no_margin_is_known(word):
    total = findings.expected_value(TOTAL, customers=2, horizon="12M")
    newcomer = findings.acquisition_ceiling(TOTAL, horizon="12M")
    said = [total.headline, total.next_step, newcomer.headline, newcomer.next_step]
    assert not [sentence for sentence in map(str, said) if word.casefold() in sentence.casefold()]


NEWCOMER = SimpleNamespace(expected=51.57, low=50.41, high=52.76)


def test_a_new_customers_value_leaves_out_the_first_purchase_and_has_its_interval():
    found = findings.acquisition_ceiling(NEWCOMER, horizon="52W", currency="EUR")
    assert str(found.headline) == (
        "A new customer is expected to bring another €51.57 (€50.41 to €52.76) of revenue within "
        "52 weeks after the first purchase."
    )


@pytest.mark.parametrize(("missed", "ceiling"), [(-0.1, "50.41"), (0.25, "40.33")])
def test_the_ceiling_falls_by_as_much_as_the_last_forecast_was_too_high(missed, ceiling):
    found = findings.acquisition_ceiling(NEWCOMER, horizon="12M", missed=missed)
    assert str(found.next_step) == (
        f"Pay at most your margin on the first purchase and on another {ceiling} for a new "
        "customer."
    )


def test_known_parameters_give_a_new_customer_no_interval():
    known = SimpleNamespace(expected=51.57, low=float("nan"), high=float("nan"))
    found = findings.acquisition_ceiling(known, horizon="12M")
    assert "another 51.57 of revenue" in str(found.headline)


def test_an_unknown_value_of_a_new_customer_is_said_to_be_unknown():
    unknown = SimpleNamespace(expected=float("nan"), low=float("nan"), high=float("nan"))
    found = findings.acquisition_ceiling(unknown, horizon="12M")
    assert str(found.headline) == "What a new customer will bring is not known."
    assert found.severity == "watch"


def test_value_at_risk_is_said_with_its_interval_and_its_share():
    total = SimpleNamespace(expected=41808.0, low=34161.0, high=49455.0)
    found = findings.value_at_risk(total, expected=770106.0, within="90D", currency="USD")
    assert str(found.headline) == (
        "We expect to lose $41,808 ($34,161 to $49,455) of expected revenue, 5.4% of it, with "
        "customers who leave within 90 days."
    )
    assert found.severity == "info"


def test_without_expected_revenue_none_is_at_risk():
    total = SimpleNamespace(expected=0.0, low=0.0, high=0.0)
    found = findings.value_at_risk(total, expected=0.0, within="90D")
    assert str(found.headline) == "There is no expected revenue to lose."
