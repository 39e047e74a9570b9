"""The files that a study reads, and how large they are: what stands in a manifest beside hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clv.errors import UsageError
from clv.study import Study
from clv.tables import files
from clv.tables.samples import SAMPLES


def sizes(study: Study) -> dict[str, int]:
    """Bytes of each file that a study names, by its name; what a server holds has no size here."""
    found = {}
    for told, source in _sources(study):
        if source in SAMPLES:
            found[told + SAMPLES[source].file] = len(SAMPLES[source].content())
        else:
            found |= {told + path.name: path.stat().st_size for path in _paths(source)}
    return found


def spare(written: Path, study: Study) -> None:
    """Refuse to write over a file that the study reads."""
    read = [path for _, source in _sources(study) for path in _paths(source)]
    if written.exists() and any(path.exists() and path.samefile(written) for path in read):
        raise UsageError(f"The study reads {written}: name another file with --out.")


def _sources(study: Study) -> Iterator[tuple[str, str]]:
    """What a study reads, and how its files are told apart."""
    yield "", _place(study.source)
    arguments = study.load_arguments()
    if isinstance(arguments["prices"], Mapping):
        yield "", _place(arguments["prices"]["cpi"])
    for table, told in study.table_arguments().items():
        yield f"{table}: ", _place(told["source"])


def _place(source: str | Mapping[str, Any]) -> str:
    """Where a source is: a sample, a path, a glob, a database in a file, Parquet."""
    if isinstance(source, Mapping):
        return source.get("path") or source.get("spark") or source.get("database") or ""
    return source


def _paths(source: str) -> list[Path]:
    """The files behind a place."""
    if source in SAMPLES:
        return []
    try:
        return files.named(source)
    except UsageError:  # an address, or the name of an environment variable that holds one
        return []
