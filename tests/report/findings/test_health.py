from datetime import date

import numpy as np
import pandas as pd
import pytest

from clv.report import findings
from clv.report.alerts import Alert
from clv.report.words import Text
from clv.tables.births import Births

ROWS = {"in": 500, "accepted": 490}


def customers(repeat: int, once: int = 100) -> pd.DataFrame:
    days = {"first_purchase": pd.Timestamp("2024-01-01"), "last_purchase": "2024-03-10"}
    table = pd.DataFrame({"frequency": [1] * repeat + [0] * once}).assign(**days)
    return table.assign(last_purchase=pd.to_datetime(table["last_purchase"]))


def verdict(repeat: int, *alerts: Alert):
    return findings.verdict(customers(repeat), ROWS, alerts)


def test_a_log_that_can_carry_the_analysis_is_told_so():
    found = verdict(60)
    assert found.severity == "good"
    assert str(found.headline) == (
        "This log can carry the analysis: 60 of 160 customers have come back within 10 weeks, and "
        "nothing about it is odd."
    )


def test_alerts_come_before_the_analysis():
    found = verdict(60, *[Alert("stale", Text("Old."))] * 2)
    assert found.severity == "watch"
    assert "once 2 alerts have been looked at" in str(found.headline)


@pytest.mark.parametrize(("repeat", "said"), [(49, "49 of 149 customers"), (3, "hardly any")])
def test_too_few_who_came_back_are_no_base_whatever_else_is_said(repeat, said):
    found = verdict(repeat, Alert("stale", Text("Old.")))
    assert found.severity == "act"
    assert "cannot carry a model" in str(found.headline)
    assert said in str(found.headline)


def test_whether_customers_are_older_than_the_log_is_said_with_the_reason():
    declared = "declared: no customer is older than the log"
    assert findings.first_seen(Births(True, None, declared)).severity == "good"
    doubt = findings.first_seen(Births(False, date(2024, 2, 1), "the log is too short"))
    assert doubt.severity == "watch"
    assert "February 1, 2024" in str(doubt.headline)
    assert doubt.evidence["reason"].tolist() == ["the log is too short"]


def gaps(*counts: int) -> pd.DataFrame:
    edges = [1, 8, 31, 366, np.inf]
    table = {"at_least": edges[:-1], "below": edges[1:], "purchase_days": counts}
    return pd.DataFrame(table)


def test_the_usual_gap_is_the_step_on_which_half_of_all_returns_have_come():
    assert "75% come within 30 days" in str(findings.usual_gap(gaps(1, 2, 1, 0)).headline)
    assert "60% come within 7 days" in str(findings.usual_gap(gaps(6, 2, 1, 1)).headline)


def test_returns_that_take_years_are_said_so_and_none_at_all_too():
    assert "longer than a year" in str(findings.usual_gap(gaps(1, 1, 1, 9)).headline)
    assert "No customer" in str(findings.usual_gap(gaps(1, 1, 1, 9).iloc[:0]).headline)
