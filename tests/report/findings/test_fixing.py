import numpy as np
import pandas as pd
import pytest

from clv.report import findings
from clv.report.cells import table
from clv.report.findings.finding import Finding
from clv.report.words import Text, Words


def said(text, severity="info", step=None, **values):
    return Finding(Text(text, values), pd.DataFrame(), severity, step and Text(step))


STAND = said("All stand.")
MOVED = said("{lost}, {back} and more in {span}.", lost="9", back="5", span="30 days")


def test_the_answer_says_where_customers_stand_who_moved_and_what_to_begin_with():
    found = findings.lifecycle(STAND, MOVED, said("None stuck.", "good"), said("", step="Go."))
    assert str(found.headline) == (
        "All stand. In the last 30 days 9 customers slipped away and 5 came back."
    )
    assert (str(found.next_step), found.severity) == ("Go.", "info")


def test_a_bottleneck_belongs_to_the_answer():
    stuck = said("Many of Fair.", "act", short=Text("Leads from “Fair” get stuck."))
    found = findings.lifecycle(STAND, said("Nobody moved."), stuck, said(""))
    assert str(found.headline) == "All stand. Nobody moved. Leads from “Fair” get stuck."
    assert found.severity == "act"
    assert found.next_step is None


@pytest.mark.parametrize(
    ("sizes", "moved", "stuck", "told"),
    [
        ("watch", "watch", "act", "Unstick."),
        ("act", "watch", "act", "Unstick."),
        ("act", "info", "watch", "Write."),
        ("info", "watch", "good", "Look."),
        ("info", "info", "good", "Begin."),
    ],
)
def test_what_is_urgent_says_what_to_do(sizes, moved, stuck, told):
    parts = (
        said("All stand.", sizes, "Write."),
        said("Some moved.", moved, "Look."),
        said("Some stick.", stuck, "Unstick.", short="They stick."),
    )
    found = findings.lifecycle(*parts, said("", step="Begin."))
    assert str(found.next_step) == told


def points(margin=None, **stages):
    table = pd.DataFrame.from_dict(
        stages, orient="index", columns=["customers", "p_purchase", "one_point"]
    )
    table = table.assign(expected_spend=40.0, effort=0.01 / table["p_purchase"])
    table.attrs = {"margin": margin}
    return table


def test_what_is_worth_most_is_told_with_how_hard_it_is():
    table = points(churned=(900, 0.04, 360.0), at_risk=(138, 0.25, 55.0))
    found = findings.worth_fixing(table, days=90, currency="EUR")
    assert str(found.headline) == (
        "If one more in a hundred of the people in a stage bought within 90 days, most would come "
        "from “Churned”: €360.00 of revenue, if the marginal customer is like the average. But "
        "that takes 25% more buyers there than today; from “At risk” €55.00 is within reach, with "
        "4.0% more."
    )
    assert str(found.next_step) == (
        "Begin with those in “At risk”, the most valuable first, but with nobody held out."
    )
    assert found.evidence.attrs["value"] == "revenue"


def test_where_the_most_is_within_reach_it_is_begun_with():
    found = findings.worth_fixing(points(0.4, at_risk=(138, 0.25, 55.0)), days=90)
    assert "of value, if the marginal" in str(found.headline)
    assert "within reach" not in str(found.headline)
    assert "“At risk”" in str(found.next_step)
    assert found.evidence.attrs["value"] == "margin"


def test_a_stage_of_a_few_is_not_pointed_at():
    found = findings.worth_fixing(points(loyal=(3, 0.9, 5.0)), days=90)
    assert str(found.headline) == (
        "No stage holds enough customers to tell what is most worth fixing."
    )


def bands(stages, fixed, auc=0.8, of_bands=0.78):
    return pd.DataFrame(
        {"groups": [7, 5], "customers": 900, "log_loss": [stages, fixed], "auc": [auc, of_bands]},
        index=pd.Index(["stages", "fixed_bands"], name="grouping"),
    )


