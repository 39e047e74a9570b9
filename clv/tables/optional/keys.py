"""Keys: rows that stand there twice, and rows that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from clv.tables.optional.kinds import code
from clv.tables.optional.layouts import KNOWN_AT, Layout
from clv.tables.rules import Rule


def rules(layout: Layout, there: Sequence[str]) -> tuple[Rule, ...]:
    """The reason against rows of one fact that differ; judged over the whole table."""
    names = named(layout, there)
    if not names:
        return ()
    says = (
        f"({', '.join(names)}) stands in rows that differ"
        if names[1:]
        else ("stands in rows that differ")
    )
    differ = ibis.literal(False)
    return (Rule(code(names[0], "ambiguous"), names[0], says, differ, quoted=False),)


def named(layout: Layout, there: Sequence[str]) -> list[str]:
    """The columns that no two facts, or no two states of a fact, share."""
    return [name for name in (*layout.key, KNOWN_AT) if name in there] if layout.key else []


def judged(rows: ir.Table, layout: Layout, carried: Sequence[str]) -> ir.Table:
    """Rows with `twin`, whether they repeat one before, and a reason against those that differ.

    Rows with a reason against them, and rows that came `later`, are not asked: what comes later
    must not change what was.
    """
    names = named(layout, carried)
    if not names:
        return rows.mutate(twin=ibis.literal(False))
    same = ibis.window(group_by=["reason", "later", *carried], order_by=["file", "row"])
    rows = rows.mutate(twin=_.reason.isnull() & (ibis.row_number().over(same) > 0))
    rows = rows.mutate(free=_.reason.isnull() & ~_.twin & ~_.later)
    own = ibis.window(group_by=names)
    rows = rows.mutate(alike=ibis.cases((_.free, 1), else_=0).sum().over(own))
    differ = rows["free"] & (rows["alike"] > 1)
    told = {"reason": ibis.literal(code(names[0], "ambiguous"))}
    told["text"] = rows[names[0]].cast("string")
    if "values" in rows.columns:
        cells = [
            ibis.literal(f"{name}: ") + rows[name].cast("string").fill_null("") for name in carried
        ]
        told["values"] = ibis.literal(", ").join(cells)
    set_aside = {name: ibis.ifelse(differ, value, rows[name]) for name, value in told.items()}
    return rows.mutate(**set_aside).drop("free", "alike")
