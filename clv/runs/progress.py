"""How far a run has come, on stderr: bars on a terminal, lines elsewhere, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from clv.runs.execution import Progress, Step


@contextmanager
def shown(kind: str) -> Iterator[Progress]:
    """What to call with each Step; `kind` is auto, bar, plain or json."""
    console = _Tireless(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if kind == "bar" or (kind == "auto" and console.is_terminal):
        with _bars(console) as show:
            yield show
    elif kind == "json":
        yield lambda step: _say(console, json.dumps(asdict(step), ensure_ascii=False))
    else:
        yield lambda step: _say(console, _line(step)) if step.done == step.of else None


class _Tireless(Console):
    """A console that a run does not end with when its reader has gone."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


def _say(console: Console, line: str) -> None:
    with suppress(OSError):  # the disk of a log may be full, and the report is on another one
        console.print(line)


def _line(step: Step) -> str:
    cells = f"{step.of} cells, " if step.of > 1 else ""
    return f"{step.what}: {cells}{step.seconds:.1f} s"


@contextmanager
def _bars(console: Console) -> Iterator[Progress]:
    """One bar per notebook and step; several threads may call."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=console) as bars:
        tasks, lock = {}, Lock()

        def show(step: Step) -> None:
            with lock:
                if step.what not in tasks:
                    tasks[step.what] = bars.add_task(step.what, total=step.of)
                bars.update(tasks[step.what], completed=step.done)

        yield show
