"""PostgreSQL: a table that stands there is cleaned and summarised there.

Imported only where it is asked for, because its driver is an extra. Nothing is written but
temporary tables, and where those are not permitted nothing at all: what would be stored is then
computed again, in one transaction, so that all of it is about the same rows.
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import psycopg
import pyarrow as pa
from psycopg import conninfo, sql

from clv import passwords
from clv.errors import SourceUnreadable, UsageError, listed, near

OLDEST = 15  # version, in which regular expressions and Unicode have the functions that are used
PATIENCE = "10"  # seconds to wait for a connection, where the address does not say
IN_ENVIRONMENT = "env:"
EXAMPLE = f"an address such as {passwords.EXAMPLE}"
WRITABLE = """
SELECT has_database_privilege(current_database(), 'TEMP')
   AND current_setting('transaction_read_only') = 'off'
"""
TABLES = """
SELECT n.nspname || '.' || c.relname, n.nspname = ANY(current_schemas(false))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT LIKE 'pg\\_%'
   AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE')
 ORDER BY 1
"""


def table(reference: str, name: str) -> ir.Table:
    """A table of the database at an address, or at the one that an environment variable holds."""
    con = connect(_address(reference), reference)
    with reading(name):
        schema, known = _found(con.con, name)
        if not con.con.execute(WRITABLE).fetchone()[0]:
            _hold_still(con.con)
        return con.table(known, database=schema)


def connect(address: dict[str, str], reference: str) -> ibis.BaseBackend:
    """An engine at an address; nothing that is said of it repeats what the address holds."""
    told, session = "", None
    try:
        session = psycopg.connect(**address, autocommit=True)
    except psycopg.Error as error:
        told = _told(error).replace(address.get("password") or "\0", "…")
    # Outside of the handler, because an error chained to the driver's would show its words.
    if session is None:
        raise SourceUnreadable(f"The database of {reference} cannot be reached: {told}.")
    con = ibis.postgres.from_connection(session)
    weakref.finalize(con, session.close)
    _refuse_unfit(session)
    session.execute("SET cursor_tuple_fraction = 1")  # results are read to their end
    return con


def of_caller(rows: ir.Table) -> ir.Table:
    """A table of the caller's own connection."""
    _refuse_unfit(rows.get_backend().con)
    return rows


def _address(reference: str) -> dict[str, str]:
    """What an address says, as the driver takes it; a password stands in the environment only."""
    variable = reference.removeprefix(IN_ENVIRONMENT)
    named = variable != reference
    text = os.environ.get(variable, "") if named else reference
    where = f"The environment variable {variable}" if named else "`database`"
    if not text:
        raise SourceUnreadable(f"{where} is not set; it must hold {EXAMPLE}.")
    found = _parsed(text)
    if found is None:
        raise SourceUnreadable(
            f"{where} does not hold a database's address that can be read; write {EXAMPLE}, with "
            "%40 for an @ in the password and %2F for a /."
        )
    if "password" in found and not named:
        raise UsageError(
            "A password never belongs in a study file or a call; put the address into an "
            "environment variable and name that, as in database: env:SHOP_DSN."
        )
    return {"connect_timeout": PATIENCE, "application_name": "clv", **found}


def _parsed(text: str) -> dict[str, str] | None:
    """The parts of an address; none where a password that is not escaped may be among them."""
    found: dict[str, str] = {}
    if re.match("postgres(ql)?://", text):
        with suppress(psycopg.Error):  # whose words may repeat the password
            found = conninfo.conninfo_to_dict(text)
    plain = not any("@" in found.get(part, "") for part in ("host", "dbname"))
    return found if found and plain and re.fullmatch("[0-9,]*", found.get("port", "")) else None


