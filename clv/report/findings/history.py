"""What has changed since the last report, and how forecasts that were published have fared."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from clv.customers.value_bridge import DATA, LAPSED, MODELS, PURCHASES, SPEND
from clv.report import worth
from clv.report.findings.finding import Finding, Severity, estimate, evidence, graded, sure
from clv.report.messages import Messages
from clv.report.privacy import FEWEST
from clv.report.words import Count, Day, Label, Money, Share, Text, Value
from clv.report.worth import to_come

STILL = 0.01  # a change of the total below this share is none

AGAINST: Final[Messages] = {  # what to do about the part that took most
    LAPSED: "Write first to those of value who have gone silent.",
    PURCHASES: "Give the customers who stay a reason to come back sooner.",
    SPEND: "Look at prices, discounts and baskets.",
    MODELS: "Plan with the new total: what customers have done since has corrected the old one.",
    DATA: "Ask what was corrected in the data of earlier days, and by whom.",
}


def value_bridge(bridge: pd.DataFrame) -> Finding:
    """Why the total differs from that of the last report.

    `bridge`: as `customers.value_bridge.value_bridge` returns it; empty without such a report.
    """
    currency = bridge.attrs.get("currency")
    shown = evidence(bridge, amount=currency, low=currency, high=currency)
    if bridge.empty:
        none = Text(
            "There is no earlier report to compare with: from the next one on it is told here what "
            "has changed the total, part by part."
        )
        return Finding(none, shown)
    facts = bridge.attrs
    change, share = facts["after"] - facts["before"], _share(facts)
    values = {
        "worth": to_come(worth.of(bridge)),
        "day": Day(facts["start"]),
        "before": Money(facts["before"], currency),
        "after": Money(facts["after"], currency),
        "change": _change(facts),
        "share": Share(abs(share)),
    }
    if abs(share) < STILL:
        moved = Text("The total of {worth} is {after}, as much as on {day}.", values)
    elif change < 0:
        moved = Text(
            "The total of {worth} has fallen by {change} since {day}, from {before} to {after} "
            "({share}).",
            values,
        )
    else:
        moved = Text(
            "The total of {worth} has risen by {change} since {day}, from {before} to {after} "
            "({share}).",
            values,
        )
    told, chance = {"moved": moved}, facts["change_low"] <= 0 <= facts["change_high"]
    named = bridge[bridge["customers"] >= FEWEST]
    if len(named):
        moved = Text("{moved} {why}", told | {"why": _why(named)})
    if chance and abs(share) >= STILL:
        moved = Text("{moved} Chance among customers alone may have done that.", {"moved": moved})
    severity = _severity(share, chance=chance)
    worst = str(named["amount"].idxmin()) if len(named) else ""
    step = Text(AGAINST[worst]) if severity in ("watch", "act") and worst in AGAINST else None
    return Finding(moved, shown, severity, step)


def _share(facts: dict[str, float]) -> float:
    return facts["after"] / facts["before"] - 1 if facts["before"] > 0 else np.nan


def _severity(share: float, *, chance: bool) -> Severity:
    if chance or not abs(share) >= STILL:
        return "info"
    return "good" if share > 0 else graded(-share, watch=STILL, act=0.10)


def _change(facts: dict[str, float]) -> Value:
    """How far the total has moved, without its sign."""
    currency, change = facts["currency"], facts["after"] - facts["before"]
    ends = (facts["change_low"], facts["change_high"])
    low, high = ends if change >= 0 else (-ends[1], -ends[0])
    if pd.isna(low):
        return Money(abs(change), currency)
    return estimate(*(Money(amount, currency) for amount in (abs(change), low, high)))


def _why(parts: pd.DataFrame) -> Text:
    """What added most and what took most."""
    amounts, currency = parts["amount"], parts.attrs["currency"]
    values = {
        "gain": Label(str(amounts.idxmax())),
        "won": Money(amounts.max(), currency),
        "loss": Label(str(amounts.idxmin())),
        "lost": Money(-amounts.min(), currency),
    }
    if not amounts.min() < 0:
        return Text("Most was added by “{gain}”: {won}.", values)
    if not amounts.max() > 0:
        return Text("Most was taken by “{loss}”: {lost}.", values)
    return Text("Most was added by “{gain}” ({won}) and taken by “{loss}” ({lost}).", values)


# Forecasts that were published --------------------------------------------------------------


def kept_forecasts(forecasts: pd.DataFrame) -> Finding:
    """How the totals of earlier reports have fared: what was said, and what came.

    `forecasts`: as `customers.kept_forecasts.held` returns it. They change no number.
    """
    currencies = forecasts["currency"].dropna().unique()
    currency = str(currencies[0]) if len(currencies) == 1 else None
    shown = evidence(
        _table(forecasts), **dict.fromkeys(("expected", "low", "high", "came"), currency)
    )
    shown.attrs["units"] |= {"missed": "share"}
    if forecasts.empty:
        none = Text("No earlier report has published a total yet that could be held to its word.")
        return Finding(none, shown)
    closed = forecasts[forecasts["inside"].notna()]
    if closed.empty:
        return Finding(_open(forecasts.iloc[-1], currency), shown)
    last, held = closed.iloc[-1], int(closed["inside"].sum())
    values = _values(last, currency) | {"held": Count(held), "last": _last(last, currency)}
    said = Text(
        "Of {count} published total whose time is over, {held} held within its interval. {last}",
        values,
        plural="Of {count} published totals whose time is over, {held} held within their "
        "intervals. {last}",
        count=len(closed),
    )
    severity = graded(1 - held / len(closed), watch=0.25, act=2.0, below="good")
    return Finding(said, shown, severity)


def _last(last: pd.Series, currency: str | None) -> Text:
    values = _values(last, currency)
    if last["inside"]:
        return Text(
            "The last one, of {day}, said {expected} until {until}: {came} came, within the "
            "interval.",
            values,
        )
    return Text(
        "The last one, of {day}, said {expected} until {until}: {came} came, outside the interval.",
        values,
    )


def _open(last: pd.Series, currency: str | None) -> Text:
    """What has come so far of a forecast whose time is not over, or is not known."""
    values = _values(last, currency)
    if pd.isna(last["came"]):
        return Text("Today's data do not reach back to the totals that were published.", values)
    if last["over"]:
        return Text("On {day} {expected} was published until {until}, and {came} came.", values)
    return Text(
        "No published total's time is over yet. Of the {expected} that was said on {day} until "
        "{until}, {came} has come so far.",
        values,
    )


def _values(row: pd.Series, currency: str | None) -> dict[str, Value]:
    amounts = (Money(row[name], currency) for name in ("expected", "low", "high"))
    return {
        "day": Day(row["made_on"]),
        "until": Day(row["until"]),
        "expected": sure(*amounts),
        "came": Money(row["came"], currency),
    }


def _table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """The ledger as a page shows it: each forecast with its verdict in a word."""
    columns = ["made_on", "until", "expected", "low", "high", "came", "missed"]
    verdicts = [_verdict(row) for _, row in forecasts.iterrows()]
    return forecasts[columns].assign(verdict=pd.Series(verdicts, forecasts.index, dtype=object))


def _verdict(row: pd.Series) -> Text:
    if not row["over"]:
        return Text("so far")
    if pd.isna(row["inside"]):
        return Text("not known")
    return Text("held") if row["inside"] else Text("missed")
