"""Oddities: what is strange about facts that can be true, told and not set aside."""

from __future__ import annotations

import ibis.expr.types as ir

from clv.errors import Message, near
from clv.tables import asides
from clv.tables.optional.kinds import code
from clv.tables.optional.layouts import Layout

WORDS_TOLD = 3


def messages(rows: ir.Table, layout: Layout) -> list[Message]:
    """Notes on days in a rare order and on words without a meaning to us."""
    found = []
    for earlier, later in layout.odd:
        if {earlier, later} <= set(rows.columns):
            found += _early(rows, earlier, later)
    for name, column in layout.columns.items():
        if column.kind.known and name in rows.columns:
            found += _unknown(rows, name, column.kind.known)
    return found


def _early(rows: ir.Table, earlier: str, later: str) -> list[Message]:
    """A note on days that are seldom before another."""
    found = rows.filter(rows[later].date() < rows[earlier].date())
    n_rows = found.count().to_pyarrow().as_py()
    text = f"In {asides.count(n_rows)} `{later}` is before `{earlier}`; they are kept."
    return [Message("info", code(later, "before", earlier), text, later)] if n_rows else []


def _unknown(rows: ir.Table, name: str, known: tuple[str, ...]) -> list[Message]:
    """A warning about words that no page will count."""
    others = rows.filter(~rows[name].isin(known)).group_by(name).aggregate(n=lambda t: t.count())
    found = others.order_by(others["n"].desc(), name).to_pyarrow().to_pylist()
    if not found:
        return []
    told = "; ".join(
        f"{row[name]!r} in {asides.count(row['n'])}.{near(row[name], known)}".rstrip(".")
        for row in found[:WORDS_TOLD]
    )
    more = f"; and {len(found) - WORDS_TOLD} more" if len(found) > WORDS_TOLD else ""
    text = f"`{name}` holds words that mean nothing here: {told}{more}. They are kept."
    return [Message("warning", code(name, "unknown"), text, name)]
