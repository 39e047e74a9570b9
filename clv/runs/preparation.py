"""What is done once for all notebooks: read and clean, score, and hand both over as folders."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from clv import ready_made, scoring
from clv.customers.minimum import small_sample
from clv.customers.rfm import Cutoffs
from clv.errors import Message, UsageError
from clv.growth.hold_out import held_out
from clv.growth.watch_list import watch_list
from clv.runs import manifest, parameters, publishing, results
from clv.runs.execution import Job, LeftOut
from clv.runs.inputs import Cleaned, Inputs
from clv.runs.notebooks import Notebook
from clv.runs.orders import Order
from clv.runs.publishing import Staging
from clv.scoring import Scored
from clv.stages.settings import Settings
from clv.stages.spells import FLAGS
from clv.stages.thresholds import Thresholds
from clv.study import Study
from clv.study_lifecycle import FRAMEWORKS
from clv.tables.optional import saved
from clv.tables.summaries import Summaries

# Keys of a study that scoring takes over.
SCORING = (
    *("unit", "horizon", "annual_discount_rate", "interval", "model", "spend_basis"),
    "rfm_method",
)

# Handed to the kernels, relative to the folder that they work in: no page and no executed
# notebook then holds a path of this machine.
PREPARED, RESULTS = "prepared", "results"
THRESHOLDS, CUTOFFS = "thresholds.json", "rfm_cutoffs.json"

SUMMARY_ONLY = "They need `transactions`, and the study has a ready-made summary."


def score(study: Study, inputs: Inputs, thresholds: Thresholds | None = None) -> Scored:
    """Every customer of the study, valued, segmented and, given transactions, staged."""
    asked, cleaned = {key: getattr(study, key) for key in SCORING}, inputs.cleaned
    if study.rfm_cutoffs:
        asked["cutoffs"] = Cutoffs.from_json(study.folder / study.rfm_cutoffs)
    if isinstance(cleaned, Summaries):
        asked.pop("unit")  # it travels with the table
        return ready_made.score(cleaned.customers, **asked, margin=study.margin)
    return scoring.score(
        cleaned,
        **asked,
        margin=cleaned.margin,
        tables=inputs.tables,
        sector=study.sector,
        settings=study.settings,
        framework=study.framework_source,
        thresholds=thresholds,
    )


def doubts(scored: Scored) -> tuple[Message, ...]:
    """What a reader of the models' numbers should know of them."""
    return small_sample(scored.customers) if scored.purchases is not None else ()


def hand_over(
    order: Order,
    inputs: Inputs,
    scored: Scored,
    staging: Staging,
    thresholds: Thresholds | None = None,
) -> None:
    """Write the tables of the report, and save for the notebooks what each would compute again."""
    folder, excel = staging.report / "tables", order.study.excel
    folder.mkdir()
    for name, table in _tables(order, inputs, scored).items():
        results.write(table, folder / name, excel=excel)
    scored.cutoffs.to_json(folder / CUTOFFS)
    if isinstance(inputs.cleaned, Summaries):
        return
    used = thresholds or scored.life.thresholds
    publishing.write_json(folder / THRESHOLDS, asdict(used))
    prepared = staging.scratch / PREPARED
    inputs.cleaned.save(prepared)
    saved.save(inputs.tables, prepared)
    for name in (THRESHOLDS, CUTOFFS):
        shutil.copy(folder / name, prepared)
    if order.study.framework not in FRAMEWORKS:
        shutil.copy(order.study.framework_source, prepared)
    scored.save(staging.scratch / RESULTS)


def _tables(order: Order, inputs: Inputs, scored: Scored) -> dict[str, pd.DataFrame]:
    """The tables of the report, by the names of their files.

    Those of single customers, and of the rows set aside, only where the study and its sector let
    them out: the notebooks read theirs from the scratch folder, which goes with the run.
    """
    found = {f"{name}.csv": table for name, table in inputs.accounts.items()}
    if scored.life is not None:
        found["transitions.csv"] = scored.life.transitions()
    exports = Settings.of(order.study.sector, order.study.settings).exports_rows
    return found | (_rows(order, inputs, scored) if exports else {})


def _rows(order: Order, inputs: Inputs, scored: Scored) -> dict[str, pd.DataFrame]:
    """The tables of single customers and of single rows, by the names of their files."""
    customers = results.customer_table(scored.customers, order.study.unit)
    alone = held_out(customers["customer_id"], seed=order.study.seed)
    customers = customers.assign(hold_out=alone)
    found = {"customers.csv": customers, "customers.parquet": customers}
    found |= {f"{name}.csv": table for name, table in inputs.set_aside.items()}
    if scored.life is not None:
        spells = scored.life.spells
        found |= {"spells.csv": spells.drop(columns=list(FLAGS)), "spells.parquet": spells}
    if scored.life is not None and scored.purchases is not None:
        watched = _watched(order, inputs.cleaned.margin, scored).reset_index()
        found |= {"watch_list.csv": watched, "watch_list.parquet": watched}
    return found


def _watched(order: Order, margin: float | str | None, scored: Scored) -> pd.DataFrame:
    """The watch list, as the notebook that shows it is told to make it."""
    return watch_list(
        scored.customers,
        scored.purchases,
        scored.life.thresholds,
        margin=margin,
        seed=order.study.seed,
        contact_cost=order.told.get("contact_cost", 0.0),
        most=order.told.get("watch") or None,
    )


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
        "thresholds": f"{PREPARED}/{THRESHOLDS}",
        "rfm_cutoffs": f"{PREPARED}/{CUTOFFS}",
        "framework": _handed(order.study.framework),
    }
    absent = [one.notebook for one in left_out(order.notebooks, cleaned, scored)]
    return [Job(n, _for(n, told)) for n in order.notebooks if n not in absent]


def file_hashes(study: Study) -> dict[str, str]:
    """What the files are known by that a study names besides its data, and that no run writes."""
    files = {}
    if study.framework not in FRAMEWORKS:
        files["framework"] = Path(study.framework_source)
    if study.rfm_cutoffs:
        files["rfm_cutoffs"] = study.folder / study.rfm_cutoffs
    return {f"{key}: {path.name}": manifest.sha256(path) for key, path in files.items()}


def _handed(framework: str) -> str:
    """A framework's name, or where the kernels find its file."""
    return framework if framework in FRAMEWORKS else f"{PREPARED}/{Path(framework).name}"


def _for(notebook: Notebook, told: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a notebook's parameters, in its own order; what it cannot hold is left out."""
    return {
        p.name: told[p.name]
        for p in notebook.parameters
        if p.name in told and parameters.fits(p, told[p.name])
    }
