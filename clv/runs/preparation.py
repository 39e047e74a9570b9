"""What is done once for all notebooks: read and clean, score, and hand both over as folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clv import ready_made, scoring
from clv.customers.minimum import small_sample
from clv.errors import Message, UsageError
from clv.runs import parameters, publishing, results
from clv.runs.execution import Job, LeftOut
from clv.runs.inputs import Cleaned, Inputs
from clv.runs.notebooks import Notebook
from clv.runs.orders import Order
from clv.runs.publishing import Staging
from clv.scoring import Scored
from clv.study import Study
from clv.tables.optional import saved
from clv.tables.summaries import Summaries

# Keys of a study that scoring takes over.
SCORING = ("unit", "horizon", "annual_discount_rate", "interval", "model", "spend_basis")

# Handed to the kernels, relative to the folder that they work in: no page and no executed
# notebook then holds a path of this machine.
PREPARED, RESULTS = "prepared", "results"

SUMMARY_ONLY = "They need `transactions`, and the study has a ready-made summary."


def score(study: Study, cleaned: Cleaned) -> Scored:
    """Every customer of the study, valued, segmented and, given transactions, staged."""
    asked = {key: getattr(study, key) for key in SCORING}
    if isinstance(cleaned, Summaries):
        asked.pop("unit")  # it travels with the table
        return ready_made.score(cleaned.customers, **asked, margin=study.margin)
    return scoring.score(cleaned, **asked, margin=cleaned.margin)


def doubts(scored: Scored) -> tuple[Message, ...]:
    """What a reader of the models' numbers should know of them."""
    return small_sample(scored.customers) if scored.purchases is not None else ()


def hand_over(study: Study, inputs: Inputs, scored: Scored, staging: Staging) -> None:
    """Write the tables of the report, and save for the notebooks what each would compute again."""
    tables = staging.report / "tables"
    tables.mkdir()
    customers = results.customer_table(scored.customers, study.unit)
    results.write(customers, tables / "customers.csv", excel=study.excel)
    results.write(customers, tables / "customers.parquet")
    for name, table in (inputs.accounts | inputs.set_aside).items():
        results.write(table, tables / f"{name}.csv", excel=study.excel)
    if not isinstance(inputs.cleaned, Summaries):
        inputs.cleaned.save(staging.scratch / PREPARED)
        saved.save(inputs.tables, staging.scratch / PREPARED)
        scored.save(staging.scratch / RESULTS)


def hand_over_results(found: Mapping[str, Any], scratch: Path) -> None:
    """Save what the notebooks have shown, for the one that sums them up."""
    folder = scratch / RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    publishing.write_json(folder / "results.json", found)


def refuse_pageless(asked: Iterable[Notebook], cleaned: Cleaned) -> None:
    """Refuse to make a report without a single page, before anything is computed for it."""
    if isinstance(cleaned, Summaries) and all(_told_of(one, PREPARED, RESULTS) for one in asked):
        raise UsageError(
            "A ready-made summary has no pages: every notebook asked for needs `transactions`. "
            "`clv score --out customers.csv` values and segments its customers as one table."
        )


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
