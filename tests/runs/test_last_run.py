"""Whatever a command came to, last_run.json says it."""

import json

import pytest

from clv.errors import AnotherRunHolds, CouldNotPublish, NotebookFailed, SourceUnreadable
from clv.runs.last_run import Terminated, exit_code, recorded


def read(folder) -> dict:
    return json.loads((folder / "last_run.json").read_text(encoding="utf-8"))


def test_a_good_run_is_ok(tmp_path):
    with recorded(tmp_path) as last:
        last.run_id = "2024-12-31-aaaaaaaa"
        last.says("info", "nothing-changed", "Nothing changed.")
    assert read(tmp_path) == {
        "state": "ok",
        "exit_code": 0,
        "run_id": "2024-12-31-aaaaaaaa",
        "as_of": None,
        "rows": {},
        "tables": {},
        "model": {"state": "none"},
        "messages": [
            {
                "level": "info",
                "code": "nothing-changed",
                "text": "Nothing changed.",
                "column": None,
                "line": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (SourceUnreadable("It is no CSV.", column="date", line=3), "refused", 3),
        (NotebookFailed("06 failed in cell 2."), "failed", 1),
        (CouldNotPublish("The disk is full."), "failed", 5),
        (KeyboardInterrupt(), "interrupted", 130),
        (Terminated(), "interrupted", 143),
        (ZeroDivisionError("division by zero"), "failed", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_a_run_that_ends_badly_says_so(tmp_path, error, state, code):
    with pytest.raises(type(error)), recorded(tmp_path / "shop"):
        raise error
    said = read(tmp_path / "shop")
    assert (said["state"], said["exit_code"]) == (state, code)
    assert [message["level"] for message in said["messages"]] == ["error"]
    assert exit_code(error) == code


def test_a_refusal_names_column_and_line(tmp_path):
    with pytest.raises(SourceUnreadable), recorded(tmp_path):
        raise SourceUnreadable("It is no CSV.", column="date", line=3)
    (message,) = read(tmp_path)["messages"]
    assert (message["code"], message["column"], message["line"]) == ("source-unreadable", "date", 3)


def test_an_unforeseen_fault_is_one_sentence_with_its_place(tmp_path):
    with pytest.raises(KeyError), recorded(tmp_path):
        _ = {}["unit"]
    (message,) = read(tmp_path)["messages"]
    assert message["text"].startswith("Unforeseen: KeyError in test_last_run.py, line ")


def test_a_run_that_was_turned_away_writes_nothing(tmp_path):
    with pytest.raises(AnotherRunHolds), recorded(tmp_path / "shop"):
        raise AnotherRunHolds("Another run holds it.")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_nothing_does_not_hide_the_error(tmp_path):
    (tmp_path / "shop").write_text("a file where a folder should be")
    with pytest.raises(NotebookFailed), recorded(tmp_path / "shop"):
        raise NotebookFailed("06 failed in cell 2.")
    with pytest.raises(CouldNotPublish), recorded(tmp_path / "shop"):
        pass


def test_merged_groups_are_told_with_their_pages(tmp_path):
    with recorded(tmp_path) as last:
        last.has_published({"merged": []})
        last.has_published({"merged": ["02_rfm_segments"]})
    (message,) = read(tmp_path)["messages"]
    assert (message["level"], message["code"]) == ("info", "small-groups-merged")
    assert message["text"] == (
        "Groups of fewer than 5 customers are shown together as Other in 02_rfm_segments."
    )
