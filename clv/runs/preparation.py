"""What is done once for all notebooks: read and clean, score, and hand both over as folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clv import ready_made, scoring
from clv.runs import parameters, publishing, results
from clv.runs.execution import Job, LeftOut
from clv.runs.notebooks import Notebook
from clv.runs.orders import Order
from clv.runs.publishing import Staging
from clv.scoring import Scored
from clv.study import Study
from clv.tables import summaries, transactions
from clv.tables.summaries import Summaries
from clv.tables.transactions import Transactions

Cleaned = Transactions | Summaries

# Keys of a study that scoring takes over.
SCORING = ("unit", "horizon", "annual_discount_rate", "interval", "model", "spend_basis")

# Handed to the kernels, relative to the folder that they work in: no page and no executed
# notebook then holds a path of this machine.
PREPARED, RESULTS = "prepared", "results"

SUMMARY_ONLY = "They need `transactions`, and the study has a ready-made summary."


def read(study: Study) -> Cleaned:
    """The study's transactions, or its ready-made summary, cleaned."""
    if study.summary:
        return summaries.load(study.source, **study.summary_arguments())
    return transactions.load(study.source, **study.load_arguments())


def score(study: Study, cleaned: Cleaned) -> Scored:
    """Every customer of the study, valued, segmented and, given transactions, staged."""
    asked = {key: getattr(study, key) for key in SCORING}
    if isinstance(cleaned, Summaries):
        asked.pop("unit")  # it travels with the table
        return ready_made.score(cleaned.customers, **asked, margin=study.margin)
    return scoring.score(cleaned, **asked, margin=cleaned.margin)


def hand_over(study: Study, cleaned: Cleaned, scored: Scored, staging: Staging) -> None:
    """Write the tables of the report, and save for the notebooks what each would compute again."""
    tables = staging.report / "tables"
    tables.mkdir()
    customers = results.customer_table(scored.customers, study.unit)
    results.write(customers, tables / "customers.csv")
    results.write(customers, tables / "customers.parquet")
    results.write(cleaned.account, tables / "account.csv")
    results.write(cleaned.quarantine, tables / "quarantine.csv")
    if not isinstance(cleaned, Summaries):
        cleaned.save(staging.scratch / PREPARED)
        scored.save(staging.scratch / RESULTS)


def hand_over_results(found: Mapping[str, Any], scratch: Path) -> None:
    """Save what the notebooks have shown, for the one that sums them up."""
    folder = scratch / RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    publishing.write_json(folder / "results.json", found)


def left_out(asked: Iterable[Notebook], cleaned: Cleaned, scored: Scored) -> list[LeftOut]:
    """The notebooks that need transactions or a model where there are none."""
    if isinstance(cleaned, Summaries):
        return [LeftOut(one, SUMMARY_ONLY) for one in asked if _told_of(one, PREPARED, RESULTS)]
    skipped = scored.model["state"] == "skipped"
    return [LeftOut(one, scored.reason) for one in asked if skipped and one.needs_model]


def _told_of(notebook: Notebook, *names: str) -> bool:
    """Whether a notebook has a parameter of one of these names."""
    return any(parameter.name in names for parameter in notebook.parameters)


def jobs(order: Order, cleaned: Cleaned, scored: Scored) -> list[Job]:
    """The notebooks to run, each with what it is told of the values it has a parameter for."""
    told = {
        **order.values,
        "as_of": cleaned.as_of.isoformat(),
        "language": ",".join(order.languages),
        "prepared": PREPARED,
        "results": RESULTS,
    }
    absent = [one.notebook for one in left_out(order.notebooks, cleaned, scored)]
    return [Job(n, _for(n, told)) for n in order.notebooks if n not in absent]


def _for(notebook: Notebook, told: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a notebook's parameters, in its own order; what it cannot hold is left out."""
    return {
        p.name: told[p.name]
        for p in notebook.parameters
        if p.name in told and parameters.fits(p, told[p.name])
    }
