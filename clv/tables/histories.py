"""Histories: what each customer's purchase days come to."""

from __future__ import annotations

import ibis.expr.types as ir

from clv.tables.margins import kept


def of(days: ir.Table) -> ir.Table:
    """One row per customer with purchase days.

    Returns
    -------
    Table of customer_id, purchase_days, first_purchase, last_purchase, total_spend, first_spend
    (what was paid on the first day; both exact) and, where days have it, margin.

    """
    margin = {"margin": kept(days)} if "margin" in days.columns else {}
    return days.group_by("customer_id").aggregate(
        purchase_days=days.count(),
        first_purchase=days["date"].min(),
        last_purchase=days["date"].max(),
        total_spend=days["amount"].sum(),
        first_spend=days["amount"].argmin(days["date"]),
        **margin,
    )
