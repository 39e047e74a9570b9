"""The customer summary: what the models and the segments need to know of each customer."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.tables.conversion import spelt
from clv.tables.periods import UNIT_DAYS, known_unit
from clv.tables.transactions import Transactions


def customer_summary(
    transactions: Transactions, as_of: str | date | None = None, unit: str = "W"
) -> pd.DataFrame:
    """Purchase history of each customer up to and with the day `as_of`, counted in `unit`.

    Several purchases on one day are one: customers decide to buy once, whatever the till says.

    Returns
    -------
    DataFrame indexed by customer_id, sorted
        frequency (repeat purchase days), recency (first to last purchase, in `unit`), T (first
        purchase to `as_of`), monetary_value (mean spend per repeat purchase day, NaN without
        one), total_spend, first_spend (of the first day), first_purchase, last_purchase and,
        where rows have margins, margin (the share kept of total_spend).
        attrs: unit, as_of, currency.

    >>> import clv
    >>> customers = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30")
    >>> customers.loc["00004", ["frequency", "recency", "T"]].astype(float).round(2).tolist()
    [2.0, 30.43, 38.86]
    """
    end = transactions.window_end(as_of)
    summary = summary_expression(transactions.histories(end), end, UNIT_DAYS[known_unit(unit)])
    customers = summary.to_pyarrow().to_pandas().set_index("customer_id")
    customers.attrs.update(unit=unit, as_of=end.isoformat(), currency=transactions.currency)
    return customers


def summary_expression(histories: ir.Table, end: date, unit_days: int) -> ir.Table:
    """The summary as one relational expression, to be run where the histories are."""
    customers = spelt(histories)
    frequency = customers["purchase_days"] - 1
    repeat_spend = (customers["total_spend"] - customers["first_spend"]).cast("float64")
    length = customers["last_purchase"].delta(customers["first_purchase"], unit="day")
    age = ibis.literal(end).delta(customers["first_purchase"], unit="day")
    return customers.select(
        "customer_id",
        frequency=frequency,
        recency=length / unit_days,
        T=age / unit_days,
        monetary_value=repeat_spend / frequency.nullif(0),
        total_spend=customers["total_spend"].cast("float64"),
        first_spend=customers["first_spend"].cast("float64"),
        first_purchase=customers["first_purchase"].cast("timestamp"),
        last_purchase=customers["last_purchase"].cast("timestamp"),
        **{name: customers[name] for name in ("margin",) if name in customers.columns},
    ).order_by("customer_id")
