"""The recipe of a run: from a request to a published report, or to a clear refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from clv.errors import AnotherRunHolds, CouldNotPublish, Message
from clv.report import alerts, pseudonyms
from clv.runs import (
    comparison,
    execution,
    index,
    inputs,
    manifest,
    orders,
    pages,
    preparation,
    publishing,
    results,
)
from clv.runs.comparison import Earlier
from clv.runs.execution import Executed, Job, LeftOut, Progress, Step
from clv.runs.inputs import Cleaned, Inputs
from clv.runs.last_run import LastRun, recorded
from clv.runs.notebooks import SUMMARY
from clv.runs.orders import Order, Request
from clv.runs.publishing import Staging
from clv.scoring import Scored


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a run is made from, and the name that follows from it."""

    inputs: Inputs
    made_from: Mapping[str, Any]
    run_id: str
    before: Earlier | None  # the run that this one is compared with

    @property
    def cleaned(self) -> Cleaned:
        """The purchases, or the ready-made summary."""
        return self.inputs.cleaned


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report that now stands."""

    run: Path
    anew: bool  # False where nothing had changed since it was made
    messages: tuple[Message, ...]


def run(request: Request, progress: Progress = lambda step: None) -> Outcome:
    """Run a study's notebooks and publish their report, or leave everything as it was."""
    home = request.home
    with _indexed(request.out), recorded(home) as last:
        order = orders.order(request)
        with (
            publishing.disk_trouble(home),
            publishing.hold(home),
            publishing.stage(home) as staging,
        ):
            if staging.cleared:
                last.says("warning", "run-died", "An earlier run died; what it left was cleared.")
            given = _read(order, home, last, progress)
            done = home / "runs" / given.run_id
            anew = request.force or not manifest.verifies(done)
            if anew:
                scored = _score(order, given, last, progress)
                preparation.hand_over(order.study, given.inputs, scored, staging)
                jobs = preparation.jobs(order, given.cleaned, scored)
                executed, refused = _execute(jobs, order, staging, request.jobs, progress)
                absent = [*preparation.left_out(order.notebooks, given.cleaned, scored), *refused]
                for absence in results.absences(absent):
                    last.says("warning", "left-out", str(absence))
                with _timed("write the pages", progress):
                    made = {"executed": executed, "absent": absent, "report": staging.report}
                    _write(order, given, scored, **made)
                done = _publish(home, given.run_id, staging.report)
            else:
                last.model = manifest.read(done)["model"]
                last.says("info", "nothing-changed", f"Nothing changed since run {done.name}.")
            last.has_published(publishing.read_json(done / "results.json"))
            _lead_to(done, home, order)
    return Outcome(done, anew, tuple(last.messages))


# The steps ----------------------------------------------------------------------------------


def _read(order: Order, home: Path, last: LastRun, progress: Progress) -> Ingredients:
    """Read and clean the transactions; the run's name follows from them."""
    with _timed("read and clean", progress):
        found = inputs.read(order.study)
    last.has_read(found)
    cleaned = found.cleaned
    preparation.refuse_pageless(order.notebooks, cleaned)
    study = order.study.as_dict() | {"as_of": cleaned.as_of.isoformat()} | order.told
    before = comparison.earlier(home, study, study["as_of"])
    made_from = manifest.made_from(
        study=study,
        notebooks=order.notebooks,
        languages=order.languages,
        inputs=found.hashes,
        pseudonyms=pseudonyms.fingerprint(order.study.name),
        compared_with=before.run_id if before else None,
    )
    last.run_id = manifest.run_id(cleaned.as_of, made_from)
    return Ingredients(found, made_from, last.run_id, before)


def _score(order: Order, given: Ingredients, last: LastRun, progress: Progress) -> Scored:
    """Score every customer, and say which models were fitted or why none was."""
    with _timed("score the customers", progress):
        scored = preparation.score(order.study, given.cleaned)
    last.has_scored(scored)
    return scored


