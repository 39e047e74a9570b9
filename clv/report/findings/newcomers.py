"""What a new customer will bring, and so may cost.

`worth` says what the money is: "revenue" or, where a margin is known, "margin".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.outlook import Outlook
from clv.report.findings.finding import Finding, ahead, evidence, sure
from clv.report.words import Count, Money, Text, Value
from clv.report.worth import COLUMN, MARGIN, REVENUE, noun


def new_customers(
    outlook: Outlook, *, currency: str | None = None, worth: str = REVENUE
) -> Finding:
    """What a new customer is worth without those who may be older than the log, and with them.

    `outlook`: as `customers.outlook.outlook` returns it.
    """
    table, arrivals = outlook.newcomers, outlook.arrivals
    money = dict.fromkeys(["value", "value_low", "value_high"], currency)
    if not arrivals.left_out:
        alone = table.loc[["everyone"]].assign(why=arrivals.why)
        everyone = Text("Every customer of the log counts as new on the first purchase.")
        return Finding(everyone, evidence(alone, **money))
    shown = evidence(table.assign(why=["", arrivals.why]), **money)
    with_all, without = (table.loc[name] for name in ("everyone", "after_warm_up"))
    values = {
        "left_out": Count(arrivals.left_out),
        "value": sure(*(Money(without[name], currency) for name in money)),
        "before": Money(with_all["value"], currency),
        "worth": noun(worth),
    }
    headline = Text(
        "{left_out} customers may be older than the log. Without them a new customer is expected "
        "to bring another {value} of {worth}; with them it would be {before}.",
        values,
    )
    return Finding(headline, shown, "watch" if without["value"] < with_all["value"] else "info")


def acquisition_ceiling(
    outlook: Outlook, *, horizon: str, currency: str | None = None, worth: str = REVENUE
) -> Finding:
    """What a new customer is expected to bring after the first purchase, and so may cost.

    `outlook`: as for `new_customers`. The ceiling is the lower bound, lowered by as much as the
    last forecast was too high.
    """
    newcomer = outlook.newcomer
    row = {COLUMN[worth]: newcomer.expected, "low": newcomer.low, "high": newcomer.high}
    shown = evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency))
    if not np.isfinite(newcomer.expected):
        return Finding(Text("What a new customer will bring is not known."), shown, "watch")
    low = newcomer.low if np.isfinite(newcomer.low) else newcomer.expected
    ceiling = low / (1 + max(np.nan_to_num(outlook.missed), 0.0))
    values = {
        "value": sure(*(Money(amount, currency) for amount in row.values())),
        "worth": noun(worth),
        "horizon": ahead(horizon),
        "ceiling": Money(ceiling, currency),
    }
    headline = Text(
        "A new customer is expected to bring another {value} of {worth} {horizon} after the first "
        "purchase.",
        values,
    )
    return Finding(headline, shown, "info", _at_most(values, worth))


def _at_most(values: dict[str, Value], worth: str) -> Text:
    """What to pay for a new customer; of value the margin has been taken already."""
    if worth == MARGIN:
        return Text(
            "Pay at most your margin on the first purchase and another {ceiling} for a new "
            "customer.",
            values,
        )
    return Text(
        "Pay at most your margin on the first purchase and on another {ceiling} for a new "
        "customer.",
        values,
    )
