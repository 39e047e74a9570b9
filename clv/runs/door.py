"""The door of the commands: how each ends, and how what it says reaches those who asked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from clv.errors import CouldNotPublish, Message
from clv.runs import last_run, process
from clv.runs.last_run import LastRun


class Door(click.Group):
    """Commands that end in one sentence and the right exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 -- as click has it
        process.open_what_is_closed()
        with process.ending_once():
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
                raise
            except (Exception, KeyboardInterrupt) as error:
                say(f"Error: {last_run.told(error).text}", err=True)
                ctx.exit(last_run.exit_code(error))


def say(text: str, *, err: bool = False) -> None:
    """Say what has been done; it is done also where nobody listens, or the log's disk is full."""
    try:
        click.echo(text, err=err)
    except OSError:
        _never_again(2 if err else 1)


def answer(text: str) -> None:
    """Say what a command was asked for; where that cannot be written, the command has failed."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        _never_again(1)
        raise CouldNotPublish(
            f"Could not write the answer: {error.strerror}. Make room, or name another file for it."
        ) from error


def _never_again(number: int) -> None:
    """Let nothing more be written there, not even what Python holds back until its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def warn(messages: Iterable[Message]) -> None:
    """Say on stderr what went well but not quite."""
    for message in messages:
        if message.level == "warning":
            say(f"Warning: {message.text}", err=True)


@contextmanager
def in_json(last: LastRun, wanted: bool) -> Iterator[dict[str, Any]]:
    """Write on stdout what a command came to, however it ends, with what else there is to say."""
    said: dict[str, Any] = {}
    try:
        yield said
        last.commits()
    except BaseException as error:
        if wanted:
            content = last.content(last_run.exit_code(error))
            content["messages"].append(last_run.told(error).as_dict())
            say(_json(content | said))
        raise
    if wanted:
        answer(_json(last.content(0) | said))


def _json(content: Any) -> str:  # noqa: ANN401 -- whatever JSON holds
    return json.dumps(content, ensure_ascii=False, indent=1)
