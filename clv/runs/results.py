"""The tables and the numbers of a run as files: customers.csv, customers.parquet, results.json."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from clv.errors import BadParameter, listed
from clv.report.reasons import found_again
from clv.report.words import Text, Words
from clv.runs import pages, publishing
from clv.runs.execution import Executed, LeftOut
from clv.runs.harvest import Harvest, harvest

FIRST = ["customer_id", "frequency", "recency", "T", "unit", "monetary_value"]

# A spreadsheet runs a cell that begins so, in the full-width forms too.
_FORMULA = r"^([=+\-@\t\r\uff1d\uff0b\uff0d\uff20])"


# Tables -------------------------------------------------------------------------------------


def customer_table(customers: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The scored customers as they leave the house: ids and unit in columns, the summary first."""
    table = customers.reset_index().assign(unit=unit)
    return table[FIRST + [name for name in table.columns if name not in FIRST]]


def check_ending(path: Path) -> None:
    """Refuse a file whose ending says no format that is written here."""
    if path.suffix not in WRITERS:
        raise BadParameter.from_value("--out", str(path), f"a file ending in {listed(WRITERS)}")


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format of the file's ending; same table, same bytes."""
    WRITERS[path.suffix](table, path)


def replace(table: pd.DataFrame, path: Path) -> None:
    """Write a table in one step over an older one, for its owner and their group to read."""
    with publishing.disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}")
        WRITERS[path.suffix](table, new)
        new.chmod(0o640)
        os.replace(new, path)


def _parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


def _csv(table: pd.DataFrame, path: Path) -> None:
    """Text in quotes, and none of it a formula that a spreadsheet would run."""
    texts = table.select_dtypes(exclude=["number", "bool", "datetime"])
    tame = {name: _tamed(column) for name, column in texts.items()}
    with path.open("w", encoding="utf-8", newline="") as lines:
        table.assign(**tame).to_csv(
            lines,
            index=False,
            quoting=csv.QUOTE_NONNUMERIC,
            lineterminator="\n",
            date_format="%Y-%m-%d",
        )


WRITERS = {".csv": _csv, ".parquet": _parquet}


def _tamed(column: pd.Series) -> pd.Series:
    return column.astype("str").str.replace(_FORMULA, r"'\1", regex=True)


# Numbers ------------------------------------------------------------------------------------

HEADLINE = ("name", "label", "value", "unit", "low", "high", "better", "text", "interval")
FINDING = ("headline", "severity", "lead", "next_step")
CHECK = ("name", "label", "passed", "detail")


def gather(executed: Sequence[Executed], languages: Sequence[str]) -> dict[str, Any]:
    """Every page, headline, finding and check of a run, in the first of its languages.

    What is said in the others stands under `translations`, for the index in that language.
    """
    first, *others = languages
    merged = [one.notebook.stem for one in executed if harvest(one.node, first).merged]
    return {
        **_said(executed, first),
        "merged": merged,
        "languages": list(languages),
        "translations": {language: _said(executed, language) for language in others},
    }


def _said(executed: Sequence[Executed], language: str) -> dict[str, Any]:
    shown = {one.notebook.stem: harvest(one.node, language) for one in executed}
    return {
        "pages": [pages.entry(one, language) for one in executed],
        "headlines": _pieces(shown, "headlines", HEADLINE),
        "findings": _pieces(shown, "findings", FINDING),
        "checks": _pieces(shown, "checks", CHECK),
        "alerts": _pieces(shown, "alerts", CHECK),
    }


def alerts(left_out: Sequence[LeftOut], language: str = "en") -> list[dict[str, Any]]:
    """What the reader of a report must know besides its failed checks: pages without a model."""
    words = Words.of(language)
    facts = {"name": "model", "label": words.text("Model"), "passed": False, "notebook": ""}
    return [facts | {"detail": said.render(words)} for said in absences(left_out)]


def absences(left_out: Sequence[LeftOut]) -> list[Text]:
    """One sentence for each reason, naming all pages that are left out for it."""
    reasons = dict.fromkeys(one.reason for one in left_out)
    pages = {why: [one.notebook.stem for one in left_out if one.reason == why] for why in reasons}
    template = "Left out {pages}: {reason}"
    return [
        Text(template, {"pages": ", ".join(stems), "reason": found_again(why) or why})
        for why, stems in pages.items()
    ]


def _pieces(shown: Mapping[str, Harvest], kind: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {key: piece[key] for key in keys} | {"notebook": stem}
        for stem, found in shown.items()
        for piece in getattr(found, kind)
    ]
