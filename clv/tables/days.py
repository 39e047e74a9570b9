"""Days: what customers bought on each day, as it is known at the end of one of them."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from clv.errors import Message
from clv.tables import engine, refunds, settling
from clv.tables.sums import by_day


def until(rows: ir.Table, end: date, settled: ir.Table | None = None) -> ir.Table:
    """One row per customer and purchase day until `end`: customer_id, date, amount (exact).

    Refunds given by then are netted; rows that became known later are not seen. Where rows have
    margins, margin is the share of the day's amount that was kept. Where they were `settled`
    before, each further day costs little.
    """
    if settled is not None:
        return refunds.on_day(settled, end)
    seen = rows.filter(rows["date"] <= end)
    if "known_at" in seen.columns:
        seen = seen.filter(seen["known_at"] <= end)
    return refunds.netted(seen) if refunds.marked(seen) else by_day(seen)


def settled(rows: ir.Table) -> ir.Table | None:
    """What stands of purchases and refunds on any day, kept in the engine.

    None without refunds, and where a row may become known after its day: then each day is settled
    by itself.
    """
    if not refunds.marked(rows) or "known_at" in rows.columns:
        return None
    return engine.stored(rows.get_backend(), "settled", settling.settled(rows))


def told(rows: ir.Table, settled: ir.Table | None) -> tuple[Message, ...]:
    """What is to be said of refunds, if there are any."""
    if not refunds.marked(rows):
        return ()
    return (refunds.told(rows, settling.settled(rows) if settled is None else settled),)
