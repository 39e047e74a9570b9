"""What the pages of a run have said, in every language of the run: read from its results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from clv.report.answer import Answer, Quoted
from clv.report.checks import Check
from clv.report.messages import Messages
from clv.report.words import Text

PAGES: Final[Messages] = {  # what each page of the suite is called where its question is too long
    "00_data_health": "Data health",
    "01_customer_base": "Customer base",
    "02_rfm_segments": "Segments",
    "03_purchase_model": "Purchases",
    "04_spend_model": "Spend",
    "05_holdout_check": "Holdout check",
    "06_lifetime_value": "Lifetime value",
    "07_lifecycle_stages": "Lifecycle",
}


def read(results: str | Path) -> list[Answer]:
    """What the pages of a run have said; nothing where `results` is no folder of one."""
    path = Path(results) / "results.json"
    if not (results and path.is_file()):
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    first = next(iter(found["languages"]), "en")
    said = {first: found, **found["translations"]}
    return [_quoted(number, page["notebook"], said) for number, page in enumerate(found["pages"])]


def _quoted(number: int, stem: str, said: Mapping[str, Mapping[str, Any]]) -> Answer:
    """One page of a run."""

    def quoted(kind: str, place: int, key: str) -> Quoted:
        return Quoted({language: one[kind][place][key] for language, one in said.items()})

    found = next(iter(said.values()))
    leads = [f for f in found["findings"] if f["notebook"] == stem and f["lead"]]
    places = [place for place, c in enumerate(found["checks"]) if c["notebook"] == stem]
    held = tuple(
        Check(
            found["checks"][place]["name"],
            found["checks"][place]["passed"],
            quoted("checks", place, "detail"),
        )
        for place in places
    )
    return Answer(
        page=stem,
        name=Text(PAGES[stem]) if stem in PAGES else quoted("pages", number, "title"),
        said=quoted("pages", number, "answer"),
        severity=leads[0]["severity"] if leads else "info",
        next_step=quoted("pages", number, "next_step")
        if found["pages"][number]["next_step"]
        else None,
        checks=held,
    )
