"""What has changed since the last comparable run: two results, number by number.

A run is compared with the newest good one of an earlier as-of date, of the same study asked in
the same terms: a value over two years says nothing about one over twelve months.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clv.report import privacy
from clv.report.messages import message
from clv.report.words import Day, Share, Text, Words, of_unit
from clv.runs import manifest, publishing
from clv.study import Study

# Keys of a study that may differ between two runs whose numbers mean the same.
FREE = (
    "as_of",
    "run_date",
    "transactions",
    "columns",
    "format",
    "tables",
    "parameters",  # each stands among the keys itself, with the value that notebooks were told
    "languages",
    "max_faulty",
    "excel",
    "seed",
)

SIGNS = {1: "▲", -1: "▼", 0: ""}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that this one is compared with."""

    run_id: str
    as_of: str
    headlines: Mapping[tuple[str, str], Mapping[str, Any]] = field(repr=False)  # notebook, name
    folder: Path

    @classmethod
    def read(cls, run: Path) -> Earlier:
        """A published run, under the name that its repeats share too."""
        made = manifest.read(run)
        found = publishing.read_json(run / "results.json")
        said = {(piece["notebook"], piece["name"]): piece for piece in found["headlines"]}
        return cls(made["run_id"], made["as_of"], said, run)


def earlier(
    home: Path, study: Mapping[str, Any], as_of: str, *, thresholds: str | None = None
) -> Earlier | None:
    """The newest good run of a study before a day, whole ones first; None where there is none.

    One of data that were named by hand is no run of the study.

    Parameters
    ----------
    home
        The folder of the study's reports.
    study
        The study as used, with everything that its notebooks were told.
    as_of
        The as-of day of the run to compare, as ISO text.
    thresholds
        What the thresholds of its stages are known by: both sides must have used the same ones.
    """
    candidates = []
    for run in home.glob("runs/*"):
        with suppress(OSError, ValueError, KeyError):
            made = manifest.read(run)
            own = not made.get("by_hand") and made.get("thresholds_used") == thresholds
            if made["as_of"] < as_of and own and _terms(made["study"]) == _terms(study):
                order = (made["as_of"], not made["partial"], (run / manifest.NAME).stat().st_mtime)
                candidates.append((order, run.name, run))
    for *_, run in sorted(candidates, reverse=True):
        if manifest.verifies(run):
            return Earlier.read(run)
    return None


def _terms(study: Mapping[str, Any]) -> dict[str, Any]:
    """What a study was asked beyond what is asked of every study.

    A key at its default and one that an older version did not know yet mean the same.
    """
    # Through JSON, as the manifest was: a tuple there is a list here.
    plain, usual = (json.loads(json.dumps(dict(each))) for each in (study, Study().as_dict()))
    return {
        key: value
        for key, value in plain.items()
        if key not in FREE and not (key in usual and usual[key] == value)
    }


def changes(headlines: Iterable[Mapping[str, Any]], before: Earlier | None) -> list[dict[str, Any]]:
    """Headlines of results.json, each with its `previous` value, of when, and the `change`."""
    return [{**piece, **_change(piece, before)} for piece in headlines]


def of_page(
    headlines: Iterable[Mapping[str, Any]], notebook: str, before: Earlier | None
) -> dict[str, dict[str, Any]]:
    """What has changed in the headlines of one notebook, by their names."""
    own = ({**piece, "notebook": notebook} for piece in headlines)
    return {piece["name"]: _change(piece, before) for piece in own}


def _change(piece: Mapping[str, Any], before: Earlier | None) -> dict[str, Any]:
    old = before.headlines.get((piece["notebook"], piece["name"])) if before else None
    if old is None or old["unit"] != piece["unit"] or not _told(piece) or not _told(old):
        return {}
    difference = piece["value"] - old["value"]
    return {"previous": old["value"], "previous_as_of": before.as_of, "change": difference}


def _told(piece: Mapping[str, Any]) -> bool:
    """Whether a number is known, and none that is said only as "<5"."""
    value = piece["value"]
    return value is not None and not (piece["unit"] == privacy.COUNT and privacy.few(value))


# In words -----------------------------------------------------------------------------------


def worded(piece: Mapping[str, Any], words: Words) -> dict[str, str] | None:
    """How a number has changed, with sign and word; None where there is nothing to compare.

    Returns
    -------
    dict
        `sign` ("▲", "▼" or ""), `text` ("up 3.2% since March 31, 1998"), `verdict` ("better",
        "worse" or "") and `tone` ("good", "act" or "info").
    """
    if piece.get("previous") is None:
        return None
    way = _direction(piece)
    wanted = {"up": 1, "down": -1}.get(piece["better"], 0)
    verdict = {1: message("better"), -1: message("worse"), 0: ""}[way * wanted]
    return {
        "sign": SIGNS[way],
        "text": _sentence(piece, way).render(words),
        "verdict": words.text(verdict),
        "tone": {1: "good", -1: "act", 0: "info"}[way * wanted],
    }


def _direction(piece: Mapping[str, Any]) -> int:
    """Up, down, or neither where the change would be said as 0.0."""
    size = abs(piece["change"])
    scale = 1 if piece["unit"] == "share" else abs(piece["previous"])
    if size == 0 or (scale and round(size / scale, 3) == 0):
        return 0
    return 1 if piece["change"] > 0 else -1


def _sentence(piece: Mapping[str, Any], way: int) -> Text:
    day = {"day": Day(piece["previous_as_of"])}
    if way == 0:
        return Text("unchanged since {day}", day)
    size, previous = abs(piece["change"]), piece["previous"]
    if piece["unit"] == "share":
        points = day | {"points": of_unit(100 * size, "", 1)}
        if way > 0:
            return Text("up {points} percentage points since {day}", points)
        return Text("down {points} percentage points since {day}", points)
    if previous <= 0 or size / previous > 10:  # a percentage of nothing says nothing
        return Text("{previous} on {day}", day | {"previous": of_unit(previous, piece["unit"])})
    by = day | {"share": Share(size / previous, 1)}
    return Text("up {share} since {day}", by) if way > 0 else Text("down {share} since {day}", by)
