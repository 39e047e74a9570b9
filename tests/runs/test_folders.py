"""What is damaged in a folder of reports is left out, and what is whole is read."""

import json
import os

import pytest

from clv.report.words import Words
from clv.runs import folders
from clv.runs.folders import Found

HEADLINE = {"name": "clv_total", "label": "All", "value": 1, "unit": "USD", "better": "up",
            "text": "$1", "notebook": "06"}  # fmt: skip


def study(out, name="shop", *, results=None, last_run=None):
    home = out / name
    run = home / "runs" / "2024-12-31-aa"
    run.mkdir(parents=True)
    if results is not None:
        (run / "results.json").write_text(results, encoding="utf-8")
    (home / "latest").symlink_to("runs/2024-12-31-aa")
    if last_run is not None:
        (home / "last_run.json").write_text(last_run, encoding="utf-8")
    return home


def test_a_study_is_a_folder_that_a_command_has_left_something_in(tmp_path):
    study(tmp_path, "b")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ledger.json").write_text("{}", encoding="utf-8")
    (tmp_path / "lost+found").mkdir()
    assert [home.name for home in folders.homes(tmp_path)] == ["a", "b"]
    assert folders.homes(tmp_path / "nowhere") == []


def test_a_folder_that_is_closed_to_us_is_somebody_elses(tmp_path, monkeypatch):
    study(tmp_path, "ours")
    theirs = study(tmp_path, "theirs")
    open_to_us = os.access
    # Root may enter everywhere, so the answer of the system is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: path != theirs and open_to_us(path, mode))
    assert [home.name for home in folders.homes(tmp_path)] == ["ours"]


@pytest.mark.parametrize(
    "results",
    [None, "", "{", "[]", json.dumps({"headlines": [{"name": "clv_total"}]}),
     json.dumps({"headlines": ["clv_total"]}),
     json.dumps({"translations": {"tr": {"alerts": [{}]}}})],
)  # fmt: skip
def test_results_that_cannot_be_quoted_are_none(tmp_path, results):
    found = Found.read(study(tmp_path, results=results))
    assert found.results == {}
    assert found.as_of == "2024-12-31"
    assert found.languages == ["en"]


def test_whole_results_are_quoted_in_the_language_of_the_reader(tmp_path):
    said = {"headlines": [HEADLINE], "languages": ["en", "tr"], "as_of": "2024-12-31"}
    said["translations"] = {"tr": {"headlines": [HEADLINE | {"label": "Hepsi"}]}}
    found = Found.read(study(tmp_path, results=json.dumps(said)))
    labels = [found.said(Words.of(code))["headlines"][0]["label"] for code in ("en", "tr", "ar")]
    assert labels == ["All", "Hepsi", "All"]


def test_messages_without_a_code_are_not_told(tmp_path):
    last = {
        "state": "failed",
        "messages": [{"level": "error"}, "x", {"level": "error", "code": "usage"}],
    }
    found = Found.read(study(tmp_path, last_run=json.dumps(last)))
    assert found.last_run["messages"] == [{"level": "error", "code": "usage"}]
    assert Found.read(study(tmp_path, "other", last_run="{")).last_run == {}


def test_the_newest_run_stands_first(tmp_path):
    home = study(tmp_path)
    (home / "runs" / "2025-03-31-bb").mkdir()
    (home / "runs" / "note.txt").write_text("x", encoding="utf-8")
    assert [run.name for run in folders.runs(home)] == ["2025-03-31-bb", "2024-12-31-aa"]
