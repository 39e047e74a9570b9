"""Files: delimited text and Parquet, one file or several that a glob names, read as one table."""

from __future__ import annotations

import glob
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from clv import passwords
from clv.errors import BadParameter, NoRows, SourceUnreadable, UsageError, listed
from clv.study_sources import NO_PASSWORD, SAMPLES, SOURCES
from clv.tables import agreement, contents, delimited, encodings, engine
from clv.tables.columns import Wanted
from clv.tables.engine import PARQUET_OWN
from clv.tables.formats import Format
from clv.tables.raw import Raw, renamed

UNREADABLE = (
    OSError,
    duckdb.IOException,  # not there, or not permitted
    duckdb.InvalidInputException,  # damaged
    duckdb.InternalException,  # damaged too
    duckdb.BinderException,  # files of one glob that do not go together
)


@contextmanager
def opened(source: str | Path, wanted: Wanted, form: Format) -> Iterator[Raw]:
    """Rows of the text or Parquet files that a path or a glob names."""
    paths = named(source)
    parquet = {contents.is_parquet(path) for path in paths}
    if len(parquet) > 1:
        raise UsageError(f"{source} names Parquet and text files; name one kind at a time.")
    with tempfile.TemporaryDirectory(prefix="clv-") as folder, readable(source):
        if parquet == {True}:
            yield of_parquet(paths, wanted, engine.connect())
        else:
            raw = _of_text(paths, wanted, form, Path(folder))
            yield raw
            delimited.forget(raw.con, len(paths))


@contextmanager
def readable(source: str | Path) -> Iterator[None]:
    """Say in one sentence what the disk or DuckDB says of bytes that cannot be read."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        # What has no class of its own, DuckDB says of damaged bytes.
        if not (isinstance(error, UNREADABLE) or type(error) is duckdb.Error):
            raise
        reason = str(error).splitlines()[0].rstrip(".")
        raise SourceUnreadable(f"{source} cannot be read: {reason}.") from error


def named(source: str | Path) -> list[Path]:
    """Files that a path or a glob names, in the order of their names."""
    if not isinstance(source, (str, Path)):
        allowed = (
            f"a path, a glob, {listed(SAMPLES)}, a DataFrame, an Arrow or Ibis table, "
            "{database: …, table: …}, {spark: …} or Transactions"
        )
        raise BadParameter.from_value("source", source, allowed)
    # Never echoed: a password may stand in it.
    if "://" in str(source) or passwords.held_by(str(source)):
        raise UsageError(f"The source must be {SOURCES}; {NO_PASSWORD}.")
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source} is a folder; name its files, such as '{path}/*.parquet'.")
    names = [] if path.exists() else sorted(glob.glob(str(source), recursive=True))
    found = [path] if path.exists() else [Path(name) for name in names if Path(name).is_file()]
    if not found:
        known = ", ".join(SAMPLES)
        raise UsageError(f"There is no file {source}; name a path, a glob or one of {known}.")
    return found


def of_parquet(paths: list[Path], wanted: Wanted, con: ibis.BaseBackend) -> Raw:
    """Rows of Parquet files, read where they are needed and not copied."""
    for path in paths:
        if contents.is_parquet(path):
            contents.refuse_other(path)
    names = _names(paths)
    named = _columns(dict(zip(names, engine.parquet_columns(paths), strict=True)), wanted)
    table = engine.of_parquet(con, "raw", [str(path) for path in paths])
    whole = [name for name in table.columns if name not in PARQUET_OWN]
    if table.count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{listed(path.name for path in paths)} has columns and no rows.")
    file = ibis.array([str(path) for path in paths]).index(table["filename"])
    place = {
        "file": file if len(paths) > 1 else ibis.literal(0, "int64"),
        "row": table["file_row_number"] + 1,
    }
    hashes = _hashes(paths)
    rows = renamed(table, named, place, whole)
    agreement.refuse_copies(hashes, rows)
    return Raw(rows, con, names, hashes)


def _columns(files: Mapping[str, Mapping[str, str]], wanted: Wanted) -> dict[str, str]:
    """Which column of Parquet files holds what, where all of them have the same that matter."""
    named = {name: wanted.named(list(columns), name) for name, columns in files.items()}
    every = any("order_id" in own for own in named.values())  # equal in every column: a duplicate
    matter = {theirs for own in named.values() for theirs in own.values()}
    agreement.refuse_unlike(
        {
            name: {column: kind for column, kind in columns.items() if every or column in matter}
            for name, columns in files.items()
        }
    )
    return next(iter(named.values()))


def _of_text(paths: list[Path], wanted: Wanted, form: Format, folder: Path) -> Raw:
    """Rows of delimited files, every value as text."""
    con, names, files = engine.connect(), _names(paths), []
    for index, (path, name) in enumerate(zip(paths, names, strict=True)):
        contents.refuse_other(path)
        text = encodings.plain_text(path, form.encoding, folder / f"{index}.txt")
        header = delimited.header(text.path, name, form.delimiter)
        named = wanted.named(header.names, name)
        files.append(delimited.File(index, name, text, header, form.delimiter, named))
    every = any("order_id" in file.named for file in files)
    agreement.refuse_unlike(
        {file.name: dict.fromkeys(file.header.names if every else file.named, "") for file in files}
    )
    scanned = [delimited.scanned(con, file) for file in files]
    tables = [table for table, _ in scanned]
    table = ibis.union(*tables) if len(tables) > 1 else tables[0]
    torn = pd.concat([torn for _, torn in scanned], ignore_index=True)
    if torn.empty and table.count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{listed(path.name for path in paths)} has a header and no rows.")
    hashes = _hashes(paths)
    agreement.refuse_copies(hashes, table)
    texts = tuple(file.text.path for file in files)
    return Raw(table, con, names, hashes, torn, texts, form.delimiter)


def _names(paths: Sequence[Path]) -> tuple[str, ...]:
    """What messages call each file: its name, or its path where two have one name."""
    names = [path.name for path in paths]
    return tuple(names if len(set(names)) == len(names) else map(str, paths))


def _hashes(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of each file's bytes as they stand on disk."""
    hashes = {}
    for name, path in zip(_names(paths), paths, strict=True):
        with path.open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes
