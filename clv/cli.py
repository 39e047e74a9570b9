"""The door: one function a command, each as thin as a door may be."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

import clv
from clv import passwords
from clv.errors import Message

if TYPE_CHECKING:
    from clv.runs.last_run import LastRun

# What the commands do is imported inside them: `clv --help` must not wait for pandas.


class Door(click.Group):
    """Commands that end in one sentence and the right exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- as click has it
        try:
            with _ending_on_sigterm():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:
            from clv.runs import last_run

            click.echo(f"Error: {last_run.told(error).text}", err=True)
            ctx.exit(last_run.exit_code(error))


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the command as Ctrl-C does: kernels end, staging goes."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        from clv.runs.last_run import Terminated

        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _pairs(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """`--set key=value …` as a dict of texts."""
    pairs = [text.partition("=") for text in given]
    for key, mark, value in pairs:
        if not (key and mark):
            shown = passwords.masked(key + value)
            raise click.BadParameter(f"write key=value, such as horizon=52W; got {shown!r}.")
    return {key.strip(): value for key, _, value in pairs}


def _names(_ctx: click.Context, _option: click.Parameter, given: str) -> tuple[str, ...]:
    """`a,b` as a tuple of names."""
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _study(command: Callable[..., None]) -> Callable[..., None]:
    """The argument and the option that say which study is meant."""
    told = "Change a key of the study or a parameter of a notebook; may be repeated."
    setting = {"multiple": True, "callback": _pairs, "metavar": "KEY=VALUE", "help": told}
    command = click.option("settings", "--set", **setting)(command)
    return click.argument("study", type=click.Path(path_type=Path), required=False)(command)


def _warn(messages: Iterable[Message]) -> None:
    """Say on stderr what went well but not quite."""
    for message in messages:
        if message.level == "warning":
            click.echo(f"Warning: {message.text}", err=True)


@contextmanager
def _in_json(last: LastRun, wanted: bool) -> Iterator[dict[str, Any]]:
    """Write on stdout what a command came to, however it ends, with what else there is to say."""
    from clv.runs import last_run

    said: dict[str, Any] = {}
    try:
        yield said
        content = last.content(0)
    except BaseException as error:
        content = last.content(last_run.exit_code(error))
        content["messages"].append(last_run.told(error).as_dict())
        raise
    finally:
        if wanted:
            click.echo(json.dumps(content | said, ensure_ascii=False, indent=1))


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(clv.__version__, prog_name="clv")
def main() -> None:
    """Customer lifecycle reports: who the customers are, what each is worth, who is leaving.

    STUDY is a study file; without one, ./study.yml if there is one, else the CDNOW sample.
    """


@main.command()
@_study
@click.option("--only", callback=_names, default="", help="Notebooks to run, such as 03,06.")
@click.option("languages", "--lang", callback=_names, default="", help="Languages, such as en,tr.")
@click.option("--out", type=click.Path(path_type=Path), default="reports", show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--force", is_flag=True, help="Run also where nothing has changed.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "plain", "json"]),
    default="auto",
    show_default=True,
)
def run(study: Path | None, progress: str, **options: Any) -> None:  # noqa: ANN401
    """Run the notebooks of a study and publish their report."""
    from clv.runs import orders, suite
    from clv.runs.orders import Request
    from clv.runs.progress import shown

    request = Request(study_file=orders.study_file(study), **options)
    with shown(progress) as show:
        outcome = suite.run(request, show)
    _warn(outcome.messages)
    said = "Published" if outcome.anew else "Nothing changed since run"
    click.echo(f"{said} {outcome.run.name}: open {request.out / 'index.html'}")


@main.command()
@_study
@click.option("--out", type=click.Path(path_type=Path), help="Default: reports/<study>/check.")
@click.option("as_json", "--json", is_flag=True, help="The account as JSON.")
def check(study: Path | None, settings: dict[str, str], out: Path | None, as_json: bool) -> None:
    """Read and clean only: the account of every row, and the rows set aside as a file."""
    from clv.runs import inputs, last_run, orders, results
    from clv.runs.orders import Request

    out = out or Request(orders.study_file(study), settings).home / "check"
    with last_run.recorded(out) as last, _in_json(last, as_json) as said, results.set_aside(out):
        asked = orders.study(orders.study_file(study), settings)
        found = inputs.read(asked)
        last.has_read(found)
        said |= {name: table.to_dict("records") for name, table in found.accounts.items()}
        for name, table in found.set_aside.items():
            results.replace(table, out / f"{name}.csv", excel=asked.excel)
    _warn(last.messages)
    for name, table in {} if as_json else found.accounts.items():
        click.echo(f"{name}\n{table.to_string(index=False)}\n")


@main.command()
@_study
@click.option("--out", type=click.Path(path_type=Path), required=True, help=".csv or .parquet")
def score(study: Path | None, settings: dict[str, str], out: Path) -> None:
    """Write every customer, valued, segmented and staged, as one table; no notebooks."""
    from clv.runs import inputs, last_run, orders, preparation, results

    with last_run.recorded(out.parent) as last:
        results.check_ending(out)
        asked = orders.study(orders.study_file(study), settings)
        found = inputs.read(asked)
        last.has_read(found)
        scored = preparation.score(asked, found.cleaned)
        last.has_scored(scored)
        customers = results.customer_table(scored.customers, asked.unit)
        results.replace(customers, out, excel=asked.excel)
    _warn(last.messages)
    click.echo(f"{len(scored.customers):,} customers in {out}")


@main.command("list")
def list_() -> None:
    """List the notebooks: their questions, and their parameters with types and help."""
    from clv.runs import notebooks, orders

    file = orders.study_file(None)
    folder = notebooks.folder_of(file.resolve().parent if file else None)
    for notebook in notebooks.find(folder):
        click.echo(f"{notebook.stem}: {notebook.question}")
        for p in notebook.parameters:
            declared = f"{p.name}: {p.kind} = {p.default!r}"
            click.echo(f"    {declared:<46}{p.help}".rstrip())
