"""Settling: which purchases and refunds stand, and from which day until which.

A refund works from its day on and looks at what came before it alone. So what stands changes on the
days of refunds only, and is known for all days at once: who asks for one of them has to filter.

1. A refund that names an order which its customer has placed by then takes from that order first:
   a line of the same amount is cancelled, else all lines are reduced in proportion. Of an order
   that is given back whole no line stands; what exceeds it is left for the third step.
2. Any other refund that equals a purchase, or what is left of it, cancels it: the latest, one to
   one.
3. What is left of refunds stays, to reduce what their customer has spent in proportion.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import _

from clv.tables.engine import MONEY

MICRO = "decimal(38, 6)"  # parts of an order are rounded where amounts are not
FIRST, NEVER = date(1970, 1, 1), date(9999, 12, 31)  # purchases lie between them
CUSTOMER, ORDER, WORTH = ["customer_id"], ["customer_id", "order_id"], ["customer_id", "worth"]


def settled(rows: ir.Table) -> ir.Table:
    """What stands of marked rows (`paid`: the exact amount), and when.

    Returns
    -------
    Table of customer_id, date, amount (exact; negative: what is left of a refund), margin where
    there are margins, since, until (days: it stands from the one until before the other, NEVER
    where it stands for good) and owing: whether anything is ever left of the customer's refunds.

    """
    # Restated amounts follow what was paid: refunds find their purchases by that.
    rate = (_.amount / _.paid.cast("float64").nullif(0)).fill_null(1.0)
    margin = [name for name in ("margin",) if name in rows.columns]
    order = [name for name in ("order_id",) if name in rows.columns]
    rows = rows.select("customer_id", "date", "paid", *order, *margin, rate=rate)
    theirs, others = refunded(rows, CUSTOMER)
    whole, beyond = _orders(theirs) if "order_id" in rows.columns else (_whole(theirs), None)
    stand = _cancelled(whole)
    stand = stand if beyond is None else stand.union(beyond.select(*stand.columns))
    stand = _valued(stand.filter(_.since < _.until))
    owing = stand.filter(_.amount < 0).select("customer_id").distinct().mutate(owes=True)
    stand = stand.left_join(owing, CUSTOMER).mutate(owing=_.owes.fill_null(False))
    ever = _valued(others).mutate(since=_.date, until=ibis.literal(NEVER), owing=False)
    names = ["customer_id", "date", "amount", *margin, "since", "until", "owing"]
    return stand.select(*names).union(ever.select(*names))


def refunded(rows: ir.Table, by: list[str]) -> tuple[ir.Table, ir.Table]:
    """Rows that agree in these columns with a refund, and the others: windows are dear."""
    found = rows.filter(_.paid < 0).select(*by).distinct().mutate(refunded=True)
    told = rows.left_join(found, by).select(*rows.columns, refunded=_.refunded.notnull())
    return told.filter(_.refunded).drop("refunded"), told.filter(~_.refunded).drop("refunded")


def _valued(rows: ir.Table) -> ir.Table:
    """What was paid as `amount`, in the money that amounts are in."""
    restated = (_.paid.cast("float64") * _.rate).cast(MONEY)
    return rows.mutate(amount=ibis.ifelse(_.rate == 1, _.paid, restated))


def _whole(rows: ir.Table) -> ir.Table:
    """Rows that stand as they are, from `starts` until `ends`, while no refund equals them."""
    return rows.mutate(starts=ibis.literal(FIRST), ends=ibis.literal(NEVER))


# Orders -----------------------------------------------------------------------------------------


def _orders(rows: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Rows before and after refunds take of the orders that they name, and what is beyond these."""
    named = rows.filter(_.order_id != "")
    lines, others = refunded(named, ORDER)
    whole = _whole(rows.filter(_.order_id == "").union(others))
    lines = _paired(lines, ORDER)
    placed = ibis.ifelse(_.paid < 0, None, _.date).min().over(ibis.window(group_by=ORDER))
    lines = lines.mutate(names=((_.paid < 0) & (_.date >= placed)).fill_null(False))
    elsewhere = _whole(lines.filter((_.paid < 0) & ~_.names))
    taking = lines.filter(_.names & (_.closed == NEVER))
    begun = taking.group_by(ORDER).aggregate(begun=_.date.min())
    lines = lines.left_join(begun, ORDER).select(*lines.columns, "begun")
    bought = _whole(lines.filter(_.paid >= 0))
    bought = bought.mutate(ends=ibis.least(_.closed, _.begun.fill_null(NEVER)))
    left, beyond = _taken(lines.filter(_.begun.notnull()), taking)
    parts = (part.select(*whole.columns) for part in (elsewhere, bought, left))
    return ibis.union(whole, *parts), beyond


