import pandas as pd
import pytest

from clv.report import findings
from clv.report.labels import STAGES
from clv.stages.rules import IN_RHYTHM, OBSERVABLE, SILENT

WRITE = (
    "Write to the customers at risk this month, the most valuable first, but to nobody held out."
)


def sizes(**customers):
    counts = pd.Series(customers, dtype="Int64").reindex([*STAGES][:12])
    return counts.to_frame("customers")


def behaviour(**shares):
    table = pd.DataFrame({"share": shares, "customers": 100})
    table["returned"] = table["customers"] * table["share"]
    table["returned"] = table["returned"].round()
    table = table.assign(low=table["share"] - 0.02, high=table["share"] + 0.02)
    table.attrs["ordered"] = table["share"].is_monotonic_decreasing
    return table


def test_every_stage_after_a_purchase_belongs_to_one_group():
    assert {*OBSERVABLE} <= {*IN_RHYTHM, *SILENT}
    assert not {*IN_RHYTHM} & {*SILENT}


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
        (5, "info", WRITE),
        (10, "watch", WRITE),
        (25, "act", WRITE),
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
    ("shares", "said", "severity"),
    [
        ({"loyal": 0.7, "active": 0.3, "churned": 0.05}, "The stages tell customers apart: 70% "
         "(68% to 72%) of “Loyal” bought again and 5.0% (3.0% to 7.0%) of “Churned”.", "good"),
        ({"loyal": 0.7, "at_risk": 0.2, "dormant": 0.3}, "The stages tell customers apart, but not "
         "all in the expected order: 70% (68% to 72%) of “Loyal” bought again and 30% (28% to 32%) "
         "of “Dormant”.", "watch"),
        ({"active": 0.13, "churned": 0.05}, "The stages hardly tell customers apart: 13% (11% to "
         "15%) of “Active” bought again and 5.0% (3.0% to 7.0%) of “Churned”.", "watch"),
        ({"active": 0.13}, "Too few stages hold 20 customers or more to compare them.", "info"),
    ],
)  # fmt: skip
def test_stages_are_judged_by_what_customers_did_next(shares, said, severity):
    found = findings.stage_separation(behaviour(**shares))
    assert (str(found.headline), found.severity) == (said, severity)


def test_who_has_no_limit_is_not_told_to_be_buying():
    found = findings.stage_sizes(sizes(onboarding=82, active=218), 190)
    assert str(found.headline) == (
        "Of 300 customers, 110 (37%) are buying, 0 (0%) are at risk and 0 (0%) are dormant or "
        "churned. Of 190 (63%) nobody can tell: for customers with as many purchases no limit of "
        "silence could be learned."
    )


def test_shares_of_stages_are_of_customers_and_leads_have_none():
    shares = findings.stage_sizes(sizes(lead=2000, active=90, at_risk=10)).evidence["share"]
    assert shares.drop("lead").dropna().to_dict() == {"active": 0.9, "at_risk": 0.1}
    assert pd.isna(shares["lead"])


def test_of_a_handful_it_cannot_be_told_whether_the_stages_tell_customers_apart():
    table = pd.DataFrame(
        {
            "customers": [25, 30],
            "returned": [9, 6],
            "share": [0.36, 0.2],
            "low": [0.22, 0.1],
            "high": [0.53, 0.34],
        },
        index=["loyal", "at_risk"],
    )
    table.attrs["ordered"] = False
    assert str(findings.stage_separation(table).headline) == (
        "Whether the stages tell customers apart cannot be told from so few: 36% (22% to 53%) of "
        "“Loyal” bought again and 20% (10% to 34%) of “At risk”."
    )


def test_a_share_of_a_single_buyer_is_not_told():
    table = behaviour(loyal=0.97, active=0.5, churned=0.01)
    assert str(findings.stage_separation(table).headline) == (
        "The stages tell customers apart: more than 95% of “Loyal” bought again and less than 5.0% "
        "of “Churned”."
    )
