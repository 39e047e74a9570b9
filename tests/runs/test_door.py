"""What a command says reaches who asked, or the command says that it could not."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from clv.errors import CouldNotPublish
from clv.runs import door
from clv.runs.last_run import LastRun


@pytest.fixture
def given_up(monkeypatch) -> list[int]:
    """Let nothing be written any more; the numbers of what was given up."""
    numbers = []

    def full(*_, **__) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(click, "echo", full)
    monkeypatch.setattr(door, "_never_again", numbers.append)
    return numbers


def test_what_is_done_is_done_also_where_it_cannot_be_said(given_up):
    door.say("Published.")
    door.say("Warning: odd.", err=True)
    assert given_up == [1, 2]


def test_an_answer_that_cannot_be_written_is_a_failure(given_up):
    with pytest.raises(CouldNotPublish, match=r"Could not write the answer: No space left"):
        door.answer("runs")
    assert given_up == [1]


def test_who_has_heard_enough_is_no_full_disk(monkeypatch):
    def gone(*_) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(click, "echo", gone)
    with pytest.raises(BrokenPipeError):
        door.answer("runs")


def test_in_json_it_is_said_what_a_command_came_to(capsys):
    with door.in_json(LastRun(as_of="2024-12-31"), wanted=True) as said:
        said["account"] = []
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["as_of"], told["account"]) == ("ok", "2024-12-31", [])


def test_a_command_that_fails_says_so_in_json_too(capsys):
    with pytest.raises(CouldNotPublish), door.in_json(LastRun(), wanted=True):
        raise CouldNotPublish("The disk is full.")
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["messages"][-1]["code"]) == (5, "could-not-publish")


def test_a_list_onto_a_full_disk_is_exit_5_in_one_sentence(need):
    full = Path("/dev/full")
    need(full.exists(), "/dev/full")
    command = [sys.executable, "-c", "from clv.cli import main; main()", "list"]
    with full.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
    assert done.stderr.startswith("Error: Could not write the answer: No space left on device.")
