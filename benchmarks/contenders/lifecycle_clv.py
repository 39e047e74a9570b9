"""The lifecycle of the package: raw purchases to spells, to moves, to the pages that tell them."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import papermill
from nbconvert.exporters.base import get_exporter

import clv
from benchmarks.measuring import HERE
from clv.stages.growth_by_period import growth_by_period
from clv.stages.lifecycle import Lifecycle
from clv.stages.stays import by_rule, lengths, success

PAGES = ("02_rfm_segments", "07_lifecycle_stages")


def spells(path: Path) -> dict[str, float]:
    """Rows of a file to limits learned from them, and to every spell of every customer."""
    life = _life(path)
    return {"customers": life.spells["customer_id"].nunique(), "spells": len(life.spells)}


def moves(path: Path) -> dict[str, float]:
    """The same, and every move counted, with its chance, its time and the account of the months."""
    life = _life(path)
    counted = life.transitions()
    tables = [table(life.spells, life.as_of) for table in (success, by_rule, lengths)]
    growth_by_period(life)
    return {
        "customers": life.spells["customer_id"].nunique(),
        "spells": len(life.spells),
        "moves": counted["moves"].sum(),
        "rows told": sum(map(len, tables)),
    }


def _life(path: Path) -> Lifecycle:
    """CDNOW's purchases of nothing count, as they do in its papers."""
    return clv.lifecycle(clv.load(path, births="observed", zero_amounts="purchase"))


def pages(path: Path) -> dict[str, float]:
    """Both notebooks run at once, each in a kernel of its own, and made into pages."""
    before = os.times()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(len(PAGES)) as both:
        made = list(both.map(lambda name: _page(name, path, Path(folder)), PAGES))
    after = os.times()
    kernels = after.children_user + after.children_system
    kernels -= before.children_user + before.children_system
    return {"bytes of pages": sum(made), "processor of the kernels": kernels}


def _page(name: str, purchases: Path, folder: Path) -> int:
    """Bytes of the page of a notebook."""
    done = folder / f"{name}.ipynb"
    notebook = HERE / "notebooks" / f"{name}.ipynb"
    terms = {"progress_bar": False, "log_output": False}
    papermill.execute_notebook(notebook, done, {"transactions": str(purchases)}, **terms)
    return len(get_exporter("clv_report")().from_filename(str(done))[0].encode())
