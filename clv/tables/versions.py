"""Versions: what was known of a customer's purchase days, while it was known.

A refund cancels a purchase of an earlier day, a row becomes known after its day: what is known of
the past changes, and a report of an earlier day knew something else. Each day on which that happens
to a customer begins a version of the customer's purchase days. Few customers have more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from clv.tables import engine, refunds
from clv.tables.conversion import spelt
from clv.tables.sums import by_day
from clv.tables.transactions import Transactions


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """The purchase days of customers of whom other things were known before.

    `known`: one row per version: customer_id, since (the first day on which it was the truth; NaT
    from the beginning), refund (whether a refund brought it about).
    `days`: customer_id, since, date, amount: the purchase days of each version, the last one, which
    holds now, among them.
    """

    known: pd.DataFrame
    days: pd.DataFrame


def versions(transactions: Transactions, as_of: str | date | None = None) -> Versions | None:
    """Every version of the customers who have more than one; None where nobody has.

    For the purchases until a day t, the version whose `since` is the last until t holds what
    `transactions.purchase_days(t)` says of them.
    """
    rows = _seen(transactions.kept, transactions.window_end(as_of))
    if not (refunds.marked(rows) or "known_at" in transactions.kept.columns):
        return None
    con = rows.get_backend()
    turns = engine.stored(con, "turns", _turns(rows))
    if not turns.count().to_pyarrow().as_py():
        engine.forget(turns)
        return None
    spans = engine.stored(con, "spans", _spans(turns))
    own = engine.stored(con, "own", _rows(rows, spans))
    days = refunds.netted(own) if refunds.marked(own) else by_day(own)
    named = days.rename(key="customer_id").join(spans.select("key", "customer_id", "since"), "key")
    found = Versions(
        known=_frame(spans.select("customer_id", "since", "refund")),
        days=_frame(named.select("customer_id", "since", "date", "amount")),
    )
    for table in (turns, spans, own):
        engine.forget(table)
    return found


def _seen(rows: ir.Table, end: date) -> ir.Table:
    """The rows that are known at the end of a day, each with the day on which it became known."""
    late = "known_at" in rows.columns
    rows = rows.mutate(known_at=ibis.greatest(_.known_at, _.date) if late else _.date)
    return rows.filter(_.known_at <= end)


def _turns(rows: ir.Table) -> ir.Table:
    """Days on which something of an earlier day may have changed: customer_id, day, refund."""
    back = _.amount < 0
    late = rows.filter(back | (_.known_at > _.date))
    turns = [late.select("customer_id", day="known_at", refund=back)]
    if "order_id" in rows.columns:
        # A refund of an order looks at all of its lines, so that one bought later counts too.
        named = rows.filter(_.order_id != "")
        order = ["customer_id", "order_id"]
        given = named.filter(back).group_by(*order).aggregate(given=_.known_at.min())
        more = named.join(given, order).filter(_.known_at > _.given)
        turns.append(more.select("customer_id", day="known_at", refund=True))
    days = ibis.union(*turns) if len(turns) > 1 else turns[0]
    return days.group_by("customer_id", "day").aggregate(refund=_.refund.any())


def _spans(turns: ir.Table) -> ir.Table:
    """One row per version: key, customer_id, since (null: from the beginning), refund, until."""
    first = turns.group_by("customer_id").aggregate(until=_.day.min())
    first = first.mutate(since=ibis.null("date"), refund=False)
    following = ibis.window(group_by="customer_id", order_by="day")
    later = turns.mutate(until=_.day.lead().over(following)).rename(since="day")
    columns = ["customer_id", "since", "refund", "until"]
    spans = ibis.union(first.select(*columns), later.select(*columns))
    number = ibis.row_number().over(ibis.window(order_by=["customer_id", "until"]))
    return spans.mutate(key=number.cast("string"))


def _rows(rows: ir.Table, spans: ir.Table) -> ir.Table:
    """The rows that each version knew, as if every version were a customer."""
    own = rows.join(spans.select("customer_id", "key", "until"), "customer_id")
    own = own.filter((_.until.isnull()) | (_.known_at < _.until))
    columns = [name for name in rows.columns if name not in ("customer_id", "known_at")]
    return own.select(*columns, customer_id="key")


def _frame(rows: ir.Table) -> pd.DataFrame:
    """Rows as a frame, sorted."""
    rows = spelt(rows)
    kinds = {"since": "timestamp", "date": "timestamp", "amount": "float64"}
    rows = rows.mutate(
        **{name: _[name].cast(to) for name, to in kinds.items() if name in rows.columns}
    )
    ordered = rows.order_by(*(rows[name].asc(nulls_first=True) for name in rows.columns))
    return ordered.to_pyarrow().to_pandas()
