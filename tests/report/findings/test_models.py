from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from clv.report import findings

SPEND = SimpleNamespace(population_mean=36.1)


def models(**alive):
    table = pd.DataFrame({"alive": alive, "customers": 200, "buyers": 50.4})
    return table.assign(chosen=table.index == "mbgnbd")


def customers(p_alive):
    return pd.DataFrame({"p_alive": p_alive, "clv": [1.0] * len(p_alive)}, dtype=float)


def compared(predicted, actual, *, rule_rmse=2.0):
    return pd.DataFrame(
        {
            "predicted_total": [predicted, 0.0],
            "actual_total": float(actual),
            "bias": [0.0, -1.0],
            "rmse": [1.5, rule_rmse],
            "chosen": [True, False],
        },
        index=["mbgnbd", "own_rate"],
    )


# Purchases ----------------------------------------------------------------------------------


def test_the_number_of_buyers_to_come_is_said():
    found = findings.purchase_model(models(mbgnbd=0.5), horizon="12M")
    assert str(found.headline) == (
        "50 of 200 customers (25%) are expected to buy again within 12 months."
    )
    assert str(found.next_step) == "Plan for 50 buyers, not for 200 customers."
    assert found.severity == "info"


def test_a_model_that_says_something_quite_different_is_named():
    found = findings.models_apart(models(mbgnbd=0.45, bgnbd=0.81))
    assert str(found.headline) == (
        "MBG/NBD, which is used here, takes 45% for customers still; BG/NBD would say 81%."
    )
    assert found.severity == "watch"


def test_models_that_agree_are_not_played_off_against_each_other():
    found = findings.models_apart(models(mbgnbd=0.45, bgnbd=0.5))
    assert str(found.headline) == "MBG/NBD takes 45% for customers still, BG/NBD 50%."
    assert found.severity == "good"


def test_the_model_that_says_something_else_is_called_by_its_own_name():
    three = models(mbgnbd=0.45, bgnbd=0.47)
    farthest = three.loc[["bgnbd"]].rename({"bgnbd": "pareto_nbd"}).assign(alive=0.9)
    found = findings.models_apart(pd.concat([three, farthest]))
    assert "Pareto nbd would say 90%" in str(found.headline)


def test_a_model_alone_has_nothing_to_be_compared_with():
    found = findings.models_apart(models(mbgnbd=0.45))
    assert str(found.headline) == (
        "MBG/NBD takes 45% for customers still; no other model could be fitted."
    )


def test_without_a_model_the_page_says_so():
    found = findings.purchase_model(models().iloc[:0], horizon="12M")
    assert str(found.headline) == "No model of purchases could be fitted."


@pytest.mark.parametrize(
    ("p_alive", "said", "severity"),
    [
        ([], "No customer is as good as lost.", "good"),
        ([0.1, 0.5, 1.0], "No customer is as good as lost.", "good"),
        ([0.05] * 4 + [0.9] * 5, "Hardly any customer is as good as lost.", "good"),
        ([0.05] * 5 + [0.9] * 95, "5 customers (5.0%) are as good as lost", "info"),
        ([0.05] * 5 + [0.9] * 20, "5 customers (20%) are as good as lost", "watch"),
        ([0.0, 0.09, 0.05] * 2 + [0.9] * 6, "6 customers (50%) are as good as lost", "act"),
    ],
)
def test_customers_as_good_as_lost_are_counted_and_judged(p_alive, said, severity):
    found = findings.silent(customers(p_alive))
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_what_the_lost_still_stand_for_is_said_with_the_decision():
    found = findings.silent(customers([0.05] * 5 + [0.9] * 15))
    assert str(found.next_step) == (
        "Stop spending on them: together they hold 25% of expected revenue."
    )
    assert found.evidence["customers"].tolist() == [5, 0, 15]


# Spend --------------------------------------------------------------------------------------


def test_the_level_of_spend_is_said_in_the_currency_of_the_table():
    table = pd.DataFrame({"monetary_value": [10.0, 20, 30, 40, 50, None]})
    table.attrs["currency"] = "USD"
    assert str(findings.spend_level(SPEND, table).headline) == (
        "A purchase is worth $36.10 on average; half of the repeat buyers spend between $20.00 "
        "and $40.00 each time."
    )


