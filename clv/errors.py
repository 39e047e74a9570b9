"""What can go wrong, by name; every sentence says what was found, what is allowed and what to do.

Each class carries the exit code of the command line and a short `code` under which
`last_run.json` lists it.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self

from clv import passwords

LONGEST_NAME = 80  # characters of a column or parameter that a sentence repeats


@dataclass(frozen=True, slots=True)
class Message:
    """Something a reader of a run should know: an error, a warning or a fact."""

    level: Literal["error", "warning", "info"]
    code: str  # kebab-case and stable: programs read it
    text: str  # one sentence for people
    column: str | None = None
    line: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The entry that `last_run.json` holds."""
        return asdict(self)


class ClvError(Exception):
    """The family of everything that `clv` refuses or cannot do."""

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "failed"

    def __init__(self, text: str, *, column: str | None = None, line: int | None = None) -> None:
        super().__init__(passwords.masked(text))
        self.column = column and passwords.masked(column)
        self.line = line

    @property
    def message(self) -> Message:
        """The error as an entry of `last_run.json`."""
        return Message("error", self.code, str(self), self.column, self.line)


def near(name: str, known: Iterable[str]) -> str:
    """A hint at the known name closest to a misspelt one, or nothing.

    >>> near("horizont", ["as_of", "horizon"])
    ' Did you mean `horizon`?'
    """
    closest = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {listed(closest)}?" if closest else ""


def listed(names: Iterable[str]) -> str:
    """Names for a sentence, in backticks; on one line, whatever a broken file has made of them.

    >>> listed(["date", "amount"])
    '`date`, `amount`'
    """
    return ", ".join(f"`{_on_one_line(str(name))}`" for name in names)


def _on_one_line(name: str) -> str:
    """A name without line breaks, cut where it goes on for ever."""
    line = " ".join(name.splitlines())
    return line if len(line) <= LONGEST_NAME else f"{line[:LONGEST_NAME]}…"


# What was typed is wrong: exit 2 ------------------------------------------------------------


class UsageError(ClvError):
    """An option, a parameter or a study file that cannot be followed."""

    exit_code = 2
    code = "usage"


class UnknownParameter(UsageError):
    """A parameter that no notebook and no study file knows."""

    code = "unknown-parameter"

    @classmethod
    def from_name(cls, where: str, name: str, known: Collection[str]) -> Self:
        return cls(
            f"{where} has no parameter `{name}`; it has {listed(sorted(known))}.{near(name, known)}"
        )


class BadParameter(UsageError):
    """A known parameter with a value that it cannot take."""

    code = "bad-parameter"

    @classmethod
    def from_value(cls, name: str, value: object, allowed: str) -> Self:
        return cls(f"`{name}` must be {allowed}; got {value!r}.")


class StudyInvalid(UsageError):
    """A study file that cannot be read as one."""

    code = "study-invalid"


class UnitUnknown(UsageError):
    """A table whose unit of time is not known, or not the one that the model was fitted in."""

    code = "unit-unknown"


# What was read is refused: exit 3 -----------------------------------------------------------


class InputRefused(ClvError):
    """Data that would make every number wrong."""

    exit_code = 3
    code = "input-refused"


class SourceUnreadable(InputRefused):
    """A source that is there but cannot be read as what it claims to be."""

    code = "source-unreadable"


class ColumnsMissing(InputRefused):
    """A table without a column that it needs."""

    code = "columns-missing"

    @classmethod
    def from_table(
        cls,
        table: str,
        missing: Collection[str],
        found: Collection[str],
        *,
        mapping: Mapping[str, str] | None = None,
    ) -> Self:
        hints = "".join(near(name, found) for name in missing)
        how = "" if mapping else " Say which is which: columns={'customer_id': 'your name', …}."
        return cls(
            f"{table} lacks {listed(missing)}; it has {listed(found)}.{hints}{how}",
            column=next(iter(missing)),
        )


class NoRows(InputRefused):
    """A table without a single row that could be used."""

    code = "no-rows"


class TooManyFaulty(InputRefused):
    """So many faulty rows that the format must have been misread."""

    code = "too-many-faulty"

    def __init__(self, text: str, *, quarantine: object = None, **where: Any) -> None:  # noqa: ANN401
        super().__init__(text, **where)
        self.quarantine = quarantine  # the rows set aside, to be looked at


class TableBroken(InputRefused):
    """A table that breaks its contract."""

    code = "table-broken"


class TooLittleToModel(InputRefused):
    """Too few repeat buyers, or too short a history, to fit a model on."""

    code = "too-little-to-model"


# What was computed or run has failed: exit 1 ------------------------------------------------


class DidNotConverge(ClvError):
    """A fit that must not be used; `estimation` shows how far it came."""

    code = "did-not-converge"

    def __init__(self, text: str, *, estimation: object = None) -> None:
        super().__init__(text)
        self.estimation = estimation


class NotebookFailed(ClvError):
    """A notebook that did not run its last cell."""

    code = "notebook-failed"


class TimeIsUp(ClvError):
    """A run that took longer than it was given."""

    code = "time-is-up"


class SecretTold(ClvError):
    """A finished report that would tell a secret, or a person, to everybody who reads it."""

    code = "secret-told"


class PageIncomplete(ClvError):
    """A page that would lack something a reader needs, such as a chart's alt text."""

    code = "page-incomplete"


class CouldNotPublish(ClvError):
    """A report that is finished but could not be put in its place."""

    exit_code = 5
    code = "could-not-publish"


class NotDelivered(ClvError):
    """A report that stands where it should, but of which somebody could not be told."""

    exit_code = 5
    code = "not-delivered"


class AnotherRunHolds(ClvError):
    """Another run is writing this very report."""

    exit_code = 75
    code = "another-run"


class Terminated(KeyboardInterrupt):
    """The run was asked to end by SIGTERM."""
