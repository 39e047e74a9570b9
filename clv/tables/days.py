"""Days: what customers bought on each day, as it is known at the end of one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import ibis.expr.types as ir
import numpy as np

from clv.errors import Message
from clv.tables import engine, refunds, settling
from clv.tables.alerts import by_day as rows_by_day
from clv.tables.histories import of as of_customers
from clv.tables.sums import by_day, summed

ROWS_AT_A_TIME, MOST_PARTS = 1_000_000, 32  # what is summed together; more cost less memory


def kept(rows: ir.Table) -> ir.Table:
    """Purchases as the engine keeps them: by customer and day, where that loses nothing.

    Refunds look at each purchase by itself, and of two of one day only one may have become known.
    """
    if refunds.marked(rows) or "known_at" in rows.columns:
        return engine.stored(rows.get_backend(), "purchases", rows)
    return engine.stored(rows.get_backend(), "days", *map(by_day, _parts(rows)))


def histories(kept: ir.Table) -> ir.Table | None:
    """Every customer's history, computed once; None where purchases are not summed."""
    if not summed(kept):
        return None
    return engine.stored(kept.get_backend(), "histories", of_customers(kept))


def _parts(rows: ir.Table) -> Iterator[ir.Table]:
    """The rows of some days at a time: of fewer groups, each is found sooner, in less memory."""
    days, counts = rows_by_day(rows)
    n_parts = min(1 + counts.sum() // ROWS_AT_A_TIME, MOST_PARTS)
    if n_parts == 1 or not engine.one_by_one(rows.get_backend()):
        yield rows
        return
    part = (counts.cumsum() - 1) * n_parts // counts.sum()
    for number in np.unique(part):
        own = days[part == number]
        yield rows.filter(rows["date"].between(own[0].item(), own[-1].item()))


def until(rows: ir.Table, end: date, settled: ir.Table | None = None) -> ir.Table:
    """One row per customer and purchase day until `end`: customer_id, date, amount (exact).

    Refunds given by then are netted; rows that became known later are not seen. Where rows have
    margins, margin is the share of the day's amount that was kept. Where they were `settled` or
    summed before, each further day costs little.
    """
    if settled is not None:
        return refunds.on_day(settled, end)
    seen = rows.filter(rows["date"] <= end)
    if "known_at" in seen.columns:
        seen = seen.filter(seen["known_at"] <= end)
    if refunds.marked(seen):
        return refunds.netted(seen)
    return seen if summed(seen) else by_day(seen)


def settled(rows: ir.Table) -> ir.Table | None:
    """What stands of purchases and refunds on any day, kept in the engine.

    None without refunds, and where a row may become known after its day: then each day is settled
    by itself.
    """
    if not refunds.marked(rows) or "known_at" in rows.columns:
        return None
    standing = settling.settled(rows)
    return engine.stored(rows.get_backend(), "settled", standing, many_steps=True)


def told(rows: ir.Table, settled: ir.Table | None) -> tuple[Message, ...]:
    """What is to be said of refunds, if there are any."""
    if not refunds.marked(rows):
        return ()
    return (refunds.told(rows, settling.settled(rows) if settled is None else settled),)