def test_without_repeat_buyers_spend_is_not_spoken_of():
    found = findings.spend_level(SPEND, pd.DataFrame({"monetary_value": [float("nan")]}))
    assert str(found.headline) == "Nobody has come back yet: spend cannot be modelled."


@pytest.mark.parametrize(
    ("correlation", "said", "severity"),
    [
        (0.09, "next to nothing about what they spend each time (correlation 0.09)", "good"),
        (0.10, "buy often spend more each time (correlation 0.10)", "watch"),
        (-0.30, "buy often spend less each time (correlation -0.30)", "act"),
        (float("nan"), "Too few repeat buyers", "info"),
    ],
)
def test_independence_is_judged_by_the_stronger_correlation(correlation, said, severity):
    weaker = correlation / 2
    table = pd.DataFrame(
        {"value": 0.9, "without_largest": [weaker, correlation, 0.9]},
        index=["pearson", "spearman", "eta_squared"],
    )
    found = findings.spend_independence(table)
    assert said in str(found.headline)
    assert found.severity == severity


# Holdout ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicted", "actual", "said", "severity"),
    [
        (1000, 1001, "1,000 purchases were foreseen and 1,001 came.", "good"),
        (960, 1000, "960 purchases were foreseen and 1,000 came: 4.0% too few were", "good"),
        (950, 1000, "950 purchases were foreseen and 1,000 came: 5.0% too few were", "watch"),
        (1100, 1000, "1,100 purchases were foreseen and 1,000 came: 10% too many", "watch"),
        (700, 1000, "700 purchases were foreseen and 1,000 came: 30% too few", "act"),
        (5, 0, "5 purchases were foreseen and 0 came: 500% too many were", "act"),
    ],
)
def test_the_forecast_is_held_against_what_came(predicted, actual, said, severity):
    found = findings.holdout(compared(predicted, actual))
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_the_margin_to_plan_with_is_what_was_missed():
    assert str(findings.holdout(compared(880, 1000)).next_step) == (
        "Take totals with a margin of 12%."
    )


def test_a_model_beaten_by_a_simple_rule_is_said_first():
    found = findings.holdout(compared(1000, 1000, rule_rmse=1.5))
    assert str(found.headline) == (
        "A simple rule foresaw single customers better than the model: “Everybody keeps their own "
        "pace”. 1,000 purchases were foreseen and 1,000 came."
    )
    assert found.severity == "act"


def test_another_model_than_the_chosen_one_can_be_judged():
    measured = compared(950, 1000).drop(columns="chosen")
    assert "950 purchases" in str(findings.holdout(measured, model="mbgnbd").headline)


@pytest.mark.parametrize(
    "nothing", [compared(1, 1).iloc[:0], pd.DataFrame({"chosen": [True]}, index=["mbgnbd"])]
)
def test_without_a_holdout_the_page_says_so(nothing):
    assert "too short" in str(findings.holdout(nothing).headline)


def hindsight(came):
    foreseen = SimpleNamespace(expected=100.0, low=90.0, high=110.0)
    return SimpleNamespace(
        made_on=date(1998, 2, 13),
        until=date(1998, 6, 29),
        revenue=foreseen,
        revenue_came=came,
        missed=100.0 / came - 1,
    )


@pytest.mark.parametrize(
    ("came", "said", "severity"),
    [
        (100.0, "until June 29, 1998, and $100.00 came.", "good"),
        (125.0, "until June 29, 1998. $125.00 came: 20% too little was foreseen.", "watch"),
        (50.0, "until June 29, 1998. $50.00 came: 100% too much was foreseen.", "act"),
    ],
)
def test_were_we_right_says_what_was_foreseen_and_what_came(came, said, severity):
    found = findings.were_we_right(hindsight(came), currency="USD")
    begins = "On February 13, 1998 the models would have foreseen $100.00 ($90.00 to $110.00)"
    assert str(found.headline) == f"{begins} of revenue {said}"
    assert found.severity == severity


def test_a_short_history_has_no_last_forecast_to_be_right_about():
    found = findings.were_we_right(None)
    assert (found.severity, len(found.evidence)) == ("watch", 0)


def test_a_forecast_is_said_with_the_bounds_that_it_gave_itself():
    found = findings.holdout(compared(960, 1000), between=(900.0, 1020.0))
    assert str(found.headline).startswith("960 (900 to 1,020) purchases were foreseen")
