"""Reading: from a file or a frame to rows whose needed columns stand under our names, unconverted.

CSV is read by DuckDB as text under a declared dialect. Nothing is sniffed: a line without the
header's number of fields is handed on as torn, with its number, and never guessed at.
"""

from __future__ import annotations

import glob
import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from clv.errors import (
    BadParameter,
    ColumnsMissing,
    InputRefused,
    NoRows,
    SourceUnreadable,
    UnknownParameter,
    UsageError,
    listed,
)
from clv.tables import delimited, engine
from clv.tables.formats import Format

NEEDED = ("customer_id", "date", "amount")
OPTIONAL = ("order_id",)
UNREADABLE = (
    OSError,
    duckdb.IOException,  # not there, or not permitted
    duckdb.InvalidInputException,  # damaged
    duckdb.BinderException,  # files of one glob that do not go together
)
PARQUET_ENDINGS = (".parquet", ".pq")
PARQUET_OWN = ("filename", "file_row_number")  # columns that DuckDB adds
MAGIC = {  # how files begin that hold no delimited text
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"SQLite format 3\0": "an SQLite database",
}


@dataclass(frozen=True, eq=False, slots=True)
class Raw:
    """Rows as they stand in a source, in an engine of their own.

    `table` has the columns file (position in `files`), row (from 1), customer_id, date, amount
    and, where the source has it, order_id with `same`, a digest of the whole row.
    """

    table: ir.Table
    con: ibis.BaseBackend
    files: tuple[str, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)
    torn: pd.DataFrame = field(default_factory=delimited.no_torn)
    texts: tuple[Path, ...] = ()  # plain text of each file, while it is open
    delimiter: str = ","

    def lines(self, rows: pd.DataFrame) -> pd.Series:
        """Line of each row or torn record (columns file, row, record); without lines, its row."""
        lines = rows["row"].astype("Int64")
        for index, text in enumerate(self.texts):
            torn = self.torn.loc[self.torn["file"] == index, "record"]
            own = rows[rows["file"] == index]
            by_row, by_record = delimited.line_numbers(
                text, self.delimiter, own["row"].dropna(), torn
            )
            found = own["row"].map(by_row).fillna(own["record"].map(by_record))
            lines.loc[own.index] = found.astype("Int64")
        return lines


@contextmanager
def opened(
    source: str | Path | pd.DataFrame, columns: Mapping[str, str] | None, form: Format
) -> Iterator[Raw]:
    """Rows of a path, a glob or a frame, readable while the context lasts."""
    mapping = _known(columns)
    if isinstance(source, pd.DataFrame):
        yield from_frame(source, mapping)
        return
    paths = _paths(source)
    parquet = {path.name.lower().endswith(PARQUET_ENDINGS) for path in paths}
    if len(parquet) > 1:
        raise UsageError(f"{source} names Parquet and text files; name one kind at a time.")
    with tempfile.TemporaryDirectory(prefix="clv-") as folder:
        try:
            if parquet == {True}:
                yield _from_parquet(paths, mapping)
            else:
                raw = _from_text(paths, mapping, form, Path(folder))
                yield raw
                delimited.forget(raw.con, len(paths))
        except UNREADABLE as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise SourceUnreadable(f"{source} cannot be read: {reason}.") from error


def _known(columns: Mapping[str, str] | None) -> Mapping[str, str]:
    """The mapping from our names to the source's, if all of it is known."""
    for name, theirs in (columns or {}).items():
        if name not in NEEDED + OPTIONAL:
            raise UnknownParameter.from_name("columns", name, NEEDED + OPTIONAL)
        if not isinstance(theirs, str):
            raise BadParameter.from_value(f"columns: {name}", theirs, "a column's name")
    return columns or {}


def _paths(source: str | Path) -> list[Path]:
    """Files that a path or a glob names, in the order of their names."""
    if not isinstance(source, (str, Path)):
        allowed = "a path, a glob, 'cdnow', 'cdnow-sample', a DataFrame or Transactions"
        raise BadParameter.from_value("source", source, allowed)
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source} is a folder; name its files, such as '{path}/*.parquet'.")
    found = [path] if path.exists() else [Path(name) for name in sorted(glob.glob(str(source)))]
    if not found:
        raise UsageError(f"There is no file {source}; name a path, a glob, cdnow or cdnow-sample.")
    return found


