"""A report built aside, published by one rename, and one run at a time.

    <out>/<study>/.lock           held while a run lasts; the kernel lets go of it when a run dies
    <out>/<study>/.staging/       what a run builds; removed when it fails
    <out>/<study>/runs/<run id>/  published: never opened for writing again
    <out>/<study>/latest          a relative link, swapped in one step

Whatever happens on the way, the last good report stays byte for byte as it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clv.errors import AnotherRunHolds, CouldNotPublish

OPEN_TO_ALL = ("html",)  # pages are for everybody, tables and notebooks for the owner's group
MODES = {True: (0o755, 0o644), False: (0o750, 0o640)}  # of folders and of files

_SOCKETS = "sockets"  # in staging: a link to the folder where the kernels' sockets stand


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
    except OSError as error:
        raise CouldNotPublish(
            f"Could not write {what}: {error.strerror or error}. The last good report is as it "
            "was; make room or grant access, and run again."
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
def stage(home: Path) -> Iterator[Staging]:
    """Empty folders to build a run in; gone again when the run ends, however it ends.

    To be used while the report is held: what stands there is then from a run that died.
    """
    folder = home / ".staging"
    cleared = _clear(folder)
    try:
        (folder / "report").mkdir(parents=True)
        (folder / "scratch").mkdir()
        (folder / _SOCKETS).symlink_to(tempfile.mkdtemp(prefix="clv-"))
        sockets = (folder / _SOCKETS).readlink()
        yield Staging(folder / "report", folder / "scratch", sockets, cleared)
    finally:
        _clear(folder)


def _clear(folder: Path) -> bool:
    """Remove a staging folder and the folder of its sockets; whether there was one."""
    if not folder.exists():
        return False
    link = folder / _SOCKETS
    if link.is_symlink() and link.readlink().name.startswith("clv-"):
        shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return True


# Publishing ---------------------------------------------------------------------------------


def free_name(home: Path, run_id: str) -> str:
    """The run's own name, or `<run id>.2`, `<run id>.3` … where that is taken."""
    taken = {path.name for path in (home / "runs").glob(f"{run_id}*")}
    repeats = (f"{run_id}.{repeat}" for repeat in range(2, len(taken) + 3))
    return next(name for name in (run_id, *repeats) if name not in taken)


def publish(report: Path, home: Path, name: str) -> Path:
    """Move a finished report to `runs/<name>` in one step, surely on disk; returns its place."""
    _settle(report)
    place = home / "runs" / name
    place.parent.mkdir(exist_ok=True)
    report.rename(place)
    _sync(place.parent)
    return place


def point_latest(home: Path, run: Path) -> None:
    """Let `latest` lead to a published run: a new link takes the old one's place in one step."""
    new = home / ".latest"
    new.unlink(missing_ok=True)
    new.symlink_to(Path("runs", run.name))
    os.replace(new, home / "latest")
    _sync(home)


def _settle(report: Path) -> None:
    """Give every file and folder its mode, and wait until it is on disk."""
    for path in (*report.rglob("*"), report):
        public = path == report or path.relative_to(report).parts[0] in OPEN_TO_ALL
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
    """Write a JSON file that is there whole or not at all."""
    new = path.with_name(f".{path.name}")
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    new.write_text(text + "\n", encoding="utf-8")
    _sync(new)
    os.replace(new, path)
