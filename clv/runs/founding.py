"""A folder for a study of one's own: notebooks, a commented study file and what to do next."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

from clv.errors import UsageError, listed
from clv.runs import notebooks, publishing
from clv.runs.orders import STUDY_FILE
from clv.study_keys import PLAIN_NAME

TEMPLATES = (STUDY_FILE, "README.md")
SHOWN = 3  # files that are named where a folder is not empty


def found(folder: Path) -> Path:
    """Make the folder, and give back the path of its study file."""
    name = folder.resolve().name
    named = name if re.fullmatch(PLAIN_NAME, name) else "study"
    with publishing.disk_trouble(folder):
        _refuse_what_is_there(folder)
        (folder / "notebooks").mkdir(parents=True)
        for notebook in notebooks.find(notebooks.folder_of(None)):
            shutil.copyfile(notebook.path, folder / "notebooks" / notebook.path.name)
        for template in TEMPLATES:
            text = files("clv.runs").joinpath("new_study", template).read_text(encoding="utf-8")
            (folder / template).write_text(text.replace("{name}", named), encoding="utf-8")
    return folder / STUDY_FILE


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
