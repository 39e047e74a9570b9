"""Orders: rows under one number, which should be one customer's and stand there once."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from clv.tables import engine
from clv.tables.rules import SHARED


def shared(sound: ir.Table, as_of: date | None) -> ir.Table | None:
    """Numbers of orders that stand under two customers in rows with nothing against them.

    Rows after `as_of` are not asked: what comes later must not change what was.
    """
    if "order_id" not in sound.columns:
        return None
    rows = sound.filter(sound["order_id"] != "")
    rows = rows.filter(rows["date"] <= as_of) if as_of else rows
    orders = rows.group_by("order_id").aggregate(
        one=rows["customer_id"].min(), other=rows["customer_id"].max()
    )
    found = orders.filter(orders["one"] < orders["other"]).select("order_id")
    found = engine.stored(sound.get_backend(), "shared_orders", found)
    return found if found.count().to_pyarrow().as_py() else None


def parted(sound: ir.Table, as_of: date | None) -> tuple[ir.Table, ir.Table | None]:
    """Rows without those whose order stands under two customers; and these, with their reason."""
    numbers = shared(sound, as_of)
    if numbers is None:
        return sound, None
    rows = sound.left_join(numbers.mutate(shared=True), "order_id").select(*sound.columns, "shared")
    here = rows["date"] <= as_of if as_of else ibis.literal(True)
    found = rows["shared"].fill_null(False) & here
    told = {"reason": ibis.literal(SHARED.code), "text": rows["order_id"]}
    names = ("customer_id", "date", "amount", "order_id")
    cells = [ibis.literal(f"{name}: ") + rows[name].cast("string") for name in names]
    told["values"] = ibis.literal(", ").join(cells)
    return rows.filter(~found).drop("shared"), rows.filter(found).mutate(**told).drop("shared")


def repeated(sound: ir.Table, grain: str) -> ir.BooleanValue:
    """Whether a row is an exact duplicate of an earlier one within its order.

    Without an order's number two equal rows are two purchases; with it they are one.
    """
    if "order_id" not in sound.columns or grain != "order":
        return ibis.literal(False)
    named = sound.filter(sound["order_id"] != "")
    counts = named.group_by("same").aggregate(rows=named.count())
    # A window over everything is dear, and most tables hold no duplicate at all.
    if not counts.filter(counts["rows"] > 1).limit(1).count().to_pyarrow().as_py():
        return ibis.literal(False)
    alike = ["order_id", "same", "customer_id", "date", "amount"]
    window = ibis.window(group_by=alike, order_by=["file", "row"])
    return (sound["order_id"] != "") & (ibis.row_number().over(window) > 0)
