"""What a run came to, for those who wait for it: a short message in their languages.

It holds what a stakeholder's page may hold: no table of customers, no analyst's edition, and no
text of last_run.json, which may quote a cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from clv.errors import BadParameter, NotDelivered, UsageError, listed
from clv.report import markup
from clv.report.languages import Words, available
from clv.report.messages import Messages
from clv.report.words import Day, Text
from clv.runs import index, manifest, receipts
from clv.runs.folders import Found
from clv.runs.last_run import BESIDE

NOTHING_NEW = "nothing-changed"  # what last_run.json says of a run that found itself done
SILENT = "silent"  # the state of a run that could not say what became of it

SUBJECTS: Messages = {  # of a run that was not published, by its state
    "failed": "{study}: no new report, the last run failed",
    "refused": "{study}: no new report, the last run was refused",
    "interrupted": "{study}: no new report, the last run was interrupted",
    SILENT: "{study}: no new report, the last run ended without a word",
}
ATTACHED: Messages = {  # by what is attached
    "summary": "Attached: the summary as a page for any browser.",
    "all": "Attached: the summary as a page for any browser, and an archive of all pages; unpack "
    "it to follow their links.",
}
NUMBER = ("notebook", "name", "label", "value", "unit", "low", "high", "text", "interval", "better")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message about the last run of a study."""

    subject: str
    html: str
    alone: str  # the same for those who get no attachment
    data: Mapping[str, Any]  # the same for machines
    languages: tuple[str, ...]
    run: Path | None = field(repr=False)  # the report that it tells of
    files: tuple[str, ...]  # of that report's stakeholder edition, the summary first
    pages: str  # how many of them are attached: "all", the "summary" or "none"
    tells: Mapping[str, Any]  # as in `receipts.telling`

    @property
    def kind(self) -> Literal["success", "warning", "failure"]:
        """How urgent it is."""
        if self.run is None:
            return "failure"
        return "warning" if self.data["alerts"] else "success"


def compose(
    home: Path,
    *,
    languages: Sequence[str] = (),
    pages: str = "all",
    after: str | None = None,
    as_news: bool = False,
) -> Letter:
    """The message about the last run in a folder of reports.

    Parameters
    ----------
    home
        The folder of the study's reports.
    languages
        Those that the message speaks, one after the other; none for the report's first.
    pages
        What is attached of the report: "all" pages, the "summary" or "none".
    after
        The exit code, or the signal, that the run ended with, where that is known: a run that was
        killed has told last_run.json nothing. Empty where it could not even begin.
    as_news
        Whether the report that stands is new to the reader, though the last run found it done or
        stands beside it.

    Raises
    ------
    UsageError
        There was no run, or no edition in a language that is asked for.
    NotDelivered
        The report is not what its manifest says.
    """
    ending = _Ending.read(home, after, as_news=as_news)
    spoken = _spoken(ending, languages)
    told = [_told(ending, Words.of(code), pages) for code in spoken]
    published = ending.state == "ok"
    return Letter(
        subject=_subject(ending, Words.of(spoken[0])),
        html=_html(told, spoken),
        alone=_html([part | {"attached": ""} for part in told], spoken),
        data=_data(ending, told[0]),
        languages=tuple(spoken),
        run=ending.found.run if published else None,
        files=tuple(told[0]["files"]),
        pages=pages,
        tells=receipts.telling(ending.found, ending.state),
    )


