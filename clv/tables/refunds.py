"""Refunds: what was given back, taken from what had been bought before.

A refund that names an order and covers it, or that equals a purchase in amount, cancels it: the
latest purchase that is not after the refund, one to one. Any other refund reduces what its
customer has spent by then in proportion, and moves no purchase day; what exceeds that spend is
counted and left out. A refund that gives back a part of the order it names is one of the others.

All of it is a function of the rows seen on a day: who looks at an earlier day sees no later refund.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from clv.errors import Message, NoRows
from clv.tables import engine
from clv.tables.engine import MONEY
from clv.tables.sums import by_day

ORDER = ["customer_id", "order_id"]
LOGARITHM = "decimal(38, 18)"  # added exactly, so that no order of rows shows


def mark(rows: ir.Table) -> ir.Table:
    """Rows with `paid`, the exact amount before prices are restated: refunds find purchases by it.

    Rows among which there is no refund go without, and none is looked for.
    """
    return rows.mutate(paid=rows["amount"].cast(MONEY))


def marked(rows: ir.Table) -> bool:
    """Whether there may be refunds among the rows."""
    return "paid" in rows.columns


def netted(rows: ir.Table) -> ir.Table:
    """Purchase days of marked rows after what was given back: customer_id, date, amount."""
    theirs, others = _split(rows, ["customer_id"])
    fewer, whole = _split(_settled(theirs), ["customer_id"])
    return by_day(others.union(whole)).union(_reduced(fewer))


def _split(rows: ir.Table, by: list[str]) -> tuple[ir.Table, ir.Table]:
    """Rows that agree in these columns with a refund, and the others: windows are dear."""
    refunded = rows.filter(rows["amount"] < 0).select(*by).distinct()
    return rows.semi_join(refunded, by), rows.anti_join(refunded, by)


def told(rows: ir.Table) -> Message:
    """What netting does to marked rows; refused where it leaves no purchase."""
    theirs = _split(rows, ["customer_id"])[0]
    left = engine.stored(rows.get_backend(), "settled", _settled(theirs))
    everyone, before, after = _counted(rows), _counted(theirs), _counted(left)
    if everyone["purchases"] == before["purchases"] and not after["purchases"]:
        raise NoRows("Every purchase was cancelled by a refund, a negative `amount`: none is left.")
    owed = _in_turn(_split(left, ["customer_id"])[0]).group_by("customer_id")
    beyond = owed.aggregate(beyond=_.beyond.max())["beyond"].sum().to_pyarrow().as_py()
    engine.forget(left)
    share = f" ({before['back'] / everyone['spent']:.2%} of revenue)" if everyone["spent"] else ""
    text = (
        f"Netted: in {before['refunds']:,} rows `amount` is negative, so a refund, "
        f"{before['back']:,.2f} in all{share}; {before['refunds'] - after['refunds']:,} cancelled "
        f"a purchase, {after['refunds']:,} reduced what was spent before."
    )
    more = f" {beyond:,.2f} were given back beyond that and are left out." if beyond else ""
    return Message("info", "refunds-netted", text + more, "amount")


def _counted(rows: ir.Table) -> dict[str, Any]:
    """Purchases and refunds, and the money in them; not what is left of a refund that cancelled."""
    refund = rows["amount"] < 0
    facts = rows.aggregate(
        purchases=(~refund).sum(),
        refunds=(refund & rows["paid"].notnull()).sum(),
        spent=ibis.ifelse(refund, 0, rows["paid"]).sum(),
        back=-ibis.ifelse(refund, rows["paid"], 0).sum(),
    )
    found = facts.to_pyarrow().to_pylist()[0]
    return {what: number or 0 for what, number in found.items()}  # of no rows the sums are null


def _settled(rows: ir.Table) -> ir.Table:
    """Rows without the purchases that were cancelled, and without what cancelled them."""
    if "order_id" in rows.columns:
        named = _without_pairs(rows.filter(rows["order_id"] != ""), ORDER)
        rows = _without_orders(named).union(rows.filter(rows["order_id"] == ""))
    return _without_pairs(rows, ["customer_id"])


def _without_pairs(rows: ir.Table, within: list[str]) -> ir.Table:
    """Rows without purchases and refunds of one amount, each refund with the latest purchase left.

    As brackets are closed: a purchase opens one and a refund closes the one opened last, which is
    what comes before it on its level of nesting. A refund with nothing to close is void.
    """
    alike = [*within, "worth"]
    # Equal rows need one order too, which all windows share.
    order = ["date", "refund", *(name for name in ("order_id", "margin") if name in rows.columns)]
    turn = ibis.row_number().over(ibis.window(group_by=alike, order_by=order))
    by_turn = ibis.window(group_by=alike, order_by="turn")
    so_far = ibis.cumulative_window(group_by=alike, order_by="turn")
    level = ibis.window(group_by=[*alike, "void", "level"], order_by="turn")
    alike_rows, others = _split(rows.mutate(worth=_.paid.abs()), alike)
    steps = alike_rows.mutate(refund=_.amount < 0).mutate(turn=turn)
    steps = steps.mutate(height=ibis.ifelse(_.refund, -1, 1).sum().over(so_far))
    steps = steps.mutate(floor=ibis.least(_.height.min().over(so_far), 0))
    steps = steps.mutate(void=_.refund & (_.floor < _.floor.lag().over(by_turn).fill_null(0)))
    steps = steps.mutate(level=_.height - _.floor + ibis.ifelse(_.refund, 1, 0))
    steps = steps.mutate(closed=_.refund.lead().over(level).fill_null(False))
    left = steps.filter(ibis.ifelse(_.refund, _.void, ~_.closed))
    return left.select(*rows.columns).union(others.select(*rows.columns))


def _without_orders(rows: ir.Table) -> ir.Table:
    """Rows without the orders that the refunds naming them cover.

    What was given back beyond the order is left of the last of these refunds; it equals no
    purchase, so its `paid` is null.
    """
    order = ibis.window(group_by=ORDER)
    latest = ibis.window(group_by=ORDER, order_by=[_.names.desc(), _.date.desc(), _.paid])
    named, others = _split(rows, ORDER)
    lines = named.mutate(refund=_.amount < 0)
    lines = lines.mutate(began=ibis.ifelse(_.refund, None, _.date).min().over(order))
    lines = lines.mutate(names=(_.refund & (_.date >= _.began)).fill_null(False))
    lines = lines.mutate(
        bought=ibis.ifelse(_.refund, 0, _.paid).cast(MONEY).sum().over(order),
        back=ibis.ifelse(_.names, -_.paid, 0).cast(MONEY).sum().over(order),
        last=ibis.row_number().over(latest) == 0,
    )
    lines = lines.mutate(covered=(_.back > 0) & (_.back >= _.bought), beyond=_.back - _.bought)
    stays = ~_.covered | (_.refund & ~_.names) | (_.last & (_.beyond > 0))
    share = _.beyond.cast("float64") / -_.paid.cast("float64")
    lines = lines.filter(stays).mutate(
        amount=ibis.ifelse(_.covered & _.names, _.amount * share, _.amount),
        paid=ibis.ifelse(_.covered & _.names, None, _.paid),
    )
    return lines.select(*rows.columns).union(others)


def _reduced(rows: ir.Table) -> ir.Table:
    """Purchase days after each later refund has reduced them in proportion.

    A refund leaves a share of all that its customer has spent until its day, and a purchase day
    keeps the product of the shares from it on.
    """
    whole, now_on = ibis.window(group_by="customer_id"), _ordered(preceding=0)
    days = _in_turn(rows)
    days = days.mutate(kept=ibis.ifelse(_.share > 0, _.share, 1.0).ln().cast(LOGARITHM))
    days = days.mutate(
        kept=ibis.ifelse(_.share.min().over(now_on) > 0, _.kept.sum().over(now_on).exp(), 0.0),
        rest=(_.amount - _.back).sum().over(whole) + _.beyond.max().over(whole),
    )
    net = (_.amount.cast("float64") * _.kept).cast(MONEY)
    days = days.filter(~_.given).mutate(net=ibis.ifelse(_.kept == 1, _.amount, net))
    # Shares are rounded; the largest of the reduced days takes up what the sum lacks.
    largest = ibis.window(group_by="customer_id", order_by=[_.kept == 1, _.net.desc(), _.date])
    days = days.mutate(
        rest=_.rest - _.net.sum().over(whole), first=ibis.row_number().over(largest) == 0
    )
    amount = (_.net + ibis.ifelse(_.first, _.rest, 0)).cast(MONEY)
    columns = [name for name in ("customer_id", "date", "amount", "margin") if name in days.columns]
    return days.mutate(amount=amount).select(*columns)


def _in_turn(rows: ir.Table) -> ir.Table:
    """Days of purchases and of refunds, with the share of the spend so far that each leaves.

    `beyond` is what was given back so far beyond all that was spent.
    """
    nothing = ibis.literal(0).cast(MONEY)
    days = by_day(rows.filter(rows["amount"] >= 0)).mutate(given=False, back=nothing)
    given = by_day(rows.filter(rows["amount"] < 0)).mutate(given=True, back=-_.amount)
    days = days.union(given.mutate(amount=nothing).select(*days.columns))
    days = days.mutate(balance=(_.amount - _.back).sum().over(_ordered(following=0)))
    days = days.mutate(beyond=-ibis.least(_.balance.min().over(_ordered(following=0)), 0))
    days = days.mutate(left=_.balance + _.beyond)
    share = _.left.cast("float64") / (_.left + _.back).cast("float64").nullif(0)
    return days.mutate(share=ibis.ifelse(_.given, share.fill_null(0), 1.0))


def _ordered(**bounds: int) -> ibis.expr.builders.WindowBuilder:
    """A customer's days in turn, purchases before refunds."""
    return ibis.window(group_by="customer_id", order_by=["date", "given"], **bounds)
