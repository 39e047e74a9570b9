"""The runs of a study: their state, their headline number and what changed, read from folders.

Nothing is computed and nothing is trusted: a run that lost or gained a byte is told as damaged, and
the others as they are.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clv.errors import UsageError, listed
from clv.report.words import Day, Words
from clv.runs import comparison, folders, index, ledger, manifest, orders, retold
from clv.runs.folders import Found
from clv.runs.orders import Request

LATEST, STANDS, DAMAGED = "latest", "stands", "damaged"
PART, OTHER = "a part", "other data"
COLUMNS = ("run", "as of", "published", "state", "expected", "since the run before")
NARROWEST = 20  # columns of a terminal; below it lines break wherever they must
GAP = 2


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was published."""

    run_id: str
    as_of: str | None
    published: str | None  # day
    state: str  # latest or stands, perhaps ", other data" and ", a part", or damaged
    alerts: int
    compared_with: str | None
    headlines: list[dict[str, Any]] = field(default_factory=list)
    bridge: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the folder of a study's reports tells, the newest run first."""

    study: str
    state: str  # of the last command: ok, refused, failed, interrupted or unknown
    exit_code: int | None
    ended: str | None  # day
    run_id: str | None
    messages: list[dict[str, Any]]  # what went wrong
    runs: list[Run]
    forecasts: list[dict[str, Any]]  # as in the ledger


def read(out: Path, named: str | None = None) -> list[History]:
    """The histories of all studies below a folder, or of one of them."""
    found = [_of(home) for home in folders.homes(out) if named in (None, home.name)]
    if named and not found:
        there = [home.name for home in folders.homes(out)]
        raise UsageError(
            f"There is no report of {named} in {out}; there is {listed(there)}."
            if there
            else f"There is no report in {out}; `clv run` makes one."
        )
    return found


def name_of(given: Path | None, out: Path) -> str | None:
    """The study that is meant: by its file, by its name below `out`; None for all of them."""
    if given is not None and not given.is_file():
        if len(given.parts) == 1 and given.suffix not in (".yml", ".yaml"):
            return str(given)
        raise UsageError(f"There is no study file {given}.")
    file = orders.study_file(given)
    return Request(file, out=out).home.name if file else None


