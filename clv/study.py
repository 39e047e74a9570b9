"""study.yml, read strictly into a frozen value: every fault is named at once, with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Self

import yaml

from clv.errors import BadParameter, StudyInvalid, UnknownParameter, UsageError

SAMPLES = ("cdnow", "cdnow-sample")  # transactions that are no path
PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
LOAD_KEYS = (
    "columns",
    "format",
    "as_of",
    "run_date",
    "currency",
    "timezone",
    "zero_amounts",
    "refunds",
    "max_faulty",
    "births",
    "grain",
)

# One check a key: a value comes out as the study holds it, or an error with its sentence ---------

Check = Callable[[str, Any], Any]
Entry = tuple[Any, int | None]  # a value and its line


class Fault(NamedTuple):
    """What is wrong with a study, and where."""

    line: int | None
    text: str


def _one_of(*choices: str) -> Check:
    def check(key: str, value: object) -> str:
        if not (isinstance(value, str) and value in choices):
            raise BadParameter.from_value(key, value, f"one of {list(choices)}")
        return value

    return check


def _text(pattern: str, allowed: str) -> Check:
    def check(key: str, value: object) -> str:
        if not (isinstance(value, str) and re.fullmatch(pattern, value)):
            raise BadParameter.from_value(key, value, allowed)
        return value

    return check


def _share(*ends: int) -> Check:
    """A number between 0 and 1, with the ends that are allowed."""

    def check(key: str, value: object) -> float:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and (0 < value < 1 or value in ends):
            return float(value)
        meant = f" (did you mean {value / 100:.2f}?)" if number and 1 <= value < 100 else ""
        raise BadParameter.from_value(key, value, f"a share between 0 and 1{meant}")

    return check


def _day(key: str, value: object) -> str:
    """A calendar day, as YAML or text gives it, in ISO form."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadParameter.from_value(key, value, "a day such as 2024-12-31") from None


def _texts(key: str, value: object) -> dict[str, str]:
    """A mapping of text to text."""
    if not isinstance(value, dict):
        raise BadParameter.from_value(key, value, "a mapping such as {date: Buy Ts}")
    for name, entry in value.items():
        if not (isinstance(name, str) and isinstance(entry, str)):
            raise BadParameter.from_value(f"{key}: {name}", entry, "text; put it in quotes")
    return dict(value)


def _languages(key: str, value: object) -> tuple[str, ...]:
    """Codes of languages, without repetition."""
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, (list, tuple)) or not codes:
        raise BadParameter.from_value(key, value, "a list such as [en, tr]")
    return tuple(dict.fromkeys(_one_of("en", "tr", "ar")(key, code) for code in codes))


