"""Margins: the share of revenue that is kept, where each purchase has its own."""

from __future__ import annotations

import ibis.expr.types as ir

from clv.tables.engine import MONEY


def kept(rows: ir.Table) -> ir.FloatingScalar:
    """The share kept of all `rows` together: their margins weighted by their amounts.

    Where nothing was paid at all, their plain mean. Sums are exact, so that no order of threads
    shows.
    """
    amount, margin = rows["amount"].cast("float64"), rows["margin"]
    money = (amount * margin).cast(MONEY).sum().cast("float64")
    total = rows["amount"].cast(MONEY).sum().cast("float64")
    mean = margin.cast(MONEY).sum().cast("float64") / rows.count()
    return (money / total.nullif(0)).fill_null(mean)