@pytest.mark.parametrize(
    ("table", "said", "severity"),
    [
        (
            bands(0.3, 0.32),
            "The stages foretell who buys better than plain bands of silence",
            "good",
        ),
        (bands(0.3, 0.32, 0.59, 0.64), "The stages foretell who buys as well as plain", "info"),
        (bands(0.3, 0.32).assign(customers=60), "cannot be told from so few", "info"),
        (bands(0.33, 0.32), "foretell who buys as well or better", "watch"),
        (bands(0.3, 0.3), "foretell who buys as well or better", "watch"),
        (bands(0.3, 0.32, 0.55, 0.5), "Neither the stages nor plain bands", "watch"),
        (bands(0.3, 0.32, float("nan")), "cannot be told", "info"),
    ],
)
def test_stages_are_held_against_plain_bands_of_silence(table, said, severity):
    found = findings.against_bands(table)
    assert said in str(found.headline)
    assert found.severity == severity


def health(red=20, auc=0.7, reach=0.05):
    names = ["red", "amber", "green"]
    now = pd.DataFrame(
        {"band": pd.Categorical(["red"] * red + ["green"] * 50 + [None] * 30, names)}
    )
    shares = {"customers": [30, 0, 40], "returned": [3, 0, 20], "share": [0.1, None, 0.5]}
    later = pd.DataFrame(
        shares | {"low": [0.1, None, 0.1], "high": [0.9, None, 0.9]},
        index=pd.CategoricalIndex(names, names, name="band"),
    )
    later.attrs = {"auc": auc, "auc_low": auc - reach, "auc_high": auc + reach, "days": 96}
    return now, later


def test_health_is_told_by_band_and_judged():
    found = findings.customer_health(*health())
    assert str(found.headline) == (
        "Health can be told for 70 of 100 customers: 50 are green, 0 amber and 20 red. Of the 70 "
        "of whom it was known 96 days earlier, who bought since was the healthier in 70% (65% to "
        "75%) of cases."
    )
    assert found.evidence["customers"].tolist() == [20, 0, 50]
    assert found.severity == "good"


def test_health_that_foretells_nothing_says_so():
    found = findings.customer_health(*health(auc=0.48))
    assert "It does not foretell who buys" in str(found.headline)
    assert found.severity == "watch"
    assert findings.customer_health(*health(auc=float("nan"))).severity == "info"


def test_health_of_a_few_is_not_said_to_foretell_nothing():
    found = findings.customer_health(*health(auc=0.55, reach=0.08))
    assert "Whether it foretells who buys cannot be told yet" in str(found.headline)
    assert found.severity == "info"


def test_customers_of_today_are_not_mistaken_for_those_who_were_followed():
    shown = table(findings.customer_health(*health()).evidence, Words.of("en"))
    assert [column["label"] for column in shown["columns"]] == [
        *("Health", "Customers", "Customers 96 days earlier", "Bought again within 96 days"),
    ]
    assert shown["rows"] == [
        ["Red", "20", "30", "less than 17%"],  # three are not counted out
        ["Amber", "0", "0", "–"],
        ["Green", "50", "40", "50% (10% to 90%)"],
    ]


def test_health_that_cannot_be_seen_says_what_would_show_it():
    now, later = health()
    found = findings.customer_health(now.iloc[70:], later)
    assert str(found.headline) == "How each relationship is doing cannot be seen in these data."
    assert "support tickets" in str(found.next_step)
    assert found.evidence.empty


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((1, 29, 74), "for 74 of them it is “Green”."),
        ((29, 74, 1), "for 74 of them it is “Amber”."),
        ((2, 0, 60), "for nearly all of them it is “Green”."),
    ],
)
def test_a_band_of_a_few_cannot_be_worked_out_from_the_others(sizes, said):
    _, later = health(auc=float("nan"))
    names = np.repeat(["red", "amber", "green"], sizes)
    bands = pd.Categorical(names, categories=["red", "amber", "green"])
    found = findings.customer_health(pd.DataFrame({"band": bands}), later)
    assert str(found.headline).endswith(said)
