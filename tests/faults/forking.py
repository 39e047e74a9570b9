"""Runs of a shop, each forked off one process that has everything imported and compiled.

    python forking.py <study> <folder for reports>

The study is run once with kernels; where a run is asked for without, its notebooks are answered as
they were answered then. A line of JSON on stdin asks for a run: `arguments` of clv, `environment`
to add, whether with `kernels`, a `temporary` folder, and `last`, the number of the write at which
the run is killed, if at any. A write is what is opened to write, named anew, made, linked, removed,
or waited for until it is on disk, in one of the `folders`; it is written down before it is done.
A line on stdout says what the run came to.
"""

import copy
import gc
import json
import os
import pickle
import signal
import sys
import tempfile
import traceback
from typing import Any

import clv.cli
from clv.runs import execution

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events of an audit hook: where the path stands, and the folder that a relative one starts at.
WRITES = {
    "os.mkdir": (0, 2),
    "os.remove": (0, 1),
    "os.rename": (1, 3),
    "os.rmdir": (0, 1),
    "os.symlink": (1, 2),
}

EXECUTE = execution.execute
BROKEN = 70  # an exit code that no run has


class Writes:
    """Write down every write below some folders before it is done, and die at the last."""

    def __init__(self, folders: list[str], last: int | None, told: int) -> None:
        self.folders, self.last, self.told, self.count = tuple(folders), last, told, 0

    def heard(self, event: str, details: tuple) -> None:
        """An audit hook."""
        if event == "open":
            path, _, flags = details
            if isinstance(path, str) and flags & WRITING:
                self.comes(event, path)
        elif event in WRITES:
            place, start = WRITES[event]
            path, folder = os.fsdecode(details[place]), details[start]
            self.comes(event, path if folder < 0 else os.path.join(named(folder), path))

    def comes(self, what: str, path: str) -> None:
        """Count one more if it is there."""
        if not path.startswith(self.folders):
            return
        self.count += 1
        os.write(self.told, f"{what} {path}\n".encode())
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def named(handle: int) -> str:
    """The path of what is open."""
    return os.readlink(f"/proc/self/fd/{handle}")


def watch(writes: Writes) -> None:
    """Hear of every write of this process from here on; there is no event for fsync."""
    really = os.fsync

    def fsync(handle: int) -> None:
        writes.comes("os.fsync", named(handle))
        really(handle)

    os.fsync = fsync
    sys.addaudithook(writes.heard)


def run(arguments: list[str]) -> int:
    """The exit code of `clv`."""
    try:
        clv.cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def forked(asked: dict[str, Any]) -> dict[str, Any]:
    """What a run in a process of its own came to."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        if not (child := os.fork()):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(said.fileno(), 2)
            code = BROKEN
            try:
                code = prepared(asked, told.fileno())
            except BaseException:  # of these tests and no run's: there it would be a sentence
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        said.seek(0)
        told.seek(0)
        return {
            "code": os.waitstatus_to_exitcode(status),
            "said": said.read().decode(),
            "writes": told.read().decode().splitlines(),
        }


def prepared(asked: dict[str, Any], told: int) -> int:
    """The exit code of a run in the surroundings that were asked for."""
    os.environ.update(asked["environment"])
    tempfile.tempdir = asked["temporary"]
    if asked["kernels"]:
        execution.execute = EXECUTE
    watch(Writes(asked["folders"], asked["last"], told))
    return run(asked["arguments"])


def warm_up(study: str, out: str) -> None:
    """Run once with kernels, and once without and elsewhere in this process, to start none here."""
    with tempfile.TemporaryFile() as answers, tempfile.TemporaryDirectory() as temporary:

        def keep(jobs: list, **options: Any) -> tuple:
            answered = EXECUTE(jobs, **options)
            if jobs:
                answers.write(pickle.dumps(answered))
                answers.flush()
            return answered

        execution.execute = keep
        first = {"arguments": ["run", study, "--out", out], "temporary": temporary}
        ended = forked({**first, "environment": {}, "folders": [], "kernels": False, "last": None})
        assert ended["code"] == 0, ended["said"]
        answers.seek(0)
        answered = pickle.load(answers)
        execution.execute = lambda jobs, **_: copy.deepcopy(answered) if jobs else ()
        tempfile.tempdir = temporary
        assert run(["run", study, "--out", os.path.join(temporary, "reports")]) == 0
        tempfile.tempdir = None
    gc.collect()
    gc.freeze()  # the threads of an engine that is still open are not there in who is forked off


if __name__ == "__main__":
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warm_up(*sys.argv[1:])
    for line in sys.stdin:
        answer.write(json.dumps(forked(json.loads(line))) + "\n")
        answer.flush()
    os._exit(0)  # what is still open is for the system to close
