"""Beside `lifetimes` and `pymc-marketing`: same customers, same machine, one run.

    python -m benchmarks.peers [--customers 1000000] [--pymc .venv-peers/bin/python]

Every measurement has a process of its own; the contenders take turns, twice. What is compared is
the best time of each; the tables are printed in Markdown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

import clv
from benchmarks.contenders import DAYS_A_MONTH, MONTHS
from benchmarks.markdown import table
from benchmarks.measuring import HERE, Measured, measure, save
from benchmarks.nature import WORLDS, draw
from clv.models import bgnbd, gamma_gamma

ROUNDS = 2
SEED = 20
WEEKS = (66.0, 78.0)  # since the first purchase: CDNOW's customers, on its last day
MOST_MEMORY = 4.0  # GB


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to do the steps, and the interpreter that has what it needs."""

    name: str
    python: Path
    module: str
    suffix: str = ""  # of its functions


@dataclass(frozen=True, slots=True)
class Step:
    """What is measured, and how many times faster than lifetimes it has to be."""

    function: str
    data: Path
    at_least: float


OURS = Contender("clv", Path(sys.executable), "benchmarks.contenders.by_clv")
PLAIN = Contender("lifetimes", Path(sys.executable), "benchmarks.contenders.by_lifetimes")
DISTINCT = replace(PLAIN, name="lifetimes, distinct histories", suffix="_distinct")


def million(customers: int) -> pd.DataFrame:
    """A customer table in days of a base as CDNOW's in everything but its size."""
    world = replace(WORLDS[0], ages=WEEKS, horizon=0.0)
    cohort = draw(world, customers, np.random.default_rng(SEED))
    T = np.floor(7 * cohort.T)
    return pd.DataFrame(
        {
            "frequency": cohort.frequency,
            "recency": np.minimum(np.ceil(7 * cohort.recency), T),
            "T": T,
            "monetary_value": cohort.monetary_value,
        }
    )


def master() -> pd.DataFrame:
    """All of CDNOW, to its last day, in days."""
    customers = clv.customer_summary(clv.load("cdnow"), unit="D")
    return customers[["frequency", "recency", "T", "monetary_value"]]


def take_turns(step: Step, contenders: list[Contender]) -> dict[str, Measured]:
    """The best of each contender's rounds, by name."""
    best: dict[str, Measured] = {}
    for contender in ROUNDS * contenders:
        function = step.function + contender.suffix
        found = measure(contender.python, contender.module, function, step.data)
        known = best.get(contender.name, found)
        best[contender.name] = best_of(known, found)
    return best


def best_of(one: Measured, other: Measured) -> Measured:
    """The shorter times of two measurements, and the larger memory."""
    return replace(
        one,
        seconds=min(one.seconds, other.seconds),
        busy=min(one.busy, other.busy),
        peak=max(one.peak, other.peak),
    )


def speed(step: Step, found: dict[str, Measured], answers: pd.DataFrame) -> pd.DataFrame:
    """One row per contender: seconds, how many of ours that is, memory, and what it answered."""
    ours = found[OURS.name]
    rows = [
        {
            "by": name,
            "seconds": f"{measured.seconds:.3f}",
            "× clv": f"{measured.seconds / ours.seconds:.1f}",
            "asked": f"≥ {step.at_least:.0f}" if name == PLAIN.name else "",
            "processor": f"{measured.busy:.3f}",
            "× clv's": f"{measured.busy / ours.busy:.1f}",
            "peak memory, GB": f"{measured.peak:.2f}",
            "of it before": f"{measured.before:.2f}",
        }
        for name, measured in found.items()
    ]
    return pd.DataFrame(rows).join(answers, on="by")


def shortfall(customers: pd.DataFrame, found: dict[str, Measured]) -> pd.DataFrame:
    """How far each fit stays below the highest log-likelihood that any of them has reached."""
    history = [customers[name] for name in ("frequency", "recency", "T")]
    money = customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    paid = money[1] > 0
    reached = {}
    for name, measured in found.items():
        buying = bgnbd.BgNbd(*(measured.facts[letter] for letter in ("r", "alpha", "a", "b")))
        spending = gamma_gamma.GammaGamma(*(measured.facts[letter] for letter in ("p", "q", "v")))
        reached[name] = (
            bgnbd.log_likelihood(buying, *history).sum()
            + gamma_gamma.log_likelihood(spending, *(column[paid] for column in money)).sum()
        )
    short = max(reached.values()) - pd.Series(reached)
    errors = {name: "se_r" in measured.facts for name, measured in found.items()}
    return pd.DataFrame(
        {
            "log-likelihood short of the best": short.map("{:.5f}".format),
            "standard errors": pd.Series(errors).map({True: "yes", False: "no"}),
        }
    )


def sums(found: dict[str, Measured]) -> pd.DataFrame:
    """What each foresaw of the whole base: the answers have to be the same."""
    return pd.DataFrame(
        {name: {k: f"{v:,.2f}" for k, v in m.facts.items()} for name, m in found.items()}
    ).T


def main() -> None:
    """Measure everything and print the tables."""
    options = _options()
    pymc = Contender(
        "pymc-marketing (MAP)", options.pymc, "benchmarks.contenders.by_pymc_marketing"
    )
    contenders = [OURS, PLAIN, DISTINCT]
    if options.pymc.exists():
        contenders.append(pymc)
    else:
        print(f"pymc-marketing is not here ({options.pymc}); benchmarks/README.md says how.\n")
    with tempfile.TemporaryDirectory() as scratch:
        for title, rows in _tables(Path(scratch), options.customers, contenders):
            print(f"### {title}\n\n{table(rows)}\n", flush=True)


def _tables(
    scratch: Path, customers: int, contenders: list[Contender]
) -> Iterator[tuple[str, pd.DataFrame]]:
    bases = {f"{customers:,} simulated customers": (million(customers), 60.0)}
    bases["CDNOW, 23,570 customers"] = (master(), 15.0)
    for place, (title, (base, at_least)) in enumerate(bases.items()):
        data = scratch / f"{place}.npz"
        save(base, data)
        step = Step("fit", data, at_least)
        found = take_turns(step, contenders)
        yield f"Fit BG/NBD and Gamma-Gamma: {title}", speed(step, found, shortfall(base, found))
        if place == 0:
            step = Step("predict", data, 50.0)
            found = take_turns(step, contenders)
            ahead = f"P(alive), purchases, spend and CLV of {MONTHS * DAYS_A_MONTH} days"
            yield f"{ahead}: {title}", speed(step, found, sums(found))
            yield f"Fit, intervals of each and of all: {title}", _memory(data)


def _memory(data: Path) -> pd.DataFrame:
    found = measure(OURS.python, OURS.module, "value", data)
    row = {
        "by": OURS.name,
        "seconds": f"{found.seconds:.1f}",
        "peak memory, GB": f"{found.peak:.2f}",
        "asked": f"< {MOST_MEMORY:.0f}",
        **{name: f"{value:,.0f}" for name, value in found.facts.items()},
    }
    return pd.DataFrame([row])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--pymc", type=Path, default=HERE / ".venv-peers" / "bin" / "python")
    return parser.parse_args()


if __name__ == "__main__":
    main()
