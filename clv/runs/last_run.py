"""What the last command came to, for a scheduler to read: last_run.json, also when it fails."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv.errors import AnotherRunHolds, ClvError, Message, Terminated
from clv.runs import process, publishing, secrecy

if TYPE_CHECKING:
    from clv.runs.inputs import Inputs
    from clv.scoring import Scored

# Nothing here imports pandas at once: who is short of memory is still told so, and in a moment.

NAME = "last_run.json"

BESIDE = "stands-beside"  # the code of a run in whose stead the report stays what it was

NO_ROOM = ("failed to map segment", "Cannot allocate memory")  # of the loader, for a library

REFUSED = (2, 3)  # exit codes: what was typed or read is at fault, and not the run


@dataclass
class LastRun:
    """What is known of a command so far."""

    run_id: str | None = None
    as_of: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    tables: dict[str, dict[str, int]] = field(default_factory=dict)  # the rows of optional ones
    model: dict[str, Any] = field(default_factory=lambda: {"state": "none"})
    messages: list[Message] = field(default_factory=list)
    exit_code: int = 0  # unless an error says another
    to_its_end: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)

    def commits(self) -> None:
        """Publish from here on: who wishes the run to end finds it done, and told, in a moment."""
        process.heed()
        process.settle()
        self.to_its_end.enter_context(publishing.undisturbed())

    def has_read(self, inputs: Inputs) -> None:
        """Take over the account of the rows and what is to be said of them."""
        self.as_of = inputs.cleaned.as_of.isoformat()
        self.rows = dict(inputs.cleaned.rows)
        self.tables = inputs.rows
        self.adds(inputs.messages)

    def has_scored(self, scored: Scored) -> None:
        """Take over which models were fitted, or why none was."""
        from clv.runs import preparation  # with scipy: not for a run that finds itself done

        self.model = scored.model
        if scored.model["state"] == "skipped":
            self.says("warning", "model-skipped", scored.reason)
        else:
            self.adds(preparation.doubts(scored))

    def has_published(self, results: Mapping[str, Any], run: Path) -> None:
        """Take over where the report stands, and where groups were too small to be shown."""
        from clv.report import privacy

        self.run_id = run.name  # a repeat is not the run that it repeats
        if results["merged"]:
            told = (
                f"Groups of fewer than {privacy.FEWEST} customers are shown together as Other in "
            )
            self.says("info", "small-groups-merged", f"{told}{', '.join(results['merged'])}.")

    def stands_beside(self, run: Path, own: bool) -> None:
        """Tell that the report stays what it was, of a part or of data that are not its `own`."""
        told = f"A part was run: {run.name} stands beside the report."
        if not own:
            told = (
                f"Other data were named by hand: {run.name} stands beside the report. To publish "
                "it in its place, name the data in the study file; to keep both, give this one a "
                "name of its own, as with --set name=trial."
            )
        self.says("info", BESIDE, told)

    def says(self, level: str, code: str, text: str) -> None:
        """Add a message of the run itself."""
        self.adds([Message(level, code, text)])

    def adds(self, messages: Iterable[Message]) -> None:
        """Add messages, without any secret that stands in the environment."""
        self.messages += [replace(one, text=secrecy.masked(one.text)) for one in messages]

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
def recorded(folder: Path, then: Callable[[], object] = lambda: None) -> Iterator[LastRun]:
    """Write last_run.json into a folder when the command ends, however it ends.

    `then` is done when it stands, and tells others of it; where that fails, last_run.json says so.
    A run that was turned away because another one holds the report writes nothing.
    """
    last = LastRun()
    with process.command(), publishing.for_no_stranger_to_write(), last.to_its_end:
        try:
            process.heed()
            yield last
            last.commits()
            with publishing.disk_trouble(folder):
                _write(folder, last, last.exit_code)
                then()
        except AnotherRunHolds:
            raise
        except BaseException as error:
            process.settle()
            last.messages.append(told(error))
            with suppress(OSError):  # the disk may be what failed; the exit code still says so
                _write(folder, last, exit_code(error))
            with suppress(OSError):
                then()
            raise


def exit_code(error: BaseException) -> int:
    """The exit code that an error leads to."""
    match process.meant(error):
        case ClvError() as error:
            return error.exit_code
        case Terminated():
            return 143
        case KeyboardInterrupt():
            return 130
    return 1


def told(error: BaseException) -> Message:
    """What is said of an error: one sentence, never a traceback, and never a secret."""
    said = _told(process.meant(error))
    return replace(said, text=secrecy.masked(said.text))


def _told(error: BaseException) -> Message:
    match error:
        case ClvError():
            return error.message
        case KeyboardInterrupt():
            text = (
                "Interrupted: kernels ended, nothing published, the last good report is as it was."
            )
            return Message("error", "interrupted", text)
        case _ if _is_of_memory(error):
            text = (
                f"Out of memory in {_place(error)}. What had been published is as it was; give "
                "the run more memory, fewer --jobs, or less data."
            )
            return Message("error", "out-of-memory", text)
    text = f"Unforeseen: {type(error).__name__} in {_place(error)}"
    said = f"{text}: {error}. This is a fault of clv: report it."
    return Message("error", "unforeseen", said)


def _is_of_memory(error: BaseException) -> bool:
    match error:
        case MemoryError():
            return True
        case OSError():
            return error.errno == errno.ENOMEM
        case ImportError():
            told = any(words in str(error) for words in NO_ROOM)
            return told and process.may_be_refused_memory()
    duckdb = sys.modules.get("duckdb")  # not loaded, it has raised nothing
    return duckdb is not None and isinstance(error, duckdb.OutOfMemoryException)


def _place(error: BaseException) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(where.filename).name}, line {where.lineno}"


def _state(exit_code: int) -> str:
    if exit_code in REFUSED:
        return "refused"
    return {0: "ok", 4: "ok", 130: "interrupted", 143: "interrupted"}.get(exit_code, "failed")


def _write(folder: Path, last: LastRun, code: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    publishing.write_json(folder / NAME, last.content(code))