def as_dicts(histories: Iterable[History]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [asdict(one) for one in histories]


def _of(home: Path) -> History:
    found = Found.read(home)
    last = found.last_run
    return History(
        study=home.name,
        state=last.get("state", "unknown"),
        exit_code=last.get("exit_code"),
        ended=found.last_day.isoformat() if found.last_day else None,
        run_id=last.get("run_id"),
        messages=[m for m in last.get("messages", []) if m["level"] == "error"],
        runs=[_run(run, latest=found.run) for run in folders.runs(home)],
        forecasts=ledger.read(home),
    )


def _run(run: Path, latest: Path | None) -> Run:
    results, made = folders.results_of(run), folders.content(run / manifest.NAME)
    published = folders.day_written(run / manifest.NAME)
    return Run(
        run_id=run.name,
        as_of=results.get("as_of") or folders.day_of(run.name),
        published=published.isoformat() if published else None,
        state=_state(run, results, made, latest),
        alerts=len(results.get("alerts") or []),
        compared_with=results.get("compared_with"),
        headlines=[
            {name: piece.get(name) for name in SHOWN} | {"notebook": piece["notebook"]}
            for piece in results.get("headlines") or []
        ],
        bridge=results.get("bridge"),
    )


SHOWN = ("name", "label", "value", "unit", "low", "high", "text", "interval", "better")
SHOWN += ("previous", "previous_as_of", "change")


def _state(
    run: Path, results: Mapping[str, Any], made: Mapping[str, Any], latest: Path | None
) -> str:
    if not results or not manifest.verifies(run):
        return DAMAGED
    told = [LATEST if run.resolve() == latest else STANDS]
    told += [OTHER] if made.get("by_hand") else []
    told += [PART] if made.get("partial") else []
    return ", ".join(told)


# In words -----------------------------------------------------------------------------------


def terminal() -> int | None:
    """Columns of the terminal that is written to; None where it is a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def lines(histories: Sequence[History], width: int | None = None) -> list[str]:
    """What a reader is told, line by line; `width` is that of a terminal, None for any."""
    return list(_lines(histories, Words.of("en"), width))


def _lines(histories: Sequence[History], words: Words, width: int | None) -> Iterator[str]:
    for number, one in enumerate(histories):
        if number:
            yield ""
        yield from _wrapped(f"{one.study}: {_ended(one, words)}", width)
        for message in one.messages:
            yield from _wrapped(f"  {message.get('text', message['code'])}", width)
        rows = [_row(run, words) for run in one.runs]
        yield from _table(rows, width) if _fits(rows, width) else _blocks(rows, width)
        yield from _forecasts(one, words, width)


def _ended(one: History, words: Words) -> str:
    """What became of the last command."""
    day = {"day": Day(one.ended).render(words)} if one.ended else None
    if one.state == "ok" and day:
        return f"The last run was published on {day['day']}."
    if one.state in index.TROUBLE and day:
        code = "" if one.exit_code is None else f" Exit code {one.exit_code}."
        return f"{index.TROUBLE[one.state].format(**day)}{code}"
    return index.OTHER_TROUBLE


def _row(run: Run, words: Words) -> dict[str, Any]:
    """A run as the cells of a table, and the lines below it."""
    total = next((piece for piece in run.headlines if piece["name"] == ledger.TOTAL), None)
    total = total or next(iter(run.headlines), None)
    expected = changed = ""
    if total:
        between = f" ({total['interval']})" if total["interval"] else ""
        expected = f"{total['text']}{between}"
        told = comparison.worded(total, words)
        changed = f"{told['sign']} {told['text']}".strip() if told else ""
    state = run.state + (f", {run.alerts} alerts" if run.alerts > 1 else "")
    state += ", 1 alert" if run.alerts == 1 else ""
    cells = (run.run_id, run.as_of or "", run.published or "", state, expected, changed)
    why = retold.bridge({"bridge": run.bridge}, words)
    below = [f"{p['sign']} {p['label']} {p['text']}" for p in why["parts"]] if why else []
    return {"cells": cells, "below": "; ".join(below)}


def _table(rows: Sequence[Mapping[str, Any]], width: int | None) -> Iterator[str]:
    """Columns as wide as their widest cell."""
    if not rows:
        yield "  No run stands."
        return
    widths = _widths(rows)
    yield _line(COLUMNS, widths)
    for row in rows:
        yield _line(row["cells"], widths)
        if row["below"]:
            yield from _wrapped(f"    {row['below']}", width)


def _widths(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [
        max(map(len, column)) for column in zip(COLUMNS, *(r["cells"] for r in rows), strict=True)
    ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(wide + GAP) for cell, wide in zip(cells, widths, strict=True))
    return f"  {''.join(padded)}".rstrip()


def _fits(rows: Sequence[Mapping[str, Any]], width: int | None) -> bool:
    return not rows or width is None or sum(_widths(rows)) + GAP * len(COLUMNS) <= width


def _blocks(rows: Sequence[Mapping[str, Any]], width: int | None) -> Iterator[str]:
    """One run below the other, for a narrow terminal."""
    for row in rows:
        first, *others = zip(COLUMNS, row["cells"], strict=True)
        yield f"  {first[1]}"
        for name, cell in others:
            if cell:
                yield from _wrapped(f"    {name}: {cell}", width)
        if row["below"]:
            yield from _wrapped(f"    {row['below']}", width)


def _forecasts(one: History, words: Words, width: int | None) -> Iterator[str]:
    """The published totals whose time is over, or what has come of them so far."""
    told = [{**entry, "inside": entry.get("inside")} for entry in one.forecasts if "came" in entry]
    found = retold.forecasts({"forecasts": told}, words)
    if not found:
        return
    yield f"  {found['title']}"
    for line in found["lines"]:
        verdict = f", {line['verdict']}" if line["verdict"] else ""
        yield from _wrapped(f"    {line['text']}: {line['came'] or 'not known'}{verdict}", width)


def _wrapped(line: str, width: int | None) -> Iterator[str]:
    """A line broken at its blanks, so that it fits; what follows stands a little deeper."""
    if width is None or len(line) <= max(width, NARROWEST):
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    yield from textwrap.wrap(
        line.strip(),
        max(width, NARROWEST),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=True,
    )
