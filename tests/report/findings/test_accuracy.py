import pandas as pd
import pytest

from clv.report import findings


def compared(predicted, actual, *, rule_rmse=2.0):
    return pd.DataFrame(
        {
            "predicted_total": [predicted, 0.0],
            "actual_total": float(actual),
            "bias": [0.0, -1.0],
            "rmse": [1.5, rule_rmse],
            "log_score": [-0.9, float("nan")],
            "chosen": [True, False],
        },
        index=["mbgnbd", "own_rate"],
    )


@pytest.mark.parametrize(
    ("predicted", "actual", "said", "severity"),
    [
        (1000, 1001, "in all, as many purchases were foreseen as came.", "good"),
        (960, 1000, "in all, 4.0% too few purchases were foreseen.", "good"),
        (950, 1000, "in all, 5.0% too few purchases were foreseen.", "watch"),
        (1100, 1000, "in all, 10% too many purchases were foreseen.", "watch"),
        (700, 1000, "in all, 30% too few purchases were foreseen.", "act"),
        (5, 0, "in all, 500% too many purchases were foreseen.", "act"),
    ],
)
def test_the_forecast_is_held_against_what_came(predicted, actual, said, severity):
    found = findings.holdout(compared(predicted, actual))
    assert str(found.headline).endswith(said)
    assert found.severity == severity


def test_it_is_said_first_by_how_much_the_model_beats_the_best_rule():
    found = findings.holdout(compared(880, 1000))
    assert str(found.headline).startswith(
        "The model foresaw single customers better than every rule of thumb, with 44% less squared "
        "error than the best of them; in all"
    )
    assert str(found.next_step).endswith("plan totals with room for such a miss.")


def test_a_model_beaten_by_a_simple_rule_is_said_first():
    found = findings.holdout(compared(1000, 1000, rule_rmse=1.2))
    assert str(found.headline) == (
        "A simple rule foresaw single customers better than the model: “Everybody keeps their own "
        "pace”. The model makes 56% more squared error; in all, as many purchases were foreseen as "
        "came."
    )
    assert found.severity == "act"


def test_another_model_than_the_chosen_one_can_be_judged():
    measured = compared(950, 1000).drop(columns="chosen")
    assert "5.0% too few" in str(findings.holdout(measured, model="mbgnbd").headline)


@pytest.mark.parametrize(
    "nothing", [compared(1, 1).iloc[:0], pd.DataFrame({"chosen": [True]}, index=["mbgnbd"])]
)
def test_without_a_holdout_the_page_says_so(nothing):
    assert "too short" in str(findings.holdout(nothing).headline)


def test_a_model_that_could_not_be_tested_is_not_praised():
    found = findings.holdout(compared(1, 1).assign(rmse=float("nan")))
    assert str(found.headline) == "On the day of the test the model could not be fitted."


# Rule by rule -------------------------------------------------------------------------------


def over(saved, log_loss=float("nan")):
    table = pd.DataFrame(
        {"squared_error_saved": saved, "log_loss_saved": [log_loss, *[float("nan")] * 2]},
        index=pd.Index(["nbd", "lookup", "nobody"], name="baseline"),
    )
    table.insert(0, "beaten", table["squared_error_saved"] > 0)
    return table.sort_values("squared_error_saved")


def test_the_hardest_rule_is_named_with_what_the_model_saves_of_its_error():
    found = findings.over_rules(over([0.25, 0.125, 0.5], log_loss=0.062))
    assert str(found.headline) == (
        "The model beats all 3 rules of thumb. The hardest is “Everybody buys as customers like "
        "them once did”: of its squared error the model saves 12%. It also gives better chances "
        "than the one rule that gives any, “Nobody leaves”: of its log loss the model saves 6.2%."
    )
    assert found.severity == "good"


def test_a_rule_that_the_model_does_not_beat_asks_for_a_decision():
    found = findings.over_rules(over([0.25, -0.04, 0.5], log_loss=0.06))
    assert str(found.headline).startswith("The model beats only 2 of 3 rules of thumb.")
    assert str(found.headline).endswith("the model makes 4.0% more squared error than it.")
    assert found.severity == "act"


def test_chances_that_are_no_better_are_said():
    found = findings.over_rules(over([0.25, 0.1, 0.5], log_loss=-0.02))
    assert "But it gives no better chances" in str(found.headline)
    assert found.severity == "watch"


def test_without_chances_to_compare_only_errors_are_spoken_of():
    assert "chances" not in str(findings.over_rules(over([0.25, 0.1, 0.5])).headline)
    assert "no rule" in str(findings.over_rules(over([0.1, 0.1, 0.1]).iloc[:0]).headline)


# How sure -----------------------------------------------------------------------------------


def measured(coverage, mass, central):
    row = {"coverage": coverage, "interval_mass": mass, "pit_central": central}
    return pd.DataFrame([row], index=["mbgnbd"])


@pytest.mark.parametrize(
    ("told", "said", "severity"),
    [
        ((0.96, 0.97, 0.895), "knows how sure it is", "good"),
        ((0.94, 0.97, 0.895), "is surer of single customers than it should be: 94.0%", "watch"),
        ((0.96, 0.97, 0.870), "is a little too sure of single customers: 87.0%", "watch"),
        ((0.96, 0.97, 0.930), "is a little less sure of single customers than", "watch"),
        ((0.99, 0.96, 0.895), "is less sure of single customers than it could be", "info"),
        ((float("nan"), 0.96, 0.9), "gave no chances", "watch"),
    ],
)
def test_intervals_are_judged_by_what_the_model_expected_of_them(told, said, severity):
    found = findings.coverage(measured(*told), model="mbgnbd")
    assert said in str(found.headline)
    assert found.severity == severity
