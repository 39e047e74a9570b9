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
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from clv import study_sources
from clv.errors import (
    BadParameter,
    InputRefused,
    NoRows,
    SourceUnreadable,
    UsageError,
    listed,
)
from clv.study_sources import NO_PASSWORD, SOURCES
from clv.tables import database_files, databases, delimited, dialects, engine
from clv.tables.columns import Wanted
from clv.tables.database_files import ROW
from clv.tables.formats import Format

NEEDED = ("customer_id", "date", "amount")
OPTIONAL = ("order_id", "currency", "known_at")
UNREADABLE = (
    OSError,
    duckdb.IOException,  # not there, or not permitted
    duckdb.InvalidInputException,  # damaged
    duckdb.InternalException,  # damaged too
    duckdb.BinderException,  # files of one glob that do not go together
)
PARQUET_ENDINGS = (".parquet", ".pq")
PARQUET_OWN = ("filename", "file_row_number")  # columns that DuckDB adds
MAGIC = {  # how files begin that hold no delimited text
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"SQLite format 3\0": "an SQLite database",
}


Source = str | Path | pd.DataFrame | pa.Table | ir.Table | Mapping[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Raw:
    """Rows as they stand in a source, in an engine of their own.

    `table` has the columns file (position in `files`), row (from 1; null in a database, whose rows
    have no place), customer_id, date, amount and, where the source has it, order_id with `same`, a
    digest of the whole row; where it was declared, margin.
    """

    table: ir.Table
    con: ibis.BaseBackend
    files: tuple[str, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)
    torn: pd.DataFrame = field(default_factory=delimited.no_torn)
    texts: tuple[Path, ...] = ()  # plain text of each file, while it is open
    delimiter: str = ","
    numbered: bool = True  # whether rows have a place, so that a line can be named

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


def purchases(columns: Mapping[str, str] | None, margin: str | None = None) -> Wanted:
    """The columns of purchases, under the names that a caller declares.

    `margin` is the source's column of margins; without it none is read, whatever is there.
    """
    wanted = Wanted.declared(columns, NEEDED, OPTIONAL)
    return replace(wanted, mapping={**wanted.mapping, "margin": margin}) if margin else wanted


@contextmanager
def opened(source: Source, wanted: Wanted, form: Format) -> Iterator[Raw]:
    """The wanted columns of a source, readable while the context lasts."""
    if isinstance(source, Mapping):
        source = study_sources.source("source", source)
    if isinstance(source, pd.DataFrame | pa.Table):
        yield from_frame(source, wanted)
    elif database_files.is_file(source):
        with database_files.opened(source, wanted) as there:
            yield _in_place(there, wanted)
    elif isinstance(source, Mapping) and "spark" in source:
        with databases.module("pyspark").reading(source["spark"]):
            con = databases.module("pyspark").connect()
            yield _from_parquet(_paths(source["spark"]), wanted, con)
    elif isinstance(source, ir.Table | Mapping):
        with databases.opened(source) as there:
            yield _in_place(there, wanted)
    else:
        yield from _of_files(source, wanted, form)


def _of_files(source: str | Path, wanted: Wanted, form: Format) -> Iterator[Raw]:
    """Rows of the text or Parquet files that a path or a glob names."""
    paths = _paths(source)
    parquet = {path.name.lower().endswith(PARQUET_ENDINGS) for path in paths}
    if len(parquet) > 1:
        raise UsageError(f"{source} names Parquet and text files; name one kind at a time.")
    with tempfile.TemporaryDirectory(prefix="clv-") as folder:
        try:
            if parquet == {True}:
                yield _from_parquet(paths, wanted, engine.connect())
            else:
                raw = _from_text(paths, wanted, form, Path(folder))
                yield raw
                delimited.forget(raw.con, len(paths))
        except (OSError, duckdb.Error) as error:
            # What has no class of its own, DuckDB says of damaged bytes.
            if not (isinstance(error, UNREADABLE) or type(error) is duckdb.Error):
                raise
            reason = str(error).splitlines()[0].rstrip(".")
            raise SourceUnreadable(f"{source} cannot be read: {reason}.") from error


def _paths(source: str | Path) -> list[Path]:
    """Files that a path or a glob names, in the order of their names."""
    if not isinstance(source, (str, Path)):
        allowed = (
            "a path, a glob, 'cdnow', 'cdnow-sample', a DataFrame, an Arrow or Ibis table, "
            "{database: …, table: …}, {spark: …} or Transactions"
        )
        raise BadParameter.from_value("source", source, allowed)
    if "://" in str(source) or study_sources.secret(
        str(source)
    ):  # never echoed: a password may stand in it
        raise UsageError(f"The source must be {SOURCES}; {NO_PASSWORD}.")
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source} is a folder; name its files, such as '{path}/*.parquet'.")
    found = [path] if path.exists() else [Path(name) for name in sorted(glob.glob(str(source)))]
    if not found:
        raise UsageError(f"There is no file {source}; name a path, a glob, cdnow or cdnow-sample.")
    return found