def _refuse_unfit(session: psycopg.Connection) -> None:
    """Refuse a server that lacks what cleaning needs."""
    version = session.info.server_version // 10_000
    encoding = session.info.parameter_status("server_encoding")
    if version < OLDEST or encoding != "UTF8":
        raise SourceUnreadable(
            f"The database is PostgreSQL {version} in {encoding}; {OLDEST} or newer in UTF8 is "
            "needed. Export the table as CSV or Parquet instead."
        )


def _found(session: psycopg.Connection, name: str) -> tuple[str, str]:
    """Schema and name of a table that the catalogue has under the name that was declared."""
    tables = dict(session.execute(TABLES).fetchall())
    at_hand = {full.partition(".")[2]: full for full in tables if tables[full]}
    full = name if name in tables else at_hand.get(name)
    if full is None:
        known = [full if not tables[full] else full.partition(".")[2] for full in tables]
        has = f"it has {listed(known[:12])}" if known else "none can be seen with these rights"
        raise SourceUnreadable(
            f"The database has no table `{name}`; {has}.{near(name, known)} "
            "A table outside the search path is named with its schema: sales.orders."
        )
    schema, _, table = full.partition(".")
    return schema, table


def _hold_still(session: psycopg.Connection) -> None:
    """Let all that follows see one state of the database: nothing can be stored to keep it."""
    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    session.autocommit = False
    session.execute("SELECT 1")  # opens the transaction, in which later ones nest


# What the engine does in its own way -----------------------------------------------------------


def stored(con: ibis.BaseBackend, name: str, rows: ir.Table) -> ir.Table:
    """Rows kept in a temporary table where that is permitted, else to be computed again.

    Text compares by its bytes: fast, and in the same order as in every other engine.
    """
    columns = [
        f'"{column}" COLLATE "C" AS "{column}"' if kind.is_string() else f'"{column}"'
        for column, kind in rows.schema().items()
    ]
    query = f"SELECT {', '.join(columns)} FROM ({con.compile(rows)}) AS computed"
    return _kept(con, name, query, rows.schema())


def of_arrow(con: ibis.BaseBackend, name: str, rows: pa.Table) -> ir.Table:
    """Rows in memory, sent as one array a column."""
    schema = ibis.Schema.from_pyarrow(rows.schema)
    kinds = [con.compiler.type_mapper.to_string(kind) for kind in schema.values()]
    arrays = [
        sql.SQL("{}::{}[]").format(column.to_pylist(), sql.SQL(kind))
        for column, kind in zip(rows.columns, kinds, strict=True)
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, schema))
    query = sql.SQL("SELECT * FROM unnest({}) AS given ({})")
    text = query.format(sql.SQL(", ").join(arrays), names).as_string(con.con)
    return _kept(con, name, text, schema)


def _kept(con: ibis.BaseBackend, name: str, query: str, schema: ibis.Schema) -> ir.Table:
    """What a query finds, kept where that is permitted."""
    if not con.con.execute(WRITABLE).fetchone()[0]:
        return ops.SQLQueryResult(query, schema, con).to_expr()
    con.con.execute(f'CREATE TEMP TABLE "{name}" AS {query}')
    con.con.execute(f'ANALYZE "{name}"')
    return ops.DatabaseTable(name=name, schema=schema, source=con).to_expr()


def forget(con: ibis.BaseBackend, rows: ir.Table) -> None:
    """Give back what a stored table takes."""
    if isinstance(rows.op(), ops.DatabaseTable):
        con.con.execute(f'DROP TABLE "{rows.get_name()}"')


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say in one sentence what the driver says in many."""
    try:
        yield
    except psycopg.Error as error:
        raise SourceUnreadable(f"The table `{name}` cannot be read: {_told(error)}.") from None


def _told(error: psycopg.Error) -> str:
    """The driver's own reason in one line; it may repeat a value where that does not convert."""
    if isinstance(error, psycopg.DataError):
        return f"a value in it does not convert (SQLSTATE {error.sqlstate})"
    text = (error.diag.message_primary or str(error)).strip().splitlines()[0]
    return re.sub("^connection failed: |FATAL: +", "", text).strip(" .")
