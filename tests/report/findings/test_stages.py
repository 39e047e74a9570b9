import pandas as pd
import pytest

from clv.report import findings
from clv.report.findings.stages import BUYING, GONE
from clv.report.labels import STAGES
from clv.stages.rules import OBSERVABLE


def sizes(**customers):
    counts = pd.Series(customers, dtype="Int64").reindex([*STAGES][:12])
    return counts.to_frame("customers")


def moves(*flows):
    stages = ["active", "at_risk", "churned"]
    table = pd.DataFrame(0, index=["not_yet", *stages], columns=stages)
    for then, now, customers in flows:
        table.loc[then, now] = customers
    return table


def behaviour(**shares):
    table = pd.DataFrame({"share": shares, "customers": 100})
    table["returned"] = table["customers"] * table["share"]
    table = table.assign(low=table["share"] - 0.02, high=table["share"] + 0.02)
    table.attrs["ordered"] = table["share"].is_monotonic_decreasing
    return table


def test_every_stage_after_a_purchase_belongs_to_one_group():
    assert {*OBSERVABLE} <= {*BUYING, "at_risk", *GONE}
    assert not {*BUYING} & {"at_risk", *GONE}


def test_customers_are_counted_in_three_groups():
    found = findings.stage_sizes(sizes(active=700, loyal=100, at_risk=50, churned=150))
    assert str(found.headline) == (
        "Of 1,000 customers, 800 (80%) are buying, 50 (5.0%) are at risk and 150 (15%) are "
        "dormant or churned."
    )
    assert found.severity == "info"
    assert "reached" not in found.evidence.index


@pytest.mark.parametrize(
    ("at_risk", "severity", "step"),
    [
        (0, "info", "None"),
        (1, "info", "None"),
        (5, "info", "Write to the 5 customers at risk this month, the most valuable first."),
        (10, "watch", "Write to the 10 customers at risk this month, the most valuable first."),
        (25, "act", "Write to the 25 customers at risk this month, the most valuable first."),
    ],
)
def test_customers_at_risk_are_to_be_written_to(at_risk, severity, step):
    found = findings.stage_sizes(sizes(active=100 - at_risk, at_risk=at_risk))
    assert (found.severity, str(found.next_step)) == (severity, step)


def test_a_few_customers_in_a_stage_are_not_counted_out():
    found = findings.stage_sizes(sizes(active=96, at_risk=4))
    assert str(found.headline) == "100 customers are sorted into stages."


def test_without_customers_no_stage_is_spoken_of():
    assert str(findings.stage_sizes(sizes()).headline) == "Nobody has become a customer yet."


@pytest.mark.parametrize(
    ("quiet", "severity"), [(0, "good"), (15, "good"), (16, "watch"), (30, "act")]
)
def test_who_came_is_weighed_against_who_went_quiet(quiet, severity):
    found = findings.stage_moves(
        moves(("not_yet", "active", 10), ("churned", "active", 5), ("active", "at_risk", quiet))
    )
    assert str(found.headline) == f"10 customers came, 5 came back and {quiet} went quiet."
    assert found.severity == severity


def test_a_time_without_new_customers_is_said_as_such():
    found = findings.stage_moves(moves(("churned", "active", 5), ("active", "at_risk", 2)))
    assert str(found.headline) == "5 customers came back and <5 went quiet; nobody new came."


def test_the_largest_loss_is_pointed_at():
    found = findings.stage_moves(moves(("active", "at_risk", 6), ("active", "churned", 1)))
    assert str(found.next_step) == (
        "Look first at the largest loss: 6 customers from Active to At risk."
    )


def test_a_loss_of_a_few_is_not_pointed_at():
    found = findings.stage_moves(moves(("active", "at_risk", 4), ("active", "churned", 1)))
    assert (found.severity, found.next_step) == ("act", None)


def test_without_customers_nobody_moves():
    assert str(findings.stage_moves(moves()).headline) == "There are no customers to follow yet."


@pytest.mark.parametrize(
    ("shares", "said", "severity"),
    [
        ({"loyal": 0.7, "active": 0.3, "churned": 0.05}, "The stages tell customers apart: 70% "
         "(68% to 72%) of “Loyal” bought again and 5.0% (3.0% to 7.0%) of “Churned”.", "good"),
        ({"loyal": 0.7, "at_risk": 0.2, "dormant": 0.3}, "The stages tell customers apart, but not "
         "all in the expected order: 70% (68% to 72%) of “Loyal” bought again and 30% (28% to 32%) "
         "of “Dormant”.", "watch"),
        ({"active": 0.13, "churned": 0.05}, "The stages hardly tell customers apart: 13% (11% to "
         "15%) of “Active” bought again and 5.0% (3.0% to 7.0%) of “Churned”.", "watch"),
        ({"active": 0.13}, "Too few stages hold customers to compare them.", "info"),
    ],
)  # fmt: skip
def test_stages_are_judged_by_what_customers_did_next(shares, said, severity):
    found = findings.stage_separation(behaviour(**shares))
    assert (str(found.headline), found.severity) == (said, severity)
