"""The tables and the numbers of a run as files: customers.csv, customers.parquet, results.json."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from clv.errors import BadParameter, TooManyFaulty, listed
from clv.report.alerts import Alert
from clv.report.reasons import found_again
from clv.report.words import Text, Words
from clv.runs import pages, publishing
from clv.runs.execution import Executed, LeftOut
from clv.runs.harvest import Harvest, harvest
from clv.study_sources import TABLES

FIRST = ["customer_id", "frequency", "recency", "T", "unit", "monetary_value"]

SET_ASIDE = '"file","line","reason","column"'  # so begins every file of rows set aside

# A spreadsheet runs a cell that begins so, in the full-width forms too.
_FORMULA = r"^([=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])"
_FIGURES = r'^([0-9][^"]*)$'  # what Excel may take for a number or a day


# Tables -------------------------------------------------------------------------------------


def customer_table(customers: pd.DataFrame, unit: str) -> pd.DataFrame:
    """The scored customers as they leave the house: ids and unit in columns, the summary first."""
    table = customers.reset_index().assign(unit=unit)
    return table[FIRST + [name for name in table.columns if name not in FIRST]]


def check_ending(path: Path) -> None:
    """Refuse a file whose ending says no format that is written here."""
    if path.suffix not in WRITERS:
        raise BadParameter.from_value("--out", str(path), f"a file ending in {listed(WRITERS)}")


def write(table: pd.DataFrame, path: Path, *, excel: bool = False) -> None:
    """Write a table in the format of the file's ending; same table, same bytes.

    `excel` writes CSV so that Excel opens it as it is: with a mark of its encoding, and ids that
    begin with a digit as text, which it would round, shorten or take for days.
    """
    WRITERS[path.suffix](table, path, excel)


def replace(table: pd.DataFrame, path: Path, *, excel: bool = False) -> None:
    """Write a table in one step over an older one, for its owner and their group to read."""
    with publishing.disk_trouble(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}")
        write(table, new, excel=excel)
        new.chmod(0o640)
        os.replace(new, path)


@contextmanager
def set_aside(folder: Path) -> Iterator[None]:
    """Take away the rows that were set aside last time; keep those for which data is refused.

    A file of such a name that holds no rows set aside is somebody else's, and stays.
    """
    for name in ("quarantine", *(f"quarantine_{table}" for table in TABLES)):
        file = folder / f"{name}.csv"
        if file.is_file() and _holds_rows_set_aside(file):
            file.unlink()
    try:
        yield
    except TooManyFaulty as refused:
        if refused.quarantine is not None:
            replace(refused.quarantine, folder / "quarantine.csv")
        raise


def _holds_rows_set_aside(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return lines.readline(1000).startswith(SET_ASIDE)


def _parquet(table: pd.DataFrame, path: Path, _excel: bool) -> None:
    table.to_parquet(path, index=False)


def _csv(table: pd.DataFrame, path: Path, excel: bool) -> None:
    """Every cell in quotes, and none of them a formula that a spreadsheet would run."""
    texts = table.select_dtypes(exclude=["number", "bool", "datetime"])
    tame = {name: _tamed(column) for name, column in texts.items()}
    if excel:
        ids = [name for name in tame if name.endswith("_id")]
        tame |= {name: tame[name].str.replace(_FIGURES, r'="\1"', regex=True) for name in ids}
    with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as lines:
        table.assign(**tame).to_csv(
            lines,
            index=False,
            quoting=csv.QUOTE_ALL,
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


def alerts(
    odd: Sequence[Alert], left_out: Sequence[LeftOut], language: str = "en"
) -> list[dict[str, Any]]:
    """What the reader of a report must know besides its failed checks: odd data, absent pages."""
    words = Words.of(language)
    told = [(one.code, one.label, one.sentence) for one in odd]
    told += [("model", Text("Model"), said) for said in absences(left_out)]
    return [
        {"name": name, "label": label.render(words), "passed": False, "notebook": ""}
        | {"detail": said.render(words)}
        for name, label, said in told
    ]


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
