from dataclasses import replace

import pandas as pd
import pytest

from clv.customers.choice import Choice
from clv.customers.totals import Total
from clv.customers.traits import AFTER_FIRST, AFTER_FIRST_REPEAT, LIFETIME, Trait
from clv.report import findings

BUYERS = Total(50.4, low=41.0, high=60.0)


def models(**alive):
    table = pd.DataFrame({"alive": alive, "customers": 200, "buyers": 50.4})
    return table.assign(chosen=table.index == "mbgnbd")


def compared(chosen="mbgnbd", **scores):
    table = pd.DataFrame({"choosing_score": {**scores, "own_rate": float("nan")}}, dtype=float)
    return table.assign(chosen=table.index == chosen, why="")


def customers(p_alive):
    return pd.DataFrame({"p_alive": p_alive, "expected_purchases": 1.0}, dtype=float)


def test_the_number_of_buyers_to_come_is_said():
    found = findings.purchase_model(models(mbgnbd=0.5), BUYERS, horizon="12M")
    assert str(found.headline) == (
        "50 of 200 customers (25%) are expected to buy again within 12 months, give or take 10."
    )
    assert str(found.next_step) == "Plan for 50 buyers, not for 200 customers."
    assert found.severity == "info"


def test_buyers_without_bounds_are_said_without():
    unknown = replace(BUYERS, low=float("nan"), high=float("nan"))
    found = findings.purchase_model(models(mbgnbd=0.5), unknown, horizon="12M")
    assert str(found.headline).endswith("(25%) are expected to buy again within 12 months.")


def test_without_a_model_the_page_says_so():
    found = findings.purchase_model(models().iloc[:0], BUYERS, horizon="12M")
    assert str(found.headline) == "No model of purchases could be fitted."


# Which model --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "used", "said"),
    [
        (compared(bgnbd=-0.7, mbgnbd=-0.6), "mbgnbd", "of all models it foresaw best what came"),
        (compared(bgnbd=-0.6, mbgnbd=-0.7), "mbgnbd", "as well as BG/NBD, and does not take every"),
        (compared(pareto_nbd=-0.6, mbgnbd=-0.7), "mbgnbd", "as well as Pareto/NBD, and is the"),
        (
            compared(bgnbd=-0.7, mbgnbd=-0.6),
            "bgnbd",
            "because it was asked for; MBG/NBD foresaw better",
        ),
        (compared(mbgnbd=float("nan")), "mbgnbd", "the history is too short to see which model"),
    ],
)
def test_the_reason_for_a_model_is_said_without_a_score(table, used, said):
    headline = str(findings.model_choice(table, Choice(used, "")).headline)
    assert said in headline
    assert not any(sign.isdigit() for sign in headline)


def test_the_scores_are_the_evidence_and_show_how_far_each_is_behind():
    found = findings.model_choice(compared(bgnbd=-0.7, mbgnbd=-0.6, nbd=-0.9), Choice("mbgnbd", ""))
    assert found.evidence["behind_best"].round(4).tolist() == [0.1, 0.0, 0.3]
    assert "own_rate" not in found.evidence.index


def test_bgnbd_is_said_to_take_every_one_time_buyer_for_alive_and_to_carry_no_stage():
    three = models(bgnbd=0.81, mbgnbd=0.45, pareto_nbd=0.44)
    found = findings.models_apart(three, bought_once=120)
    assert str(found.headline) == (
        "MBG/NBD, which is used here, takes 45% for customers still, against 81% by BG/NBD and 44% "
        "by Pareto/NBD. BG/NBD takes every one-time buyer for one, 120 of 200 customers; no "
        "lifecycle stage rests on it."
    )
    assert found.severity == "watch"


def test_where_bgnbd_could_not_be_fitted_nothing_is_said_of_it():
    found = findings.models_apart(models(mbgnbd=0.45, pareto_nbd=0.5), bought_once=120)
    assert str(found.headline) == (
        "MBG/NBD, which is used here, takes 45% for customers still, against 50% by Pareto/NBD."
    )
    assert found.severity == "info"


def test_a_model_alone_has_nothing_to_be_compared_with():
    found = findings.models_apart(models(mbgnbd=0.45), bought_once=120)
    assert str(found.headline) == (
        "MBG/NBD takes 45% for customers still; no other could be fitted."
    )


def test_so_few_one_time_buyers_that_they_might_be_known_are_not_counted_out():
    found = findings.models_apart(models(mbgnbd=0.9, bgnbd=0.91), bought_once=3)
    assert "<5 of 200 customers" in str(found.headline)


# What parameters mean -----------------------------------------------------------------------


def test_the_pace_is_said_by_the_year_and_how_unlike_customers_are():
    found = findings.pace(Trait("pace", 3.64, 3.52, 3.75, middle=2.1, best_tenth=9.16))
    assert str(found.headline) == (
        "As long as they are customers, they buy again 3.6 (3.5 to 3.8) times a year on average; "
        "half of them less than 2.1 times, the busiest tenth more than 9.2 times."
    )


def test_a_pace_without_bounds_is_said_without_them():
    unknown = float("nan")
    found = findings.pace(Trait("pace", 3.64, unknown, unknown, middle=2.1, best_tenth=9.16))
    assert "they buy again 3.6 times a year" in str(found.headline)
    assert list(found.evidence) == ["typical", "middle", "best_tenth"]


@pytest.mark.parametrize(
    ("trait", "said"),
    [
        (
            Trait(AFTER_FIRST_REPEAT, 0.25, 0.22, 0.28, 0.2, 0.01),
            "25% (22% to 28%) of those who come back leave for good right after that first repeat "
            "purchase, and fewer after each further one.",
        ),
        (
            Trait(AFTER_FIRST, 0.36, 0.35, 0.38, 0.2, 0.01),
            "36% (35% to 38%) of the new customers leave for good right after their first "
            "purchase, and fewer after each further one.",
        ),
        (
            Trait(LIFETIME, 175.0, 140.0, 210.0, 175.0),
            "Half of the new customers have left for good after 25 weeks (20 to 30); "
            "the longer somebody has stayed, the longer they are going to.",
        ),
        (
            Trait(LIFETIME, 1461.0, float("nan"), float("nan"), 1461.0),
            "Half of the new customers have left for good after 4 years; the longer somebody has "
            "stayed, the longer they are going to.",
        ),
    ],
)
def test_leaving_is_said_in_the_words_of_the_model(trait, said):
    assert str(findings.leaving(trait).headline) == said


# Whom to let go -----------------------------------------------------------------------------


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
    found = findings.silent(customers(p_alive), model="mbgnbd")
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_what_is_still_to_come_of_the_lost_is_said_with_the_decision():
    found = findings.silent(customers([0.05] * 5 + [0.9] * 15), model="mbgnbd")
    assert str(found.next_step) == "Stop spending on them: they hold 25% of what is to come."
    assert found.evidence["customers"].tolist() == [5, 0, 15]


def test_of_one_time_buyers_bgnbd_cannot_say_that_they_are_lost():
    found = findings.silent(customers([0.05] * 5 + [0.9] * 15), model="bgnbd")
    assert str(found.headline).endswith(
        "below 10%. No one-time buyer is among them, because BG/NBD takes each for a customer "
        "still."
    )
