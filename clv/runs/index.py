"""The front page of all reports: what state each study is in, what it says, where to read on.

It is written in every language that some report has: `index.html` in English (without an English
report, in the first of the others) and `index.<language>.html`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
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
from clv.runs import comparison, folders, publishing, retold
from clv.runs.folders import Found

NAME = "index.html"
SUMMARY = "99"  # the page that sums up the others comes first here
TOTAL = "clv_total"  # the number by which studies stand side by side
MOST_HEADLINES = 6
MOST_CHANGES = 8
STALE_AFTER = 35  # days without a new report; a month and some days of grace

# What is said of the last run when it was not published, by its state in last_run.json.
TROUBLE: Messages = {
    "failed": "The last run failed on {day}.",
    "refused": "The last run was refused on {day}.",
    "interrupted": "The last run was interrupted on {day}.",
}
SAMPLES: Messages = {  # by the name under which they are asked for
    "cdnow": "A sample: real purchases at a shop for music, 1997 to 1998.",
    "cdnow-sample": "A sample: a tenth of the real customers of a shop for music, 1997 to 1998.",
    "company": "A sample: the company is invented, and so is every customer of it.",
}
OTHER_TROUBLE = message("What became of the last run is not known.")


def write(out: Path, *, today: date | None = None) -> Path:
    """Write the index of what the studies' folders hold, each page of it whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    with publishing.locked(out):  # runs of two studies may end at once
        return _write(out, today or datetime.now(UTC).date())


def _write(out: Path, today: date) -> Path:
    found = [Found.read(home) for home in folders.homes(out)]
    spoken = _languages_of(found)
    main = "en" if "en" in spoken else spoken[0]
    names = {code: name_of(code) for code in spoken} | {main: NAME}
    for code in spoken:
        words = Words.of(code)
        others = [_link(other, names[other]) for other in spoken if other != code]
        told = [_study(study, words, today) for study in found]
        html = markup.render("reports.html.j2", words, studies=told, others=others)
        # A page links to the index in its own language, whichever is the main one today.
        for name in {names[code], name_of(code)}:
            publishing.write_text(out / name, html, mode=0o644)
    for study in found:
        if os.access(study.home, os.W_OK):  # a study of somebody else is led on by their own runs
            _lead_on(study.home, spoken)
    return out / NAME


def _lead_on(home: Path, spoken: Iterable[str]) -> None:
    """Lead from a study's folder to the index.

    A page does not know whether it was opened through `latest` or through `runs/<run id>`, which is
    one folder deeper: the same link ends here or at the index itself.
    """
    for code in spoken:
        html = markup.render("onward.html.j2", Words.of(code), target=f"../{name_of(code)}")
        path = home / name_of(code)
        if not (path.is_file() and path.read_text(encoding="utf-8") == html):
            publishing.write_text(path, html, mode=0o644)


def name_of(language: str) -> str:
    """The file of the index in a language."""
    return NAME if language == "en" else f"index.{language}.html"


def _languages_of(found: Iterable[Found]) -> list[str]:
    """The languages in which any page stands, also of earlier runs: they link to this index."""
    written = {path.name for study in found for path in study.home.glob("runs/*/html/*")}
    return [code for code in available() if code in written] or ["en"]


def _study(found: Found, words: Words, today: date) -> dict[str, Any]:
    """A study in one language, as the template shows it."""
    said, spoken = found.said(words), Words.of(found.language(words))
    alerts = said.get("alerts") or []
    runs, cards = _archive(found), headlines(said, spoken)
    counted = Text("{count} alert", plural="{count} alerts", count=len(alerts))
    earlier = Text("{count} earlier run", plural="{count} earlier runs", count=len(runs))
    return {
        "name": found.home.name,
        "language": spoken.language,
        "direction": spoken.direction,
        "sample": words.text(SAMPLES.get(found.results.get("source"), "")),
        **_state(found, len(alerts), words, today),
        "headlines": cards,
        "total": next((piece for piece in cards if piece["name"] == TOTAL), None),
        "changes": _changes(said, spoken),
        "bridge": retold.bridge(found.results, spoken),
        "forecasts": retold.forecasts(found.results, spoken),
        "alerts": alerts,
        "alert_count": counted.render(words),
        "pages": pages(found, words),
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
        if found.run and not found.results:
            tone, said = "act", Text("The report that stands is damaged.")
        elif found.published and (today - found.published).days > STALE_AFTER:
            tone, said = "watch", Text("Not renewed since {day}.", {"day": Day(found.published)})
    else:
        day = {"day": Day(found.last_day)} if found.last_day else {}
        tone, said = "act", Text(TROUBLE.get(state, OTHER_TROUBLE), day)
    return {
        "tone": tone,
        "state": said.render(words),
        "sentence": shown.render(words),
        "reason": "" if state == "ok" else reason(found, words),
    }


def reason(found: Found, words: Words) -> str:
    """Why the last run was not published, by its codes: its texts may quote a cell."""
    errors = [entry for entry in _messages(found.last_run) if entry["level"] == "error"]
    told = (refused(entry["code"], entry.get("line")) for entry in errors)
    return " ".join(sentence.render(words) for sentence in told)


def _shown(found: Found) -> Text:
    """Which report it is that stands, and since when."""
    days = {"day": Day(found.as_of)}
    if found.published is None:
        return Text("Shown is the report as of {day}.", days)
    days["published"] = Day(found.published)
    return Text("Shown is the report as of {day}, published on {published}.", days)


def _messages(last_run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return last_run.get("messages") or []


def headlines(results: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The numbers of the summary where it has any, else the first ones; each name once."""
    every = results.get("headlines") or []
    summed = [piece for piece in every if is_summary(piece)]
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


def pages(found: Found, words: Words) -> list[dict[str, Any]]:
    """The questions with their answers and links, the summary first."""
    said = sorted(found.said(words).get("pages") or [], key=lambda page: not is_summary(page))
    return [{**page, "href": _href(found, found.language(words), page["file"])} for page in said]


def _languages(found: Found, words: Words) -> list[dict[str, str]]:
    """The other languages of the report, each with a link to its first page."""
    others = [code for code in found.languages if code != found.language(words)]
    first = pages(found, words)[:1]
    return [_link(code, _href(found, code, page["file"])) for code in others for page in first]


def _link(code: str, href: str) -> dict[str, str]:
    """A link to a page in some language, under the name that the language has for itself."""
    return {"code": code, "name": Locale.parse(code).display_name, "href": href}


def _archive(found: Found) -> list[dict[str, Any]]:
    """The runs that stand besides the latest, the newest first, each with its first page."""
    return [
        {
            "run_id": run.name,
            "as_of": folders.day_of(run.name),
            "href": _first_page(run, found.home),
        }
        for run in folders.runs(found.home)
        if run.resolve() != found.run
    ]


def _first_page(run: Path, home: Path) -> str:
    pages = sorted(run.glob("html/*/*.html"), key=lambda page: (page.name[:2] != SUMMARY, page))
    return quote(pages[0].relative_to(home.parent).as_posix()) if pages else ""


def _href(found: Found, language: str, file: str) -> str:
    # To the run and not through `latest`: a link that was sent keeps showing what it showed.
    return quote(f"{found.home.name}/runs/{found.run.name}/html/{language}/{file}")


def is_summary(entry: Mapping[str, Any]) -> bool:
    """Whether something stands on the page that sums up the others."""
    return str(entry["notebook"]).startswith(SUMMARY)
