from types import SimpleNamespace

import pandas as pd
import pytest

from clv.report import findings

NAN = float("nan")
TOTAL = SimpleNamespace(expected=1213444.0, low=1150000.0, high=1280000.0)
WIDE = SimpleNamespace(expected=1213444.0, low=900000.0, high=1600000.0)


def outlook(*, tested=0, missed=NAN):
    wide = TOTAL if tested < 6 else WIDE
    return SimpleNamespace(total=TOTAL, wide=wide, tested=tested, missed=missed)


def said(outlook, **terms):
    terms = {"customers": 23570, "horizon": "12M", "currency": "USD"} | terms
    return findings.expected_value(outlook, **terms)


# The total ----------------------------------------------------------------------------------


def test_the_total_is_said_between_bounds_that_earlier_forecasts_vouch_for():
    found = said(outlook(tested=12))
    assert str(found.headline) == (
        "23,570 customers are expected to bring $1,213,444 of revenue within 12 months: between "
        "$900,000 and $1,600,000, if it misses by no more than 12 earlier forecasts did. What none "
        "of them has met is left out."
    )
    assert str(found.next_step).startswith("Plan between $900,000 and $1,600,000. It is revenue")
    assert found.evidence["low_by_models"].tolist() == [1150000.0]


@pytest.mark.parametrize(
    ("missed", "doubt"),
    [
        (-0.1, "the last such forecast was 10% too low."),
        (0.24, "the last such forecast was 24% too high."),
        (NAN, "no such forecast could be tested yet."),
    ],
)
def test_bounds_of_the_models_alone_say_what_they_leave_out(missed, doubt):
    assert str(said(outlook(tested=5, missed=missed)).headline) == (
        "23,570 customers are expected to bring $1,213,444 of revenue within 12 months: between "
        "$1,150,000 and $1,280,000 by the models only, which leaves out season and campaigns; "
        + doubt
    )


@pytest.mark.parametrize(
    ("missed", "plan"),
    [
        (0.24, "Plan wider than that: a miss of 24% has happened before."),
        (NAN, "Plan wider than that: no model knows season, campaigns and prices."),
    ],
)
def test_the_plan_is_wider_than_what_the_models_alone_say(missed, plan):
    assert str(said(outlook(missed=missed)).next_step).startswith(plan)


@pytest.mark.parametrize(
    ("missed", "severity"), [(NAN, "info"), (0.04, "info"), (-0.05, "watch"), (0.25, "act")]
)
def test_how_urgent_a_plan_is_follows_from_the_last_miss(missed, severity):
    assert said(outlook(tested=12, missed=missed)).severity == severity


def test_one_customer_is_expected_in_the_singular():
    found = said(outlook(), customers=1, horizon="2026-12-31", currency=None)
    assert str(found.headline).startswith("1 customer is expected to bring 1,213,444 of revenue by")


def test_a_model_that_the_data_hardly_pin_down_gives_a_total_without_bounds():
    total = SimpleNamespace(expected=900.0, low=NAN, high=NAN)
    unknown = SimpleNamespace(total=total, wide=total, tested=0, missed=NAN)
    found = said(unknown, customers=60)
    assert str(found.headline) == (
        "60 customers are expected to bring $900.00 of revenue within 12 months; how far that may "
        "be off, so few customers do not tell."
    )
    assert str(found.next_step).startswith("Plan with no such total before a longer history")
    assert found.severity == "act"
    at_risk = findings.value_at_risk(total, expected=2e6, within="90D")
    assert "nan" not in str(at_risk.headline)


def test_without_customers_nothing_is_valued():
    assert str(said(outlook(), customers=0).headline) == "There are no customers to value."


def everything(worth):
    """Whatever is said of the future, in one text."""
    total, segments = said(outlook(tested=12), worth=worth), segments_table()
    found = [
        total,
        findings.when_it_comes(periods(), 400.0, worth=worth),
        findings.value_by_segment(segments, worth=worth),
        findings.value_at_risk(TOTAL, expected=2e6, within="90D", worth=worth),
    ]
    return " ".join(f"{one.headline} {one.next_step or ''}" for one in found)


@pytest.mark.parametrize("word", ["CLV", "profit", "value"])
def test_no_sentence_claims_a_profit_where_no_margin_is_known(word):
    assert word.casefold() not in everything("revenue").casefold()


def test_with_a_margin_every_sentence_speaks_of_value():
    told = everything("margin")
    assert "revenue" not in told
    assert "margin" not in told  # it has been taken already
    assert told.count("value") == 4


# When, and who ------------------------------------------------------------------------------


def periods():
    table = pd.DataFrame({"expected": [60.0, 40.0], "so_far": [60.0, 100.0]}, index=[1, 2])
    return table.rename_axis("month")


def test_what_lies_beyond_the_horizon_is_told_apart():
    found = findings.when_it_comes(periods(), 400.0, currency="USD")
    assert str(found.headline) == (
        "60% of $100.00 of revenue comes in the first half of the horizon. Until the last of them "
        "has left, the same customers would bring $400.00 if nothing ever changed: 75% of it lies "
        "beyond the horizon, where no forecast has been tested."
    )


def test_a_sum_without_end_is_said_to_have_none():
    assert "has no end" in str(findings.when_it_comes(periods(), NAN).headline)
    nothing = findings.when_it_comes(periods() * 0, 0.0)
    assert str(nothing.headline) == "Nothing is expected to come."


def segments_table():
    index = pd.CategoricalIndex(["champions", "hibernating"], name="segment")
    bounds = {"expected": [90.0, 10.0], "low": [80.0, 5.0], "high": [105.0, 20.0]}
    return pd.DataFrame({"customers": [20, 80], **bounds}, index=index)


def test_the_segment_that_holds_most_is_named_with_its_interval():
    found = findings.value_by_segment(segments_table(), currency="USD")
    assert str(found.headline) == (
        "“Champions”, 20% of the customers, hold 90% of expected revenue: $90.00 ($80.00 to "
        "$105.00)."
    )


# The formula, and what is at risk -----------------------------------------------------------


def formula(bias):
    columns = {"revenue": [70.0, 130.0], "bias": bias, "rmse": [1.0, 2.0]}
    return pd.DataFrame(columns, index=pd.Index(["model", "formula"], name="method"))


def test_the_formula_stands_beside_the_models_with_the_error_of_both():
    found = findings.formula(formula([-0.21, 0.30]), currency="USD")
    assert str(found.headline) == (
        "The formula “average purchase × purchases a year × lifetime” says $130.00 of revenue, "
        "undiscounted, where the models say $70.00. When both were tested, its total was 30% off "
        "and that of the models 21%."
    )
    assert "tested" not in str(findings.formula(formula(NAN)).headline)


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
