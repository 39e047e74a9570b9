"""What the customers are expected to bring: revenue, since no margin is known."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from clv.report.findings.finding import Finding, ahead, evidence
from clv.report.words import Money, Share, Text


class Bounded(Protocol):
    """A sum with its bounds, as `customers.value.total_value` returns it."""

    @property
    def expected(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def expected_value(
    total: Bounded,
    *,
    customers: int,
    horizon: str,
    missed: float = float("nan"),
    currency: str | None = None,
) -> Finding:
    """What all customers together are expected to bring, and how far that may be off.

    The bounds of the models leave out season, campaigns and prices: `missed`, the share by which
    the last such forecast was too high (positive) or too low, is said beside them.
    """
    row = {"expected_revenue": total.expected, "low": total.low, "high": total.high}
    table = pd.DataFrame([row | {"customers": customers, "last_forecast_missed_by": missed}])
    units = dict.fromkeys(row, currency) | {"customers": "customers"}
    shown = evidence(table, **units, last_forecast_missed_by="share")
    if not customers:
        return Finding(Text("There are no customers to value."), shown)
    values = {
        name: Money(row[key], currency)
        for name, key in (("total", "expected_revenue"), ("low", "low"), ("high", "high"))
    }
    headline = Text(
        "{count} customer is expected to bring {total} of revenue {horizon}; {doubt}.",
        values | {"horizon": ahead(horizon), "doubt": _doubt(missed)},
        plural="{count} customers are expected to bring {total} of revenue {horizon}; {doubt}.",
        count=customers,
    )
    limit = Text(
        "Plan between {low} and {high} if nothing but chance is at work, and wider for season, "
        "campaigns and prices, which no model knows. It is revenue: only its margin can be spent.",
        values,
    )
    return Finding(headline, shown, "info", limit)


def _doubt(missed: float) -> Text:
    """How far the last forecast was off, as the end of a sentence."""
    if not np.isfinite(missed):
        return Text("no such forecast could be tested yet")
    if missed < 0:
        return Text("the last such forecast was {share} too low", {"share": Share(-missed)})
    return Text("the last such forecast was {share} too high", {"share": Share(missed)})


def new_customer_value(value: float, *, horizon: str, currency: str | None = None) -> Finding:
    """What a new customer is expected to bring after the first purchase.

    `value`: as `customers.value.new_customer_value` returns it.
    """
    shown = evidence(pd.DataFrame({"expected_revenue": [value]}), expected_revenue=currency)
    if not np.isfinite(value):
        return Finding(Text("What a new customer will bring is not known."), shown, "watch")
    headline = Text(
        "After the first purchase, a new customer is expected to bring another {value} of revenue "
        "{horizon}.",
        {"value": Money(value, currency), "horizon": ahead(horizon)},
    )
    ceiling = Text("Pay at most your margin on the first purchase and on this sum to win one.")
    return Finding(headline, shown, "info", ceiling)
