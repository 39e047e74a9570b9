import pytest

import clv
from clv.tables.rules import ALL_RULES, TORN

ROW = {
    "customer_id": "a",
    "date": "2024-01-01",
    "amount": "5",
    "order_id": "",
    "margin": "0.5",
    "currency": "TRY",
    "known_at": "2024-01-02",
}
RULES = [rule for rule in ALL_RULES if rule is not TORN]
BREAKING = {
    "customer-id-missing": {"customer_id": "\u00a0"},
    "customer-id-control": {"customer_id": "a\x01"},
    "customer-id-too-long": {"customer_id": "a" * 257},
    "date-missing": {"date": "NULL"},
    "date-not-a-date": {"date": "2024-02-30"},
    "date-impossible": {"date": "1970-01-01"},
    "date-in-the-future": {"date": "2031-01-01"},
    "amount-missing": {"amount": ""},
    "amount-not-a-number": {"amount": "five"},
    "amount-infinite": {"amount": "-Infinity"},
    "amount-too-large": {"amount": "1e16"},
    "order-of-two-customers": {"order_id": "7", "customer_id": "b"},
    "zero-amount": {"amount": "0.00"},
    "refund": {"amount": "-5"},
    "margin-missing": {"margin": " "},
    "margin-not-a-share": {"margin": "35"},
    "currency-missing": {"currency": "n/a"},
    "currency-not-a-code": {"currency": "$"},
    "known-at-not-a-date": {"known_at": "later"},
}


def line(**cells):
    return ",".join((ROW | cells).values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_sets_its_row_aside(csv, rule):
    path = csv(line(order_id="7"), line(), line(**BREAKING[rule.code]), header=",".join(ROW))
    options = {"run_date": "2024-12-31", "max_faulty": 1.0, "margin": "margin"}
    loaded = clv.load(path, refunds="set_aside", **options)
    assert set(loaded.quarantine["reason"]) == {rule.code}
    assert set(loaded.quarantine["column"]) == {rule.column}
    assert loaded.messages[0].code == rule.code
    assert rule.says in loaded.messages[0].text


def test_a_row_with_several_faults_counts_once_under_the_first_rule(csv):
    path = csv(line(), line(customer_id="", date="no", amount="x"), header=",".join(ROW))
    assert clv.load(path, max_faulty=0.5).quarantine["reason"].tolist() == ["customer-id-missing"]


def test_refunds_and_zero_amounts_are_no_faults():
    assert {rule.code for rule in RULES if not rule.faulty} == {"refund", "zero-amount"}


def test_no_rule_about_a_customer_or_an_order_has_its_value_told():
    named = {rule.code for rule in ALL_RULES if rule.column in ("customer_id", "order_id", "")}
    assert named == {rule.code for rule in ALL_RULES if not rule.quoted}
