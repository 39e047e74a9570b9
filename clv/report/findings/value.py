"""What the customers are expected to bring, when, and how far that may be off.

`worth` says what the money is: "revenue" or, where a margin is known, "margin".
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from clv.customers.outlook import Outlook
from clv.customers.rolling import ENOUGH
from clv.report.findings.finding import Finding, ahead, evidence, graded, sure
from clv.report.words import Count, Label, Money, Share, Text, Value
from clv.report.worth import COLUMN, MARGIN, REVENUE, noun, to_come

BOUNDS = ("expected", "low", "high")


class Bounded(Protocol):
    """A sum with its bounds, as `customers.totals.total_value` returns it."""

    @property
    def expected(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def expected_value(
    outlook: Outlook,
    *,
    customers: int,
    horizon: str,
    currency: str | None = None,
    worth: str = REVENUE,
) -> Finding:
    """What all customers together are expected to bring, and how far that may be off.

    `outlook`: as `customers.outlook.outlook` returns it. Where too few forecasts could be tested,
    the bounds are those of the models alone, and what these leave out is said.
    """
    total, wide = outlook.total, outlook.wide
    row = {COLUMN[worth]: total.expected, "low_by_models": total.low, "high_by_models": total.high}
    row |= {"low": wide.low, "high": wide.high}
    known = {"customers": customers, "last_forecast_missed_by": outlook.missed}
    units = dict.fromkeys(row, currency) | {"last_forecast_missed_by": "share"}
    shown = evidence(pd.DataFrame([row | known]), **units)
    if not customers:
        return Finding(Text("There are no customers to value."), shown)
    values = {
        "total": Money(total.expected, currency),
        "low": Money(wide.low, currency),
        "high": Money(wide.high, currency),
        "worth": noun(worth),
        "horizon": ahead(horizon),
        "tested": Count(outlook.tested),
        "doubt": _doubt(outlook.missed),
    }
    if pd.isna(wide.low) or pd.isna(wide.high):
        wait = Text("Plan with no such total before a longer history can bound it.")
        return Finding(_without_bounds(customers, values), shown, "act", wait)
    alone = outlook.tested < ENOUGH
    said = _by_models(customers, values) if alone else _by_record(customers, values)
    plan = _plan_alone(outlook.missed) if alone else Text("Plan between {low} and {high}.", values)
    if worth == REVENUE:
        plan = Text("{plan} It is revenue: only its margin can be spent.", {"plan": plan})
    off = float(np.nan_to_num(abs(outlook.missed)))
    return Finding(said, shown, graded(off, watch=0.05, act=0.25), plan)


def _without_bounds(customers: int, values: dict[str, Value]) -> Text:
    """The total where the data hardly pin the model down."""
    return Text(
        "{count} customer is expected to bring {total} of {worth} {horizon}; how far that may be "
        "off, so few customers do not tell.",
        values,
        plural="{count} customers are expected to bring {total} of {worth} {horizon}; how far that "
        "may be off, so few customers do not tell.",
        count=customers,
    )


def _by_record(customers: int, values: dict[str, Value]) -> Text:
    """The total between bounds that earlier forecasts vouch for."""
    return Text(
        "{count} customer is expected to bring {total} of {worth} {horizon}: between {low} and "
        "{high}, if it misses by no more than {tested} earlier forecasts did. What none of them "
        "has met is left out.",
        values,
        plural="{count} customers are expected to bring {total} of {worth} {horizon}: between "
        "{low} and {high}, if it misses by no more than {tested} earlier forecasts did. What none "
        "of them has met is left out.",
        count=customers,
    )


def _by_models(customers: int, values: dict[str, Value]) -> Text:
    """The total between the bounds of the models, and what these do not know."""
    return Text(
        "{count} customer is expected to bring {total} of {worth} {horizon}: between {low} and "
        "{high} by the models only, which leaves out season and campaigns; {doubt}.",
        values,
        plural="{count} customers are expected to bring {total} of {worth} {horizon}: between "
        "{low} and {high} by the models only, which leaves out season and campaigns; {doubt}.",
        count=customers,
    )


def _plan_alone(missed: float) -> Text:
    """How to plan where too few forecasts were tested to widen anything."""
    if not np.isfinite(missed):
        return Text("Plan wider than that: no model knows season, campaigns and prices.")
    return Text(
        "Plan wider than that: a miss of {gap} has happened before.", {"gap": Share(abs(missed))}
    )


def _doubt(missed: float) -> Text:
    """How far the last forecast was off, as the end of a sentence."""
    if not np.isfinite(missed):
        return Text("no such forecast could be tested yet")
    if missed < 0:
        return Text("the last such forecast was {share} too low", {"share": Share(-missed)})
    return Text("the last such forecast was {share} too high", {"share": Share(missed)})


def when_it_comes(
    periods: pd.DataFrame,
    ever: float,
    *,
    currency: str | None = None,
    worth: str = REVENUE,
) -> Finding:
    """How much comes how soon, and what would come after the horizon if nothing changed.

    `periods`, `ever`: as `customers.timing.by_period` and `whole_life` return them.
    """
    shown = evidence(periods, expected=currency, so_far=currency)
    within = float(periods["so_far"].iloc[-1])
    if not within > 0:
        return Finding(Text("Nothing is expected to come."), shown)
    values = {
        "within": Money(within, currency),
        "first": Share(float(periods["so_far"].iloc[(len(periods) - 1) // 2]) / within),
        "ever": Money(ever, currency),
        "beyond": Share(1 - within / ever),
        "worth": noun(worth),
    }
    if not np.isfinite(ever):
        endless = Text(
            "{first} of {within} of {worth} comes in the first half of the horizon. Without a "
            "discount rate, what comes after it has no end.",
            values,
        )
        return Finding(endless, shown)
    headline = Text(
        "{first} of {within} of {worth} comes in the first half of the horizon. Until the last of "
        "them has left, the same customers would bring {ever} if nothing ever changed: {beyond} of "
        "it lies beyond the horizon, where no forecast has been tested.",
        values,
    )
    return Finding(headline, shown, "info", Text("Spend nothing today on what lies beyond it."))


def value_by_segment(
    table: pd.DataFrame, *, currency: str | None = None, worth: str = REVENUE
) -> Finding:
    """Which segment is expected to bring most; `table`: as `customers.totals.by` returns it."""
    share = table["expected"] / (table["expected"].sum() or 1)
    shown = evidence(table.assign(share=share), share="share", **dict.fromkeys(BOUNDS, currency))
    if not table["expected"].sum() > 0:
        return Finding(Text("Nothing is expected to come."), shown)
    best = table.loc[share.idxmax()]
    headline = Text(
        "“{segment}”, {customers} of the customers, hold {part} of {worth}: {amount}.",
        {
            "segment": Label(str(best.name)),
            "customers": Share(best["customers"] / table["customers"].sum()),
            "part": Share(share.max()),
            "worth": to_come(worth),
            "amount": sure(*(Money(best[name], currency) for name in BOUNDS)),
        },
    )
    return Finding(headline, shown)


def formula(table: pd.DataFrame, *, currency: str | None = None) -> Finding:
    """What the formula that everybody knows makes of the same customers.

    `table`: as `customers.formula.beside` returns it.
    """
    shown = evidence(table, revenue=currency, bias="share", rmse=currency)
    model, formula = table.loc["model"], table.loc["formula"]
    values = {
        "model": Money(model["revenue"], currency),
        "formula": Money(formula["revenue"], currency),
        "gap": Share(abs(model["bias"])),
        "its_gap": Share(abs(formula["bias"])),
    }
    said = Text(
        "The formula “average purchase × purchases a year × lifetime” says {formula} of revenue, "
        "undiscounted, where the models say {model}.",
        values,
    )
    if table["bias"].isna().any():
        return Finding(said, shown)
    tested = Text(
        "{said} When both were tested, its total was {its_gap} off and that of the models {gap}.",
        values | {"said": said},
    )
    return Finding(tested, shown)


def value_at_risk(
    total: Bounded,
    *,
    expected: float,
    within: str,
    currency: str | None = None,
    worth: str = REVENUE,
) -> Finding:
    """How much of what is expected goes with customers who leave soon.

    `total`: as `customers.departure.total_at_risk` returns it; `expected`: the money expected of
    all; `within`: the time in which they leave, such as "90D".
    """
    row = {"value_at_risk": total.expected, "low": total.low, "high": total.high}
    row |= {COLUMN[worth]: expected}
    shown = evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency))
    shown.attrs["value"] = worth  # a column of it is called after what the money is
    values = {"worth": to_come(worth)}
    if not expected > 0:
        return Finding(Text("There is no {worth} to lose.", values), shown)
    share = total.expected / expected
    values |= {
        "amount": sure(*(Money(getattr(total, name), currency) for name in BOUNDS)),
        "lost": Money(total.expected, currency),
        "share": Share(share),
        "horizon": ahead(within),
    }
    headline = Text(
        "We expect to lose {amount} of {worth}, {share} of it, with customers who leave {horizon}.",
        values,
    )
    severity = graded(share, watch=0.10, act=0.25)
    return Finding(headline, shown, severity, _spend_at_most(values, worth))


def _spend_at_most(values: dict[str, Value], worth: str) -> Text:
    """What keeping customers may cost; of value the margin has been taken already."""
    if worth == MARGIN:
        return Text("Spend no more than {lost} on keeping customers: no more can be saved.", values)
    return Text(
        "Spend no more than the margin on {lost} on keeping customers: no more can be saved.",
        values,
    )