def _seed(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadParameter.from_value(key, value, "a whole number from 0 on")
    return value


def _transactions(key: str, value: object) -> str:
    """A sample's name, a path or a glob; whatever else it is may hold a password: never echoed."""
    if not isinstance(value, str) or not value.strip() or "://" in value:
        raise BadParameter(
            f"`{key}` must be a path, a glob, {' or '.join(SAMPLES)}; no database is read "
            "(and a password never belongs in a study file)."
        )
    return value


CHECKS: dict[str, Check] = {
    "name": _text(PLAIN_NAME, "a plain name of letters, digits, '.', '_' and '-', not a path"),
    "transactions": _transactions,
    "columns": _texts,
    "format": _texts,
    "timezone": _text(r"\S+", "a name such as Europe/Istanbul"),
    "zero_amounts": _one_of("set_aside", "purchase"),
    "refunds": _one_of("set_aside", "refuse"),
    "max_faulty": _share(0, 1),
    "grain": _one_of("order", "order_line"),
    "births": _one_of("auto", "observed", "unknown"),
    "currency": _text("[A-Z]{3}", "three capital letters such as TRY (NO stands in quotes)"),
    "as_of": _day,
    "run_date": _day,
    "unit": _one_of("D", "W"),
    "horizon": _text(r".+", "a length such as 39W, 12M, 365D or 2Y, or an end date"),
    "annual_discount_rate": _share(0),
    "interval": _share(),
    "model": _one_of("auto", "bgnbd", "mbgnbd"),
    "languages": _languages,
    "seed": _seed,
}
OPTIONAL = ("zero_amounts", "currency", "as_of", "run_date")  # null is their default
IN_TEXT = ("name", "transactions", "timezone", "currency", "horizon", "as_of", "run_date")


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked of which data; every key of study.yml but `folder`, which is where it lies."""

    transactions: str  # as written: a sample's name, or a path or glob relative to `folder`
    name: str = "study"
    columns: Mapping[str, str] = field(default_factory=dict)
    format: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    zero_amounts: str | None = None  # None: as the data declares, else set_aside
    refunds: str = "set_aside"
    max_faulty: float = 0.05
    births: str = "auto"
    grain: str = "order"
    currency: str | None = None
    as_of: str | None = None  # ISO day; None: the last day in the data
    run_date: str | None = None
    unit: str = "W"
    horizon: str = "12M"  # its grammar is that of `clv.tables.periods`
    annual_discount_rate: float = 0.10
    interval: float = 0.90
    model: str = "auto"
    languages: tuple[str, ...] = ("en",)
    seed: int = 1
    folder: Path = field(default=Path(), repr=False)

    @classmethod
    def default(cls) -> Self:
        """The study that runs where none is given: CDNOW until its last day."""
        return cls("cdnow", name="cdnow", as_of="1998-06-30", languages=("en", "tr", "ar"))

    @classmethod
    def read(cls, path: str | Path) -> Self:
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (FileNotFoundError, IsADirectoryError):
            raise UsageError(f"There is no study file {path}; `clv init` writes one.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise StudyInvalid(f"The study file {path} cannot be read as UTF-8: {error}.") from None
        entries, faults = _entries(text, str(path))
        return cls._checked(entries, faults, str(path), path.parent)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], folder: str | Path = ".") -> Self:
        entries = {key: (value, None) for key, value in mapping.items()}
        return cls._checked(entries, [], "The study", Path(folder))

    @classmethod
    def _checked(
        cls, entries: Mapping[str, Entry], faults: list[Fault], where: str, folder: Path
    ) -> Self:
        """The study, or one error that names every fault."""
        own = folder.resolve().name
        values = {"name": own} if re.fullmatch(PLAIN_NAME, own) else {}
        for key, (value, line) in entries.items():
            try:
                values[key] = _checked_value(key, value)
            except UsageError as error:
                faults.append(Fault(line, str(error)))
        if "transactions" not in entries:
            faults.append(Fault(None, "`transactions` is missing; name a path, a glob or cdnow."))
        if faults:
            raise _invalid(where, faults)
        return cls(**values, folder=folder)

    @property
    def source(self) -> str:
        """What to load: a sample's name, or the path or glob as seen from where we stand."""
        if self.transactions in SAMPLES:
            return self.transactions
        return str(self.folder / self.transactions)

    def override(self, given: Mapping[str, Any]) -> Self:
        """The study with some keys changed, as by `--set`: numbers and lists may come as text."""
        values = {key: _checked_value(key, _typed(key, value)) for key, value in given.items()}
        if "transactions" in values:  # typed by hand, so relative to where we stand
            values["folder"] = Path()
        return replace(self, **values)

    def as_dict(self) -> dict[str, Any]:
        """Every key as a study file writes it, ready for JSON."""
        values = {key: getattr(self, key) for key in CHECKS}
        return values | {"languages": list(self.languages)}

    def load_arguments(self) -> dict[str, Any]:
        """The keywords of `clv.load` for `source`."""
        return {key: getattr(self, key) for key in LOAD_KEYS}


def _checked_value(key: str, value: object) -> object:
    """A value that its key can take."""
    if key not in CHECKS:
        raise UnknownParameter.from_name("The study", str(key), CHECKS)
    return None if value is None and key in OPTIONAL else CHECKS[key](key, value)


def _typed(key: str, value: object) -> object:
    """Text from a command line as what YAML would read, where the key is not text itself."""
    if not isinstance(value, str) or key in IN_TEXT:
        return value
    if key == "languages" and not value.startswith("["):
        return value.split(",")
    entries, faults = _entries(f"value: {value}", f"--set {key}")
    if faults:
        raise _invalid(f"--set {key}", faults)
    return entries["value"][0]


def _entries(text: str, where: str) -> tuple[dict[str, Entry], list[Fault]]:
    """Values and lines of a YAML mapping, and the faults that make a value unusable."""
    try:
        root = yaml.compose(text, Loader=_Strict)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _invalid(
            where, [Fault(mark and mark.line + 1, f"no YAML: {error.problem}")]
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise _invalid(where, [Fault(1, "a study must be a mapping of keys to values")])
    entries, faults = {}, _repeated(root)
    for key, node in root.value:
        line = key.start_mark.line + 1
        try:
            entries[key.value] = (_Strict("").construct_object(node, deep=True), line)
        except (yaml.MarkedYAMLError, ValueError) as error:
            reason = getattr(error, "problem", None) or error
            faults.append(Fault(line, f"`{key.value}` has a value that is not plain: {reason}"))
    return entries, faults


def _repeated(node: yaml.Node) -> list[Fault]:
    """Keys that stand twice in one mapping, of which YAML would keep the last in silence."""
    faults, seen = [], set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            faults.append(Fault(key.start_mark.line + 1, f"`{key.value}` is a duplicate key"))
        seen.add(key.value)
        faults += _repeated(value)
    return faults


class _Strict(yaml.SafeLoader):
    """YAML's plain values only: no objects, and no aliases, which can grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="an alias (*) is not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


def _invalid(where: str, faults: list[Fault]) -> StudyInvalid:
    """One error for all faults, in the order of their lines."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    told = [f"line {f.line}: {f.text}" if f.line else f.text for f in ordered]
    return StudyInvalid(f"{where}: " + " · ".join(told), line=ordered[0].line)
