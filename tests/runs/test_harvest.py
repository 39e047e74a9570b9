import pytest
from nbformat import v4

from clv import report
from clv.errors import PageIncomplete
from clv.runs.harvest import first_language, harvest


def test_every_piece_is_read_back_in_order(notebook):
    found = harvest(notebook)
    assert found.title == "Who carries it?"
    assert [piece["name"] for piece in found.headlines] == ["clv"]
    assert [piece["headline"] for piece in found.findings] == [
        "The top 10% carry it.",
        "Little else.",
    ]
    assert [piece["caption"] for piece in found.charts] == ["Two of them."]
    assert [piece["caption"] for piece in found.tables] == ["All segments"]
    assert [piece["label"] for piece in found.checks] == ["rows", "spend"]


def test_a_piece_knows_its_place(notebook):
    found = harvest(notebook)
    assert [(piece["cell"], piece["output"]) for piece in found.checks] == [(2, 1), (7, 1)]


def test_a_piece_is_worded_in_the_language_asked_for(notebook):
    (headline,) = harvest(notebook, "en").headlines
    assert (headline["value"], headline["text"]) == (48200.5, "$48,200")
    assert "variants" not in headline


def test_a_language_it_was_not_run_in_says_how_to_run_it(notebook):
    with pytest.raises(PageIncomplete, match=r"run in `en`, not in `tr`.*language='en,tr'"):
        harvest(notebook, "tr")


def test_the_lead_is_the_first_finding_that_leads(notebook):
    assert harvest(notebook).lead["headline"] == "The top 10% carry it."


def test_failed_checks_are_alerts(notebook):
    assert [piece["name"] for piece in harvest(notebook).alerts] == ["spend"]


def test_a_notebook_that_shows_nothing_has_nothing(spoken):
    empty = v4.new_notebook(cells=[v4.new_markdown_cell("No title."), v4.new_code_cell("1")])
    found = harvest(empty)
    assert (found.title, found.lead, found.checks, first_language(empty)) == ("", None, [], "en")


def test_what_is_harvested_is_what_was_spoken(spoken):
    cell = spoken(lambda: report.check("rows", passed=True, detail="All there."))
    (check,) = harvest(v4.new_notebook(cells=[cell])).checks
    assert check == {
        "kind": "check",
        "name": "rows",
        "passed": True,
        "label": "rows",
        "detail": "All there.",
        "cell": 0,
        "output": 0,
    }
