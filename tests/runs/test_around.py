"""What stands around a page's body: numbers with their change, and where they come from."""

import pytest

from clv.report.words import Words
from clv.runs import around
from clv.runs.harvest import harvest

ENGLISH = Words.of("en")


@pytest.fixture
def found(notebook):
    return harvest(notebook)


def described(found, **provenance) -> dict:
    return around.described(found, {"provenance": provenance}, "stakeholder", ENGLISH)


def test_a_headline_says_how_it_has_changed(found):
    change = {"previous": 50000.0, "previous_as_of": "1998-03-31", "change": -1799.5}
    (headline,) = described(found, changes={"clv": change})["headlines"]
    assert headline["change"]["text"] == "down 3.6% since March 31, 1998"


def test_without_a_run_to_compare_with_no_change_is_said(found):
    (headline,) = described(found)["headlines"]
    assert headline["change"] is None


def test_the_footer_names_the_run_compared_with(found):
    lines = described(found, run_id="b", compared_with="a")["origin"]
    assert [(entry["label"], entry["lines"]) for entry in lines] == [
        ("Run", ["b"]),
        ("Compared with the run", ["a"]),
    ]
    assert described(found)["origin"] == []


def test_a_parameter_that_was_changed_is_marked(found):
    used = {"horizon": {"value": "26W", "default": "12M"}, "unit": {"value": "W", "default": "W"}}
    told = described(found, parameters=used)["parameters"]
    assert [(each["name"], each["changed"]) for each in told] == [
        ("horizon", True),
        ("unit", False),
    ]


def test_the_glossary_looks_through_all_that_stands_at_the_top(found):
    spoken = described(found)["spoken"]
    assert {"Who carries it?", "The top 10% carry it.", "Call them.", "Revenue"} <= set(spoken)
    assert "Likely range" in spoken
