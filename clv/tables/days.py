"""Days: what customers bought on each day, as it is known at the end of one of them."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from clv.tables import refunds
from clv.tables.sums import by_day


def until(rows: ir.Table, end: date) -> ir.Table:
    """One row per customer and purchase day until `end`: customer_id, date, amount (exact).

    Refunds given by then are netted; rows that became known later are not seen. Where rows have
    margins, margin is the share of the day's amount that was kept.
    """
    seen = rows.filter(rows["date"] <= end)
    if "known_at" in seen.columns:
        seen = seen.filter(seen["known_at"] <= end)
    return refunds.netted(seen) if refunds.marked(seen) else by_day(seen)
