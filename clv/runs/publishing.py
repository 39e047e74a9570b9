"""A report built aside, published by one rename, and one run at a time.

    <out>/<study>/.lock           held while a run lasts; the kernel lets go of it when a run dies
    <out>/<study>/.staging/       what a run builds; removed when it fails
    <out>/<study>/runs/<run id>/  published: never opened for writing again
    <out>/<study>/latest          a relative link, swapped in one step

Whatever happens on the way, the last good report stays byte for byte as it was.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clv.errors import AnotherRunHolds, CouldNotPublish

PAGES = "html"  # for everybody; tables, notebooks and what analysts see for the owner's group
ANALYSTS = "analyst"  # the folder of pages that hold whatever a cell has printed
MODES = {True: (0o755, 0o644), False: (0o750, 0o640)}  # of folders and of files

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
LONGEST_TEMPORARY = 60  # signs; the path of a socket must be short

_SOCKETS = "sockets"  # in staging: a link to the folder where the kernels' sockets stand
_SOCKETS_BEGIN = "clv-"


@dataclass(frozen=True, slots=True)
class Staging:
    """Where a run is built."""

    report: Path  # what is going to be published
    scratch: Path  # what only this run needs
    sockets: Path  # a private folder elsewhere: the path of a socket must be short
    cleared: bool  # whether a run that died had left something behind


# Reading ------------------------------------------------------------------------------------


def latest(home: Path) -> Path | None:
    """Folder of the last good run of a report, or None before the first."""
    link = home / "latest"
    return link.resolve() if link.is_dir() else None


# Building -----------------------------------------------------------------------------------


@contextmanager
def disk_trouble(what: Path) -> Iterator[None]:
    """Turn an error of the disk into the sentence that says what to do."""
    try:
        yield
    except (ConnectionError, ChildProcessError):
        raise  # somebody hung up: no trouble of a disk
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise  # no trouble of a disk either
        raise CouldNotPublish(
            f"Could not write {error.filename or what}: {error.strerror or error}. What had been "
            "published is as it was; make room or grant access, and run again."
        ) from error


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold a report for one run; a second run is turned away at once."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRunHolds(
                f"Another run holds {home}; wait for its end, or name another folder with --out."
            ) from None
        yield


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait for a folder that several runs write to, and keep it for a moment."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def stage(home: Path) -> Iterator[Staging]:
    """Empty folders to build a run in; gone again when the run ends, however it ends.

    To be used while the report is held: what stands there is then from a run that died.
    """
    folder = home / ".staging"
    cleared = _clear(folder)
    try:
        folder.mkdir(mode=0o700)  # nobody else's business until it is published
        (folder / "report").mkdir()
        (folder / "scratch").mkdir()
        with _temporary(_sockets(folder)) as sockets:
            yield Staging(folder / "report", folder / "scratch", sockets, cleared)
    finally:
        _clear(folder)


def _sockets(folder: Path) -> Path:
    """A private folder with a short path; the link to it stands before it does."""
    temporary = tempfile.gettempdir()
    temporary = temporary if len(temporary) <= LONGEST_TEMPORARY else "/tmp"
    sockets = Path(temporary, f"{_SOCKETS_BEGIN}{secrets.token_hex(4)}")
    (folder / _SOCKETS).symlink_to(sockets)
    sockets.mkdir(mode=0o700)
    return sockets


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    """Let all temporary files stand in a folder: what a killed run leaves is cleared with it."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before


def _clear(folder: Path) -> bool:
    """Remove a staging folder and the folder of its sockets; whether there was one."""
    if not folder.exists():
        return False
    link = folder / _SOCKETS
    if link.is_symlink() and link.readlink().name.startswith(_SOCKETS_BEGIN):
        shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return True


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore every wish to end until what has begun is done; it takes no second."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            # Not one that Python knows nothing of, and none that somebody else has set meanwhile.
            if handler is not None and signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, handler)


@contextmanager
def for_no_stranger_to_write() -> Iterator[None]:
    """Let nothing that is made here be writable by everybody, whatever the umask."""
    before = os.umask(0o022)
    os.umask(before | 0o022)
    try:
        yield
    finally:
        os.umask(before)


# Publishing ---------------------------------------------------------------------------------


def repeats(home: Path, run_id: str) -> list[Path]:
    """The runs that stand under a name, `<run id>.3`, `<run id>.2`, `<run id>`: the newest first.

    A run that is made again gets a greater number than all that stand.
    """
    names = re.compile(re.escape(run_id) + r"(?:\.([1-9]\d*))?")
    stand = {path: names.fullmatch(path.name) for path in (home / "runs").glob(f"{run_id}*")}
    counted = {path: int(match[1] or 1) for path, match in stand.items() if match}
    return sorted(counted, key=counted.get, reverse=True)


def free_name(home: Path, run_id: str) -> str:
    """The run's own name, or `<run id>.2`, `<run id>.3` … where that is taken."""
    stand = repeats(home, run_id)
    if not stand:
        return run_id
    last = stand[0].name.removeprefix(run_id).removeprefix(".") or "1"
    return f"{run_id}.{int(last) + 1}"


def publish(report: Path, home: Path, name: str) -> Path:
    """Move a finished report to `runs/<name>` in one step, surely on disk; returns its place."""
    _settle(report)
    place = home / "runs" / name
    place.parent.mkdir(exist_ok=True)
    report.rename(place)
    _sync(place.parent)
    return place


def withdraw(run: Path) -> None:
    """Take away a run that has just been published, to which nothing leads yet."""
    shutil.rmtree(run, ignore_errors=True)


def point_latest(home: Path, run: Path) -> None:
    """Let `latest` lead to a published run: a new link takes the old one's place in one step."""
    link = home / "latest"
    if link.is_dir() and not link.is_symlink():  # as some programs copy a link
        raise CouldNotPublish(
            f"{link} is a folder, and was to be a link to {run}, where the new report stands. "
            f"Move {link} away, and run again."
        )
    with _instead_of(link) as new:
        new.symlink_to(Path("runs", run.name))


@contextmanager
def _instead_of(path: Path) -> Iterator[Path]:
    """Where to make what then takes a path's place in one step; nothing is left where that fails.

    The name is always the same, so that what a killed process left is overwritten by the next.
    """
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    try:
        yield new
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _settle(report: Path) -> None:
    """Give every file and folder its mode, and wait until it is on disk."""
    for path in (*report.rglob("*"), report):
        parts = path.relative_to(report).parts
        public = not parts or (parts[0] == PAGES and ANALYSTS not in parts)
        path.chmod(MODES[public][path.is_file()])
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_json(path: Path) -> dict[str, Any]:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file that is there whole or not at all, for its owner and their group."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    write_text(path, text + "\n", mode=MODES[False][True])


def write_text(path: Path, text: str, *, mode: int) -> None:
    """Write a file that is there whole or not at all."""
    with _instead_of(path) as new, new.open("w", encoding="utf-8") as lines:
        os.fchmod(lines.fileno(), mode)
        lines.write(text)
        lines.flush()
        os.fsync(lines.fileno())
