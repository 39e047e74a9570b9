from types import SimpleNamespace

import pandas as pd
import pytest

from clv.report import findings

NAN = float("nan")


def outlook(expected=51.57, low=50.41, high=52.76, *, missed=NAN, left_out=0, before=60.0):
    value = {"value": [before, expected], "value_low": [55.0, low], "value_high": [65.0, high]}
    return SimpleNamespace(
        newcomer=SimpleNamespace(expected=expected, low=low, high=high),
        missed=missed,
        arrivals=SimpleNamespace(left_out=left_out, why="declared: older customers"),
        newcomers=pd.DataFrame(value, index=["everyone", "after_warm_up"]),
    )


def test_a_new_customers_value_leaves_out_the_first_purchase_and_has_its_interval():
    found = findings.acquisition_ceiling(outlook(), horizon="52W", currency="EUR")
    assert str(found.headline) == (
        "A new customer is expected to bring another €51.57 (€50.41 to €52.76) of revenue within "
        "52 weeks after the first purchase."
    )


@pytest.mark.parametrize(("missed", "ceiling"), [(NAN, "50.41"), (-0.1, "50.41"), (0.25, "40.33")])
def test_the_ceiling_falls_by_as_much_as_the_last_forecast_was_too_high(missed, ceiling):
    found = findings.acquisition_ceiling(outlook(missed=missed), horizon="12M")
    assert str(found.next_step) == (
        f"Pay at most your margin on the first purchase and on another {ceiling} for a new "
        "customer."
    )


def test_of_value_the_margin_is_not_taken_twice():
    found = findings.acquisition_ceiling(outlook(), horizon="12M", worth="margin")
    assert "52.76) of value within" in str(found.headline)
    assert str(found.next_step).startswith(
        "Pay at most your margin on the first purchase and another 50.41 for"
    )


def test_known_parameters_give_a_new_customer_no_interval():
    found = findings.acquisition_ceiling(outlook(low=NAN, high=NAN), horizon="12M")
    assert "another 51.57 of revenue" in str(found.headline)


def test_an_unknown_value_of_a_new_customer_is_said_to_be_unknown():
    found = findings.acquisition_ceiling(outlook(NAN, NAN, NAN), horizon="12M")
    assert str(found.headline) == "What a new customer will bring is not known."
    assert found.severity == "watch"


def test_what_older_customers_would_change_is_printed():
    found = findings.new_customers(outlook(left_out=4210), currency="USD")
    assert str(found.headline) == (
        "4,210 customers may be older than the log. Without them a new customer is expected to "
        "bring another $51.57 ($50.41 to $52.76) of revenue; with them it would be $60.00."
    )
    assert found.severity == "watch"
    assert found.evidence["why"].tolist() == ["", "declared: older customers"]


def test_where_no_customer_is_older_all_are_new():
    found = findings.new_customers(outlook())
    assert str(found.headline).startswith("Every customer of the log counts as new")
    assert len(found.evidence) == 1
