"""A folder for a study of one's own: notebooks, a commented study file and what to do next."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from clv.errors import CouldNotPublish, UsageError, listed
from clv.runs import notebooks
from clv.runs.orders import STUDY_FILE
from clv.study_keys import PLAIN_NAME

TEMPLATES = (STUDY_FILE, "README.md")
BUILDING = ".new-study"  # where it is built, in the folder itself: that may be the current one
SHOWN = 3  # files that are named where a folder is not empty


def found(folder: Path) -> Path:
    """Make the folder, and give back the path of its study file; all of it or nothing."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    building = folder / BUILDING
    try:
        shutil.rmtree(building, ignore_errors=True)  # of one that was killed
        _refuse_what_is_there(folder)
        building.mkdir(parents=True)
        _build(building, folder.resolve().name)
        for made in sorted(building.iterdir()):
            made.rename(folder / made.name)
        building.rmdir()
    except OSError as error:
        raise CouldNotPublish(
            f"Could not write {folder}: {error.strerror or error}. Nothing is left of it; make "
            "room or grant access, or name another folder."
        ) from error
    finally:
        _clear(building, missing)
    return folder / STUDY_FILE


def _build(folder: Path, name: str) -> None:
    """Write all that belongs to a study of that name."""
    named = name if re.fullmatch(PLAIN_NAME, name) else "study"
    (folder / "notebooks").mkdir()
    for notebook in notebooks.find(notebooks.folder_of(None)):
        shutil.copyfile(notebook.path, folder / "notebooks" / notebook.path.name)
    for template in TEMPLATES:
        text = files("clv.runs").joinpath("new_study", template).read_text(encoding="utf-8")
        (folder / template).write_text(text.replace("{name}", named), encoding="utf-8")


def _clear(building: Path, made: Iterable[Path]) -> None:
    """Take away what is only half built, and the folders made for it that hold nothing."""
    shutil.rmtree(building, ignore_errors=True)
    with suppress(OSError):
        for folder in made:
            folder.rmdir()


def _refuse_what_is_there(folder: Path) -> None:
    """Refuse a file, or a folder that holds anything: nothing of anybody's is written over."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a new folder.")
    held = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if held:
        more = f" and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
        raise UsageError(
            f"{folder} is not empty: it holds {listed(held[:SHOWN])}{more}. Name a new folder; "
            "a study.yml of your own also runs where it is, without notebooks beside it."
        )
