"""Database files: tables and views of SQLite and DuckDB files, read and never written.

SQLite is read by Python's own driver, because DuckDB would fetch an extension for it. It types each
value and not the column: a column that mixes kinds comes as text, for the door to judge.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from clv.errors import InputRefused, SourceUnreadable, UsageError, listed, near
from clv.study_sources import REMOTE
from clv.tables import engine
from clv.tables.columns import Wanted
from clv.tables.databases import Standing

ROW = "row number"
BATCH = 50_000  # rows
STARTS = {"SQLite": slice(0, 16), "DuckDB": slice(8, 12)}
MAGIC = {"SQLite": b"SQLite format 3\0", "DuckDB": b"DUCK"}
KINDS = ("integer", "real", "text", "blob")
ROW_NAMES = ("rowid", "_rowid_", "oid")  # of SQLite, for the number of a row

DUCKDB_TABLES = """
SELECT schema_name, table_name, true FROM duckdb_tables()
 WHERE database_name = 'given' AND NOT internal
 UNION ALL
SELECT schema_name, view_name, false FROM duckdb_views()
 WHERE database_name = 'given' AND NOT internal
 ORDER BY ALL
"""


def is_file(source: object) -> bool:
    """Whether a source is a table of a database that is a file."""
    return isinstance(source, Mapping) and not str(source.get("database", "env:")).startswith(
        REMOTE
    )


@contextmanager
def opened(source: Mapping[str, str], wanted: Wanted) -> Iterator[Standing]:
    """A table of a file, readable while the context lasts."""
    path, name = Path(source["database"]), source["table"]
    try:
        with {"SQLite": _sqlite, "DuckDB": _duckdb}[_kind(path)](path, name, wanted) as there:
            yield there
    except duckdb.OutOfMemoryException:  # nothing is wrong with the file
        raise
    except (sqlite3.Error, duckdb.Error, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        if isinstance(error, duckdb.ConversionException):  # whose words repeat the value
            reason = "it computes something from a value that cannot be converted"
        raise SourceUnreadable(f"`{name}` in {path.name} cannot be read: {reason}.") from None


def _kind(path: Path) -> str:
    """What wrote a file, by how it begins."""
    if not path.is_file():
        raise UsageError(
            f"There is no database file {path}; name one, or an environment variable that holds "
            "a database's address, as in database: env:SHOP_DSN."
        )
    with path.open("rb") as file:
        start = file.read(16)
    kinds = [kind for kind, place in STARTS.items() if start[place] == MAGIC[kind]]
    if not kinds:
        raise SourceUnreadable(
            f"{path.name} is neither an SQLite nor a DuckDB file; name a text or Parquet file by "
            "its path alone."
        )
    return kinds[0]


def _known(name: str, tables: Sequence[str], path: Path) -> str:
    """The name of a table, if the file has it."""
    if name not in tables:
        has = f"it has {listed(tables)}" if tables else "it has none"
        raise SourceUnreadable(f"{path.name} has no table `{name}`; {has}.{near(name, tables)}")
    return name


def _quoted(name: str) -> str:
    """A name out of a catalogue as SQL writes it."""
    return '"{}"'.format(name.replace('"', '""'))


# DuckDB -----------------------------------------------------------------------------------------


@contextmanager
def _duckdb(path: Path, name: str, _wanted: Wanted) -> Iterator[Standing]:
    """A table of a DuckDB file, read where it stands."""
    con = engine.connect()
    place = str(path.absolute()).replace("'", "''")
    con.con.execute(f"ATTACH '{place}' AS given (TYPE duckdb, READ_ONLY)")
    try:
        found = con.con.execute(DUCKDB_TABLES).fetchall()
        tables = {t if s == "main" else f"{s}.{t}": (s, t, stored) for s, t, stored in found}
        schema, table, stored = tables[_known(name, list(tables), path)]
        whole = f"given.{_quoted(schema)}.{_quoted(table)}"
        columns = con.con.sql(f"SELECT * FROM {whole} LIMIT 0").columns
        numbered = stored and "rowid" not in map(str.lower, columns)
        row = f', rowid AS "{ROW}"' if numbered else ""
        con.con.execute(f"CREATE TEMP VIEW raw AS SELECT *{row} FROM {whole}")
        yield Standing(engine.table(con, "raw"), name, row=ROW if numbered else None)
    finally:
        con.con.execute("DROP VIEW IF EXISTS raw")
        con.con.execute("DETACH given")


# SQLite -----------------------------------------------------------------------------------------


@contextmanager
def _sqlite(path: Path, name: str, wanted: Wanted) -> Iterator[Standing]:
    """A table of an SQLite file, copied into an engine, because it has none that computes."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
        file.isolation_level = None
        file.execute("BEGIN")  # all that follows sees one state of the file
        table, row = _sqlite_table(file, name, path)
        rows = _sqlite_rows(file, table, row, wanted)
    con = engine.connect()
    yield Standing(engine.of_arrow(con, "raw", rows), name, row=row and ROW)


