from datetime import date

import pandas as pd
import pytest

from clv.report import fates
from clv.report.words import Words
from clv.tables.optional import catalogue, keys
from clv.tables.rules import ALL_RULES

EN = Words.of("en")


def codes() -> list[str]:
    """Every reason for which a row can be set aside, whatever table it stands in."""
    found = {rule.code for rule in ALL_RULES}
    for layout in catalogue.LAYOUTS.values():
        rules = layout.judges(tuple(layout.columns), date(2024, 1, 1))
        found |= {rule.code for rule in (*rules, *keys.rules(layout, list(layout.columns)))}
    return sorted(found)


@pytest.mark.parametrize("code", codes())
def test_every_reason_is_said_in_words(code):
    said = fates.fate(code).render(EN)
    assert said != code
    assert "-" not in said


def test_a_reason_names_its_column():
    assert fates.fate("score-off-scale").render(EN) == "score is off the scale of its kind"
    assert fates.fate("referred-id-own").render(EN).startswith("referred_id is the same")


def test_rows_set_aside_are_told_by_reason_with_their_lines_and_never_their_text():
    quarantine = pd.DataFrame(
        {
            "line": [9, 2, 5, 7, 8],
            "reason": ["refund", *["date-missing"] * 4],
            "text": ["ayse@mail.example"] * 5,
        }
    )
    table = fates.set_aside(quarantine)
    said = table.map(lambda cell: cell.render(EN) if hasattr(cell, "render") else cell)
    assert said["reason"].tolist() == ["No date", "Refund"]
    assert said["rows"].tolist() == [4, 1]
    assert said["lines"].tolist() == ["2, 5, and 7", "9"]
    assert said["next_step"].iloc[1].startswith("Nothing is wrong")
    assert "ayse" not in said.to_string()


def test_rows_without_lines_are_told_without():
    table = fates.set_aside(pd.DataFrame({"line": [None], "reason": ["date-missing"]}))
    assert table["lines"].tolist() == [None]


def test_where_nothing_is_set_aside_there_is_nothing_to_tell():
    assert fates.set_aside(pd.DataFrame({"line": [], "reason": []})).empty
