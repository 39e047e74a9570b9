"""Rows of any table are set aside in one way."""

import ibis
import pytest
from ibis import _

from clv.errors import TooManyFaulty
from clv.tables import asides, sources
from clv.tables.columns import Wanted
from clv.tables.conversion import RAW, number
from clv.tables.formats import Format
from clv.tables.rules import Rule

RULES = (
    Rule("score-not-a-number", "score", "cannot be read as a number", _.score.isnull()),
    Rule("score-zero", "score", "is zero", _.score == 0, faulty=False),
)


@pytest.fixture
def quarantined(csv):
    """The quarantine of scores written under a header."""

    def quarantined(*scores):
        path = csv(*scores, header="score,other")
        with sources.opened(path, Wanted(("score",)), Format()) as raw:
            rows = raw.table.mutate(
                **{RAW + "score": raw.table["score"]}, score=number(raw.table["score"], Format())
            )
            return asides.quarantine(raw, asides.judged(rows, RULES), RULES)

    return quarantined


def test_each_row_is_named_by_line_reason_column_and_text(quarantined):
    found = quarantined("1,a", "x,b", "0,c", "7", "5,d")
    assert found[["line", "reason", "column", "text"]].values.tolist() == [
        [3, "score-not-a-number", "score", "x"],
        [4, "score-zero", "score", "0"],
        [5, "row-torn", "", "7"],
    ]


def test_what_is_told_counts_the_rows_and_names_the_first(quarantined):
    torn, faulty = asides.told(quarantined("1,a", "x,b", "y,c", "7"), RULES)
    assert (torn.code, torn.line) == ("row-torn", 5)
    assert (faulty.code, faulty.column, faulty.line) == ("score-not-a-number", "score", 3)
    assert "in 2 rows `score` cannot be read as a number (first: line 3 'x')" in faulty.text


def test_too_many_faults_are_a_misread_table(quarantined):
    found = quarantined("1,a", "x,b", "0,c", "0,d")
    asides.refuse_misread(found, 4, RULES, max_faulty=0.25)
    with pytest.raises(TooManyFaulty, match=r"1 of 4 rows are faulty.*\(0.2\).*line 3 'x'"):
        asides.refuse_misread(found, 4, RULES, max_faulty=0.2)


def test_rows_without_a_place_are_told_by_their_values():
    rows = ibis.memtable(
        {RAW + "score": ["x"], "score": [None]},
        schema={RAW + "score": "string", "score": "float64"},
    )
    rows = asides.judged(rows, RULES, numbered=False)
    assert rows.columns == ("score", "reason", "text", "values")


def test_the_account_adds_up(quarantined):
    account = asides.account(quarantined("1,a", "x,b", "0,c"), {"accepted": 1})
    assert account.values.tolist() == [
        ["in", "", 3],
        ["accepted", "", 1],
        ["quarantined", "score-not-a-number", 1],
        ["quarantined", "score-zero", 1],
    ]
