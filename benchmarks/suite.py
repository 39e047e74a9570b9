"""The whole suite on CDNOW: `clv run` beside papermill's and nbconvert's own command lines.

    python -m benchmarks.suite

The same notebooks on the same machine, one way after the other: each notebook through `papermill`
and then `jupyter nbconvert --to html`, as a script would do it; `clv run` in one language, with
both editions, tables and manifest; and `clv run` again, which finds that nothing has changed.
Seconds are by the clock on the wall; those of the processor, of all kernels, stand beside them.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.markdown import table
from clv.runs import notebooks
from clv.runs.notebooks import Notebook

BIN = Path(sys.executable).parent
MOST = 0.5  # of the time of the two command lines
AGAIN = 3.0  # seconds for a run that finds nothing changed


@dataclass(frozen=True, slots=True)
class Took:
    """What a step took."""

    seconds: float  # by the clock on the wall
    busy: float  # of all processors

    def __add__(self, other: Took) -> Took:
        return Took(self.seconds + other.seconds, self.busy + other.busy)


def timed(*command: str | Path, folder: Path) -> Took:
    """Run a command line, to its end and without an error."""
    started, before = time.perf_counter(), _busy()
    done = subprocess.run(
        [str(BIN / command[0]), *map(str, command[1:])],
        cwd=folder,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return Took(time.perf_counter() - started, _busy() - before)


def _busy() -> float:
    """Seconds of the processor that ended child processes have had, with their own children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_command_lines(chosen: Iterable[Notebook], folder: Path) -> Took:
    """Each notebook executed by papermill and made a page by nbconvert."""
    total = Took(0, 0)
    for one in chosen:
        out = folder / one.path.name
        total += timed("papermill", one.path, out, "--cwd", folder, folder=folder)
        total += timed("jupyter-nbconvert", "--to", "html", out, folder=folder)
    return total


def main() -> None:
    """Measure, print what was measured, and fail where it is not what was asked."""
    chosen = notebooks.find(notebooks.folder_of(None))
    with tempfile.TemporaryDirectory(prefix="clv-bench-") as scratch:
        folder = Path(scratch)
        theirs = by_command_lines(chosen, folder)
        once = timed("clv", "run", "--lang", "en", folder=folder)
        again = timed("clv", "run", "--lang", "en", folder=folder)
    steps = {"papermill and nbconvert": theirs, "clv run": once, "clv run, unchanged": again}
    print(f"{len(chosen)} notebooks on CDNOW, {os.cpu_count()} cores\n")
    print(table(pd.DataFrame([_row(by, took, theirs) for by, took in steps.items()])))
    met = once.seconds <= MOST * theirs.seconds and again.seconds <= AGAIN
    print(f"\nAsked: at most {MOST:.0%} of their time, and {AGAIN:g} s unchanged. Met: {met}.")
    sys.exit(not met)


def _row(by: str, took: Took, theirs: Took) -> dict[str, str]:
    return {
        "by": by,
        "seconds": f"{took.seconds:.1f}",
        "of theirs": f"{took.seconds / theirs.seconds:.0%}",
        "processor": f"{took.busy:.1f}",
        "of their processor": f"{took.busy / theirs.busy:.0%}",
    }


if __name__ == "__main__":
    main()
