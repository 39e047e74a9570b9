import numpy as np
import pandas as pd
import pytest

from clv.report import findings
from clv.report.findings import Finding
from clv.report.findings.summary import STAKES, WHO
from clv.report.words import Text


def found(severity, step="Do it."):
    step = Text(step) if step else None
    return Finding(Text(f"This is {severity}."), pd.DataFrame(), severity, step)


def to_do(*severities, amount=np.nan):
    return findings.to_do(
        findings.action(found(severity), "sales", amount) for severity in severities
    )


@pytest.mark.parametrize(
    ("severities", "said", "severity"),
    [
        ([], "Nothing asks for a decision.", "good"),
        (["info"], "Nothing is urgent. Begin on Monday with this: Do it.", "info"),
        (["watch", "watch"], "Nothing is urgent. Begin on Monday with this: Do it.", "watch"),
        (["act", "watch"], "1 thing is urgent. Begin on Monday with this: Do it.", "act"),
        (["act", "act"], "2 things are urgent. Begin on Monday with this: Do it.", "act"),
    ],
)
def test_the_answer_is_the_first_thing_to_do(severities, said, severity):
    done = to_do(*severities)
    assert (str(done.headline), done.severity) == (said, severity)


def test_the_most_urgent_comes_first_and_of_these_the_dearest():
    done = findings.to_do(
        [
            findings.action(found("watch", "Fourth."), "care", 9000.0, "at_risk"),
            findings.action(found("act", "Third."), "analysis"),
            findings.action(found("act", "Second."), "sales", 10.0, "brought"),
            findings.action(found("act", "First."), "marketing", 500.0, "missing", currency="EUR"),
        ]
    )
    steps = [str(step) for step in done.evidence["next_step"]]
    assert steps == ["First.", "Second.", "Third.", "Fourth."]
    assert [str(money) for money in done.evidence["money"]] == [
        "€500.00 of revenue missing",
        "10.00 of revenue in the year before",
        "–",
        "9,000 at risk",
    ]
    assert str(done.evidence.loc[1, "who"]) == "Marketing"
    assert str(done.evidence.loc[4, "urgency"]) == "Keep an eye on"
    assert str(done.next_step) == "Second."


def test_what_is_expected_anyway_is_nothing_to_win():
    plan = findings.action(found("act", "Plan."), "finance", 1e6, "expected")
    call = findings.action(found("act", "Call."), "sales", 50.0, "brought")
    assert str(findings.to_do([plan, call]).evidence["next_step"].iloc[0]) == "Call."


def test_the_money_of_a_few_customers_is_not_told():
    done = findings.to_do(
        [findings.action(found("act"), "sales", 158.0, "brought", customers=3, currency="EUR")]
    )
    assert str(done.evidence["money"].iloc[0]) == "–"


def test_a_finding_that_asks_for_nothing_is_not_listed():
    assert findings.to_do([findings.action(found("act", step=""), "sales")]).evidence.empty


@pytest.mark.parametrize("stake", STAKES)
def test_every_stake_is_an_amount(stake):
    told = findings.action(found("act"), "sales", 5.0, stake, currency="USD").stake
    assert str(told).startswith("$5.00 ")


def test_everybody_who_does_something_has_a_name():
    assert [str(findings.action(found("act"), who).who) for who in WHO] == list(WHO.values())


def test_without_a_forecast_the_reason_is_told():
    reason = (
        "Only 12 repeat buyers (on more than one day); a model needs 50. Segments and stages are "
        "shown without values."
    )
    assert str(findings.no_forecast(reason).headline) == f"Nothing can be foreseen yet. {reason}"
    assert str(findings.no_forecast("Elsewhere.").headline).endswith("Elsewhere.")
