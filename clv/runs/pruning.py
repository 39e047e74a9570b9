"""Old runs, taken away once there are enough newer ones; what others rest on stays."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clv.errors import Message
from clv.runs import folders, manifest, publishing, since

PLACE = ".pruned"  # a run leaves its place in one step, and is then taken apart


@dataclass(frozen=True, slots=True)
class Old:
    """A published run, as far as its place among the others goes."""

    folder: Path
    run_id: str  # shared by its repeats
    compared_with: str | None
    published: float


def prune(home: Path, keep: int, done: Path) -> tuple[Message, ...]:
    """Take away all but the newest `keep` runs of a study; says how many have gone.

    Of whatever age, `done`, the run to which `latest` leads and the runs that these two are
    compared with stay; so do the watch lists by which a report to come tells what contacting has
    brought. To be used while the report is held.
    """
    runs = sorted(_runs(home), key=lambda run: (run.published, run.folder.name), reverse=True)
    leading = {run.resolve() for run in (done, publishing.latest(home)) if run}
    stay = {run.folder for run in runs[:keep]} | _needed(runs, leading)
    old = [run.folder for run in runs if run.folder not in stay]
    try:
        clear(home)
        for folder in old:
            (home / PLACE).mkdir(exist_ok=True)
            folder.rename(home / PLACE / folder.name)
        clear(home)
        _drop_lists(home, {day for run in leading if (day := folders.day_of(run.name))})
    except OSError as error:
        text = f"Old runs of {home.name} could not be taken away: {error.strerror or error}."
        return (Message("warning", "not-pruned", text),)
    said = f"{len(old)} old run{'s'[: len(old) != 1]} taken away, as --keep {keep} asks."
    return (Message("info", "pruned", said),) if old else ()


def clear(home: Path) -> None:
    """Take apart the runs that have left their place, also those of a run that died.

    Their watch lists go beside the ledger: as long as their time is not over, reports need them.
    """
    place = home / PLACE
    with suppress(OSError):  # what cannot go now goes with the next run
        for listed in place.glob(f"*/tables/{since.WATCH_LIST}"):
            run = listed.parents[1]
            if not since.is_by_hand(run):
                (home / since.LISTS).mkdir(mode=0o750, exist_ok=True)
                listed.replace(home / since.LISTS / f"{run.name}.parquet")
        if place.exists():
            shutil.rmtree(place)


def _drop_lists(home: Path, days: Collection[str]) -> None:
    """Let the watch lists go that no report after these days can need."""
    used = {since.watch_list(home, day) for day in days}
    for listed in (home / since.LISTS).glob("*.parquet"):
        if days and listed not in used and since.is_over(listed, min(days)):
            listed.unlink()


def _runs(home: Path) -> Iterable[Old]:
    """The published runs; a folder that no run has written is none."""
    for folder in home.glob("runs/*"):
        with suppress(OSError, ValueError, KeyError):
            made, written = manifest.read(folder), (folder / manifest.NAME).stat().st_mtime
            yield Old(folder, made["run_id"], made["compared_with"], written)


def _needed(runs: Iterable[Old], leading: Collection[Path]) -> set[Path]:
    """Runs that lead, and those that they are compared with, under each of their names."""
    first = [run for run in runs if run.folder.resolve() in leading]
    compared = {run.compared_with for run in first}
    return {run.folder for run in runs if run in first or run.run_id in compared}
