"""From raw purchases to a customer table: beside pandas and `lifetimes`, and at a size beyond them.

    python -m benchmarks.door [--purchases 10000000] [--largest 100000000] [--folder /tmp]

Every measurement has a process of its own. The purchases are drawn by `nature.py`'s world of heavy
buyers, written in the order of their stamps, and deleted afterwards; tables are Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.markdown import table
from benchmarks.measuring import Measured, measure
from benchmarks.nature import WORLDS, World

WORLD = WORLDS[2]
WEEKS = 104.0  # of the log; customers join evenly over its first three quarters
CUSTOMERS = 200_000  # at a time
LAST_DAY = np.datetime64("2025-12-31T23:59:59", "s")
IDS = {"whole numbers": "customer", "text": "'C' || lpad(customer::varchar, 10, '0')"}
OURS, THEIRS = "benchmarks.contenders.door_clv", "benchmarks.contenders.door_lifetimes"
ASKED = {"summary": 5.0, "scored": 8.0}  # times as fast, with at most half the memory
LEAST_MEMORY = 2.0


def draw(world: World, customers: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Purchases of customers who live as a world says: customer, stamp, amount."""
    r, alpha, a, b = world.buying
    p, q, v = world.spending
    began = rng.uniform(0, 0.75 * WEEKS, customers)
    rate, leaving = rng.gamma(r, 1 / alpha, customers), rng.beta(a, b, customers)
    price = v / rng.gamma(q, size=customers)
    who, clock, bought = np.arange(customers), began.copy(), []
    while len(who):
        bought.append((who, clock))
        stays = (clock == began[who]) | (rng.random(len(who)) >= leaving[who])
        who, clock = who[stays], clock[stays]
        clock = clock + rng.exponential(size=len(who)) / rate[who]
        within = clock <= WEEKS
        who, clock = who[within], clock[within]
    who, clock = (np.concatenate(parts) for parts in zip(*bought, strict=True))
    by_customer = np.argsort(who, kind="stable")  # so that a part of the rows is some customers
    who, clock = who[by_customer], clock[by_customer]
    before = ((WEEKS - clock) * 7 * 86_400).astype("timedelta64[s]")
    amount = np.maximum(rng.gamma(p, size=len(who)) * price[who], 0.01).round(2)
    return {"customer": who, "date": LAST_DAY - before, "amount": amount}


def written(purchases: int, folder: Path) -> dict[str, Path]:
    """So many purchases as one Parquet file for each kind of ids, in the order of their stamps."""
    rng, rows, parts = np.random.default_rng(WORLD.seed), 0, 0
    con = duckdb.connect(config={"temp_directory": str(folder), "memory_limit": "8GB"})
    while rows < purchases:
        drawn = draw(WORLD, CUSTOMERS, rng)
        drawn["customer"] = drawn["customer"] + parts * CUSTOMERS
        part = pd.DataFrame(drawn)[: purchases - rows]
        part.to_parquet(folder / f"part{parts:04}.parquet", index=False)
        rows, parts = rows + len(part), parts + 1
    files = {}
    for kind, customer in IDS.items():
        files[kind] = folder / f"{kind.replace(' ', '_')}.parquet"
        con.execute(
            f"COPY (SELECT {customer} AS customer_id, date, amount "
            f"FROM '{folder}/part*.parquet' ORDER BY date) TO '{files[kind]}' (FORMAT parquet)"
        )
    for part in folder.glob("part*.parquet"):
        part.unlink()
    return files


def beside(step: str, found: dict[str, Measured]) -> pd.DataFrame:
    """One row per contender: seconds and memory, and how many of ours they are."""
    ours = found["clv"]
    rows = [
        {
            "by": name,
            "seconds": f"{it.seconds:.1f}",
            "× clv": f"{it.seconds / ours.seconds:.1f}",
            "asked": f"≥ {ASKED[step]:.0f}" if name == "pandas, lifetimes" else "",
            "processor": f"{it.busy:.1f}",
            "× clv's": f"{it.busy / ours.busy:.1f}",
            "peak memory, GB": f"{it.peak:.2f}",
            "× clv's memory": f"{it.peak / ours.peak:.1f}",
            "asked of it": f"≥ {LEAST_MEMORY:.0f}" if name == "pandas, lifetimes" else "",
            **{fact: f"{value:,.0f}" for fact, value in it.facts.items()},
        }
        for name, it in found.items()
    ]
    return pd.DataFrame(rows).fillna("")


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--purchases", type=int, default=10_000_000)
    parser.add_argument("--largest", type=int, default=0, help="such as 100000000; 0: leave it out")
    parser.add_argument("--folder", help="for the purchases; default: the system's temporary one")
    parser.add_argument("--score", action="store_true", help="also all that `clv score` does")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        for kind, path in written(asked.purchases, Path(scratch)).items():
            for step in ASKED:
                if step == "scored" and kind == "text":
                    continue  # models never see an id
                found = {"clv": _measured(OURS, step, path)}
                found["pandas, lifetimes"] = _measured(THEIRS, step, path)
                if step == "scored" and asked.score:
                    found["clv score, all of it"] = _measured(OURS, "score", path)
                _show(f"{asked.purchases:,} purchases, ids are {kind}: {step}", beside(step, found))
    if asked.largest:
        with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
            path = written(asked.largest, Path(scratch))["whole numbers"]
            found = {"clv": _measured(OURS, "summary", path)}
            _show(f"{asked.largest:,} purchases: summary", beside("summary", found))


def _measured(contender: str, step: str, path: Path) -> Measured:
    return measure(sys.executable, contender, step, path)


def _show(title: str, rows: pd.DataFrame) -> None:
    print(f"### {title}\n\n{table(rows)}\n", flush=True)


if __name__ == "__main__":
    main()
