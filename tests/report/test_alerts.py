import re
from pathlib import Path

import pandas as pd
import pytest

from clv import errors
from clv.errors import Message
from clv.report import alerts
from clv.tables.rules import ALL_RULES

TABLES = Path(alerts.__file__).parents[1] / "tables"
ROWS = {"in": 200, "accepted": 190, "quarantined": 6, "duplicates": 4, "outside_window": 0}


def account(**reasons: int) -> pd.DataFrame:
    aside = [("quarantined", reason.replace("_", "-"), n) for reason, n in reasons.items()]
    lines = [("in", "", 200), ("accepted", "", 190), *aside]
    return pd.DataFrame(lines, columns=["what", "reason", "rows"])


def told(*codes: str, level="warning", **reasons: int) -> list[str]:
    messages = [Message(level, code, "Set aside: 'ayse@mail.example'.") for code in codes]
    return [str(one.sentence) for one in alerts.alerts(messages, account(**reasons), ROWS)]


def test_rows_set_aside_are_one_sentence_however_many_reasons_they_have():
    said = told("date-missing", "amount-missing", date_missing=4, amount_missing=2)
    assert said == ["Set aside as faulty: 6 of 200 rows (3.0%)."]


def test_what_is_no_fault_is_no_alert():
    assert told("zero-amount", "refund", zero_amount=4, refund=2) == []
    assert told("stale", level="info") == []


def test_the_same_thing_is_said_once():
    assert len(told("stale", "stale", "duplicate-rows")) == 2
    assert told("duplicate-rows")[0].endswith("4 of 200 rows (2.0%).")


def test_a_column_of_an_optional_table_has_the_sentence_of_its_ending():
    (said,) = told("customer-id-joins-nothing")
    assert said.startswith("None of its customers stands among the purchases")


def test_no_alert_tells_what_stands_in_a_cell():
    codes = [*alerts.ALERTS, "some-new-code", "row-torn"]
    assert not any("ayse" in said for said in told(*codes, row_torn=1))
    assert told("some-new-code") == ["Something is odd about the data."]


def warned() -> set[str]:
    """The codes of the warnings that the floors below write out."""
    found = re.compile(r'Message\(\s*"warning",\s*"([a-z-]+)"')
    return {c for path in TABLES.rglob("*.py") for c in found.findall(path.read_text("utf-8"))}


def test_every_warning_about_data_has_its_sentence():
    assert {"stale", "id-look-alike", "nominal-money", "undated"} <= warned()
    known = {*alerts.ALERTS, "duplicate-rows", *(rule.code for rule in ALL_RULES)}
    assert sorted(warned() - known) == []


def error_codes(of: type[Exception] = errors.ClvError) -> list[str]:
    below = [code for cls in of.__subclasses__() for code in error_codes(cls)]
    return [of.code, *below] if of.__module__ == "clv.errors" else below


@pytest.mark.parametrize("code", error_codes())
def test_every_error_can_be_told_to_everybody(code):
    ours = {"failed", "another-run"}  # raised as such by nobody, and never recorded
    assert code in {*alerts.REFUSED, *ours}


def test_a_refusal_names_its_code_and_its_line():
    assert str(alerts.refused("row-torn", 7)) == (
        "It is a fault of the program. (row-torn, line 7)"
    )
    assert str(alerts.refused("no-rows", None)).endswith("can be used. (no-rows)")
