"""Orders: rows under one number, which should be one customer's and stand there once."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from clv.tables import engine
from clv.tables.rules import SHARED


def shared(judged: ir.Table, as_of: date | None) -> ir.Table | None:
    """Numbers of orders that stand under two customers in rows with nothing against them.

    Rows after `as_of` are not asked: what comes later must not change what was.
    """
    if "order_id" not in judged.columns:
        return None
    rows = judged.filter(judged["reason"].isnull() & (judged["order_id"] != ""))
    rows = rows.filter(rows["date"] <= as_of) if as_of else rows
    orders = rows.group_by("order_id").aggregate(
        one=rows["customer_id"].min(), other=rows["customer_id"].max()
    )
    found = orders.filter(orders["one"] < orders["other"]).select("order_id")
    found = engine.stored(judged.get_backend(), "shared_orders", found)
    return found if found.count().to_pyarrow().as_py() else None


def set_aside(judged: ir.Table, as_of: date | None) -> ir.Table:
    """Judged rows with a reason against those whose order stands under two customers."""
    numbers = shared(judged, as_of)
    if numbers is None:
        return judged
    rows = judged.left_join(numbers.mutate(shared=True), "order_id").select(
        *judged.columns, "shared"
    )
    here = rows["date"] <= as_of if as_of else ibis.literal(True)
    found = rows["shared"].fill_null(False) & rows["reason"].isnull() & here
    told = {"reason": ibis.literal(SHARED.code), "text": rows["order_id"]}
    if "values" in rows.columns:
        names = ("customer_id", "date", "amount", "order_id")
        cells = [ibis.literal(f"{name}: ") + rows[name].cast("string") for name in names]
        told["values"] = ibis.literal(", ").join(cells)
    return rows.mutate(
        **{name: ibis.ifelse(found, value, rows[name]) for name, value in told.items()}
    ).drop("shared")


def repeated(judged: ir.Table, grain: str) -> ir.BooleanValue:
    """Whether a row is an exact duplicate of an earlier one within its order.

    Without an order's number two equal rows are two purchases; with it they are one.
    """
    if "order_id" not in judged.columns or grain != "order":
        return ibis.literal(False)
    named = judged.filter(judged["order_id"] != "")
    counts = named.group_by("same").aggregate(rows=named.count())
    # A window over everything is dear, and most tables hold no duplicate at all.
    if not counts.filter(counts["rows"] > 1).limit(1).count().to_pyarrow().as_py():
        return ibis.literal(False)
    alike = ["order_id", "same", "customer_id", "date", "amount"]
    window = ibis.window(group_by=alike, order_by=["file", "row"])
    return (judged["order_id"] != "") & (ibis.row_number().over(window) > 0)
