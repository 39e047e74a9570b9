"""What a run is made from, what came of it, and whether its files are still those.

The run's name is its as-of date and a hash of everything that can change its results, so that the
same run has the same name wherever and whenever it is made.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clv
from clv.runs import publishing
from clv.runs.notebooks import Notebook

if TYPE_CHECKING:
    from clv.models.estimation import MaximumLikelihood
    from clv.scoring import Scored

NAME = "manifest.json"
PARTS = {"run_id": str, "as_of": str, "study": dict, "files": dict, "partial": bool}

_PACKAGE = Path(clv.__file__).parent
_CACHES = ("__pycache__", ".ipynb_checkpoints")


# Before a run -------------------------------------------------------------------------------


def made_from(
    study: Mapping[str, Any],
    notebooks: Iterable[Notebook],
    languages: Iterable[str],
    inputs: Mapping[str, str],
    *,
    compared_with: str | None = None,
    pseudonyms: str | None = None,
    thresholds: str | None = None,
    forecasts: str | None = None,
    watch_list: str | None = None,
    by_hand: bool = False,
) -> dict[str, Any]:
    """Everything that a run's results depend on.

    Parameters
    ----------
    study
        The study as used, in plain values.
    notebooks
        Those that are asked for.
    languages
        Those that the pages are written in.
    inputs
        The sha256 of each input, by its name.
    compared_with
        The run whose numbers stand beside those of this one, if there is any.
    pseudonyms
        The fingerprint of the key by which customers are named, if there is any.
    thresholds
        What the thresholds of the stages are known by, unless they are learned from these inputs.
    forecasts
        The fingerprint of the earlier forecasts that are held against what came, if there are any.
    watch_list
        The sha256 of the earlier watch list whose time is over, if there is one.
    by_hand
        Whether the data are others than the study's: what they foresee is not kept for it.
    """
    return {
        "study": dict(study),
        "notebooks": {notebook.stem: notebook.sha256 for notebook in notebooks},
        "languages": list(languages),
        "inputs": dict(inputs),
        "compared_with": compared_with,
        "pseudonyms": pseudonyms,
        "thresholds": thresholds,
        "forecasts": forecasts,
        "watch_list": watch_list,
        "by_hand": by_hand,
        "code": code_hash(),
        "lock_file": lock_hash(),
        "versions": versions(),
    }


def run_id(as_of: date, made_of: Mapping[str, Any]) -> str:
    """The name of a run: its as-of date and eight digits of the hash of what it is made from.

    >>> run_id(date(1997, 9, 30), {"study": {"unit": "W"}})
    '1997-09-30-8ec9ec7e'
    """
    text = json.dumps(made_of, sort_keys=True, ensure_ascii=False)
    return f"{as_of.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def code_hash() -> str:
    """Hash of the package: its modules, templates and catalogues, with their names."""
    found = hashlib.sha256()
    for path in sorted(p for p in _PACKAGE.rglob("*") if p.is_file()):
        name = path.relative_to(_PACKAGE)
        if not set(name.parts) & set(_CACHES):
            found.update(f"{name.as_posix()}\0{sha256(path)}\0".encode())
    return found.hexdigest()


def lock_hash() -> str | None:
    """Hash of the lock file beside the package, where there is one."""
    lock = _PACKAGE.parent / "requirements.lock"
    return sha256(lock) if lock.is_file() else None


def versions() -> dict[str, str]:
    """Versions of Python, of this package and of what it always asks for."""
    always = [line for line in metadata.requires("clv") or [] if "extra ==" not in line]
    asked = {re.match(r"[\w.-]+", line)[0] for line in always}
    return {"python": platform.python_version(), "clv": clv.__version__} | {
        name: metadata.version(name) for name in sorted(asked)
    }


def git_commit() -> str | None:
    """The commit that the package stands on, where it stands in a repository of its own."""
    root = _PACKAGE.parent
    if not (root / ".git").exists() or not shutil.which("git"):
        return None
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return found.stdout.strip() or None


# After a run --------------------------------------------------------------------------------


def estimates(scored: Scored) -> dict[str, Any]:
    """The fitted parameters of each model, with their standard errors and how they were found."""
    models = {"purchases": scored.purchases, "spend": scored.spend}
    return {name: _estimate(model.estimation) for name, model in models.items() if model}


def _estimate(found: MaximumLikelihood) -> dict[str, Any]:
    values = zip(found.names, found.estimates, found.standard_errors, strict=True)
    return {
        "parameters": {name: {"estimate": _plain(e), "error": _plain(s)} for name, e, s in values},
        "log_likelihood": _plain(found.log_likelihood),
        "aic": _plain(found.aic),
        "bic": _plain(found.bic),
        "converged": bool(found.converged),
        "identified": bool(found.identified),
        "condition": _plain(found.condition),
        "customers": int(found.n_customers),
        "evaluations": int(found.evaluations),
        "why": found.why,
    }


def _plain(number: float) -> float | None:
    """A number as JSON can hold it."""
    return float(number) if math.isfinite(number) else None


def write(report: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest of a finished report, with the hash of every file in it."""
    publishing.write_json(report / NAME, {**content, "files": files(report)})


def files(report: Path) -> dict[str, str]:
    """The sha256 of every file of a report but the manifest itself, by its path."""
    found = (path for path in sorted(report.rglob("*")) if path.is_file())
    names = {path.relative_to(report).as_posix(): path for path in found}
    return {name: sha256(path) for name, path in names.items() if name != NAME}


def read(run: Path) -> dict[str, Any]:
    """The manifest of a published run; ValueError where what stands there is none."""
    made = publishing.read_json(run / NAME)
    if not isinstance(made, dict):
        raise ValueError(f"{run / NAME} is no manifest")  # noqa: TRY004 -- of text, like JSON's own
    odd = [name for name, kind in PARTS.items() if not isinstance(made.get(name, kind()), kind)]
    if odd:
        raise ValueError(f"{run / NAME} is no manifest: {', '.join(odd)}")
    return made


def verifies(run: Path) -> bool:
    """Whether a published run holds exactly the files that its manifest names, unchanged."""
    try:
        return read(run)["files"] == files(run)
    except (OSError, ValueError, KeyError):
        return False


def tells(run: Path) -> tuple[bool, bool]:
    """Whether a published run is of the study's own data, and whether of all its notebooks.

    Of a damaged one it is supposed.
    """
    if not verifies(run):
        return True, True
    made = read(run)
    return not made.get("by_hand"), not made["partial"]


def standing(home: Path, run_id: str) -> Path | None:
    """The run that stands whole under a name or as a repeat of it, the one that leads first."""
    last = publishing.latest(home)
    stand = sorted(publishing.repeats(home, run_id), key=lambda run: run.resolve() != last)
    return next((run for run in stand if verifies(run)), None)


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as lines:
        return hashlib.file_digest(lines, "sha256").hexdigest()
