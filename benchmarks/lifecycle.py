"""The lifecycle: time and memory of spells, of moves, and of the pages that tell them.

    python -m benchmarks.lifecycle [--customers 1000000] [--folder /tmp]

CDNOW has 23,570 customers; more are drawn by the package's own simulator, MBG/NBD with what was
fitted on CDNOW. Every measurement has a process of its own; tables are Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import clv
from benchmarks.markdown import table
from benchmarks.measuring import Measured, measure
from clv.models.gamma_gamma import GammaGamma
from clv.models.mbgnbd import MbgNbd
from clv.models.simulate import draw_log

CONTENDER = "benchmarks.contenders.lifecycle_clv"
BUYING = MbgNbd(r=0.53, alpha=6.2, a=0.89, b=1.62)  # in weeks
SPENDING = GammaGamma(p=6.25, q=3.74, v=15.44)
WEEKS, JOINED = 104.0, 78.0  # of the log; customers join evenly over its first three quarters
LAST = np.datetime64("2025-12-31", "D")
SEED = 20251231
ASKED = {"pages": "< 20 s of two cores", "spells": "minutes, < 8 GB"}


def cdnow(folder: Path) -> Path:
    """The purchases of CDNOW as a file."""
    path = folder / "cdnow.parquet"
    clv.load("cdnow").purchase_days().to_parquet(path, index=False)
    return path


def drawn(customers: int, folder: Path) -> Path:
    """The purchases of so many customers as a file."""
    rng = np.random.default_rng(SEED)
    age = WEEKS - rng.uniform(0, JOINED, customers)
    who, since = draw_log(BUYING, age, rng)
    first = np.zeros(customers)  # the purchase that each begins with
    who, since = np.concatenate([np.arange(customers), who]), np.concatenate([first, since])
    rate = rng.gamma(SPENDING.q, 1 / SPENDING.v, customers)
    amount = np.maximum(rng.gamma(SPENDING.p, size=len(who)) / rate[who], 0.01).round(2)
    before = np.floor((age[who] - since) * 7).astype("timedelta64[D]")
    path = folder / "drawn.parquet"
    frame = {"customer_id": who, "date": LAST - before, "amount": amount}
    pd.DataFrame(frame).to_parquet(path, index=False)
    return path


def row(customers: str, step: str, found: Measured) -> dict[str, str]:
    """What one step needed, as a row of the table."""
    kernels = found.facts.pop("processor of the kernels", 0.0)
    return {
        "customers": customers,
        "step": step,
        "seconds": f"{found.seconds:.1f}",
        "processor": f"{found.busy + kernels:.1f}",
        "peak memory, GB": f"{found.peak:.2f}",
        "asked": ASKED.get(step, ""),
        "found": ", ".join(f"{value:,.0f} {name}" for name, value in found.facts.items()),
    }


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000, help="drawn; 0: none")
    parser.add_argument("--folder", help="for the purchases; default: the system's temporary one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        rows, path = [], cdnow(Path(scratch))
        for step in ("spells", "moves", "pages"):
            rows.append(row("23,570", step, measure(sys.executable, CONTENDER, step, path)))
        if asked.customers:
            path = drawn(asked.customers, Path(scratch))
            for step in ("spells", "moves"):
                found = measure(sys.executable, CONTENDER, step, path)
                rows.append(row(f"{asked.customers:,}", step, found))
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
