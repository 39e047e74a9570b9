"""Sums: what each customer paid on a day, added exactly."""

from __future__ import annotations

import ibis.expr.types as ir

from clv.tables.engine import MONEY
from clv.tables.margins import kept


def summed(rows: ir.Table) -> bool:
    """Whether rows are sums by customer and day: only these are exact, purchases are floats."""
    return rows["amount"].type().is_decimal()


def by_day(rows: ir.Table) -> ir.Table:
    """One row per customer and day: customer_id, date, amount and, where rows have it, margin."""
    margin = {"margin": kept(rows)} if "margin" in rows.columns else {}
    return rows.group_by("customer_id", "date").aggregate(
        amount=rows["amount"].cast(MONEY).sum().cast(MONEY), **margin
    )
