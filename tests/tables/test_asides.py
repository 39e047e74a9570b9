"""Rows of any table are set aside in one way."""

import ibis
import pytest
from ibis import _

import clv
from clv.errors import ClvError, TooManyFaulty
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


def test_a_value_that_may_name_a_customer_is_in_the_quarantine_and_in_no_message(csv):
    path = csv(
        "alice@mail.example\x01,2024-01-01,5,1",
        "b,2024-01-01,5,secret-7",
        "c,2024-01-01,5,secret-7",
        "alice@mail.example,2024-01-01",
        "x" * 300 + ",2024-01-01,5,2",
        "d,no day,5,3",
        header="customer_id,date,amount,order_id",
    )
    with pytest.raises(ClvError) as caught:
        clv.load(path, as_of="2024-02-01")
    found = clv.load(
        csv(*["e,2024-01-02,5,"] * 3, header=path.read_text().rstrip("\n")), max_faulty=1
    )
    texts = [str(caught.value), *(message.text for message in found.messages)]
    assert not [t for t in texts if "alice" in t or "secret" in t or "xxx" in t]
    assert any("(first: line 7 'no day')" in text for text in texts)
    aside = found.quarantine.set_index("reason")["text"]
    assert aside["order-of-two-customers"].tolist() == ["secret-7"] * 2
    assert "alice@mail.example" in aside["row-torn"]
    assert found.messages[0].line == 5


def test_what_is_refused_brings_the_rows_set_aside(quarantined):
    with pytest.raises(TooManyFaulty) as caught:
        asides.refuse_misread(quarantined("1,a", "x,b"), 2, RULES, max_faulty=0.2)
    assert caught.value.quarantine["line"].tolist() == [3]


def test_a_file_of_torn_rows_is_asked_for_its_delimiter(quarantined):
    with pytest.raises(TooManyFaulty, match=r"declare format: {delimiter: …}"):
        asides.refuse_misread(quarantined("1", "2", "3,a"), 3, RULES, 0.2, {"x": "y"})


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
