"""The front page of all reports: what state each study is in, what it says, where to read on.

It is written in every language that some report has: `index.html` in English (without an English
report, in the first of the others) and `index.<language>.html`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel import Locale

from clv.report import markup
from clv.report.alerts import refused
from clv.report.languages import Words, available
from clv.report.messages import Messages, message
from clv.report.words import Day, Text, noun
from clv.runs import comparison, manifest

NAME = "index.html"
SUMMARY = "99"  # the page that sums up the others comes first here
MOST_HEADLINES = 6
MOST_CHANGES = 8
STALE_AFTER = 35  # days without a new report; a month and some days of grace

# What is said of the last run when it was not published, by its state in last_run.json.
TROUBLE: Messages = {
    "failed": "The last run failed on {day}.",
    "refused": "The last run was refused on {day}.",
    "interrupted": "The last run was interrupted on {day}.",
}
OTHER_TROUBLE = message("What became of the last run is not known.")


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
        last, latest = home / "last_run.json", home / "latest"
        run = latest.resolve() if latest.exists() else None
        results = _json(run / "results.json") if run else {}
        published = _day_written(run / manifest.NAME) if run else None
        return cls(home, _json(last), _day_written(last), run, results, published)

    @property
    def as_of(self) -> str | None:
        """The as-of day of the report that stands: a run's name begins with it."""
        return self.results.get("as_of") or (_day_of(self.run.name) if self.run else None)

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


def write(out: Path, *, today: date | None = None) -> Path:
    """Write the index of what the studies' folders hold, each page of it whole or not at all."""
    found = [Found.read(home) for home in _homes(out)]
    today = today or datetime.now(UTC).date()
    spoken = _languages_of(found)
    main = "en" if "en" in spoken else spoken[0]
    names = {code: name_of(code) for code in spoken} | {main: NAME}
    out.mkdir(parents=True, exist_ok=True)
    for code in spoken:
        words = Words.of(code)
        others = [_link(other, names[other]) for other in spoken if other != code]
        told = [_study(study, words, today) for study in found]
        html = markup.render("reports.html.j2", words, studies=told, others=others)
        # A page links to the index in its own language, whichever is the main one today.
        for name in {names[code], name_of(code)}:
            _replace(out / name, html)
    return out / NAME


def name_of(language: str) -> str:
    """The file of the index in a language."""
    return NAME if language == "en" else f"index.{language}.html"


def _replace(path: Path, html: str) -> None:
    """Write a page in one step over an older one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".index-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as page:
            page.write(html)
            page.flush()
            os.fchmod(page.fileno(), 0o644)
            os.fsync(page.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _homes(out: Path) -> list[Path]:
    """The folders of the studies, by name."""
    return sorted(
        path
        for path in (out.iterdir() if out.is_dir() else ())
        if (path / "last_run.json").exists() or (path / "latest").exists()
    )


def _languages_of(found: Iterable[Found]) -> list[str]:
    """The languages in which any page stands, also of earlier runs: they link to this index."""
    written = {path.name for study in found for path in study.home.glob("runs/*/html/*")}
    return [code for code in available() if code in written] or ["en"]


def _study(found: Found, words: Words, today: date) -> dict[str, Any]:
    """A study in one language, as the template shows it."""
    said, spoken = found.said(words), Words.of(found.language(words))
    alerts = said.get("alerts") or []
    runs = _archive(found)
    counted = Text("{count} alert", plural="{count} alerts", count=len(alerts))
    earlier = Text("{count} earlier run", plural="{count} earlier runs", count=len(runs))
    return {
        "name": found.home.name,
        "language": spoken.language,
        "direction": spoken.direction,
        **_state(found, len(alerts), words, today),
        "headlines": _headlines(said, spoken),
        "changes": _changes(said, spoken),
        "alerts": alerts,
        "alert_count": counted.render(words),
        "pages": _pages(found, words),
        "languages": _languages(found, words),
        "archive": runs,
        "archive_count": earlier.render(words),
    }


def _state(found: Found, alerts: int, words: Words, today: date) -> dict[str, str]:
    """The state in words, what is shown, and the reason where the last run was not published."""
    state = found.last_run.get("state", "ok" if found.run else "unknown")
    shown = Text("There is no report of this study yet.")
    if found.as_of:
        shown = _shown(found)
    if state == "ok":
        tone, said = "good", Text("Published.")
        if alerts:
            tone, said = "watch", Text("Published, with alerts.")
        if found.published and (today - found.published).days > STALE_AFTER:
            tone, said = "watch", Text("Not renewed since {day}.", {"day": Day(found.published)})
    else:
        day = {"day": Day(found.last_day)} if found.last_day else {}
        tone, said = "act", Text(TROUBLE.get(state, OTHER_TROUBLE), day)
    # Their texts may quote a cell, and this page is for everybody.
    errors = [
        refused(entry["code"], entry.get("line")).render(words)
        for entry in _messages(found.last_run)
        if entry["level"] == "error"
    ]
    return {
        "tone": tone,
        "state": said.render(words),
        "sentence": shown.render(words),
        "reason": "" if state == "ok" else " ".join(errors),
    }


def _shown(found: Found) -> Text:
    """Which report it is that stands, and since when."""
    days = {"day": Day(found.as_of)}
    if found.published is None:
        return Text("Shown is the report as of {day}.", days)
    days["published"] = Day(found.published)
    return Text("Shown is the report as of {day}, published on {published}.", days)


def _messages(last_run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return last_run.get("messages") or []


def _headlines(results: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The numbers of the summary where it has any, else the first ones; each name once."""
    every = results.get("headlines") or []
    summed = [piece for piece in every if _is_summary(piece)]
    chosen = {piece["name"]: piece for piece in reversed(summed or every)}
    return [
        {
            "interval": "",
            **piece,
            "noun": noun(piece["unit"], piece["value"] or 0).render(words),
            "change": comparison.worded(piece, words),
        }
        for piece in list(reversed(chosen.values()))[:MOST_HEADLINES]
    ]