def _execute(
    jobs: Sequence[Job],
    order: Order,
    staging: Staging,
    at_once: int,
    progress: Progress,
) -> tuple[list[Executed], list[LeftOut]]:
    """Execute the notebooks, the one that sums up the others last and with their results."""
    run = partial(
        execution.execute,
        cwd=staging.scratch,
        sockets=staging.sockets,
        at_once=at_once,
        environment=pseudonyms.scoped(order.study.name),
        progress=progress,
    )
    others = run([job for job in jobs if job.notebook.number != SUMMARY])
    found = results.gather(_ran(others), order.languages)
    preparation.hand_over_results(found, staging.scratch)
    ended = others + run([job for job in jobs if job.notebook.number == SUMMARY])
    return _ran(ended), [one for one in ended if isinstance(one, LeftOut)]


def _ran(ended: Sequence[Executed | LeftOut]) -> list[Executed]:
    return [one for one in ended if isinstance(one, Executed)]


def _write(
    order: Order,
    given: Ingredients,
    scored: Scored,
    *,
    executed: Sequence[Executed],
    absent: Sequence[LeftOut],
    report: Path,
) -> None:
    """Write pages, notebooks and results, without a clock reading, and the manifest of it all."""
    origin = {
        "study": order.study.name,
        "run_id": given.run_id,
        "as_of": given.cleaned.as_of.isoformat(),
        "compared_with": given.before.run_id if given.before else None,
    }
    (report / "notebooks").mkdir()
    for one in executed:
        nbformat.write(one.node, report / "notebooks" / one.notebook.path.name)
    found = results.gather(executed, order.languages)
    odd = [*given.inputs.alerts, *alerts.of_models(preparation.doubts(scored))]
    for language, said in {order.languages[0]: found, **found["translations"]}.items():
        said["headlines"] = comparison.changes(said["headlines"], given.before)
        said["alerts"] += results.alerts(odd, absent, language)
    publishing.write_json(report / "results.json", origin | found)
    basis = {
        "source": order.study.source_name,
        "rows": dict(given.cleaned.rows),
        "inputs": given.inputs.hashes,
        "versions": given.made_from["versions"],
        "doubts": [doubt.code for doubt in preparation.doubts(scored)],
    }
    pages.write(executed, report, order.languages, origin | basis, given.before)
    left_out = [one.notebook.stem for one in absent]
    manifest.write(report, _manifest(order, given, scored, executed) | {"left_out": left_out})


def _manifest(
    order: Order, given: Ingredients, scored: Scored, executed: Sequence[Executed]
) -> dict[str, Any]:
    return {
        "run_id": given.run_id,
        "as_of": given.cleaned.as_of.isoformat(),
        "partial": order.partial,
        **given.made_from,
        "told": {one.notebook.stem: dict(one.told) for one in executed},
        "rows": dict(given.cleaned.rows),
        "tables": given.inputs.rows,
        **{name: table.to_dict("records") for name, table in given.inputs.accounts.items()},
        "model": scored.model,
        "estimates": manifest.estimates(scored),
        "git_commit": manifest.git_commit(),
        "seconds": {one.notebook.stem: round(one.seconds, 1) for one in executed},
    }


def _publish(home: Path, run_id: str, report: Path) -> Path:
    """Publish the staged report under the run's name, or as a repeat of it, and verify it."""
    done = publishing.publish(report, home, publishing.free_name(home, run_id))
    if not manifest.verifies(done):
        raise CouldNotPublish(
            f"{done} does not hold what its manifest says: the disk has lost something. The last "
            "good report is as it was; check the disk, and run again."
        )
    return done


def _lead_to(done: Path, home: Path, order: Order) -> None:
    """Let `latest` lead to a run; a part of the notebooks never takes the place of all of them."""
    last = publishing.latest(home)
    if not order.partial or last is None or _is_partial(last):
        publishing.point_latest(home, done)


def _is_partial(run: Path) -> bool:
    return manifest.verifies(run) and manifest.read(run)["partial"]


@contextmanager
def _timed(what: str, progress: Progress) -> Iterator[None]:
    """Tell that a step begins, and how long it took."""
    started = time.perf_counter()
    progress(Step(what, 0, 1, 0.0))
    yield
    progress(Step(what, 1, 1, time.perf_counter() - started))


@contextmanager
def _indexed(out: Path) -> Iterator[None]:
    """Bring the index up to date when a run ends, however it ends."""
    try:
        yield
    except AnotherRunHolds:
        raise
    except BaseException:
        with suppress(OSError):
            index.write(out)
        raise
    with publishing.disk_trouble(out / index.NAME):
        index.write(out)
