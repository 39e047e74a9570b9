"""What the folders of reports hold, read as they are: whatever is damaged there is left out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from clv.report.languages import Words, available
from clv.runs import manifest

LAST_RUN, RESULTS, LEDGER = "last_run.json", "results.json", "ledger.json"
# What each piece of results.json must hold to be quoted; an older version may have written less.
PIECES = {
    "headlines": {"name", "label", "value", "unit", "better", "text", "notebook"},
    "alerts": {"label", "detail", "passed", "notebook"},
    "pages": {"notebook", "title", "file", "answer", "next_step"},
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a study's folder holds; empty dicts where a file is missing or cannot be read."""

    home: Path
    last_run: Mapping[str, Any]
    last_day: date | None  # on which the last run ended
    run: Path | None  # the folder that `latest` leads to
    results: Mapping[str, Any]
    published: date | None = None  # the day on which that run was

    @classmethod
    def read(cls, home: Path) -> Found:
        """A study's folder, with the report that stands."""
        last, latest = home / LAST_RUN, home / "latest"
        run = latest.resolve() if latest.exists() else None
        results = results_of(run) if run else {}
        published = day_written(run / manifest.NAME) if run else None
        return cls(home, _last_run(last), day_written(last), run, results, published)

    @property
    def as_of(self) -> str | None:
        """The as-of day of the report that stands: a run's name begins with it."""
        return self.results.get("as_of") or (day_of(self.run.name) if self.run else None)

    @property
    def languages(self) -> Sequence[str]:
        there = available()
        return [code for code in self.results.get("languages") or [] if code in there] or ["en"]

    def language(self, words: Words) -> str:
        """The one in which the report is quoted: the reader's where it has been written in it."""
        quoted = [self.languages[0], *(self.results.get("translations") or {})]
        return words.language if words.language in quoted else quoted[0]

    def said(self, words: Words) -> Mapping[str, Any]:
        """The results in that language."""
        translated = self.results.get("translations") or {}
        return {**self.results, **translated.get(self.language(words), {})}


def homes(out: Path) -> list[Path]:
    """The folders of the studies, by name; one that is closed to us is somebody else's."""
    return sorted(
        path
        for path in (out.iterdir() if out.is_dir() else ())
        if os.access(path, os.R_OK | os.X_OK)
        and any((path / name).exists() for name in (LAST_RUN, "latest", LEDGER))
    )


def runs(home: Path) -> list[Path]:
    """The folders of a study's runs, the newest as-of day first."""
    return sorted((path for path in home.glob("runs/*") if path.is_dir()), reverse=True)


def results_of(run: Path) -> Mapping[str, Any]:
    """The results of a run; none where they cannot be quoted."""
    found = content(run / RESULTS)
    languages = [found, *(found.get("translations") or {}).values()] if found else []
    whole = all(
        isinstance(piece, dict) and piece.keys() >= needed
        for said in languages
        for kind, needed in PIECES.items()
        for piece in said.get(kind) or []
    )
    return found if whole else {}


def _last_run(path: Path) -> Mapping[str, Any]:
    """What became of the last command, with the messages that can be told."""
    found = content(path)
    told = [
        m
        for m in found.get("messages") or []
        if isinstance(m, dict) and {"level", "code"} <= m.keys()
    ]
    return {**found, "messages": told} if found else {}


def content(path: Path) -> Mapping[str, Any]:
    """What a JSON file holds; nothing where it is missing or broken."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def day_written(path: Path) -> date | None:
    """The day on which a file was written, by the clock of its disk."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date() if path.exists() else None


def day_of(run_id: str) -> str | None:
    """The as-of day that a run's name begins with.

    >>> day_of("1997-09-30-8ec9ec7e"), day_of("lost+found")
    ('1997-09-30', None)
    """
    try:
        return date.fromisoformat(run_id[:10]).isoformat()
    except ValueError:
        return None
