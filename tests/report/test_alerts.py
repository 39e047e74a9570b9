import re
from pathlib import Path

import pandas as pd
import pytest

from clv import errors
from clv.customers.drift import MEASURES
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
    ours = {"failed", "another-run", "not-delivered"}  # never recorded, or raised by nobody
    assert code in {*alerts.REFUSED, *ours}


def test_a_refusal_names_its_code_and_its_line():
    assert str(alerts.refused("row-torn", 7)) == (
        "It is a fault of the program. (row-torn, line 7)"
    )
    assert str(alerts.refused("no-rows", None)).endswith("can be used. (no-rows)")


def drifted(**large: tuple[float, float]) -> list[str]:
    rows = [{"before": b, "now": n, "large": True} for b, n in large.values()]
    index = pd.Index(list(large), name="measure", dtype=str)
    found = pd.DataFrame(rows, index=index, columns=["before", "now", "large"])
    found.loc["usual_amount" if "usual_amount" not in large else "other"] = [1.0, 9.0, False]
    found = found.astype({"large": bool})
    found.attrs = {"weeks": 13, "end": "2024-12-31"}
    return [str(alert.sentence) for alert in alerts.of_drift(found)]


def test_drift_is_told_where_it_is_large_and_with_its_direction():
    assert drifted() == []
    (fewer,) = drifted(rows_a_week=(100.0, 40.0))
    assert fewer.startswith(
        "In the 13 weeks until December 31, 2024 there are 40 rows a week, 60% fewer than the 100"
    )
    above, later = drifted(usual_amount=(20.0, 50.0), days_since_last=(0.0, 40.0))
    assert "is 50, 150% above the 20" in above
    assert "bought last 40 days before its end, and those of as many comparable weeks 0" in later


def test_every_measure_of_drift_has_a_sentence_for_either_direction():
    assert set(alerts.DRIFT) == {(name, more) for name in MEASURES for more in (True, False)}
    assert alerts.of_drift(None) == []
