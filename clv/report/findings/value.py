"""What the customers are expected to bring: revenue, since no margin is known."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from clv.customers.value import Total, widened
from clv.report.findings.finding import Finding, ahead, estimate, evidence, graded
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
        "{count} customer is expected to bring {total} of revenue {horizon}, by chance alone "
        "between {low} and {high}; {doubt}.",
        values | {"horizon": ahead(horizon), "doubt": _doubt(missed)},
        plural="{count} customers are expected to bring {total} of revenue {horizon}, by chance "
        "alone between {low} and {high}; {doubt}.",
        count=customers,
    )
    return Finding(headline, shown, "info", _plan(total, missed, currency))


def _plan(total: Bounded, missed: float, currency: str | None) -> Text:
    """Between what to plan: as far apart as the last forecast missed, and never nearer."""
    if not np.isfinite(missed):
        return Text(
            "Plan wider than chance alone: no model knows season, campaigns and prices. It is "
            "revenue: only its margin can be spent."
        )
    wide = widened(Total(total.expected, total.low, total.high), missed)
    between = {"low": Money(wide.low, currency), "high": Money(wide.high, currency)}
    return Text(
        "Plan between {low} and {high}, which allows for such a miss. It is revenue: only its "
        "margin can be spent.",
        between,
    )


def _doubt(missed: float) -> Text:
    """How far the last forecast was off, as the end of a sentence."""
    if not np.isfinite(missed):
        return Text("no such forecast could be tested yet")
    if missed < 0:
        return Text("the last such forecast was {share} too low", {"share": Share(-missed)})
    return Text("the last such forecast was {share} too high", {"share": Share(missed)})


def acquisition_ceiling(
    newcomer: Bounded,
    *,
    horizon: str,
    missed: float = float("nan"),
    currency: str | None = None,
) -> Finding:
    """What a new customer is expected to bring after the first purchase, and so may cost.

    `newcomer`: as `customers.newcomer.newcomer` returns it; `missed`: as in `expected_value`. The
    ceiling is the lower bound, lowered by as much as the last forecast was too high.
    """
    row = {"expected_revenue": newcomer.expected, "low": newcomer.low, "high": newcomer.high}
    shown = evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency))
    if not np.isfinite(newcomer.expected):
        return Finding(Text("What a new customer will bring is not known."), shown, "watch")
    low = newcomer.low if np.isfinite(newcomer.low) else newcomer.expected
    ceiling = low / (1 + max(np.nan_to_num(missed), 0.0))
    money = [Money(amount, currency) for amount in row.values()]
    headline = Text(
        "A new customer is expected to bring another {value} of revenue {horizon} after the first "
        "purchase.",
        {
            "value": estimate(*money) if np.isfinite(newcomer.low) else money[0],
            "horizon": ahead(horizon),
        },
    )
    pay = Text(
        "Pay at most your margin on the first purchase and on another {ceiling} for a new "
        "customer.",
        {"ceiling": Money(ceiling, currency)},
    )
    return Finding(headline, shown, "info", pay)


def value_at_risk(
    total: Bounded, *, expected: float, within: str, currency: str | None = None
) -> Finding:
    """How much of the expected revenue goes with customers who leave soon.

    `total`: as `customers.departure.total_at_risk` returns it; `expected`: the revenue expected of
    all; `within`: the time in which they leave, such as "90D".
    """
    row = {"value_at_risk": total.expected, "low": total.low, "high": total.high}
    table = pd.DataFrame([row | {"expected_revenue": expected}])
    units = dict.fromkeys([*row, "expected_revenue"], currency)
    shown = evidence(table, **units)
    if not expected > 0:
        return Finding(Text("There is no expected revenue to lose."), shown)
    share = total.expected / expected
    headline = Text(
        "We expect to lose {amount} of expected revenue, {share} of it, with customers who leave "
        "{horizon}.",
        {
            "amount": estimate(*(Money(amount, currency) for amount in row.values())),
            "share": Share(share),
            "horizon": ahead(within),
        },
    )
    limit = Text(
        "Spend no more than the margin on {amount} on keeping customers: no more can be saved.",
        {"amount": Money(total.expected, currency)},
    )
    return Finding(headline, shown, graded(share, watch=0.10, act=0.25), limit)
