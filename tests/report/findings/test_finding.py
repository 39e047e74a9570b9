import dataclasses

import numpy as np
import pandas as pd
import pytest

from clv.report.findings import Finding
from clv.report.findings.finding import (
    SEVERITIES,
    ahead,
    evidence,
    graded,
    guarded,
    share_through,
)
from clv.report.words import Money, Text, Words

EVIDENCE = pd.DataFrame({"customers": [1]})


def test_a_finding_is_a_bold_sentence_with_its_next_step():
    found = Finding(Text("One left."), EVIDENCE, "act", Text("Write to them."))
    assert found._repr_markdown_() == "**One left.**\n\n→ Write to them."


def test_a_finding_without_a_decision_is_its_sentence_alone():
    assert Finding(Text("One left."), EVIDENCE)._repr_markdown_() == "**One left.**"


@pytest.mark.parametrize("sign", list("\\`*_[]<>$~|"))
def test_no_sign_from_data_becomes_markup(sign):
    found = Finding(Text("Segment {name}.", {"name": f"a{sign}b{sign}c"}), EVIDENCE)
    assert found._repr_markdown_() == f"**Segment a\\{sign}b\\{sign}c.**"


def test_two_sums_of_money_are_no_formula():
    values = {"low": Money(1, "USD"), "high": Money(2, "USD")}
    found = Finding(Text("{low} to {high}", values), EVIDENCE)
    assert found._repr_markdown_() == r"**\$1.00 to \$2.00**"


def test_a_finding_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Finding(Text("One left."), EVIDENCE).severity = "good"


def test_urgency_begins_at_its_limits():
    found = [graded(x, watch=0.1, act=0.2, below="good") for x in (0.09, 0.1, 0.2)]
    assert found == ["good", "watch", "act"]
    assert set(found) < set(SEVERITIES)


@pytest.mark.parametrize(
    ("horizon", "said"),
    [
        ("1M", "within 1 month"),
        ("39W", "within 39 weeks"),
        ("2.5 Y", "within 2.50 years"),
        ("365D", "within 365 days"),
        ("2025-12-31", "by December 31, 2025"),
    ],
)
def test_a_horizon_is_said_as_people_say_it(horizon, said):
    assert str(ahead(horizon)) == said


def test_evidence_names_its_units_and_leaves_the_table_alone():
    table = pd.DataFrame({"clv": [1.0]}, index=["mbgnbd"])
    shown = evidence(table, clv="USD", low=None)
    assert shown.attrs == {"units": {"clv": "USD", "low": ""}}
    assert isinstance(shown.index, pd.CategoricalIndex)
    assert table.attrs == {}
    assert not isinstance(table.index, pd.CategoricalIndex)


def test_a_share_that_tells_of_a_few_is_left_open():
    sizes = [40, 40, 40, 4, 0, 40]
    shares = [0.5, 0.1, 0.93, 0.5, np.nan, 0.0]  # of the second four, of the third all but three
    table = pd.DataFrame({"share": shares, "low": shares, "high": shares, "leads": sizes})
    shown = guarded(table, "leads")
    assert shown["share"].isna().tolist() == [False, True, True, True, True, False]
    assert shown["high"].equals(shown["share"])


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.13, "13% (12% to 14%)"),
        (0.01, "less than 1.7%"),  # three of three hundred
        (0.99, "more than 98%"),
        (np.nan, "–"),
    ],
)
def test_the_share_of_a_handful_that_got_on_is_not_told(share, said):
    row = pd.Series({"entries": 300, "share": share, "low": share - 0.01, "high": share + 0.01})
    assert share_through(row).render(Words.of("en")) == said
