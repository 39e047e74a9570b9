"""Raw rows: as they stand in a source, under our names and unconverted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.tables import delimited, dialects


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


def renamed(
    table: ir.Table, named: Mapping[str, str], place: Mapping[str, ir.Value], whole: Sequence[str]
) -> ir.Table:
    """The needed columns under our names, with their place and, given orders, their digest."""
    columns = {ours: table[theirs] for ours, theirs in named.items()}
    for ours, values in columns.items():
        if values.type().is_uuid():  # an id is text
            columns[ours] = values.cast("string")
    if "order_id" in named:
        columns["same"] = dialects.of(table).digest([table[name] for name in whole])
    return table.select(**place, **columns)
