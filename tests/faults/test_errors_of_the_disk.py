"""Whichever write fails, and when: what was published stays, and the next run needs no help.

Everything that a run opens to write, names anew, makes, links or waits for until it is on disk is
counted once; then the run is made again and again, and each time another one of these fails.
"""

import copy
import errno
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clv.errors import CouldNotPublish
from clv.runs import execution, inputs, manifest, preparation, publishing, suite
from clv.runs.orders import Request

pytestmark = pytest.mark.slow

FAULTS = 40
ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT)
WRITES = ("os.rename", "os.mkdir", "os.symlink", "os.chmod")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Faults:
    """Count what is written below a folder, and let the n-th of it fail."""

    def __init__(self) -> None:
        self.folder, self.number, self.count, self.failed = "", 0, 0, ""

    def watch(self, folder: Path | None, number: int = 0) -> None:
        """Begin to count, or stop where there is no folder."""
        self.folder, self.number, self.count, self.failed = str(folder or ""), number, 0, ""

    def heard(self, event: str, details: tuple) -> None:
        """An audit hook: what it raises is what the call fails with."""
        if not self.folder or not _is_a_write(event, details):
            return
        target = os.fsdecode(details[0])
        if target.startswith(self.folder):
            self.fail_maybe(event, target)

    def fail_maybe(self, event: str, target: str) -> None:
        """Count one more, and fail if it is its turn."""
        self.count += 1
        if self.count == self.number:
            self.failed = f"{event} {target}"
            code = ERRORS[self.number % len(ERRORS)]
            raise OSError(code, os.strerror(code), target)


def _is_a_write(event: str, details: tuple) -> bool:
    if event == "open":
        path, _, flags = details
        return isinstance(path, str | bytes) and bool(flags & WRITING)
    return event in WRITES and isinstance(details[0], str | bytes)


@pytest.fixture(scope="module")
def faults() -> Faults:
    faults = Faults()
    sys.addaudithook(faults.heard)  # it stays until the end, and hears nothing without a folder
    return faults


def once(function: Callable) -> Callable:
    """A function that does its work once, and has the same to say whenever it is asked again."""
    said = []

    def again(*given, **options):
        if not said:
            said.append(function(*given, **options))
        return said[0]

    return again


@pytest.fixture
def request_(shop, monkeypatch, faults) -> Request:
    """The shop's, whose orders are read and whose notebooks are executed but once.

    Neither writes anything that is published.
    """
    executed, fsync = once(execution.execute), os.fsync

    def execute(jobs, **options):
        return copy.deepcopy(executed(jobs, **options)) if jobs else ()

    def sync(handle: int) -> None:
        target = os.readlink(f"/proc/self/fd/{handle}")
        if faults.folder and target.startswith(faults.folder):
            faults.fail_maybe("os.fsync", target)
        fsync(handle)

    monkeypatch.setattr(execution, "execute", execute)
    monkeypatch.setattr(inputs, "read", once(inputs.read))
    monkeypatch.setattr(preparation, "score", once(preparation.score))
    monkeypatch.setattr(os, "fsync", sync)
    return Request(shop.study, out=shop.out, force=True)


def published(request: Request, hashes) -> dict[str, str]:
    """What stands, by its path, with where `latest` leads."""
    return hashes(request.home / "runs")


def is_clean(request: Request) -> None:
    for folder in (request.out, request.home):
        assert {path.name for path in folder.iterdir() if path.name.startswith(".")} <= {".lock"}


def test_forty_errors_of_the_disk(request_, faults, hashes):
    request = request_
    suite.run(request)
    faults.watch(request.out)
    suite.run(request)
    counted = faults.count
    assert counted >= FAULTS
    kinds, codes = set(), []
    for number in sorted({1 + round(n * (counted - 1) / (FAULTS - 1)) for n in range(FAULTS)}):
        before, latest = published(request, hashes), publishing.latest(request.home)
        faults.watch(request.out, number)
        try:
            suite.run(request)
            code = 0
        except CouldNotPublish:
            code = 5
        failed = faults.failed
        faults.watch(None)
        assert failed, number
        kinds.add(failed.partition(" ")[0])
        codes.append(code)
        now = published(request, hashes)
        assert before.items() <= now.items(), failed
        stands = publishing.latest(request.home)
        assert manifest.verifies(stands), failed
        assert code == 5 or stands != latest, failed
        assert _said(request) == ("ok" if code == 0 else "failed"), failed
        is_clean(request)
        _drop_all_but(stands)
    assert {"open", "os.fsync", "os.mkdir", "os.rename"} <= kinds
    assert codes.count(5) > 0.9 * FAULTS
    again = suite.run(replace(request, force=False))
    assert manifest.verifies(again.run)
    is_clean(request)


def _said(request: Request) -> str:
    return publishing.read_json(request.home / "last_run.json")["state"]


def _drop_all_but(run: Path) -> None:
    """Keep the folder small: forty reports take time to hash."""
    for other in run.parent.iterdir():
        if other != run:
            shutil.rmtree(other)
