"""What stands around the body of a page: its answer, its numbers, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clv.report.alerts import ALERTS
from clv.report.languages import Words
from clv.report.messages import Messages, message
from clv.report.words import Count, Day, Text
from clv.runs import comparison
from clv.runs.harvest import Harvest

ROWS: Messages = {
    "in": "{count} read",
    "accepted": "{count} accepted",
    "quarantined": "{count} set aside as faulty",
    "duplicates": "{count} set aside as duplicates",
    "outside_window": "{count} outside the window",
}


def described(
    found: Harvest, context: Mapping[str, Any], edition: str, words: Words
) -> dict[str, Any]:
    """Everything that the template shows around the body."""
    provenance = context.get("provenance") or {}
    keys = ("study", "notebook", "as_of", "home", "analyst", "stakeholder", "executed", "languages")
    return {
        "spoken": _spoken(found, words),
        "title": found.title or provenance.get("notebook") or words.text("Report"),
        "edition": edition,
        "lead": found.lead,
        "headlines": [_changed(piece, provenance, words) for piece in found.headlines],
        "checks": found.checks,
        "alerts": found.alerts,
        "doubts": [words.text(ALERTS[code]) for code in provenance.get("doubts") or []],
        "pages": context.get("pages") or [],
        "provenance": {key: provenance.get(key) for key in keys},
        "origin": _origin(provenance, words),
        "parameters": _parameters(provenance.get("parameters") or {}),
    }


def _changed(piece: dict[str, Any], provenance: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A headline with how it has changed since the run that this one is compared with."""
    change = (provenance.get("changes") or {}).get(piece["name"]) or {}
    return {**piece, "change": comparison.worded({**piece, **change}, words)}


def _spoken(found: Harvest, words: Words) -> list[str]:
    """What stands at the top of a page in words, for the glossary to look through."""
    lead = [found.lead["headline"], found.lead["next_step"]] if found.lead else []
    ranges = [words.text("Likely range")] * any(piece["interval"] for piece in found.headlines)
    labels = [piece["label"] for piece in [*found.headlines, *found.checks]]
    return [found.title, *lead, *ranges, *labels, *(check["detail"] for check in found.checks)]


def _origin(provenance: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """The lines of the footer: as-of day, rows, data, versions, run."""
    as_of = provenance.get("as_of")
    rows = provenance.get("rows") or {}
    versions = provenance.get("versions") or {}
    counted = [
        Text(sentence, {"count": Count(rows[key])}).render(words)
        for key, sentence in ROWS.items()
        if rows.get(key) is not None
    ]
    entries = [
        (message("As of"), [Day(as_of).render(words)] if as_of else [], False),
        (message("Data"), [provenance.get("source")], False),
        (message("Rows"), counted, False),
        (message("Data fingerprint"), [*(provenance.get("inputs") or {}).values()], True),
        (message("Versions"), [" · ".join(map(" ".join, versions.items()))], True),
        (message("Run"), [provenance.get("run_id")], True),
        (message("Compared with the run"), [provenance.get("compared_with")], True),
    ]
    kept = [(label, [line for line in lines if line], code) for label, lines, code in entries]
    return [
        {"label": words.text(label), "lines": lines, "code": code}
        for label, lines, code in kept
        if lines
    ]


def _parameters(used: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "value": repr(parameter["value"]),
            "default": repr(parameter["default"]),
            "changed": parameter["value"] != parameter["default"],
        }
        for name, parameter in used.items()
    ]