def _taken(lines: ir.Table, taking: ir.Table) -> tuple[ir.Table, ir.Table]:
    """What is left of the lines of orders, from each day on which that changes; what is beyond."""
    turn = [*ORDER, "since"]
    days = lines.filter(_.date >= _.begun).select(*ORDER, since="date").distinct()
    next_day = _.since.lead().over(ibis.window(group_by=ORDER, order_by="since"))
    days = days.mutate(until=next_day.fill_null(NEVER))
    back = days.join(taking.rename(day="date"), ORDER).filter(_.day <= _.since)
    back = back.group_by(*turn, "until").aggregate(
        back=-_.paid.sum(), day=_.day.max(), back_rate=_.rate.max()
    )
    bought = lines.filter(_.paid >= 0)
    there = back.join(bought, ORDER).filter((_.date <= _.since) & (_.closed > _.since))
    there = there.mutate(bought=_.paid.sum().over(ibis.window(group_by=turn)).cast(MONEY))
    beyond = back.left_join(there.select(*turn, "bought").distinct(), turn)
    beyond = beyond.mutate(paid=(_.bought.fill_null(0) - _.back).cast(MONEY)).filter(_.paid < 0)
    beyond = beyond.mutate(date=_.day, rate=_.back_rate, margin=ibis.null("float64"))
    return _shared(there.mutate(left=_.bought - _.back).filter(_.left > 0), turn), beyond


def _shared(lines: ir.Table, turn: list[str]) -> ir.Table:
    """Lines of orders with their part of what is `left`; the largest takes up what others lack."""
    whole = ibis.window(group_by=turn)
    largest = ibis.window(group_by=turn, order_by=[_.paid.desc(), _.date])
    share = _.left.cast("float64") / _.bought.cast("float64")
    lines = lines.mutate(part=(_.paid.cast("float64") * share).cast(MONEY))
    lines = lines.mutate(
        lacks=_.left - _.part.sum().over(whole), first=ibis.row_number().over(largest) == 0
    )
    paid = (_.part + ibis.ifelse(_.first, _.lacks, 0)).cast(MONEY)
    return lines.mutate(paid=paid, starts=_.since, ends=_.until)


# Amounts ----------------------------------------------------------------------------------------


def _cancelled(rows: ir.Table) -> ir.Table:
    """Rows with the days from `since` on and before `until`, on which nothing cancels them."""
    rows = rows.filter(_.ends > ibis.greatest(_.date, _.starts)).mutate(
        worth=_.paid.abs().cast(MICRO)
    )
    alike, others = refunded(rows, WORTH)
    # Where an order is taken from, a refund that had found it whole looks for another purchase.
    turns = alike.select(*WORTH, begins=ibis.literal(FIRST))
    for day in (alike["starts"], alike["ends"]):
        turns = turns.union(alike.filter(day < NEVER).select(*WORTH, begins=day))
    next_turn = _.begins.lead().over(ibis.window(group_by=WORTH, order_by="begins"))
    turns = turns.distinct().mutate(over=next_turn.fill_null(NEVER))
    there = turns.join(alike, WORTH).filter(
        (_.starts <= _.begins) & (_.ends > _.begins) & (_.date < _.over)
    )
    there = _paired(there, ["customer_id", "begins"])
    there = there.mutate(since=ibis.greatest(_.date, _.begins), until=ibis.least(_.over, _.closed))
    others = others.mutate(since=ibis.greatest(_.date, _.starts), until=_.ends)
    left_out = ("order_id", "worth", "starts", "ends")
    names = [*(name for name in rows.columns if name not in left_out), "since", "until"]
    return there.select(*names).union(others.select(*names))


def _paired(rows: ir.Table, within: list[str]) -> ir.Table:
    """Rows with `closed`: the day on which purchase and refund of one amount cancel one another.

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
    found, others = refunded(rows.mutate(worth=_.paid.abs().cast(MICRO)), alike)
    steps = found.mutate(refund=_.paid < 0).mutate(turn=turn)
    steps = steps.mutate(height=ibis.ifelse(_.refund, -1, 1).sum().over(so_far))
    steps = steps.mutate(floor=ibis.least(_.height.min().over(so_far), 0))
    steps = steps.mutate(void=_.refund & (_.floor < _.floor.lag().over(by_turn).fill_null(0)))
    steps = steps.mutate(level=_.height - _.floor + ibis.ifelse(_.refund, 1, 0))
    steps = steps.mutate(following=ibis.ifelse(_.refund, None, _.date.lead().over(level)))
    steps = steps.mutate(taken=ibis.ifelse(_.refund.lead().over(level), _.following, None))
    closed = ibis.cases((_.void, None), (_.refund, _.date), else_=_.taken)
    steps = steps.mutate(closed=closed.fill_null(NEVER))
    others = others.mutate(closed=ibis.literal(NEVER))
    return steps.select(*others.columns).union(others)
