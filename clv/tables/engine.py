"""The engine: a DuckDB in process, in which Ibis expressions run.

Tables are made and named here by plain SQL, because Ibis 12 makes them through calls that
DuckDB 2 has renamed; names are always our own, never a user's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa


def connect() -> ibis.BaseBackend:
    """A DuckDB of its own that spills outside the working directory and fetches nothing."""
    return ibis.duckdb.connect(
        temp_directory=tempfile.gettempdir(), autoinstall_known_extensions=False, TimeZone="UTC"
    )


def table(con: ibis.BaseBackend, name: str) -> ir.Table:
    """A table, view or registered frame of the engine."""
    empty = con.con.sql(f'SELECT * FROM "{name}" LIMIT 0').to_arrow_table()
    schema = ibis.Schema.from_pyarrow(empty.schema)
    return ops.DatabaseTable(name=name, schema=schema, source=con).to_expr()


def of_arrow(con: ibis.BaseBackend, name: str, rows: pa.Table) -> ir.Table:
    """Rows in memory as a table of the engine, not copied."""
    con.con.register(name, rows)
    return table(con, name)


def of_parquet(con: ibis.BaseBackend, name: str, paths: Sequence[str]) -> ir.Table:
    """Parquet files as a table, with two more columns: filename, file_row_number (from 0)."""
    files = con.con.read_parquet(list(paths), filename=True, file_row_number=True)
    files.create_view(name)
    return table(con, name)


def stored(con: ibis.BaseBackend, name: str, rows: ir.Table) -> ir.Table:
    """The rows of an expression, computed once and kept."""
    con.con.execute(f'CREATE TEMP TABLE "{name}" AS {ibis.to_sql(rows, dialect="duckdb")}')
    return table(con, name)


def batches(rows: ir.Table, size: int) -> pa.RecordBatchReader:
    """The rows of an expression in pieces of one size, never all in memory."""
    query = ibis.to_sql(rows, dialect="duckdb")
    return rows.get_backend().con.sql(query).to_arrow_reader(size)


def forget(con: ibis.BaseBackend, name: str) -> None:
    """Give back the memory of a stored table."""
    con.con.execute(f'DROP TABLE "{name}"')
