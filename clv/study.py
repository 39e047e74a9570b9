"""study.yml, read strictly into a frozen value: every fault is named at once, with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from clv import strict_yaml, study_keys, study_sources
from clv.errors import StudyInvalid, UsageError
from clv.strict_yaml import Entry, Fault
from clv.study_keys import (
    CHECKS,
    IN_TEXT,
    LOAD_KEYS,
    NOMINAL,
    ONLY_PURCHASES,
    PLAIN_NAME,
    SUMMARY_KEYS,
)
from clv.study_lifecycle import FRAMEWORKS
from clv.study_sources import Faults


@dataclass(frozen=True, slots=True)
class Study:
    """What is asked of which data; every key of study.yml but `folder`, which is where it lies."""

    # As written: a sample's name, a path or glob relative to `folder`, or a table of a database.
    transactions: str | Mapping[str, str] | None = None
    summary: str | Mapping[str, str] | None = None  # ready-made, instead of transactions
    name: str = "study"
    columns: Mapping[str, str] = field(default_factory=dict)
    format: Mapping[str, str] = field(default_factory=dict)
    timezone: str | None = None  # None: UTC, with a warning where stamps say otherwise
    zero_amounts: str | None = None  # None: as the data declares, else set_aside
    refunds: str = "net"
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
    spend_basis: str = "auto"
    margin: float | str | None = None  # a share or a column; None: value is revenue
    prices: str | Mapping[str, str] = NOMINAL  # or {cpi: path}, relative to `folder`
    rfm_method: str = "quantile"
    rfm_cutoffs: str | None = None  # a path, relative to `folder`; None: learned at every run
    tables: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)  # optional ones
    sector: str | None = None  # whose presets hold, unless declared otherwise
    contractual: bool | None = None  # short for the setting of that name
    lifecycle: Mapping[str, Any] = field(default_factory=dict)  # what is set and not learned
    framework: str = "crm"  # or the path of a YAML file, relative to `folder`
    thresholds: str | None = None  # a path, relative to `folder`; None: beside the study file
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of notebooks, and only theirs
    languages: tuple[str, ...] = ("en",)
    excel: bool = False  # CSV tables as Excel opens them
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
        entries, faults = strict_yaml.entries(text, str(path))
        return cls._checked(entries, faults, str(path), path.parent)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], folder: str | Path = ".") -> Self:
        entries = {key: Entry(value) for key, value in mapping.items()}
        return cls._checked(entries, [], "The study", Path(folder))

    @classmethod
    def _checked(
        cls, entries: Mapping[str, Entry], faults: list[Fault], where: str, folder: Path
    ) -> Self:
        """The study, or one error that names every fault."""
        own = folder.resolve().name
        values = {"name": own} if re.fullmatch(PLAIN_NAME, own) else {}
        for key, entry in entries.items():
            try:
                values[key] = study_keys.checked(key, entry.value)
            except Faults as several:
                faults += [Fault(entry.inner.get(n, entry.line), text) for n, text in several.found]
            except UsageError as error:
                faults.append(Fault(entry.line, str(error)))
        faults += _contradictions(entries)
        if faults:
            raise strict_yaml.invalid(where, faults)
        return cls(**values, folder=folder)

    @property
    def source(self) -> str | dict[str, str]:
        """What to load: transactions or a summary, its path as seen from where we stand."""
        return study_sources.placed(self.summary or self.transactions, self._seen)

    @property
    def source_name(self) -> str:
        """What to load, in a word that a page may show: no folder of this machine, no address."""
        return _shown(self.summary or self.transactions)

    @property
    def table_names(self) -> dict[str, str]:
        """The optional tables, each with its source in such a word."""
        return {name: _shown(table) for name, table in self.tables.items()}

    @property
    def settings(self) -> dict[str, Any]:
        """What is declared about the lifecycle, by the names of `clv.stages.settings`."""
        own = {} if self.contractual is None else {"contractual": self.contractual}
        return {**self.lifecycle, **own}

    @property
    def framework_source(self) -> str:
        """The framework's name, or its path as seen from where we stand."""
        return self.framework if self.framework in FRAMEWORKS else self._seen(self.framework)

    def _seen(self, path: str) -> str:
        return str(self.folder / path)

    def override(self, given: Mapping[str, Any]) -> Self:
        """The study with some keys changed, as by `--set`: numbers and lists may come as text."""
        values = {key: study_keys.checked(key, _typed(key, value)) for key, value in given.items()}
        # What is typed by hand is relative to where we stand.
        if values.keys() & SOURCE_KEYS:
            here = {key: _moved(key, getattr(self, key), self.folder, ".") for key in PATHS}
            tables = {name: _part(table, self._seen) for name, table in self.tables.items()}
            here |= {"folder": Path(), "tables": tables}
            values = dict.fromkeys(SOURCE_KEYS) | here | values
        else:
            typed = values.keys() & set(PATHS)
            values |= {key: _moved(key, values[key], ".", self.folder) for key in typed}
        changed = replace(self, **values)
        faults = _contradictions({key: Entry(value) for key, value in changed._named(given)})
        if faults:
            raise strict_yaml.invalid("The study", faults)
        return changed

    def _named(self, given: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """The keys given, and those whose values are not what they are by default."""
        default = type(self)()
        for key in CHECKS:
            if key in given or getattr(self, key) != getattr(default, key):
                yield key, getattr(self, key)

    def as_dict(self) -> dict[str, Any]:
        """Every key as a study file writes it, ready for JSON."""
        none = ONLY_PURCHASES if self.summary else ()
        values = {key: getattr(self, key) for key in CHECKS if key not in none}
        return values | {"languages": list(self.languages)}

    def load_arguments(self) -> dict[str, Any]:
        """The keywords of `clv.load` for `source`."""
        keys = {key: getattr(self, key) for key in LOAD_KEYS}
        return keys | {"prices": _moved("prices", self.prices, self.folder, ".")}

    def summary_arguments(self) -> dict[str, Any]:
        """The keywords of `summaries.load` for `source`."""
        return {key: getattr(self, key) for key in SUMMARY_KEYS}

    def table_arguments(self) -> dict[str, dict[str, Any]]:
        """Of each optional table, what to load and the keywords that say how it is written."""
        return {
            name: study_sources.loadable(_part(table, self._seen))
            for name, table in self.tables.items()
        }


SOURCE_KEYS = ("transactions", "summary")
PATHS = ("prices", "framework", "thresholds", "rfm_cutoffs")  # they may name a file


def _contradictions(entries: Mapping[str, Entry]) -> list[Fault]:
    """What keys that are each in order do not say together."""
    given = [key for key in SOURCE_KEYS if key in entries and entries[key].value is not None]
    if not given:
        text = "`transactions` is missing; name a path, a glob or cdnow, or a `summary` instead."
        return [Fault(None, text)]
    if len(given) > 1:
        line = entries["summary"].line
        return [Fault(line, "`transactions` and `summary` exclude each other; name one.")]
    if given == ["transactions"]:
        return _told_twice(entries)
    idle = [key for key in ONLY_PURCHASES if key in entries]
    return [
        Fault(entries[key].line, f"`{key}` is about transactions; a `summary` has none.")
        for key in idle
    ]


def _told_twice(entries: Mapping[str, Entry]) -> list[Fault]:
    """A setting that stands at the top and among the others, and differs."""
    name = "contractual"
    top, inner = (entries.get(key, Entry(None)) for key in (name, "lifecycle"))
    among = inner.value if isinstance(inner.value, Mapping) else {}
    if name not in among or top.value in (None, among[name]):
        return []
    text = f"`{name}` stands at the top and under `lifecycle`, and differs; name it once."
    return [Fault(top.line, text)]


def _shown(given: str | Mapping[str, Any]) -> str:
    """A source in a word that a page may show."""
    if isinstance(given, str):
        return Path(given).name if Path(given).is_absolute() else given
    if "path" in given:
        return _shown(given["path"])
    return given.get("table") or Path(given["spark"]).name


def _part(table: str | Mapping[str, Any], move: Callable[[str], str]) -> dict[str, Any]:
    """Where an optional table is, as a mapping, its path seen from elsewhere."""
    if isinstance(table, str):
        return {"path": move(table)}
    if "path" in table:
        return {**table, "path": move(table["path"])}
    return study_sources.placed(table, move)


def _moved(key: str, value: Any, old: str | Path, new: str | Path) -> Any:  # noqa: ANN401
    """The value of one of PATHS with its path, relative to one folder, as seen from another."""
    if key == "prices":
        return value if value == NOMINAL else {"cpi": _seen_from(value["cpi"], old, new)}
    return value if value in (None, *FRAMEWORKS) else _seen_from(value, old, new)


def _seen_from(path: str, old: str | Path, new: str | Path) -> str:
    return path if os.path.isabs(path) else os.path.relpath(Path(old, path), new)


def _typed(key: str, value: object) -> object:
    """Text from a command line as what YAML would read, where the key is not text itself."""
    if not isinstance(value, str) or key in IN_TEXT:
        return value
    if key in SOURCE_KEYS and not value.lstrip().startswith("{"):
        return value
    if key == "languages" and not value.startswith("["):
        return value.split(",")
    entries, faults = strict_yaml.entries(f"value: {value}", f"--set {key}")
    if faults:
        raise strict_yaml.invalid(f"--set {key}", faults)
    return entries["value"][0]
