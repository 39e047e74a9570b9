"""The ledger of a study: every published total, and what came when its horizon closed.

It stands in `<study>/ledger.json`, beside the runs and not in them, so that pruning them loses
nothing. It changes no number: it says how those of earlier reports have fared.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from clv.customers import kept_forecasts
from clv.errors import Message
from clv.runs import manifest, publishing
from clv.tables.transactions import Transactions

NAME = "ledger.json"
DAMAGED = "ledger.damaged.json"  # where one that cannot be read is set aside
TOTAL = "clv_total"  # the headline that is a forecast
SET_ASIDE = (
    f"{NAME} could not be read as a whole: it was set aside as {DAMAGED}, and made anew from what "
    "could be read and the runs that stand; whatever else it held is only in the damaged one."
)
SAID = (  # of an entry: what was published, and what it takes to hold it against what came
    "run_id",
    "made_on",
    "until",
    "expected",
    "low",
    "high",
    "interval",
    "currency",
    "worth",
    "prices",
    "annual_discount_rate",
    "margin",
    "model",
    "spend_basis",
    "customers",
)
BOUNDS = ("low", "high", "interval")  # numbers that may be unknown
# Forecasts that agree in these are one forecast, made anew: the last one counts.
ONE = ("made_on", "until", "currency", "worth", "prices", "annual_discount_rate", "margin")

Entry = dict[str, Any]


def read(home: Path) -> list[Entry]:
    """The entries of a study's ledger and of the runs that stand, the earliest day first.

    Those of one day stand in the order in which they were made. Runs are asked too: so a ledger
    that was lost or damaged comes back, as far as they reach.
    """
    entries, _ = _kept(home / NAME)
    kept = {entry["run_id"]: entry for entry in entries}
    stand = sorted(home.glob("runs/*"), key=_made_at)
    found = {entry["run_id"]: entry for run in stand if (entry := of_run(run))}
    return _by_day([*kept.values(), *(one for name, one in found.items() if name not in kept)])


def _by_day(entries: Iterable[Entry]) -> list[Entry]:
    """The earliest day first; those of one day stay in their order."""
    return sorted(entries, key=lambda entry: entry["made_on"])


def of_run(run: Path) -> Entry | None:
    """What a published run has said of the total; None where it has said nothing."""
    try:
        made, said = manifest.read(run), publishing.read_json(run / "results.json")
        if made.get("by_hand"):
            return None  # of other data than the study's
        total = next(piece for piece in said["headlines"] if piece["name"] == TOTAL)
        study, model = made["study"], made["model"]
        if total["value"] is None or model["state"] != "fitted":
            return None
        margin, prices = said["valued"]["margin"], said["valued"]["prices"]
        return {
            "run_id": made["run_id"],
            "made_on": made["as_of"],
            "until": kept_forecasts.until(made["as_of"], study["horizon"]).isoformat(),
            "expected": total["value"],
            "low": total["low"],
            "high": total["high"],
            "interval": study["interval"],
            "currency": total["unit"] or None,
            "worth": "revenue" if margin is None else "margin",
            "prices": prices,
            "annual_discount_rate": study["annual_discount_rate"],
            "margin": margin,
            "model": model["purchases"],
            "spend_basis": model.get("spend_basis"),
            "customers": made["customers"] if "customers" in made else _rows(run),
        }
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None  # a folder that is no whole run has said nothing


def _rows(run: Path) -> int:
    """How many customers the table of a run holds whose manifest does not say it."""
    return pq.read_metadata(run / "tables" / "customers.parquet").num_rows


def earlier(entries: Iterable[Entry], as_of: str) -> list[Entry]:
    """The forecasts that were made before a day, of several of the same the last one."""
    before = [entry for entry in entries if entry["made_on"] < as_of]
    return list({tuple(str(entry[name]) for name in ONE): entry for entry in before}.values())


def fingerprint(entries: Sequence[Entry]) -> str | None:
    """What forecasts are known by: of what they said, and not of what came; None without any."""
    said = [{name: entry.get(name) for name in SAID} for entry in entries]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest() if said else None


def keep(
    home: Path, forecasts: pd.DataFrame, entries: Sequence[Entry], run: Path
) -> tuple[Message, ...]:
    """Add what a run has said, and what has come of earlier forecasts by its day.

    To be called while the report is held. What was told by a later day stays as it is.

    Parameters
    ----------
    forecasts, entries
        As `held` returns them: a row for each entry.
    run
        The published run.

    Returns
    -------
    messages
        What is to be said where a ledger could not be read and was set aside.

    """
    path = home / NAME
    _, whole = _kept(path)
    every = {entry["run_id"]: entry for entry in read(home)}  # this run's among them
    if not whole:
        os.replace(path, home / DAMAGED)
    told_by = manifest.read(run)["run_id"]
    for entry, row in zip(entries, forecasts.to_dict("records"), strict=True):
        name, through = entry["run_id"], row["through"].date().isoformat()
        if name in every and every[name].get("through", "") <= through:
            every[name] = every[name] | _told(row) | {"through": through, "told_by": told_by}
    content = {"forecasts": _by_day(every.values())}
    if every and not (path.exists() and publishing.read_json(path) == content):
        publishing.write_json(path, content)
    return (Message("warning", "ledger-damaged", SET_ASIDE),) if not whole else ()


def held(
    entries: Iterable[Entry], transactions: Transactions, restated: Mapping[str, float]
) -> tuple[list[Entry], pd.DataFrame]:
    """Forecasts beside what has come of them, and the entries in the order of the rows.

    `restated`: where amounts are in the money of their report's day, how many of today's make one
    of each day.
    """
    ordered = sorted(entries, key=lambda one: (one["made_on"], one["until"]))
    said = [
        entry
        | {"restated": restated.get(entry["made_on"], 1.0) if entry["prices"] == "real" else 1}
        for entry in ordered
    ]
    return ordered, kept_forecasts.held(said, transactions)


def _told(row: Mapping[str, Any]) -> Entry:
    """What has come, as JSON can hold it."""
    return {
        "came": None if pd.isna(row["came"]) else round(row["came"], 2),
        "missed": None if pd.isna(row["missed"]) else row["missed"],
        "over": bool(row["over"]),
        "inside": None if pd.isna(row["inside"]) else bool(row["inside"]),
    }


def _kept(path: Path) -> tuple[list[Entry], bool]:
    """The entries of a file as far as they can be read, and whether all of them can be."""
    if not path.exists():
        return [], True
    try:
        found = publishing.read_json(path)["forecasts"]
    except (OSError, ValueError, KeyError, TypeError):
        return [], False
    if not isinstance(found, list):
        return [], False
    entries = [entry for one in found if (entry := _entry(one))]
    return entries, len(entries) == len(found)


def _entry(one: object) -> Entry | None:
    """An entry as it is read; None for what cannot be held against what came.

    What another version did not say is unknown.
    """
    try:
        entry = {**dict.fromkeys(SAID), **one}
        named = isinstance(entry["run_id"], str) and isinstance(entry.get("through", ""), str)
        date.fromisoformat(entry["made_on"]), date.fromisoformat(entry["until"])
        told = [entry[name] for name in BOUNDS if entry[name] is not None]
        sum([entry["expected"], entry["annual_discount_rate"], *told])
    except (TypeError, ValueError):
        return None
    return entry if named else None


def _made_at(run: Path) -> float:
    """When a run was published, by the clock of its disk."""
    made = run / manifest.NAME
    return made.stat().st_mtime if made.exists() else 0.0