def _html(told: Sequence[Mapping[str, Any]], spoken: Sequence[str]) -> str:
    """The message, one language after the other."""
    parts = zip(told, spoken, strict=True)
    html = (markup.render("mail.html.j2", Words.of(code), letter=part) for part, code in parts)
    return "\n<hr>\n".join(html)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How the last run ended, and what stands of the study."""

    found: Found
    state: str
    after: str | None

    @classmethod
    def read(cls, home: Path, after: str | None, *, as_news: bool) -> _Ending:
        found = Found.read(home)
        if as_news:
            found = replace(found, last_run=_without_old(found.last_run))
        if not found.last_run and after is None:
            raise UsageError(
                f"No run has ended in {home}: do `clv run` first, or say with --out where it wrote."
            )
        ending = cls(found, _state(found, after), after)
        if ending.state == "ok" and not manifest.verifies(found.run):
            raise NotDelivered(
                f"{found.run} is not what its manifest says, so nothing was sent: a file of it has "
                "been changed. Publish it anew with `clv run --force`."
            )
        return ending

    @property
    def stands_beside(self) -> bool:
        """Whether a part was run, or other data were tried, and the report stays."""
        return self.state == "ok" and BESIDE in _codes(self.found.last_run)

    def said(self, words: Words) -> Mapping[str, Any]:
        """What the report says that this run has published."""
        return self.found.said(words) if self.state == "ok" else {}


def _without_old(last_run: Mapping[str, Any]) -> Mapping[str, Any]:
    """What became of the last run, without its word that the report stood already."""
    told = [m for m in last_run.get("messages", []) if m["code"] not in (NOTHING_NEW, BESIDE)]
    return {**last_run, "messages": told} if last_run else {}


def _state(found: Found, after: str | None) -> str:
    """What became of the last run: last_run.json knows, unless it never got to write that."""
    if after is not None and after != str(found.last_run.get("exit_code")):
        return SILENT
    state = found.last_run.get("state")
    return state if state in index.TROUBLE or (state == "ok" and found.results) else SILENT


def _spoken(ending: _Ending, languages: Sequence[str]) -> list[str]:
    there = ending.found.languages if ending.state == "ok" else available()
    for code in languages:
        if code not in there:
            raise BadParameter.from_value("--lang", code, f"among {listed(there)}")
    return list(dict.fromkeys(languages)) or [ending.found.languages[0]]


# In words -----------------------------------------------------------------------------------


def _subject(ending: _Ending, words: Words) -> str:
    study = {"study": ending.found.home.name}
    if ending.state != "ok":
        return Text(SUBJECTS[ending.state], study).render(words)
    values = study | {"day": Day(ending.found.as_of)}
    if ending.stands_beside:
        stays = Text("{study}: the report as of {day} stays, another stands beside it", values)
        return stays.render(words)
    if NOTHING_NEW in _codes(ending.found.last_run):
        return Text("{study}: nothing new since the report as of {day}", values).render(words)
    if count := len(ending.said(words).get("alerts") or []):
        alerted = Text(
            "{study}: new report as of {day}, with {count} alert",
            values,
            plural="{study}: new report as of {day}, with {count} alerts",
            count=count,
        )
        return alerted.render(words)
    return Text("{study}: new report as of {day}", values).render(words)


def _told(ending: _Ending, words: Words, attached: str) -> dict[str, Any]:
    """The message in one language, as the template shows it."""
    found, said = ending.found, ending.said(words)
    pages = index.pages(found, words) if said else []
    first = pages[0] if pages else {}
    alerts = said.get("alerts") or []
    counted = Text("{count} alert", plural="{count} alerts", count=len(alerts))
    return {
        "study": found.home.name,
        "state": _happened(ending).render(words),
        "sentence": _stands(ending).render(words),
        "reason": index.reason(found, words) if ending.state in index.TROUBLE else "",
        "question": first.get("title", ""),
        "answer": first.get("answer", ""),
        "next_step": first.get("next_step", ""),
        "headlines": index.headlines(said, words),
        "alerts": alerts,
        "alert_count": counted.render(words),
        "attached": words.text(ATTACHED.get(attached, "")) if pages else "",
        "files": [page["file"] for page in pages],
    }


def _happened(ending: _Ending) -> Text:
    """What became of the run."""
    if ending.state in index.TROUBLE:
        return Text(index.TROUBLE[ending.state], {"day": Day(ending.found.last_day)})
    if ending.stands_beside:
        return Text("A part of the notebooks, or other data, was run, and is not in this report.")
    if ending.state == "ok":
        if NOTHING_NEW in _codes(ending.found.last_run):
            return Text("Nothing has changed since the last report.")
        return Text("A new report is published.")
    if not ending.after:
        return Text(index.OTHER_TROUBLE)
    return Text(
        "The last run ended without a word ({code}): it was killed, or could not begin.",
        {"code": ending.after},
    )


def _stands(ending: _Ending) -> Text:
    """Which report stands now."""
    found = ending.found
    if not found.as_of:
        return Text("There is no report of this study yet.")
    days = {"day": Day(found.as_of), "published": Day(found.published)}
    if ending.state == "ok" and not ending.stands_beside:
        return Text("It is as of {day}, and was published on {published}.", days)
    return Text("The report as of {day}, published on {published}, stays as it was.", days)


# For machines -------------------------------------------------------------------------------


def _data(ending: _Ending, told: Mapping[str, Any]) -> dict[str, Any]:
    """The message as plain values: no sentence of last_run.json, only its codes."""
    found = ending.found
    last = {} if ending.state == SILENT else found.last_run
    published = ending.state == "ok"
    return {
        "study": told["study"],
        "state": "failed" if ending.state == SILENT else ending.state,
        "exit_code": last.get("exit_code"),
        "run_id": found.run.name if published else last.get("run_id"),
        "as_of": found.as_of if published else last.get("as_of"),
        "last_good_run": found.run.name if found.run else None,
        "answer": told["answer"],
        "next_step": told["next_step"],
        "headlines": [
            {key: one.get(key) for key in NUMBER} | _change(one) for one in told["headlines"]
        ],
        "alerts": [
            {key: one.get(key) for key in ("name", "label", "detail")} for one in told["alerts"]
        ],
        "messages": [
            {key: entry.get(key) for key in ("level", "code", "line")}
            for entry in last.get("messages") or []
        ],
    }


def _change(piece: Mapping[str, Any]) -> dict[str, Any]:
    """By how much a number has changed; its own `change` is that in words."""
    previous = piece.get("previous")
    change = None if previous is None else piece["value"] - previous
    return {"previous": previous, "previous_as_of": piece.get("previous_as_of"), "change": change}


def _codes(told: Mapping[str, Any]) -> list[str]:
    return [entry["code"] for entry in told["messages"]]
