"""What the last command came to, for a scheduler to read: last_run.json, also when it fails."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv import passwords
from clv.errors import AnotherRunHolds, ClvError, Message
from clv.report import privacy
from clv.runs import preparation, publishing

if TYPE_CHECKING:
    from clv.runs.inputs import Inputs
    from clv.scoring import Scored

NAME = "last_run.json"

REFUSED = (2, 3)  # exit codes: what was typed or read is at fault, and not the run


class Terminated(KeyboardInterrupt):
    """The run was asked to end by SIGTERM."""


@dataclass
class LastRun:
    """What is known of a command so far."""

    run_id: str | None = None
    as_of: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, dict[str, int]] = field(default_factory=dict)  # the rows of optional ones
    model: dict[str, Any] = field(default_factory=lambda: {"state": "none"})
    messages: list[Message] = field(default_factory=list)

    def has_read(self, inputs: Inputs) -> None:
        """Take over the account of the rows and what is to be said of them."""
        self.as_of = inputs.cleaned.as_of.isoformat()
        self.rows = dict(inputs.cleaned.rows)
        self.tables = inputs.rows
        self.messages += inputs.messages

    def has_scored(self, scored: Scored) -> None:
        """Take over which models were fitted, or why none was."""
        self.model = scored.model
        if scored.model["state"] == "skipped":
            self.says("warning", "model-skipped", scored.reason)
        else:
            self.messages += preparation.doubts(scored)

    def has_published(self, results: Mapping[str, Any]) -> None:
        """Take over on which pages groups of customers were too small to be shown."""
        if results["merged"]:
            told = (
                f"Groups of fewer than {privacy.FEWEST} customers are shown together as Other in "
            )
            self.says("info", "small-groups-merged", f"{told}{', '.join(results['merged'])}.")

    def says(self, level: str, code: str, text: str) -> None:
        """Add a message of the run itself."""
        self.messages.append(Message(level, code, text))

    def content(self, exit_code: int) -> dict[str, Any]:
        """The content of last_run.json."""
        return {
            "state": _state(exit_code),
            "exit_code": exit_code,
            "run_id": self.run_id,
            "as_of": self.as_of,
            "rows": self.rows,
            "tables": self.tables,
            "model": self.model,
            "messages": [message.as_dict() for message in self.messages],
        }


@contextmanager
def recorded(folder: Path) -> Iterator[LastRun]:
    """Write last_run.json into a folder when the command ends, however it ends.

    A run that was turned away because another one holds the report writes nothing.
    """
    last = LastRun()
    try:
        yield last
    except AnotherRunHolds:
        raise
    except BaseException as error:
        last.messages.append(told(error))
        with suppress(OSError):  # the disk may be what failed; the exit code still says so
            _write(folder, last, exit_code(error))
        raise
    with publishing.disk_trouble(folder):
        _write(folder, last, 0)


def exit_code(error: BaseException) -> int:
    """The exit code that an error leads to."""
    match error:
        case ClvError():
            return error.exit_code
        case Terminated():
            return 143
        case KeyboardInterrupt():
            return 130
    return 1


def told(error: BaseException) -> Message:
    """What is said of an error: one sentence, and never a traceback."""
    match error:
        case ClvError():
            return error.message
        case KeyboardInterrupt():
            text = (
                "Interrupted: kernels ended, nothing published, the last good report is as it was."
            )
            return Message("error", "interrupted", text)
    where = traceback.extract_tb(error.__traceback__)[-1]
    text = f"Unforeseen: {type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
    said = f"{text}: {passwords.masked(str(error))}. This is a fault of clv: report it."
    return Message("error", "unforeseen", said)


def _state(exit_code: int) -> str:
    if exit_code in REFUSED:
        return "refused"
    return {0: "ok", 4: "ok", 130: "interrupted", 143: "interrupted"}.get(exit_code, "failed")


def _write(folder: Path, last: LastRun, code: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    publishing.write_json(folder / NAME, last.content(code))
