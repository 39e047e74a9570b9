"""What is asked for: as typed, and as it can be done once every word of it has been checked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clv.errors import BadParameter, ClvError, UnknownParameter, UsageError, listed
from clv.report import languages
from clv.runs import notebooks, parameters
from clv.runs.notebooks import Notebook
from clv.stages import frameworks
from clv.study import SOURCE_KEYS, Study
from clv.study_keys import CHECKS, DATA_KEYS, NOMINAL, PLAIN_NAME
from clv.study_lifecycle import FRAMEWORKS
from clv.tables.samples import SAMPLES

STUDY_FILE = "study.yml"
SUFFIXES = (".yml", ".yaml", ".json")

# Parameters of notebooks that every run gives them itself.
GIVEN = {
    "language": "name the languages with --lang, such as --lang tr",
    "prepared": "a run prepares the data for its notebooks itself",
    "results": "a run gathers what its notebooks say itself",
}

UNTOLD = ("name", "languages", "parameters")  # keys that say nothing to notebooks themselves

_NAME_LINE = re.compile(
    rf"""^[\s{{]*["']?name["']?\s*:\s*["']?({PLAIN_NAME})["']?[\s,}}]*(?:\s#.*)?$""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    study_file: Path | None = None  # None: the sample study
    settings: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()  # numbers or names of notebooks; none for all
    languages: tuple[str, ...] = ()  # none for those of the study
    out: Path = Path("reports")
    jobs: int = 2  # kernels at once
    force: bool = False
    refit: bool = False  # learn the thresholds of the stages anew
    keep: int | None = None  # how many runs stay; None: all
    fail_on_alert: bool = False
    cell_timeout: float = 600  # seconds that one cell may take
    timeout: float | None = None  # seconds that the run may take; None for as many as it needs

    @property
    def home(self) -> Path:
        """The folder of the study's reports, also where its file is going to be refused."""
        return self.out / _name(self.study_file, self.settings)

    @property
    def by_hand(self) -> bool:
        """Whether other data were named by hand than those of the study file, or read otherwise."""
        return self.study_file is not None and bool(self.settings.keys() & set(DATA_KEYS))


@dataclass(frozen=True, slots=True)
class Order:
    """What is going to be done."""

    study: Study
    notebooks: tuple[Notebook, ...]
    partial: bool  # not all notebooks of the study
    told: Mapping[str, Any]  # parameters that only notebooks know
    languages: tuple[str, ...]

    @property
    def values(self) -> dict[str, Any]:
        """Everything that the notebooks are told, by the names of their parameters."""
        return {**said_by(self.study), **self.told}


def study_file(given: Path | None) -> Path | None:
    """The study that is meant: the one named, else the one that lies here, else the sample."""
    if given is None and not os.path.lexists(STUDY_FILE):
        return None
    file = given or Path(STUDY_FILE)
    if not file.is_file():
        raise UsageError(f"There is no study file {file}.")
    if file.suffix not in SUFFIXES:
        raise UsageError(
            f"{file} is no study file: its name would end in {listed(SUFFIXES)}. To report on the "
            f"purchases in it: clv run --set transactions={file}."
        )
    return file


def study(file: Path | None, settings: Mapping[str, str]) -> Study:
    """A study with the keys that were changed by hand, for commands without notebooks."""
    changed = _changed(_read(file, settings), settings, ())
    parameters.raise_all(parameters.out_of_range(said_by(changed)))
    check_files(changed)
    return changed


def order(request: Request) -> Order:
    """Read the study, choose its notebooks and check all that they are told; all faults at once."""
    found = notebooks.find(notebooks.folder_of(_folder(request.study_file)))
    chosen = notebooks.choose(found, request.only)
    changed = _changed(_read(request.study_file, request.settings), request.settings, chosen)
    _check_parameters(changed, found)
    asked = Order(
        study=changed,
        notebooks=chosen,
        partial=chosen != found,
        told=_told(changed, request.settings, found),
        languages=_available(request.languages or changed.languages),
    )
    check(asked)
    return asked


def check(order: Order) -> None:
    """Refuse, before any kernel starts, what a notebook cannot be told."""
    faults = parameters.out_of_range(order.values)
    for notebook in order.notebooks:
        own = {p.name for p in notebook.parameters}
        given = {name: value for name, value in order.values.items() if name in own}
        faults += parameters.faults(given, notebook.parameters, notebook.stem)
    parameters.raise_all(faults)
    check_files(order.study)


def check_files(study: Study) -> None:
    """Refuse files that are not there, and a framework that is none, before data are read."""
    if study.rfm_cutoffs and not (study.folder / study.rfm_cutoffs).is_file():
        raise UsageError(f"There is no file {study.folder / study.rfm_cutoffs} of cut points.")
    if study.summary:
        return
    if study.framework not in FRAMEWORKS and not Path(study.framework_source).is_file():
        raise UsageError(f"There is no file {study.framework_source}, named as the framework.")
    frameworks.read(study.framework_source)


def said_by(study: Study) -> dict[str, Any]:
    """What a study says to its notebooks, by the names of their parameters.

    A parameter has one type: a margin is text there, share or column, transactions are a name,
    tables have a source each, nominal prices are no table of prices, and whether customers have
    contracts is one of the settings of the lifecycle.
    """
    said = {key: value for key, value in study.as_dict().items() if value is not None}
    if "margin" in said:
        said["margin"] = str(said["margin"])
    if "transactions" in said:
        said["transactions"] = study.source_name
    said["tables"] = {name: {"source": where} for name, where in study.table_names.items()}
    said["lifecycle"] = study.settings
    if said.get("prices") == NOMINAL:
        said["prices"] = {}
    return {key: value for key, value in said.items() if key not in UNTOLD}


# What was typed -----------------------------------------------------------------------------


def _read(file: Path | None, settings: Mapping[str, str]) -> Study:
    """The study of a file, or of a sample; data of one's own, named by hand, have another day."""
    if file:
        return Study.read(file)
    study = Study.default()
    named = settings.get("transactions")
    if named in SAMPLES:
        return replace(study, name=named, as_of=SAMPLES[named].declared["as_of"].isoformat())
    own = settings.keys() & set(SOURCE_KEYS)
    return replace(study, name=Study().name, as_of=None) if own else study


def _folder(file: Path | None) -> Path | None:
    return file.resolve().parent if file else None


def _name(file: Path | None, settings: Mapping[str, str]) -> str:
    """A study's name as far as it can be told from a file that may be faulty."""
    if re.fullmatch(PLAIN_NAME, settings.get("name", "")):
        return settings["name"]
    try:
        return _read(file, settings).name
    except ClvError:
        text = ""
        with suppress(OSError):
            text = file.read_text(encoding="utf-8", errors="replace")
        line = _NAME_LINE.search(text)
        named = line[1] if line else _folder(file).name
        return named if re.fullmatch(PLAIN_NAME, named) else "study"


def _changed(study: Study, settings: Mapping[str, str], chosen: Sequence[Notebook]) -> Study:
    """The study with its keys changed as typed; a key that nobody knows is a fault."""
    known = {*CHECKS, *_by_name(chosen)} - GIVEN.keys()
    given = [name for name in settings if name in GIVEN]
    faults = [UsageError(f"--set cannot change `{name}`: {GIVEN[name]}.") for name in given]
    for name, text in settings.items():
        try:
            if name not in known and name not in GIVEN:
                raise UnknownParameter.from_name("The study", name, known)
            study = study.override({name: text}) if name in CHECKS else study
        except UsageError as fault:
            faults.append(fault)
    parameters.raise_all(faults)
    return study


def _check_parameters(study: Study, found: Sequence[Notebook]) -> None:
    """Refuse parameters in the study that no notebook has, or of another type."""
    known = {n: p for n, p in _by_name(found).items() if n not in GIVEN and n not in CHECKS}
    taken = [name for name in study.parameters if name in GIVEN]
    faults = [UsageError(f"`parameters` cannot change `{n}`: {GIVEN[n]}.") for n in taken]
    own = {n: value for n, value in study.parameters.items() if n not in GIVEN}
    parameters.raise_all(faults + parameters.faults(own, known.values(), "`parameters`"))


def _told(study: Study, settings: Mapping[str, str], found: Sequence[Notebook]) -> dict[str, Any]:
    """Values of parameters that only notebooks know: the study's, then those that were typed."""
    known = _by_name(found)
    typed = {
        name: parameters.from_text(known[name], text)
        for name, text in settings.items()
        if name not in CHECKS
    }
    return {**study.parameters, **typed}


def _by_name(chosen: Sequence[Notebook]) -> dict[str, parameters.Parameter]:
    return {p.name: p for notebook in chosen for p in notebook.parameters}


def _available(codes: Sequence[str]) -> tuple[str, ...]:
    there = languages.available()
    for code in codes:
        if code not in there:
            raise BadParameter.from_value("--lang", code, f"among {listed(there)}")
    return tuple(dict.fromkeys(codes))
