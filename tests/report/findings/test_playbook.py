import numpy as np
import pandas as pd
import pytest

from clv.growth import playbook
from clv.growth.playbook import SAID
from clv.report import findings
from clv.report.words import Words
from clv.stages.rules import STATES


@pytest.fixture
def table():
    index = pd.CategoricalIndex(["loyal", "lead"], categories=STATES, name="stage")
    found = pd.DataFrame(
        {"customers": [20, 30], "amount": [900.0, np.nan], "share": [1.0, np.nan]}, index=index
    )
    found.attrs["value"] = "margin"
    return found


def test_the_money_leads(table):
    assert str(findings.money_by_stage(table)) == (
        "Of expected value of those for whom there is a play, 100% rests with “Loyal”."
    )
    assert str(findings.plays(table, unit="USD")) == (
        "This month's plays for 50 people; among them most money rests with “Loyal”: $900.00."
    )


def test_plays_without_money_or_customers_are_told_too(table):
    poor = table.assign(amount=np.nan)
    assert str(findings.money_by_stage(poor)) == "There is no money to be shown by stage."
    assert str(findings.plays(poor)) == "This month's plays for 50 people, by stage."
    nobody = table.iloc[:0]
    assert str(findings.plays(nobody)) == "There is nobody to whom a play could be addressed."


def test_few_customers_do_not_show_their_money(table):
    assert "900" not in str(findings.plays(table.assign(customers=[2, 30]), unit="USD"))


def test_a_stage_that_its_table_shows_as_other_is_not_named(table):
    """What a sentence says of six would tell, beside “Other”, what the three others hold."""
    small = table.assign(customers=[6, 3], amount=[900.0, 100.0])
    assert "900" not in str(findings.plays(small, unit="USD"))
    assert str(findings.money_by_stage(small)) == "There is no money to be shown by stage."


@pytest.mark.parametrize("part", [*SAID, "owner"])
def test_a_play_is_said_in_each_language(table, part):
    book = playbook.read()
    told = findings.told(table, book, [part])
    for language in ("en", "tr", "ar"):
        assert (
            told.loc["loyal", part].render(Words.of(language))
            == (getattr(book.plays["loyal"], part)[language])
        )
    assert told.attrs == table.attrs