def _named(found: Sequence[str], mapping: Mapping[str, str], where: str) -> dict[str, str]:
    """Which column of the source holds what: our name to theirs."""
    wanted = {name: mapping.get(name, name) for name in NEEDED + OPTIONAL}
    needed = {name: wanted[name] for name in wanted if name in NEEDED or name in mapping}
    missing = [theirs for theirs in needed.values() if theirs not in found]
    if missing:
        raise ColumnsMissing.from_table(where, missing, found, mapping=mapping)
    named = {ours: theirs for ours, theirs in wanted.items() if theirs in found}
    twice = [theirs for theirs in named.values() if list(found).count(theirs) > 1]
    if twice:
        raise ColumnsMissing(f"{where} has two columns named {listed(twice)}; rename one of them.")
    return named


def _renamed(
    table: ir.Table, named: Mapping[str, str], place: Mapping[str, ir.Value], whole: Sequence[str]
) -> ir.Table:
    """The needed columns under our names, with their place and, given orders, their digest."""
    columns = {ours: table[theirs] for ours, theirs in named.items()}
    if "order_id" in named:
        columns["same"] = ibis.struct({name: table[name] for name in whole}).hash()
    return table.select(**place, **columns)


def from_frame(
    frame: pd.DataFrame, mapping: Mapping[str, str], name: str = "DataFrame", *, first_row: int = 1
) -> Raw:
    """Rows of a pandas table; their number stands where a file has a line."""
    names = [str(column) for column in frame.columns]
    named = _named(names, mapping, name)
    if frame.empty:
        raise NoRows(f"{name} has no rows.")
    kept = list(dict.fromkeys(names if "order_id" in named else named.values()))
    numbers = range(first_row, first_row + len(frame))
    frame = frame.set_axis(names, axis=1)[kept].assign(**{"row number": numbers})
    try:
        arrow = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        reason = "; ".join(str(part) for part in error.args)
        raise InputRefused(f"{name} mixes kinds of values in a column: {reason}.") from None
    con = engine.connect()
    table = engine.of_arrow(con, "raw", _typed(arrow))
    place = {"file": ibis.literal(0, "int64"), "row": table["row number"]}
    return Raw(_renamed(table, named, place, kept), con, (name,))


def _typed(arrow: pa.Table) -> pa.Table:
    """The table with a type for columns that hold nothing."""
    fields = [
        pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in arrow.schema
    ]
    return arrow.cast(pa.schema(fields))


def _from_parquet(paths: list[Path], mapping: Mapping[str, str]) -> Raw:
    """Rows of Parquet files, read where they are needed and not copied."""
    con = engine.connect()
    table = engine.of_parquet(con, "raw", [glob.escape(str(path)) for path in paths])
    whole = [name for name in table.columns if name not in PARQUET_OWN]
    named = _named(whole, mapping, paths[0].name)
    if table.count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{listed(path.name for path in paths)} has columns and no rows.")
    file = ibis.array([str(path) for path in paths]).index(table["filename"])
    place = {
        "file": file if len(paths) > 1 else ibis.literal(0, "int64"),
        "row": table["file_row_number"] + 1,
    }
    return Raw(_renamed(table, named, place, whole), con, _names(paths), _hashes(paths))


def _from_text(paths: list[Path], mapping: Mapping[str, str], form: Format, folder: Path) -> Raw:
    """Rows of delimited files, every value as text."""
    con, tables, torn, texts = engine.connect(), [], [], []
    for index, path in enumerate(paths):
        _refuse_binary(path)
        text = delimited.plain_text(path, form.encoding, folder / f"{index}.txt")
        header = delimited.header(text, path.name, form.delimiter)
        file = delimited.File(index, path.name, text, header, form.delimiter)
        tables.append(delimited.scanned(con, file, _named(header.names, mapping, path.name)))
        torn.append(delimited.torn(con, file))
        texts.append(text)
    table = ibis.union(*tables) if len(tables) > 1 else tables[0]
    bad = pd.concat(torn, ignore_index=True)
    if bad.empty and table.count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{listed(path.name for path in paths)} has a header and no rows.")
    return Raw(table, con, _names(paths), _hashes(paths), bad, tuple(texts), form.delimiter)


def _refuse_binary(path: Path) -> None:
    """Refuse what is no delimited text although it is named so."""
    with path.open("rb") as file:
        start = file.read(16)
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)
    if kind:
        raise SourceUnreadable(
            f"{path.name} is named as text, but its content is {kind}; "
            "rename it, or export it as CSV or Parquet."
        )


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