def _sqlite_table(file: sqlite3.Connection, name: str, path: Path) -> tuple[str, str | None]:
    """A table or view, and what it calls the number of a row."""
    found = file.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    kinds = dict(found.fetchall())
    table = _known(name, list(kinds), path)
    columns = {column.lower() for column in _sqlite_columns(file, table)}
    row = next((alias for alias in ROW_NAMES if alias not in columns), None)
    if kinds[table] == "view" or row is None:
        return table, None
    try:
        file.execute(f"SELECT {row} FROM {_quoted(table)} LIMIT 0")
    except sqlite3.OperationalError:  # a table made WITHOUT ROWID
        return table, None
    return table, row


def _sqlite_columns(file: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns."""
    return [
        entry[0] for entry in file.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description
    ]


def _sqlite_rows(file: sqlite3.Connection, table: str, row: str | None, wanted: Wanted) -> pa.Table:
    """The rows of a table with one type a column, and their numbers where there are any."""
    columns = _sqlite_columns(file, table)
    named = wanted.named(columns, table)
    read = columns if "order_id" in named else list(named.values())
    kinds = _sqlite_kinds(file, table, read)
    for column in named.values():
        if "blob" in kinds[column]:
            raise InputRefused(
                f"`{column}` of {table} holds binary values, which may be text in any encoding; "
                "make a view that casts them to text.",
                column=column,
            )
    picked = {column: _sqlite_value(_quoted(column), kinds[column]) for column in read}
    if row:
        picked[ROW] = (row, pa.int64())
    schema = pa.schema([(column, kind) for column, (_, kind) in picked.items()])
    values = ", ".join(value for value, _ in picked.values())
    query = f"SELECT {values} FROM {_quoted(table)}"
    try:
        return pa.Table.from_batches(_batches(file.execute(query), schema), schema)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    # Outside of the handler, because the driver's words repeat the value.
    raise _undecodable(file, query, list(picked), table)


def _undecodable(
    file: sqlite3.Connection, query: str, columns: Sequence[str], table: str
) -> SourceUnreadable:
    """What is said of text in another encoding: its column and, where rows have one, its row."""
    file.text_factory = bytes
    for values in file.execute(query):
        row = dict(zip(columns, values, strict=True))
        for column, value in row.items():
            if isinstance(value, bytes) and not _is_utf_8(value):
                where = f" (first: row {row[ROW]})" if ROW in row else ""
                return SourceUnreadable(
                    f"`{column}` of {table} holds text that is not UTF-8{where}; export the table "
                    "as CSV and declare format: {encoding: …}, for instance cp1254.",
                    column=column,
                    line=row.get(ROW),
                )
    raise AssertionError(f"every text of {table} can be decoded")


def _is_utf_8(text: bytes) -> bool:
    """Whether bytes can be read as UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _batches(cursor: sqlite3.Cursor, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """What a query finds, piece by piece."""
    while rows := cursor.fetchmany(BATCH):
        values = zip(*rows, strict=True)
        arrays = [pa.array(v, kind) for v, kind in zip(values, schema.types, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def _sqlite_kinds(
    file: sqlite3.Connection, table: str, columns: Sequence[str]
) -> dict[str, set[str]]:
    """The kinds of values that each column holds."""
    asked = [f"max(typeof({_quoted(c)}) = '{kind}')" for c in columns for kind in KINDS]
    flags = iter(file.execute(f"SELECT {', '.join(asked)} FROM {_quoted(table)}").fetchone())
    return {column: {kind for kind in KINDS if next(flags)} for column in columns}


def _sqlite_value(column: str, kinds: set[str]) -> tuple[str, pa.DataType]:
    """How a column is read, and the type that all its values then have."""
    if kinds == {"integer"}:
        return column, pa.int64()
    if kinds and kinds <= {"integer", "real"}:
        return f"CAST({column} AS REAL)", pa.float64()
    text = f"CAST({column} AS TEXT)"
    return f"CASE typeof({column}) WHEN 'blob' THEN quote({column}) ELSE {text} END", pa.string()
