"""Spark: Parquet files and tables that are cleaned and summarised by it.

Imported only where it is asked for, because it is an extra, of 400 MB and with Java.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql import types as pt

from clv.errors import SourceUnreadable

LOCAL = {  # of a session that is started here; one that runs already is taken as it is
    "spark.master": "local[*]",
    "spark.app.name": "clv",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
}


# Sums and differences keep all places; by default Spark drops some where it fears an overflow.
EXACT = {"spark.sql.decimalOperations.allowPrecisionLoss": "false"}


class Spark(Backend):
    """Ibis' Spark, but that results come as Arrow: its own way through pandas changes types."""

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> pa.Table | pa.Array | pa.Scalar:  # noqa: ANN401
        rows = expr.as_table()
        with warnings.catch_warnings():  # Spark leaves its socket to the garbage collector
            warnings.simplefilter("ignore", ResourceWarning)
            found = self.frame(rows).toArrow()
        return expr.__pyarrow_result__(found.cast(rows.schema().to_pyarrow()))

    def frame(self, rows: ir.Table) -> DataFrame:
        """The rows of an expression as Spark's own table.

        What several parts of a query use, Spark writes out in each of them, and where such uses
        nest, its plan grows beyond bounds: so each is computed by itself, once, in their order.
        """
        query = self.compiler.to_sqlglot(rows)
        shared = {part.alias: ibis.util.gen_name("shared") for part in query.ctes}
        for place in query.find_all(sge.Table):
            place.set("this", sge.to_identifier(shared.get(place.name, place.name), quoted=True))
        for part in query.ctes:
            found = self.raw_sql(part.this.sql(self.dialect)).localCheckpoint()
            found.createTempView(shared[part.alias])
        query.set("with_", None)
        found = self.raw_sql(query)
        for name in shared.values():
            self._session.catalog.dropTempView(name)
        return found


def connect(session: SparkSession | None = None) -> Spark:
    """An engine in a session: the one given, the one that runs, or a local one."""
    Spark.register_options()
    con = Spark()
    con.do_connect(session or SparkSession.getActiveSession() or _started(), **EXACT)
    return con


def _started() -> SparkSession:
    """A session on this machine with half of its memory."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SourceUnreadable(
            "Spark needs Java, and there is none; install Java 17 or newer, or set JAVA_HOME."
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2 >> 20
    warehouse = tempfile.mkdtemp(prefix="clv-spark-")
    own = {"spark.driver.memory": f"{memory}m", "spark.sql.warehouse.dir": warehouse}
    builder = SparkSession.builder
    for key, value in (LOCAL | own).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    weakref.finalize(session, shutil.rmtree, warehouse, ignore_errors=True)
    return session


def of_caller(rows: ir.Table) -> ir.Table:
    """A table of the caller's session, in which stamps tell instants from local time."""
    theirs = rows.get_backend()
    con = connect(theirs._session)  # Ibis has no other way to it
    return _viewed(con, ibis.util.gen_name("given"), theirs.raw_sql(theirs.compile(rows)))


# What the engine does in its own way -----------------------------------------------------------


def stored(con: Spark, name: str, rows: ir.Table) -> ir.Table:
    """Rows kept in memory, and on disk where that does not suffice.

    The name makes each plan another: of an equal one Spark would hand out what it has kept, even
    if the files are no longer the same.
    """
    found = con.frame(rows).where(sf.lit(name).isNotNull())
    return _viewed(con, name, found.persist())


def of_arrow(con: Spark, name: str, rows: pa.Table) -> ir.Table:
    """Rows in memory as a table of the session."""
    return _viewed(con, name, con._session.createDataFrame(rows))


def of_parquet(con: Spark, name: str, paths: Sequence[str]) -> ir.Table:
    """Parquet files as a table, with two more columns: filename, file_row_number (from 0)."""
    files = con._session.read.parquet(*paths)
    names = {start + _quoted(path): path for path in paths for start in ("file:", "file://")}
    by_address = sf.create_map([sf.lit(text) for pair in names.items() for text in pair])
    found = files.select(
        "*",
        by_address[sf.col("_metadata.file_path")].alias("filename"),
        sf.col("_metadata.row_index").alias("file_row_number"),
    )
    return _viewed(con, name, found)


def _quoted(path: str) -> str:
    """A path as Java writes it in an address: other alphabets stay as they are."""
    whole = str(Path(path).absolute())
    return "".join(c if ord(c) > 127 else quote(c, safe="/-_.!~'()*,;:$&+=@") for c in whole)


def forget(con: Spark, rows: ir.Table) -> None:
    """Give back what a stored table takes."""
    con._session.table(rows.get_name()).unpersist()
    con._session.catalog.dropTempView(rows.get_name())


def _viewed(con: Spark, name: str, rows: DataFrame) -> ir.Table:
    """Rows under a name, in the types that they have: Ibis forgets which stamps are instants."""
    rows.createTempView(name)
    kinds = {
        field.name: dt.Timestamp("UTC")
        if isinstance(field.dataType, pt.TimestampType)
        else PySparkType.to_ibis(field.dataType)
        for field in rows.schema
    }
    return ops.DatabaseTable(name=name, schema=ibis.Schema(kinds), source=con).to_expr()


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say in one sentence what Spark says in many."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raise SourceUnreadable(f"{name} cannot be read: {_told(error)}.") from None


def _told(error: PySparkException | Py4JJavaError) -> str:
    """The reason behind all others, in one line."""
    if isinstance(error, PySparkException):
        text = error.getMessage() or str(error)
    else:
        cause = error.java_exception
        while cause.getCause():
            cause = cause.getCause()
        text = cause.getMessage() or str(cause)
    return text.strip().splitlines()[0].strip(" .")
