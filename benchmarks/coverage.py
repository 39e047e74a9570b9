"""Do intervals hold what they promise? Cohorts whose truth is known, many times over.

    python -m benchmarks.coverage [--replicates 2000] [--processes 2]

Named beforehand: the worlds and their seeds (`benchmarks.nature`), 1,000 customers, intervals of
90 %, and the tolerance: three binomial standard errors of the replicates. The tables are printed in
Markdown.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import pandas as pd

from benchmarks.calibration import (
    INTERVAL,
    Customers,
    Parameters,
    cohort,
    customers_purchases,
    parameters,
    tolerance,
)
from benchmarks.markdown import table
from benchmarks.measuring import ONE_THREAD
from benchmarks.nature import WORLDS, Cohort, World
from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel, PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import Total, total_purchases, total_value
from clv.errors import DidNotConverge

FAMILIES: dict[str, type[PurchaseModel]] = {"bgnbd": BetaGeoModel, "mbgnbd": ModifiedBetaGeoModel}
PIT_HOLDS = 0.88, 0.92
MASS_WITHIN = 0.02
VERDICTS = (  # words by which the estimation says what it found, besides that it converged
    "weakly identified",
    "ran to a bound",
    "did not converge",
    "did not move",
    "not positive definite",
    "infinite mean spend",
    "nested model",
)
CUSTOMERS_EVERY = 10  # a thousand customers each: every tenth replicate is enough of them


@dataclass(frozen=True, slots=True)
class Totals:
    """Whether the interval of a sum over all customers holds what came."""

    purchases: bool
    money: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """All that one replicate of a world has to say."""

    world: str
    parameters: list[Parameters]
    customers: Customers | None
    totals: Totals | None


def trial(world: World, replicate: int) -> Trial:
    """Draw a cohort, fit it, and hold what was foreseen against what came."""
    drawn = cohort(world, replicate)
    each = None
    if replicate % CUSTOMERS_EVERY == 0:
        each = customers_purchases(world, drawn, np.random.default_rng([world.seed, replicate, 1]))
    return Trial(world.name, parameters(world, drawn), each, totals(world, drawn, replicate))


def totals(world: World, drawn: Cohort, seed: int) -> Totals | None:
    """Hold the totals of all customers against what came, undiscounted."""
    customers = pd.DataFrame(
        {name: getattr(drawn, name) for name in ("frequency", "recency", "T", "monetary_value")}
    )
    customers.attrs["unit"] = "W"
    terms = {"horizon": f"{world.horizon}W", "interval": INTERVAL, "seed": seed}
    try:
        purchases = FAMILIES[world.model].fit(customers)
        spend = GammaGammaModel.fit(customers)
    except DidNotConverge:
        return None
    expected = purchases.expected_purchases(customers, terms["horizon"])
    money = spend.expected_spend(customers)
    valued = customers.assign(
        expected_purchases=expected, expected_spend=money, clv=expected * money
    )
    return Totals(
        _holds(total_purchases(customers, purchases, **terms), drawn.purchases.sum()),
        _holds(total_value(valued, purchases, spend, **terms), drawn.money.sum()),
    )


def of_parameters(trials: list[Trial]) -> pd.DataFrame:
    """Of each parameter's intervals, how many hold the truth; one row per world and parameter."""
    rows = []
    for world, models in _by_world(trials):
        for fits in zip(*(trial.parameters for trial in models), strict=True):
            profile, wald = (
                np.array([getattr(fit, k) for fit in fits]) for k in ("profile", "wald")
            )
            for place, name in enumerate(fits[0].names):
                given = profile[~np.isnan(profile[:, place]), place]
                rows.append(
                    {
                        "world": world,
                        "parameter": name,
                        "with bounds": _percent(len(given) / len(fits)),
                        "profile likelihood": _percent(given.mean()),
                        "Wald": _percent(np.nanmean(wald[:, place])),
                        **_judged(given.mean(), len(given)),
                    }
                )
    return pd.DataFrame(rows)


def of_verdicts(trials: list[Trial]) -> pd.DataFrame:
    """What became of the fits; one row per world and model."""
    rows = [
        {"world": trial.world, "model": model, "verdict": _verdict(fit.why)}
        for trial in trials
        for model, fit in zip(("purchases", "spend"), trial.parameters, strict=True)
    ]
    table = pd.DataFrame(rows).pivot_table(
        index=["world", "model"], columns="verdict", aggfunc="size", fill_value=0, sort=False
    )
    return table.reset_index()


def of_customers(trials: list[Trial]) -> pd.DataFrame:
    """Purchases of single customers: the transform, and intervals against their own mass."""
    rows = []
    for world, models in _by_world(trials):
        seen = [trial.customers for trial in models if trial.customers is not None]
        pit, held, mass = (
            float(np.mean([getattr(s, k) for s in seen])) for k in ("pit", "interval", "mass")
        )
        fine = PIT_HOLDS[0] <= pit <= PIT_HOLDS[1] and abs(held - mass) <= MASS_WITHIN
        rows.append(
            {
                "world": world,
                "cohorts": len(seen),
                "randomised PIT in its central 90 %": _percent(pit),
                "between low and high": _percent(held),
                "mass of the intervals": _percent(mass),
                "verdict": "holds" if fine else "misses",
            }
        )
    return pd.DataFrame(rows)


def of_totals(trials: list[Trial]) -> pd.DataFrame:
    """How many intervals of a total hold what came."""
    rows = []
    for world, models in _by_world(trials):
        seen = [trial.totals for trial in models if trial.totals is not None]
        for name in ("purchases", "money"):
            held = float(np.mean([getattr(total, name) for total in seen]))
            row = {"world": world, "total of": name, "cohorts": len(seen), "held": _percent(held)}
            rows.append(row | _judged(held, len(seen)))
    return pd.DataFrame(rows)


def run(worlds: tuple[World, ...], replicates: int, processes: int) -> list[Trial]:
    """All trials, spread over processes; the same whatever their number."""
    os.environ.update(ONE_THREAD)  # before the processes start: they inherit it
    tasks = [(world, replicate) for replicate in range(replicates) for world in worlds]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(trial, *zip(*tasks, strict=True), chunksize=20))


def _holds(total: Total, came: float) -> bool:
    return bool(total.low <= came <= total.high)


def _by_world(trials: list[Trial]) -> Iterator[tuple[str, list[Trial]]]:
    for world in dict.fromkeys(trial.world for trial in trials):
        yield world, [trial for trial in trials if trial.world == world]


def _judged(share: float, trials: int) -> dict[str, str]:
    """What was due, and whether it was kept."""
    allowed = tolerance(INTERVAL, trials)
    off = share - INTERVAL
    verdict = "holds" if abs(off) <= allowed else f"misses by {100 * off:+.1f}"
    return {"due": f"{100 * INTERVAL:.0f} ± {100 * allowed:.1f}", "verdict": verdict}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _verdict(why: str) -> str:
    return next((name for name in VERDICTS if name in why), "converged")


def main() -> None:
    """Run the trials and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    started = time.perf_counter()
    trials = run(WORLDS, options.replicates, options.processes)
    parts = {
        "Intervals of parameters (90 %)": of_parameters,
        "Verdicts of the fits": of_verdicts,
        "Purchases of single customers": of_customers,
        "Totals of all customers (90 %)": of_totals,
    }
    for title, part in parts.items():
        print(f"### {title}\n\n{table(part(trials))}\n")
    minutes = (time.perf_counter() - started) / 60
    print(f"{options.replicates} replicates of each world in {minutes:.1f} minutes.")


if __name__ == "__main__":
    main()
