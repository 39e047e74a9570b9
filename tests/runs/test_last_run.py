"""Whatever a command came to, last_run.json says it."""

import errno
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

import duckdb
import pytest

from clv.errors import AnotherRunHolds, CouldNotPublish, NotebookFailed, SourceUnreadable
from clv.runs import process
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


def test_others_are_told_when_it_stands_and_where_that_fails_it_says_so(tmp_path):
    seen = []
    with recorded(tmp_path, then=lambda: seen.append(read(tmp_path)["state"])):
        pass
    assert seen == ["ok"]

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CouldNotPublish, match="No space left"), recorded(tmp_path, then=full):
        pass
    assert (read(tmp_path)["state"], read(tmp_path)["exit_code"]) == ("failed", 5)
    assert read(tmp_path)["messages"][-1]["code"] == "could-not-publish"


def test_without_memory_it_says_what_to_do(tmp_path):
    with pytest.raises(MemoryError), recorded(tmp_path):
        raise MemoryError
    (message,) = read(tmp_path)["messages"]
    assert message["code"] == "out-of-memory"
    assert "fewer --jobs" in message["text"]


@pytest.mark.parametrize(
    ("error", "limited", "code"),
    [
        (OSError(errno.ENOMEM, "Cannot allocate memory"), False, "out-of-memory"),
        (duckdb.OutOfMemoryException("failed to allocate"), False, "out-of-memory"),
        (duckdb.InternalException("failed to allocate"), False, "unforeseen"),
        (ImportError("libx.so: failed to map segment from shared object"), True, "out-of-memory"),
        (ImportError("libx.so: failed to map segment from shared object"), False, "unforeseen"),
        (ImportError("No module named 'x'"), True, "unforeseen"),
    ],
)
def test_no_room_for_a_library_is_no_memory(tmp_path, monkeypatch, error, limited, code):
    monkeypatch.setattr(process, "may_be_refused_memory", lambda: limited)
    with pytest.raises(type(error)), recorded(tmp_path):
        raise error
    (message,) = read(tmp_path)["messages"]
    assert (message["code"], read(tmp_path)["exit_code"]) == (code, 1)


def test_no_message_tells_a_secret_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_DSN", "postgresql://shop:s3cret-word@db/shop")

    def fail(last):
        last.says("warning", "odd", "It says s3cret-word.")
        raise ZeroDivisionError("postgresql://shop:s3cret-word@db/shop has gone")

    with pytest.raises(ZeroDivisionError), recorded(tmp_path) as last:
        fail(last)
    warning, error = read(tmp_path)["messages"]
    assert warning["text"] == "It says …."
    assert "s3cret-word" not in error["text"]
    assert "ZeroDivisionError" in error["text"]


def test_once_it_commits_a_run_is_not_broken_off(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    with recorded(tmp_path) as last:
        last.commits()
        os.kill(os.getpid(), signal.SIGINT)
    assert read(tmp_path)["state"] == "ok"
    assert signal.getsignal(signal.SIGINT) == before


def interrupted() -> None:
    """Do as a library does that hears of a signal while it computes."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt as wish:
        raise RuntimeError("Query interrupted") from wish


def test_a_wish_to_end_is_told_as_one_whatever_a_library_makes_of_it(tmp_path):
    with process.ending_once():
        with pytest.raises(RuntimeError) as caught, recorded(tmp_path):
            interrupted()
        assert exit_code(caught.value) == 143  # as the door has it
    assert (read(tmp_path)["state"], read(tmp_path)["exit_code"]) == ("interrupted", 143)
    (message,) = read(tmp_path)["messages"]
    assert message["code"] == "interrupted"


def test_a_wish_that_nobody_passed_on_is_heeded_before_anything_is_published(tmp_path):
    published = []

    def publish(last) -> None:
        with suppress(RuntimeError):
            interrupted()
        last.commits()
        published.append(True)

    with process.ending_once(), pytest.raises(Terminated), recorded(tmp_path) as last:
        publish(last)
    assert not published
    assert read(tmp_path)["exit_code"] == 143


def test_a_wish_that_came_before_anybody_could_tell_of_it_is_told(tmp_path):
    with process.ending_once():
        process.postpone()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Terminated), recorded(tmp_path):
            pytest.fail("begun all the same")
    assert read(tmp_path)["exit_code"] == 143


def test_what_was_told_of_a_run_stays_true_when_it_is_interrupted_afterwards(tmp_path):
    with process.ending_once():
        with recorded(tmp_path):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
    assert read(tmp_path)["state"] == "ok"


def test_to_tell_of_an_error_takes_no_pandas():
    code = "import clv.runs.last_run, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "duckdb"} & set(run.stdout.split())


def test_merged_groups_are_told_with_their_pages(tmp_path):
    with recorded(tmp_path) as last:
        last.has_published({"merged": []}, tmp_path / "runs" / "a-run")
        last.has_published({"merged": ["02_rfm_segments"]}, tmp_path / "runs" / "a-run.2")
    assert read(tmp_path)["run_id"] == "a-run.2"  # the repeat that stands
    (message,) = read(tmp_path)["messages"]
    assert (message["level"], message["code"]) == ("info", "small-groups-merged")
    assert message["text"] == (
        "Groups of fewer than 5 customers are shown together as Other in 02_rfm_segments."
    )
