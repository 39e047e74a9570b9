"""The door: one function a command, each as thin as a door may be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import clv
from clv.runs import process, typed
from clv.runs.door import Door, answer, in_json, say, warn

# What the commands do is imported inside them: `clv --help` must not wait for pandas.

_LANGUAGES = click.option(
    "languages", "--lang", callback=typed.names, multiple=True, help="Languages, such as en,tr."
)


def _study(command: Callable[..., None]) -> Callable[..., None]:
    """The argument and the option that say which study is meant."""
    told = "Change a key of the study or a parameter of a notebook; may be repeated."
    setting = {"multiple": True, "callback": typed.pairs, "metavar": "KEY=VALUE", "help": told}
    command = click.option("settings", "--set", **setting)(command)
    return click.argument("study", type=click.Path(path_type=Path), required=False)(command)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(clv.__version__, prog_name="clv")
def main() -> None:
    """Customer lifecycle reports: who the customers are, what each is worth, who is leaving.

    STUDY is a study file; without one, ./study.yml if there is one, else the CDNOW sample.
    """


@main.command()
@_study
@click.option(
    "--only", callback=typed.names, multiple=True, help="Notebooks to run, such as 03,06."
)
@_LANGUAGES
@click.option("--out", type=typed.FOLDER, default="reports", show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--force", is_flag=True, help="Run also where nothing has changed.")
@click.option("--refit", is_flag=True, help="Learn anew what the stages rest on.")
@click.option("--keep", type=click.IntRange(min=1), help="How many runs to keep; default: all.")
@click.option("--fail-on-alert", is_flag=True, help="Exit 4 where the report has alerts.")
@click.option(
    "--cell-timeout", type=typed.SECONDS, default=600, show_default=True, help="Seconds for a cell."
)
@click.option("--timeout", type=typed.SECONDS, help="Seconds for the run; default: no limit.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "plain", "json"]),
    default="auto",
    show_default=True,
)
@click.pass_context
def run(ctx: click.Context, study: Path | None, progress: str, **options: Any) -> None:  # noqa: ANN401
    """Run the notebooks of a study and publish their report."""
    process.postpone()
    from clv.runs import orders, suite
    from clv.runs.last_run import BESIDE
    from clv.runs.orders import Request
    from clv.runs.progress import shown
    from clv.study import SOURCE_KEYS, Study

    request = Request(study_file=orders.study_file(study), **options)
    chosen = request.study_file or request.settings.keys() & set(SOURCE_KEYS)
    if not chosen and progress != "json":
        told = f"There is no study.yml here: the sample {Study.default().name} is run"
        say(f"{told}; `clv init` makes a study of your own.", err=True)
    with shown(progress) as show:
        outcome = suite.run(request, show)
    warn(outcome.messages)
    said = "Published" if outcome.anew else "Nothing changed since run"
    alerts = f" with {outcome.alerts} alert{'s'[: outcome.alerts != 1]}" if outcome.alerts else ""
    beside = any(message.code == BESIDE for message in outcome.messages)
    place = outcome.run / "html" if beside else request.out / "index.html"
    say(f"{said} {outcome.run.name}{alerts}: open {place}")
    ctx.exit(outcome.exit_code)


@main.command()
@_study
@click.option("--out", type=typed.FOLDER, help="Default: reports/<study>/check.")
@click.option("as_json", "--json", is_flag=True, help="The account as JSON.")
def check(study: Path | None, settings: dict[str, str], out: Path | None, as_json: bool) -> None:
    """Read and clean only: the account of every row, and the rows set aside as a file."""
    process.postpone()
    from clv.runs import inputs, last_run, orders, results
    from clv.runs.orders import Request

    out = out or Request(orders.study_file(study), settings).home / "check"
    with last_run.recorded(out) as last, in_json(last, as_json) as said:
        asked = orders.study(orders.study_file(study), settings)
        with results.set_aside(out):
            found = inputs.read(asked)
        last.has_read(found)
        said |= {name: table.to_dict("records") for name, table in found.accounts.items()}
        for name, table in found.set_aside.items():
            results.replace(table, out / f"{name}.csv", excel=asked.excel)
        for name, table in {} if as_json else found.accounts.items():
            answer(f"{name}\n{table.to_string(index=False)}\n")
    warn(last.messages)


@main.command()
@_study
@click.option("--out", type=typed.FILE, required=True, help=".csv or .parquet")
@click.option("--refit", is_flag=True, help="Learn anew what the stages rest on.")
def score(study: Path | None, settings: dict[str, str], out: Path, refit: bool) -> None:
    """Write every customer, valued, segmented and staged, as one table; no notebooks."""
    process.postpone()
    from clv.runs import input_files, inputs, keeping, last_run, orders, preparation, results
    from clv.runs.orders import Request

    with last_run.recorded(out.parent) as last:
        results.check_ending(out)
        request = Request(orders.study_file(study), settings, refit=refit)
        asked = orders.study(request.study_file, settings)
        input_files.spare(out, asked)
        kept = keeping.find(asked, request, home=None)
        found = inputs.read(asked)
        last.has_read(found)
        scored = preparation.score(asked, found, kept.found)
        last.has_scored(scored)
        customers = results.customer_table(scored.customers, asked.unit)
        results.replace(customers, out, excel=asked.excel)
        last.messages += kept.learned_on(asked, found.cleaned).keep_those_of(scored)
    warn(last.messages)
    say(f"{len(customers):,} customers in {out}")


@main.command()
@_study
@click.option(
    "--to",
    "named",
    multiple=True,
    default=["env:CLV_DELIVER_TO"],
    show_default=True,
    metavar="env:NAME",
    help="The environment variable that holds the addresses; may be repeated. Let its name begin "
    "with CLV_DELIVER or hold TOKEN or SECRET: then no page can tell what it holds.",
)
@_LANGUAGES
@click.option(
    "--pages",
    type=click.Choice(["all", "summary", "none"]),
    default="all",
    show_default=True,
    help="What is attached.",
)
@click.option(
    "--after", metavar="CODE", help="The exit code, or the signal, that `clv run` has ended with."
)
@click.option("--only-new", is_flag=True, help="Send nothing to whom it has been told already.")
@click.option("--out", type=typed.FOLDER, default="reports", show_default=True)
def deliver(
    study: Path | None,
    settings: dict[str, str],
    *,
    named: tuple[str, ...],
    out: Path,
    **options: Any,  # noqa: ANN401
) -> None:
    """Tell what the last run came to, by e-mail, webhook or chat; the pages go with it."""
    from clv.runs import delivery, orders
    from clv.runs.orders import Request

    to = delivery.addresses(named)
    home = Request(orders.study_file(study), settings, out=out).home
    say(delivery.deliver(home, to, **options))


@main.command()
@click.argument("study", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=typed.FOLDER, default="reports", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same for machines.")
def history(study: Path | None, out: Path, as_json: bool) -> None:
    """List the runs of a study: their state, their headline number and what changed.

    STUDY may also be the name of a study; without one, and without ./study.yml, all are listed.
    """
    from clv.runs import history as told

    found = told.read(out, told.name_of(study, out))
    if as_json:
        answer(json.dumps(told.as_dicts(found), ensure_ascii=False, indent=1))
        return
    for line in told.lines(found, told.terminal()) or [f"There is no report in {out} yet."]:
        answer(line)


@main.command("list")
def list_() -> None:
    """List the notebooks: their questions, and their parameters with types and help."""
    from clv.runs import notebooks, orders

    file = orders.study_file(None)
    folder = notebooks.folder_of(file.resolve().parent if file else None)
    for notebook in notebooks.find(folder):
        answer(f"{notebook.stem}: {notebook.question}")
        for p in notebook.parameters:
            declared = f"{p.name}: {p.kind} = {p.default!r}"
            answer(f"    {declared:<46}{p.help}".rstrip())


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a folder for a study of your own: its notebooks, a commented study.yml, a README."""
    from clv.runs import founding

    file = founding.found(folder)
    say(f"Made {folder}. Name your purchases in {file}, then: cd {folder} && clv run")
