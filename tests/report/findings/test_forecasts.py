from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from clv.report import findings


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


# Earlier forecasts --------------------------------------------------------------------------


def origins(missed, inside):
    table = pd.DataFrame({"missed": missed, "inside": inside})
    days = pd.date_range("1997-04-07", periods=len(table), freq="7D")
    return table.assign(
        made_on=days,
        until=days + pd.Timedelta(days=365),
        forecast=100.0,
        low=90.0,
        high=110.0,
        came=120.0,
        inside_widened=True,
    )


def test_it_is_counted_how_many_forecasts_held():
    missed = [-0.3, -0.2, -0.1, -0.25, -0.15, -0.2, -0.3, -0.35]
    table = origins(missed, [False] * 6 + [True] * 2)
    found = findings.track_record(table, horizon="12M", currency="USD")
    assert str(found.headline) == (
        "Of 8 earlier forecasts of revenue within 12 months, 2 held by the models' own bounds, and "
        "8 by bounds widened by what the others missed. All were too low, by 10% to 35%."
    )
    assert found.severity == "watch"
    assert found.evidence.attrs["units"]["came"] == "USD"


@pytest.mark.parametrize(
    ("missed", "said"),
    [
        ([0.1] * 8, "All were too high, by 10% to 10%."),
        ([-0.4, *[0.1] * 7], "They were up to 40% off."),
    ],
)
def test_it_is_said_to_which_side_they_were_off(missed, said):
    found = findings.track_record(origins(missed, [True] * 8), horizon="12M")
    assert str(found.headline).endswith(said)
    assert found.severity == "good"


def test_a_few_forecasts_do_not_tell_how_far_totals_may_miss():
    found = findings.track_record(origins([0.1] * 6, [True] * 6), horizon="12M")
    assert "6 held by the models' own bounds: too few forecasts" in str(found.headline)
    none = findings.track_record(origins([], []).astype({"inside": bool}), horizon="12M")
    assert str(none.headline).startswith("No earlier forecast that far ahead is over yet")


# The formula --------------------------------------------------------------------------------


def judged(bias, rmse, gini, top):
    columns = {"bias": bias, "rmse": rmse, "gini": gini, "top_decile_spend": top}
    totals = {"predicted_total": 80.0, "actual_total": 100.0, "mae": 1.0}
    return pd.DataFrame(columns | totals, index=pd.Index(["model", "formula"], name="method"))


def test_models_nearer_by_every_measure_are_said_to_be():
    found = findings.formula_tested(judged([-0.23, 0.27], [93, 104], [0.7, 0.6], [0.5, 0.4]))
    assert "by every measure; their total was 23% off, its own 27%." in str(found.headline)
    assert found.severity == "good"


@pytest.mark.parametrize(("gini", "severity"), [([0.7, 0.6], "info"), ([0.6, 0.7], "watch")])
def test_where_the_formula_was_nearer_the_page_says_so(gini, severity):
    found = findings.formula_tested(judged([-0.21, 0.20], [93, 104], gini, [0.5, 0.4]))
    assert "The formula did better by the miss of the total" in str(found.headline)
    assert found.severity == severity
