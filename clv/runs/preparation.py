"""What is done once for all notebooks: read and clean, score, and hand both over as folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clv import scoring
from clv.runs import parameters, publishing, results
from clv.runs.execution import Job, LeftOut
from clv.runs.notebooks import Notebook
from clv.runs.orders import Order
from clv.runs.publishing import Staging
from clv.scoring import Scored
from clv.study import Study
from clv.tables import transactions
from clv.tables.transactions import Transactions

# Keys of a study that scoring takes over.
SCORING = ("unit", "horizon", "annual_discount_rate", "interval", "model")

# Handed to the kernels, relative to the folder that they work in: no page and no executed
# notebook then holds a path of this machine.
PREPARED, RESULTS = "prepared", "results"


def read(study: Study) -> Transactions:
    """The study's transactions, cleaned."""
    return transactions.load(study.source, **study.load_arguments())


def score(study: Study, cleaned: Transactions) -> Scored:
    """Every customer of the study, valued, segmented and staged."""
    return scoring.score(cleaned, **{key: getattr(study, key) for key in SCORING})


def hand_over(study: Study, cleaned: Transactions, scored: Scored, staging: Staging) -> None:
    """Write the tables of the report, and save for the notebooks what each would compute again."""
    tables = staging.report / "tables"
    tables.mkdir()
    customers = results.customer_table(scored.customers, study.unit)
    results.write(customers, tables / "customers.csv")
    results.write(customers, tables / "customers.parquet")
    results.write(cleaned.account, tables / "account.csv")
    results.write(cleaned.quarantine, tables / "quarantine.csv")
    cleaned.save(staging.scratch / PREPARED)
    scored.save(staging.scratch / RESULTS)


def hand_over_results(found: Mapping[str, Any], scratch: Path) -> None:
    """Save what the notebooks have shown, for the one that sums them up."""
    publishing.write_json(scratch / RESULTS / "results.json", found)


def left_out(asked: Iterable[Notebook], scored: Scored) -> list[LeftOut]:
    """The notebooks that need a model where there is none."""
    skipped = scored.model["state"] == "skipped"
    return [LeftOut(one, scored.reason) for one in asked if skipped and one.needs_model]


def jobs(order: Order, cleaned: Transactions, scored: Scored) -> list[Job]:
    """The notebooks to run, each with what it is told of the values it has a parameter for."""
    told = {
        **order.values,
        "as_of": cleaned.as_of.isoformat(),
        "language": ",".join(order.languages),
        "prepared": PREPARED,
        "results": RESULTS,
    }
    absent = [one.notebook for one in left_out(order.notebooks, scored)]
    return [Job(n, _for(n, told)) for n in order.notebooks if n not in absent]


def _for(notebook: Notebook, told: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a notebook's parameters, in its own order; what it cannot hold is left out."""
    return {
        p.name: told[p.name]
        for p in notebook.parameters
        if p.name in told and parameters.fits(p, told[p.name])
    }
