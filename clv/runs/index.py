"""The front page of all reports: what state each study is in, what it says, where to read on."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale

from clv.report import markup
from clv.report.languages import Words
from clv.report.words import Day, Text, noun

NAME = "index.html"
SUMMARY = "99"  # the page that sums up the others comes first here
MOST_HEADLINES = 6

# What is said of the last run when it was not published, by its state in last_run.json.
TROUBLE = {
    "failed": "The last run failed on {day}.",
    "refused": "The last run was refused on {day}.",
    "interrupted": "The last run was interrupted on {day}.",
}
OTHER_TROUBLE = "What became of the last run is not known."


@dataclass(frozen=True, slots=True)
class Found:
    """What a study's folder holds; empty dicts where a file is missing or cannot be read."""

    home: Path
    last_run: Mapping[str, Any]
    last_day: date | None  # on which the last run ended
    run: Path | None  # the folder that `latest` leads to
    results: Mapping[str, Any]

    @classmethod
    def read(cls, home: Path) -> Found:
        last, latest = home / "last_run.json", home / "latest"
        ended = datetime.fromtimestamp(last.stat().st_mtime, UTC).date() if last.exists() else None
        run = latest.resolve() if latest.exists() else None
        return cls(home, _json(last), ended, run, _json(run / "results.json") if run else {})

    @property
    def as_of(self) -> str | None:
        """The as-of day of the report that stands: a run's name begins with it."""
        return self.results.get("as_of") or (_day_of(self.run.name) if self.run else None)

    @property
    def languages(self) -> Sequence[str]:
        return self.results.get("languages") or ["en"]


def write(out: Path, *, language: str = "en") -> Path:
    """Write `<out>/index.html` from what the studies' folders hold; whole or not at all."""
    words = Words.of(language)
    html = markup.render("reports.html.j2", words, studies=studies(out, words))
    out.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=out, prefix=".index-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as page:
            page.write(html)
            page.flush()
            os.fchmod(page.fileno(), 0o644)
            os.fsync(page.fileno())
        os.replace(temporary, out / NAME)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return out / NAME


def studies(out: Path, words: Words) -> list[dict[str, Any]]:
    """Each study in one language, as the template shows it, by name."""
    homes = sorted(
        path
        for path in (out.iterdir() if out.is_dir() else ())
        if (path / "last_run.json").exists() or (path / "latest").exists()
    )
    return [_study(Found.read(home), words) for home in homes]


def _study(found: Found, words: Words) -> dict[str, Any]:
    alerts = found.results.get("alerts") or []
    runs = _archive(found)
    return {
        "name": found.home.name,
        **_state(found, len(alerts), words),
        "headlines": _headlines(found.results, words),
        "alerts": alerts,
        "alert_count": _counted("{count} check failed", "{count} checks failed", alerts, words),
        "pages": _pages(found),
        "languages": _languages(found),
        "archive": runs,
        "archive_count": _counted("{count} earlier run", "{count} earlier runs", runs, words),
    }


def _state(found: Found, alerts: int, words: Words) -> dict[str, str]:
    """The state in words, what is shown, and the reason where the last run was not published."""
    state = found.last_run.get("state", "ok" if found.run else "unknown")
    shown = Text("There is no report of this study yet.")
    if found.as_of:
        shown = Text("Shown is the report as of {day}.", {"day": Day(found.as_of)})
    if state == "ok":
        tone, said = "good", Text("Published.")
        if alerts:
            tone, said = "watch", Text("Published, with alerts.")
    else:
        day = {"day": Day(found.last_day)} if found.last_day else {}
        tone, said = "act", Text(TROUBLE.get(state, OTHER_TROUBLE), day)
    errors = [entry["text"] for entry in _messages(found.last_run) if entry["level"] == "error"]
    return {
        "tone": tone,
        "state": said.render(words),
        "sentence": shown.render(words),
        "reason": "" if state == "ok" else " ".join(errors),
    }


def _messages(last_run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return last_run.get("messages") or []


def _headlines(results: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The numbers of the summary where it has any, else the first ones; each name once."""
    every = results.get("headlines") or []
    summed = [piece for piece in every if _is_summary(piece)]
    chosen = {piece["name"]: piece for piece in reversed(summed or every)}
    return [
        {"interval": "", **piece, "noun": noun(piece["unit"], piece["value"] or 0).render(words)}
        for piece in list(reversed(chosen.values()))[:MOST_HEADLINES]
    ]


def _pages(found: Found) -> list[dict[str, Any]]:
    """The questions with their answers and links, the summary first."""
    pages = sorted(found.results.get("pages") or [], key=lambda page: not _is_summary(page))
    return [{**page, "href": _href(found, found.languages[0], page["file"])} for page in pages]


def _languages(found: Found) -> list[dict[str, str]]:
    """The languages of the report, each with a link to its first page."""
    pages = _pages(found)
    return [
        {
            "code": code,
            "name": Locale.parse(code).display_name,
            "href": _href(found, code, pages[0]["file"]),
        }
        for code in found.languages
        if pages
    ]


def _archive(found: Found) -> list[dict[str, Any]]:
    """The runs that stand besides the latest, the newest first, each with its first page."""
    runs = sorted((path for path in found.home.glob("runs/*") if path.is_dir()), reverse=True)
    return [
        {"run_id": run.name, "as_of": _day_of(run.name), "href": _first_page(run, found.home)}
        for run in runs
        if run != found.run
    ]


def _first_page(run: Path, home: Path) -> str:
    pages = sorted(run.glob("html/*/*.html"), key=lambda page: (page.name[:2] != SUMMARY, page))
    return quote(pages[0].relative_to(home.parent).as_posix()) if pages else ""


def _href(found: Found, language: str, file: str) -> str:
    # To the run and not through `latest`: a link that was sent keeps showing what it showed.
    return quote(f"{found.home.name}/runs/{found.run.name}/html/{language}/{file}")


def _is_summary(entry: Mapping[str, Any]) -> bool:
    return str(entry["notebook"]).startswith(SUMMARY)


def _counted(one: str, many: str, entries: Sequence[object], words: Words) -> str:
    return Text(one, plural=many, count=len(entries)).render(words)


def _day_of(run_id: str) -> str | None:
    try:
        return date.fromisoformat(run_id[:10]).isoformat()
    except ValueError:
        return None


def _json(path: Path) -> Mapping[str, Any]:
    """A file's content; nothing where it is missing or broken, for the index must always stand."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
