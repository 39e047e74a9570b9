"""Time and peak memory of one step, each in a process of its own.

`measure` starts `python -m benchmarks.measuring CONTENDER STEP TABLE`, which imports the contender,
reads the table (any other file is the step's own to read), and runs the step up to three times, but
not again once 20 seconds have gone. The best time counts: the others say how busy the machine was.
Numerical libraries have one thread; of databases, the processor's time says what theirs cost.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

TIMES, LONG_ENOUGH = 3, 20.0  # repeats, and seconds after which there is no further one
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
HERE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one contender needed for a step, and what it found."""

    seconds: float  # by the clock on the wall, the best of the repeats
    busy: float  # seconds of the processor, the best of the repeats
    before: float  # GB: interpreter, packages and the table
    peak: float  # GB, all of it
    facts: dict[str, float]


def measure(python: str | Path, contender: str, step: str, table: Path) -> Measured:
    """Run a step in a new process of an interpreter."""
    command = [str(python), "-m", "benchmarks.measuring", contender, step, str(table)]
    done = subprocess.run(
        command, cwd=HERE, env=os.environ | ONE_THREAD, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{contender}.{step} failed:\n{done.stderr[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def save(customers: pd.DataFrame, path: Path) -> None:
    """Write a table in a form that every interpreter with numpy reads."""
    np.savez(path, **{name: customers[name].to_numpy(float) for name in customers.columns})


def read(path: Path) -> pd.DataFrame:
    """A table that `save` has written."""
    with np.load(path) as columns:
        customers = pd.DataFrame({name: columns[name] for name in columns.files})
    return customers.assign(frequency=customers["frequency"].astype(int))


def peak_memory() -> float:
    """The most memory that this process has held, in GB.

    `ru_maxrss` would be wrong on Linux: a child inherits it from the process that started it.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e9
    except FileNotFoundError:  # macOS, in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e9


def _run(contender: str, step: str, table: str) -> Measured:
    run = getattr(import_module(contender), step)
    customers = read(Path(table)) if table.endswith(".npz") else Path(table)
    before, seconds, busy = peak_memory(), [], []
    while len(seconds) < TIMES and sum(seconds) < LONG_ENOUGH:
        started, busy_before = time.perf_counter(), time.process_time()
        facts = run(customers)
        seconds.append(time.perf_counter() - started)
        busy.append(time.process_time() - busy_before)
    facts = {name: float(value) for name, value in facts.items()}
    return Measured(min(seconds), min(busy), before, peak_memory(), facts)


if __name__ == "__main__":
    result = _run(*sys.argv[1:])
    print(json.dumps({name: getattr(result, name) for name in Measured.__slots__}))
