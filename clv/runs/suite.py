"""The recipe of a run: from a request to a published report, or to a clear refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from clv.errors import CouldNotPublish, Message
from clv.report import alerts, pseudonyms
from clv.runs import (
    comparison,
    execution,
    index,
    input_files,
    inputs,
    keeping,
    ledger,
    manifest,
    notebooks,
    orders,
    pages,
    preparation,
    pruning,
    publishing,
    results,
    secrecy,
    since,
)
from clv.runs.comparison import Earlier
from clv.runs.execution import Executed, Job, LeftOut, Progress, Step
from clv.runs.inputs import Cleaned, Inputs
from clv.runs.keeping import Keeping
from clv.runs.last_run import LastRun, recorded
from clv.runs.ledger import Entry
from clv.runs.notebooks import SUMMARY
from clv.runs.orders import Order, Request
from clv.runs.publishing import Staging
from clv.runs.since import Since
from clv.scoring import Scored
from clv.study import Study

ALERTED = 4  # exit code: published with alerts, which were to be no success


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a run is made from, and the name that follows from it."""

    inputs: Inputs
    made_from: Mapping[str, Any]
    run_id: str
    before: Earlier | None  # the run that this one is compared with
    forecasts: list[Entry]  # of the ledger, made on earlier days
    listed: Path | None  # the last watch list whose time is over
    kept: Keeping  # what its stages rest on

    @property
    def cleaned(self) -> Cleaned:
        """The purchases, or the ready-made summary."""
        return self.inputs.cleaned

    def past(self, study: Study, scored: Scored | None) -> Since:
        """What has happened since earlier runs."""
        return since.told(study, self.cleaned, scored, self.before, self.forecasts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report that now stands."""

    run: Path
    anew: bool  # False where nothing had changed since it was made
    messages: tuple[Message, ...]
    alerts: int
    exit_code: int


def run(request: Request, progress: Progress = lambda step: None) -> Outcome:
    """Run a study's notebooks and publish their report, or leave everything as it was."""
    home = request.home
    with recorded(home, then=partial(index.write, request.out)) as last:
        order = orders.order(request)
        with (
            execution.time_limit(request.timeout),
            publishing.disk_trouble(home),
            publishing.hold(home),
            publishing.stage(home) as staging,
        ):
            if staging.cleared:
                last.says("warning", "run-died", "An earlier run died; what it left was cleared.")
            pruning.clear(home)
            given = _read(order, request, last, progress)
            done = None if request.force else manifest.standing(home, given.run_id)
            anew = done is None
            if anew:
                scored = _score(order, given, last, progress)
                used = scored.life and given.kept.of_run(scored.life.thresholds)
                preparation.hand_over(order, given.inputs, scored, staging, used)
                with _timed("look back", progress):
                    past = given.past(order.study, scored)
                    past.hand_over(staging.scratch / preparation.RESULTS, given.listed)
                    since.keep_models(scored, staging.report)
                last.messages += past.messages
                jobs = preparation.jobs(order, given.cleaned, scored)
                executed, refused = _execute(jobs, order, staging, request, progress)
                absent = [*preparation.left_out(order.notebooks, given.cleaned, scored), *refused]
                for absence in results.absences(absent):
                    last.says("warning", "left-out", str(absence))
                with _timed("write the pages", progress):
                    made = {"executed": executed, "absent": absent, "report": staging.report}
                    _write(order, given, scored, past, **made)
                secrets = secrecy.of_study(given.made_from["study"])
                secrecy.gate(staging.report, secrets, scored.customers.index)
                last.commits()
                done = _publish(home, given.run_id, staging.report)
            else:
                last.model = manifest.read(done)["model"]
                last.says("info", "nothing-changed", f"Nothing changed since run {done.name}.")
                past = given.past(order.study, None)
            last.messages += ledger.keep(home, past.forecasts, past.entries, done)
            last.messages += given.kept.keep(done / "tables" / preparation.THRESHOLDS)
            published = publishing.read_json(done / "results.json")
            last.has_published(published, done)
            _lead_to(done, home, last)
            last.messages += pruning.prune(home, request.keep, done) if request.keep else ()
            count = len(published["alerts"])
            last.exit_code = ALERTED if count and request.fail_on_alert else 0
    return Outcome(done, anew, tuple(last.messages), count, last.exit_code)


# The steps ----------------------------------------------------------------------------------


def _read(order: Order, request: Request, last: LastRun, progress: Progress) -> Ingredients:
    """Read and clean the transactions; the run's name follows from them."""
    home, by_hand = request.home, request.by_hand
    kept = keeping.find(order.study, request, home=home)
    with _timed("read and clean", progress):
        found = inputs.read(order.study)
    last.has_read(found)
    cleaned = found.cleaned
    preparation.refuse_pageless(order.notebooks, cleaned)
    study = order.study.as_dict() | {"as_of": cleaned.as_of.isoformat()} | order.told
    kept = kept.learned_on(order.study, cleaned)
    # Of other data than the study's, its reports, forecasts and watch lists tell nothing.
    before = (
        None
        if by_hand
        else comparison.earlier(home, study, study["as_of"], thresholds=kept.known_by)
    )
    forecasts = [] if by_hand else ledger.earlier(ledger.read(home), study["as_of"])
    listed = None if by_hand else since.watch_list(home, study["as_of"])
    made_from = manifest.made_from(
        study=study,
        notebooks=order.notebooks,
        languages=order.languages,
        inputs=found.hashes | preparation.file_hashes(order.study),
        pseudonyms=pseudonyms.fingerprint(order.study.name),
        compared_with=before.run_id if before else None,
        thresholds=kept.identity,
        forecasts=ledger.fingerprint(forecasts),
        watch_list=manifest.sha256(listed) if listed else None,
        by_hand=by_hand,
    )
    last.run_id = manifest.run_id(cleaned.as_of, made_from)
    return Ingredients(found, made_from, last.run_id, before, forecasts, listed, kept)


def _score(order: Order, given: Ingredients, last: LastRun, progress: Progress) -> Scored:
    """Score every customer, and say which models were fitted or why none was."""
    with _timed("score the customers", progress):
        scored = preparation.score(order.study, given.inputs, given.kept.found)
    last.has_scored(scored)
    return scored


def _execute(
    jobs: Sequence[Job],
    order: Order,
    staging: Staging,
    request: Request,
    progress: Progress,
) -> tuple[list[Executed], list[LeftOut]]:
    """Execute the notebooks, the one that sums up the others last and with their results."""
    run = partial(
        execution.execute,
        cwd=staging.scratch,
        sockets=staging.sockets,
        at_once=request.jobs,
        timeout=request.cell_timeout,
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
    past: Since,
    *,
    executed: Sequence[Executed],
    absent: Sequence[LeftOut],
    report: Path,
) -> None:
    """Write pages, notebooks and results, without a clock reading, and the manifest of it all."""
    origin = {
        "study": order.study.name,
        "source": order.study.source_name,
        "run_id": given.run_id,
        "as_of": given.cleaned.as_of.isoformat(),
        "compared_with": given.before.run_id if given.before else None,
    }
    (report / "notebooks").mkdir()
    for one in executed:
        notebooks.library().write(one.node, report / "notebooks" / one.notebook.path.name)
    found = results.gather(executed, order.languages)
    doubts = alerts.of_models(preparation.doubts(scored))
    odd = [*given.inputs.alerts, *alerts.of_drift(past.drift), *doubts]
    for language, said in {order.languages[0]: found, **found["translations"]}.items():
        said["headlines"] = comparison.changes(said["headlines"], given.before)
        said["alerts"] += results.alerts(odd, absent, language)
    publishing.write_json(report / "results.json", origin | found | past.as_dict())
    basis = {
        "rows": dict(given.cleaned.rows),
        "inputs": given.inputs.hashes,
        "versions": given.made_from["versions"],
        "doubts": [doubt.code for doubt in preparation.doubts(scored)],
    }
    pages.write(executed, report, order.languages, origin | basis, given.before)
    left_out = [one.notebook.stem for one in absent]
    told = {"left_out": left_out, "alerts": found["alerts"]}
    manifest.write(report, _manifest(order, given, scored, executed) | told)


def _manifest(
    order: Order, given: Ingredients, scored: Scored, executed: Sequence[Executed]
) -> dict[str, Any]:
    return {
        "run_id": given.run_id,
        "as_of": given.cleaned.as_of.isoformat(),
        "partial": order.partial,
        **given.made_from,
        "thresholds_used": scored.life and keeping.digest(scored.life.thresholds),
        "told": {one.notebook.stem: dict(one.told) for one in executed},
        "input_sizes": input_files.sizes(order.study),
        "rows": dict(given.cleaned.rows),
        "customers": len(scored.customers),
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
        publishing.withdraw(done)
        raise CouldNotPublish(
            f"{done} does not hold what its manifest says: the disk has lost something. The last "
            "good report is as it was; check the disk, and run again."
        )
    return done


def _lead_to(done: Path, home: Path, last: LastRun) -> None:
    """Let `latest` lead to a run, unless what it leads to tells more of the study."""
    found = publishing.latest(home)
    own, whole = manifest.tells(done)
    if not found or (own, whole) >= manifest.tells(found):
        publishing.point_latest(home, done)
    else:
        last.stands_beside(done, own)


@contextmanager
def _timed(what: str, progress: Progress) -> Iterator[None]:
    """Tell that a step begins, and how long it took."""
    started = time.perf_counter()
    progress(Step(what, 0, 1, 0.0))
    yield
    progress(Step(what, 1, 1, time.perf_counter() - started))