def _changes(results: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The numbers that have changed most since the run that this one was compared with."""
    compared = {
        piece["name"]: piece
        for piece in results.get("headlines") or []
        if piece.get("previous") and piece["better"]
    }
    largest = sorted(compared.values(), key=lambda p: -abs(p["change"] / p["previous"]))
    told = [{**piece, "change": comparison.worded(piece, words)} for piece in largest]
    return [piece for piece in told if piece["change"]["sign"]][:MOST_CHANGES]


def _pages(found: Found, words: Words) -> list[dict[str, Any]]:
    """The questions with their answers and links, the summary first."""
    pages = sorted(found.said(words).get("pages") or [], key=lambda page: not _is_summary(page))
    return [{**page, "href": _href(found, found.language(words), page["file"])} for page in pages]


def _languages(found: Found, words: Words) -> list[dict[str, str]]:
    """The other languages of the report, each with a link to its first page."""
    others = [code for code in found.languages if code != found.language(words)]
    first = _pages(found, words)[:1]
    return [_link(code, _href(found, code, page["file"])) for code in others for page in first]


def _link(code: str, href: str) -> dict[str, str]:
    """A link to a page in some language, under the name that the language has for itself."""
    return {"code": code, "name": Locale.parse(code).display_name, "href": href}


def _archive(found: Found) -> list[dict[str, Any]]:
    """The runs that stand besides the latest, the newest first, each with its first page."""
    runs = sorted((path for path in found.home.glob("runs/*") if path.is_dir()), reverse=True)
    return [
        {"run_id": run.name, "as_of": _day_of(run.name), "href": _first_page(run, found.home)}
        for run in runs
        if run.resolve() != found.run
    ]


def _first_page(run: Path, home: Path) -> str:
    pages = sorted(run.glob("html/*/*.html"), key=lambda page: (page.name[:2] != SUMMARY, page))
    return quote(pages[0].relative_to(home.parent).as_posix()) if pages else ""


def _href(found: Found, language: str, file: str) -> str:
    # To the run and not through `latest`: a link that was sent keeps showing what it showed.
    return quote(f"{found.home.name}/runs/{found.run.name}/html/{language}/{file}")


def _is_summary(entry: Mapping[str, Any]) -> bool:
    return str(entry["notebook"]).startswith(SUMMARY)


def _day_written(path: Path) -> date | None:
    """The day on which a file was written, by the clock of its disk."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date() if path.exists() else None


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
