"""Refunds: what was given back, taken from what had been bought before.

A refund that names an order takes from that order first. Any other that equals a purchase in
amount cancels it: the latest one that is not after the refund, one to one. Whatever is left of
refunds reduces what their customer has spent by then in proportion, and moves no purchase day; what
exceeds that spend is counted and left out.

All of it is a function of the rows seen on a day: who looks at an earlier day sees no later refund.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
from ibis import _

from clv.errors import Message, NoRows
from clv.tables import settling
from clv.tables.engine import MONEY
from clv.tables.sums import by_day

LOGARITHM = "decimal(38, 18)"  # added exactly, so that no order of rows shows
MOST = 0.5  # of revenue given back, above which the sign of the amounts may be turned
LAST = settling.NEVER - timedelta(days=1)


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
    return on_day(settling.settled(rows), LAST)


def on_day(settled: ir.Table, day: date) -> ir.Table:
    """The same of rows that are settled, as it is at the end of a day."""
    there = settled.filter((_.since <= day) & (_.until > day))
    return by_day(there.filter(~_.owing)).union(_reduced(there.filter(_.owing)))


def told(rows: ir.Table, settled: ir.Table) -> Message:
    """What netting does to marked rows; refused where it leaves no purchase."""
    refund = rows["amount"] < 0
    found = rows.aggregate(
        bought=(~refund).sum(),
        given=refund.sum(),
        spent=ibis.ifelse(refund, 0, rows["paid"]).sum(),
        back=-ibis.ifelse(refund, rows["paid"], 0).sum(),
    )
    bought, given, spent, back = found.to_pyarrow().to_pylist()[0].values()
    there = settled.filter(settled["until"] == settling.NEVER)
    left = there.filter(_.amount >= 0).count().to_pyarrow().as_py()
    if bought and not left:
        raise NoRows("Every purchase was cancelled by a refund, a negative `amount`: none is left.")
    were = "purchase was" if bought - left == 1 else "purchases were"
    share = f" ({back / spent:.2%} of revenue)" if spent else ""
    text = (
        f"Netted: in {given:,} rows `amount` is negative, so a refund, {back:,.2f} in all{share}; "
        f"{bought - left:,} {were} cancelled, the rest reduced what was spent before."
    )
    if beyond := _beyond(there):
        text += f" {beyond:,.2f} were given back beyond that and are left out."
    if back <= MOST * float(spent):
        return Message("info", "refunds-netted", text, "amount")
    text += " That is more than half of revenue: is the sign of `amount` turned?"
    return Message("warning", "refunds-netted", text, "amount")


def _beyond(there: ir.Table) -> float:
    """What was given back beyond all that its customers had spent."""
    owed = _in_turn(there.filter(_.owing)).group_by("customer_id").aggregate(most=_.beyond.max())
    return owed["most"].sum().to_pyarrow().as_py() or 0.0


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
