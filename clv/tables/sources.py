"""Sources: from files, frames and databases to rows whose columns stand under our names.

CSV is read by DuckDB as text under a declared dialect. Nothing is sniffed: a line without the
header's number of fields is handed on as torn, with its number, and never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from clv import study_sources
from clv.errors import (
    InputRefused,
    NoRows,
    listed,
)
from clv.study_keys import PURCHASE
from clv.tables import (
    database_files,
    databases,
    engine,
    files,
)
from clv.tables.columns import Wanted
from clv.tables.database_files import ROW
from clv.tables.formats import Format
from clv.tables.raw import Raw, renamed

NEEDED, OPTIONAL = PURCHASE[:3], PURCHASE[3:]
Source = str | Path | pd.DataFrame | pa.Table | ir.Table | Mapping[str, str]


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
        named = source["spark"]
        with databases.module("pyspark").reading(named), files.readable(named):
            con = databases.module("pyspark").connect()
            yield files.of_parquet(files.named(named), wanted, con)
    elif isinstance(source, ir.Table | Mapping):
        with databases.opened(source) as there:
            yield _in_place(there, wanted)
    else:
        with files.opened(source, wanted, form) as raw:
            yield raw


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
    # By place, because names may stand twice, or differ in case, which DuckDB does not see.
    places = {ours: names.index(theirs) for ours, theirs in named.items()}
    whole = range(len(names)) if "order_id" in named else sorted(set(places.values()))
    kept = {place: f"c{place}" for place in whole}
    rows = frame.select(list(kept)) if arrow else _arrow(frame.iloc[:, list(kept)], name)
    rows = rows.rename_columns(list(kept.values()))
    numbers = pa.array(range(first_row, first_row + len(frame)), pa.int64())
    con = engine.connect()
    table = engine.of_arrow(con, "raw", _typed(rows).append_column(ROW, numbers))
    place = {"file": ibis.literal(0, "int64"), "row": table[ROW]}
    named = {ours: kept[at] for ours, at in places.items()}
    return Raw(renamed(table, named, place, list(kept.values())), con, (name,))


def _arrow(frame: pd.DataFrame, name: str) -> pa.Table:
    """A frame whose columns hold one kind of value each."""
    columns = {}
    for place in range(frame.shape[1]):
        column = frame.iloc[:, [place]]
        try:
            columns[f"c{place}"] = pa.Table.from_pandas(column, preserve_index=False).column(0)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # whose words repeat a value
            kinds = sorted({type(value).__name__ for value in column.iloc[:, 0].dropna()})
            raise InputRefused(
                f"{name} mixes kinds of values in {listed(column.columns)}: {', '.join(kinds)}; "
                "convert them to one, such as text.",
                column=str(column.columns[0]),
            ) from None
    return pa.table(columns)


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
    table = renamed(there.table, named, place, names)
    return Raw(table, there.table.get_backend(), (there.name,), numbered=bool(there.row))
