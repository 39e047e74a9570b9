"""The notebooks of a study: where they stand, what each asks and what it may be told."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import clv
from clv.errors import UsageError, near
from clv.runs import parameters
from clv.runs.parameters import Parameter

if TYPE_CHECKING:
    import nbformat

GRAMMAR = "rfc3987_syntax"
SUMMARY = "99"  # reads the results of all the others, so it runs last

_NAME = re.compile(r"(?P<number>[0-9]{2})_[a-z0-9_]+")
_PACKAGE = Path(clv.__file__).parent


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook as its author left it."""

    path: Path
    question: str  # its first heading
    parameters: tuple[Parameter, ...]
    code_cells: int
    needs_model: bool  # left out where the model is refused
    sha256: str

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def number(self) -> str:
        return self.stem[:2]

    def node(self) -> nbformat.NotebookNode:
        """A fresh copy of the notebook."""
        return library().read(self.path, as_version=4)


def library() -> ModuleType:
    """nbformat, which whoever only asks whether anything has changed need not wait for.

    It comes without a grammar of international addresses, for a check that no notebook needs: to
    build it takes longer than everything else that is imported here.
    """
    if GRAMMAR in sys.modules:
        return importlib.import_module("nbformat")
    sys.modules[GRAMMAR] = None  # as if it were not installed; jsonschema can do without
    try:
        return importlib.import_module("nbformat")
    finally:
        sys.modules.pop(GRAMMAR, None)


def folder_of(study_folder: Path | None) -> Path:
    """Where the notebooks are: the study's own, else those shipped with the package."""
    own = [study_folder / "notebooks"] if study_folder else []
    shipped = [_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks"]
    found = next((f for f in own + shipped if f.is_dir() and any(_files(f))), None)
    if found is None:
        raise UsageError(f"There are no notebooks named like 00_name.ipynb in {shipped[-1]}.")
    return found


def find(folder: Path) -> tuple[Notebook, ...]:
    """All numbered notebooks of a folder, in the order of their numbers."""
    return tuple(_read(path) for path in sorted(_files(folder)))


def choose(notebooks: Sequence[Notebook], only: Iterable[str] = ()) -> tuple[Notebook, ...]:
    """The notebooks asked for by number or name; all of them where nothing is asked for."""
    asked = list(only)
    names = {name: n for n in notebooks for name in (n.number, n.stem)}
    for name in asked:
        if name not in names:
            there = ", ".join(n.stem for n in notebooks)
            raise UsageError(
                f"There is no notebook `{name}`; there are {there}.{near(name, names)}"
            )
    return tuple(n for n in notebooks if not asked or {n.number, n.stem} & set(asked))


def runs(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is one that a kernel executes."""
    return cell["cell_type"] == "code" and bool(_source(cell).strip())


def is_injected(cell: Mapping[str, Any]) -> bool:
    """Whether a cell holds what the notebook was told, and is not one of its own."""
    return "injected-parameters" in _tags(cell)


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.glob("*.ipynb") if _NAME.fullmatch(path.stem))


def _read(path: Path) -> Notebook:
    try:
        text = path.read_bytes()
        node = json.loads(text.decode("utf-8"))
        cells = node["cells"]
        return Notebook(
            path=path,
            question=_question(cells, path.stem),
            parameters=_parameters(cells, path.stem),
            code_cells=sum(map(runs, cells)),
            needs_model=bool(node["metadata"].get("clv", {}).get("needs_model", False)),
            sha256=hashlib.sha256(text).hexdigest(),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path.name} is not a notebook: {_lacking(error)}") from None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}.") from None


def _lacking(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)


def _question(cells: Sequence[Mapping[str, Any]], default: str) -> str:
    prose = "\n".join(_source(cell) for cell in cells if cell["cell_type"] == "markdown")
    heading = re.search(r"^#\s+(.+?)\s*$", prose, flags=re.MULTILINE)
    return heading[1] if heading else default


def _parameters(cells: Sequence[Mapping[str, Any]], where: str) -> tuple[Parameter, ...]:
    cell = next((cell for cell in cells if "parameters" in _tags(cell)), None)
    return parameters.read(_source(cell), where) if cell else ()


def _source(cell: Mapping[str, Any]) -> str:
    """The text of a cell, which a file holds line by line."""
    return "".join(cell["source"])


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    return cell["metadata"].get("tags", [])
