"""The engine: where Ibis expressions run. By default a DuckDB in process, else where rows stand.

Tables are made and named here by plain SQL, because Ibis 12 makes them through calls that
DuckDB 2 has renamed; names are always our own, never a user's, and made unique, because an
engine of the caller's may be read twice.
"""

from __future__ import annotations

import glob
import hashlib
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from clv.tables import dialects

MONEY = "decimal(38, 9)"  # exact sums: those of floats would depend on the order of threads
PARQUET_OWN = ("filename", "file_row_number")  # columns that come with Parquet files
ELSEWHERE = {"postgres": "clv.tables.postgres", "pyspark": "clv.tables.spark"}


def connect() -> ibis.BaseBackend:
    """A DuckDB of its own that spills outside the working directory and fetches nothing.

    Of itself it draws a bar of progress onto standard output, among what is said there.
    """
    con = ibis.duckdb.connect(
        temp_directory=tempfile.gettempdir(), autoinstall_known_extensions=False, TimeZone="UTC"
    )
    with suppress(duckdb.InvalidInputException):  # in a kernel there may be none to turn off
        con.con.execute("SET enable_progress_bar = false")
    return con


def table(con: ibis.BaseBackend, name: str) -> ir.Table:
    """A table, view or registered frame of the engine."""
    schema = _schema(con.con.sql(f'SELECT * FROM "{name}"'))
    return ops.DatabaseTable(name=name, schema=schema, source=con).to_expr()


def _schema(rows: duckdb.DuckDBPyRelation) -> ibis.Schema:
    """Names and types of columns; Arrow is handed text for what DuckDB does not take for text."""
    kinds = dict(ibis.Schema.from_pyarrow(rows.limit(0).to_arrow_table().schema))
    kinds |= {n: dt.uuid for n, k in zip(rows.columns, rows.types, strict=True) if k == "UUID"}
    return ibis.Schema(kinds)


def of_arrow(con: ibis.BaseBackend, name: str, rows: pa.Table) -> ir.Table:
    """Rows in memory as a table of the engine; DuckDB does not copy them."""
    name = ibis.util.gen_name(name)
    if own := _own(con):
        return own.of_arrow(con, name, rows)
    con.con.register(name, rows)
    return table(con, name)


def of_parquet(con: ibis.BaseBackend, name: str, paths: Sequence[str]) -> ir.Table:
    """Parquet files as a table, with two more columns: filename, file_row_number (from 0)."""
    if own := _own(con):
        return own.of_parquet(con, ibis.util.gen_name(name), paths)
    plain = [glob.escape(path) for path in paths]
    files = con.con.read_parquet(plain, filename=True, file_row_number=True)
    files.create_view(name)
    return table(con, name)


def parquet_columns(paths: Sequence[str | Path]) -> list[dict[str, str]]:
    """Names and types of the columns of each Parquet file by itself.

    Stamps have one type in whatever fractions of a second they count: none of them is lost.
    """
    con, found = connect(), []
    for path in paths:
        schema = _schema(con.con.read_parquet(glob.escape(str(path))))
        kinds = {name: k.copy(scale=None) if k.is_timestamp() else k for name, k in schema.items()}
        found.append({name: str(kind) for name, kind in kinds.items()})
    return found


def stored(
    con: ibis.BaseBackend, name: str, rows: ir.Table, *more: ir.Table, many_steps: bool = False
) -> ir.Table:
    """The rows of an expression, computed once and kept where the engine lets us keep them.

    Here the rows of several can be computed one after the other (`one_by_one`). `many_steps` are
    not written as few: Ibis would take longer to merge them than DuckDB takes to run them.
    """
    name = ibis.util.gen_name(name)
    if own := _own(con):
        return own.stored(con, name, ibis.union(rows, *more) if more else rows)
    con.con.execute(f'CREATE TEMP TABLE "{name}" AS {_written(rows, merged=not many_steps)}')
    for others in more:
        con.con.execute(f'INSERT INTO "{name}" {_written(others, merged=not many_steps)}')
    return table(con, name)


def _written(rows: ir.Table, *, merged: bool) -> str:
    """An expression as DuckDB's SQL, with its steps merged into few queries or one by one."""
    options, before = ibis.options.sql, ibis.options.sql.fuse_selects
    options.fuse_selects = merged and before
    try:
        return str(ibis.to_sql(rows, dialect="duckdb"))
    finally:
        options.fuse_selects = before


def one_by_one(con: ibis.BaseBackend) -> bool:
    """Whether a table may be stored part by part, so that less stands in memory at a time."""
    return _own(con) is None


def batches(rows: ir.Table, size: int) -> pa.RecordBatchReader:
    """The rows of an expression in pieces of one size."""
    con = rows.get_backend()
    if _own(con):
        return con.to_pyarrow_batches(rows, chunk_size=size)
    return con.con.sql(ibis.to_sql(rows, dialect="duckdb")).to_arrow_reader(size)


def forget(rows: ir.Table) -> None:
    """Give back the memory of a stored table."""
    con = rows.get_backend()
    if own := _own(con):
        own.forget(con, rows)
    else:
        con.con.execute(f'DROP TABLE "{rows.get_name()}"')


def fingerprint(rows: ir.Table) -> str:
    """A digest of rows in any order, computed where they stand: equal rows have equal digests."""
    digest = dialects.of(rows).digest([rows[name] for name in rows.columns])
    found = rows.aggregate(rows=rows.count(), digests=digest.cast("decimal(38, 0)").sum())
    facts = found.to_pyarrow().to_pylist()[0]
    return hashlib.sha256(f"{facts['rows']} {facts['digests']}".encode()).hexdigest()


def _own(con: ibis.BaseBackend) -> ModuleType | None:
    """The module of an engine that does these things in its own way; none for DuckDB."""
    home = ELSEWHERE.get(con.name)
    return import_module(home) if home else None
