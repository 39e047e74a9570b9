"""Knowledge: what could be known of a table on a day; nothing later is seen, no later status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from clv.errors import Message
from clv.tables import asides
from clv.tables.optional.kinds import STAMP
from clv.tables.optional.layouts import KNOWN_AT, Column, Layout

UNDATED = "_undated"  # after a column's name: whether a value stands there without a day


def later(rows: ir.Table, layout: Layout, day: date) -> ir.BooleanValue:
    """Whether a row happened, or became known, only after a day."""
    names = [name for name in (layout.event, KNOWN_AT) if name in rows.columns]
    found = ibis.literal(False)
    for name in names:
        found = found | (layout.day(rows, name) > day).fill_null(False)
    return found


def hidden(rows: ir.Table, layout: Layout, day: date, *, current: bool = False) -> ir.Table:
    """Rows without the values that were not known on a day.

    `current`: what nothing dates was known, because the table was exported by then.
    """
    own = {name: column for name, column in layout.columns.items() if name in rows.columns}
    seen = {}
    for name, column in own.items():
        if column.since:
            seen[name] = _dated(rows, name, column, day, current=current)
        elif column.kind is STAMP and not column.ahead and name != layout.event:
            seen[name] = ibis.cases((rows[name].date() <= day, rows[name]))
    return rows.mutate(**seen) if seen else rows


def _dated(rows: ir.Table, name: str, column: Column, day: date, *, current: bool) -> ir.Value:
    """A value where it was known on a day, else what held before."""
    value, since = rows[name], _since(rows, column).date()
    known = (since <= day).fill_null(current)
    if column.before is None:
        return ibis.cases((known, value))
    return ibis.cases((known, value), (since > day, column.before), (value == column.before, value))


def _since(rows: ir.Table, column: Column) -> ir.TimestampValue:
    """When a value became known, or null."""
    stamps = [rows[name] for name in (*column.since, KNOWN_AT) if name in rows.columns]
    return ibis.coalesce(*stamps, ibis.null("timestamp"))


def undated(layout: Layout, there: Sequence[str]) -> list[str]:
    """Columns of which nothing says since when their values hold."""
    return [
        name
        for name, column in layout.columns.items()
        if name in there and column.since and not {*column.since, KNOWN_AT} & set(there)
    ]


def newest(rows: ir.Table, layout: Layout) -> ir.Table:
    """Of several states of one fact the one that became known last."""
    if not layout.key or KNOWN_AT not in rows.columns:
        return rows
    key = [name for name in layout.key if name in rows.columns]
    window = ibis.window(group_by=key, order_by=rows[KNOWN_AT].desc(nulls_first=False))
    ranked = rows.mutate(rank=ibis.row_number().over(window))
    return ranked.filter(ranked["rank"] == 0).drop("rank")


def left_out(name: str, layout: Layout, as_of: date) -> Message:
    """A warning about a column of which nothing says since when it holds."""
    dates = " or ".join(f"`{n}`" for n in dict.fromkeys((*layout.columns[name].since, KNOWN_AT)))
    text = (
        f"`{name}` is left out, because nothing says since when it holds: add {dates}, or, if the "
        f"table was exported by then, name run_date: {as_of}."
    )
    return Message("warning", "undated", text, name)


def marked(rows: ir.Table, layout: Layout) -> ir.Table:
    """Rows with a flag for each value that its own row does not date."""
    flags = {}
    for name, column in layout.columns.items():
        if column.since and name in rows.columns:
            value = rows[name] if column.before is None else rows[name].nullif(column.before)
            flags[name + UNDATED] = value.notnull() & _since(rows, column).isnull()
    return rows.mutate(**flags)


def without_a_day(rows: ir.Table) -> list[Message]:
    """Warnings about values that are left out because their own row does not date them."""
    flags = [name for name in rows.columns if name.endswith(UNDATED)]
    counts = {name.removesuffix(UNDATED): rows[name].sum() for name in flags}
    found = rows.aggregate(**counts).to_pyarrow().to_pylist()[0] if counts else {}
    return [
        Message(
            "warning",
            "undated",
            f"In {asides.count(n)} `{name}` is left out: nothing says since when it holds.",
            name,
        )
        for name, n in found.items()
        if n
    ]