def _renamed(
    table: ir.Table, named: Mapping[str, str], place: Mapping[str, ir.Value], whole: Sequence[str]
) -> ir.Table:
    """The needed columns under our names, with their place and, given orders, their digest."""
    columns = {ours: table[theirs] for ours, theirs in named.items()}
    if "order_id" in named:
        columns["same"] = dialects.of(table).digest([table[name] for name in whole])
    return table.select(**place, **columns)


def from_frame(
    frame: pd.DataFrame | pa.Table,
    wanted: Wanted,
    name: str = "DataFrame",
    *,
    first_row: int = 1,
) -> Raw:
    """Rows of a table in memory; their number stands where a file has a line."""
    arrow = isinstance(frame, pa.Table)
    names = [str(column) for column in (frame.column_names if arrow else frame.columns)]
    named = wanted.named(names, name)
    if not len(frame):
        raise NoRows(f"{name} has no rows.")
    kept = list(dict.fromkeys(names if "order_id" in named else named.values()))
    rows = frame.select(kept) if arrow else _arrow(frame.set_axis(names, axis=1)[kept], name)
    numbers = pa.array(range(first_row, first_row + len(frame)), pa.int64())
    con = engine.connect()
    table = engine.of_arrow(con, "raw", _typed(rows).append_column(ROW, numbers))
    place = {"file": ibis.literal(0, "int64"), "row": table[ROW]}
    return Raw(_renamed(table, named, place, kept), con, (name,))


def _arrow(frame: pd.DataFrame, name: str) -> pa.Table:
    """A frame whose columns hold one kind of value each."""
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        reason = "; ".join(str(part) for part in error.args)
        raise InputRefused(f"{name} mixes kinds of values in a column: {reason}.") from None


def _typed(arrow: pa.Table) -> pa.Table:
    """The table with a type for columns that hold nothing."""
    fields = [
        pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f for f in arrow.schema
    ]
    return arrow.cast(pa.schema(fields))


def _in_place(there: databases.Standing, wanted: Wanted) -> Raw:
    """Rows of a database, read where they stand."""
    names = [name for name in there.table.columns if name != there.row]
    named = wanted.named(names, there.name)
    if there.table.limit(1).count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{there.name} has columns and no rows.")
    place = {
        "file": ibis.literal(0, "int64"),
        "row": there.table[there.row] if there.row else ibis.null("int64"),
    }
    table = _renamed(there.table, named, place, names)
    return Raw(table, there.table.get_backend(), (there.name,), numbered=bool(there.row))


def _from_parquet(paths: list[Path], wanted: Wanted, con: ibis.BaseBackend) -> Raw:
    """Rows of Parquet files, read where they are needed and not copied."""
    table = engine.of_parquet(con, "raw", [str(path) for path in paths])
    whole = [name for name in table.columns if name not in PARQUET_OWN]
    named = wanted.named(whole, paths[0].name)
    if table.count().to_pyarrow().as_py() == 0:
        raise NoRows(f"{listed(path.name for path in paths)} has columns and no rows.")
    file = ibis.array([str(path) for path in paths]).index(table["filename"])
    place = {
        "file": file if len(paths) > 1 else ibis.literal(0, "int64"),
        "row": table["file_row_number"] + 1,
    }
    return Raw(_renamed(table, named, place, whole), con, _names(paths), _hashes(paths))


def _from_text(paths: list[Path], wanted: Wanted, form: Format, folder: Path) -> Raw:
    """Rows of delimited files, every value as text."""
    con, tables, torn, texts = engine.connect(), [], [], []
    for index, path in enumerate(paths):
        _refuse_binary(path)
        text = delimited.plain_text(path, form.encoding, folder / f"{index}.txt")
        header = delimited.header(text, path.name, form.delimiter)
        file = delimited.File(index, path.name, text, header, form.delimiter)
        tables.append(delimited.scanned(con, file, wanted.named(header.names, path.name)))
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
