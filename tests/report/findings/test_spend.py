import pandas as pd
import pytest

from clv.customers.spend_basis import SpendBasis
from clv.customers.traits import Trait
from clv.report import findings

WORTH = Trait("spend", 36.1, 35.5, 36.7, middle=28.0, best_tenth=61.0)
LEVELS = pd.DataFrame(
    {"mean": [30.5, 35.0, 40.6, 99.0], "customers": [500, 90, 10, 3]}, index=["0", "1", "2", "7+"]
)


def dependence(correlation):
    return pd.DataFrame(
        {"value": 0.9, "without_largest": [correlation / 2, correlation, 0.9]},
        index=["pearson", "spearman", "eta_squared"],
    )


def basis(name, ratio=1.01, **columns):
    table = pd.DataFrame(columns, index=pd.Index(["repeat", "all"], name="basis"))
    return SpendBasis(name, "", ratio, table.assign(chosen=table.index == name))


def test_the_level_of_spend_is_said_in_its_currency():
    assert str(findings.spend_level(WORTH, currency="USD").headline) == (
        "A purchase is worth $36.10 ($35.50 to $36.70) on average; half of the customers spend "
        "less than $28.00 each time, the best tenth more than $61.00."
    )


# Which purchases count ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "used", "said"),
    [
        (
            basis("all", choosing_log_error=[0.65, 0.63]),
            "all",
            "Every purchase counts, the first included: that foresaw better what customers spent",
        ),
        (
            basis("repeat", choosing_log_error=[0.65, 0.63]),
            "repeat",
            "Only repeat purchases count, as in the papers: that missed by less what all customers",
        ),
        (
            basis("all", choosing_log_error=[0.65, 0.63]),
            "repeat",
            "Only repeat purchases count, as in the papers, because it was asked for.",
        ),
        (basis("repeat"), "repeat", "as in the papers: the history is too short to test another"),
    ],
)
def test_which_purchases_count_is_said_with_the_reason(found, used, said):
    assert said in str(findings.spend_basis(found, used).headline)


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.04, "First purchases are about as large as later ones."),
        (1.20, "First purchases are 20% larger than later ones."),
        (0.75, "First purchases are 25% smaller than later ones."),
    ],
)
def test_first_and_later_purchases_are_compared_in_words(ratio, said):
    found = findings.spend_basis(basis("all", ratio, choosing_log_error=[0.65, 0.63]), "all")
    assert str(found.headline).endswith(said)


# Whether it depends on frequency ------------------------------------------------------------


@pytest.mark.parametrize(
    ("correlation", "said", "severity"),
    [
        (0.09, "says next to nothing about what they spend each time (correlation 0.90", "good"),
        (0.10, "buy often spend more each time: $40.60 with 2 repeat purchases", "watch"),
        (-0.30, "buy often spend less each time: $40.60 with 2 repeat purchases", "act"),
        (float("nan"), "Too few customers", "info"),
    ],
)
def test_independence_is_judged_by_the_stronger_correlation(correlation, said, severity):
    found = findings.spend_independence(dependence(correlation), LEVELS, unit="USD")
    assert said in str(found.headline)
    assert found.severity == severity


def test_the_largest_customer_is_left_out_of_the_judgement_and_named_beside_it():
    found = findings.spend_independence(dependence(0.2), LEVELS, unit="USD")
    assert "(correlation 0.90, without the largest customer 0.20)" in str(found.headline)


def test_a_group_of_a_handful_is_not_held_up_as_an_example():
    few, many = (LEVELS.assign(customers=count) for count in (4, 50))
    few = few.assign(customers=[500, 90, 10, 4])
    told = [str(findings.spend_independence(dependence(0.2), t).headline) for t in (few, many)]
    assert "99" not in told[0]
    assert "99.00 with 7 or more repeat purchases" in told[1]


@pytest.mark.parametrize(
    ("correlation", "said", "severity"),
    [
        (0.05, "however often a customer buys: the two models may be multiplied.", "good"),
        (0.20, "more from those who buy often: the two models may be multiplied, but", "watch"),
        (-0.40, "less from those who buy often: the two models may be multiplied, but", "act"),
        (float("nan"), "however often a customer buys: the two models may be", "good"),
    ],
)
def test_the_answer_says_what_a_purchase_is_worth_and_whether_to_multiply(
    correlation, said, severity
):
    found = findings.spend_answer(WORTH, dependence(correlation), currency="USD")
    assert str(found.headline).startswith("A purchase is worth $36.10 on average, ")
    assert said in str(found.headline)
    assert found.severity == severity
