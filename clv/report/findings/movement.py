"""What has moved: revenue and its causes, customers of value who slipped, loyal ones gone."""

from __future__ import annotations

import pandas as pd

from clv.report.findings.finding import Finding, evidence, graded
from clv.report.privacy import FEWEST, few
from clv.report.words import Count, Day, Label, Money, Quantity, Share, Text

STILL = 0.01  # a change of revenue below this share is none


def revenue_movement(causes: pd.DataFrame) -> Finding:
    """Why revenue is higher or lower than in the period before.

    `causes`: as `customers.movement.revenue_movement` returns it.
    """
    facts = causes.attrs
    currency, before, after = facts["currency"], facts["before"], facts["after"]
    shown = evidence(causes, amount=currency)
    change = after - before
    values = {
        "change": Money(abs(change), currency),
        "after": Money(after, currency),
        "span": Quantity(facts["days"], "days"),
    }
    if not before > 0:
        first = Text("Revenue of the last {span} was {after}; there was none before it.", values)
        return Finding(first, shown)
    values["share"] = Share(abs(change) / before)
    if abs(change) < STILL * before:
        moved = Text("Revenue of the last {span} was {after}, as much as before.", values)
    elif change < 0:
        moved = Text("Revenue of the last {span} fell by {change} ({share}) to {after}.", values)
    else:
        moved = Text("Revenue of the last {span} rose by {change} ({share}) to {after}.", values)
    headline, named = moved, causes[causes["customers"] >= FEWEST]
    if len(named):
        headline = Text("{moved} {why}", {"moved": moved, "why": _why(named)})
    if facts["year_before"] > 0:  # a season is no success
        then = Money(facts["year_before"], currency)
        season = Text("The same days a year earlier brought {amount}.", {"amount": then})
        headline = Text("{change} {season}", {"change": headline, "season": season})
    if change > -STILL * before:
        return Finding(headline, shown, "good")
    severity = graded(-change / before, watch=0.0, act=0.10)
    return Finding(headline, shown, severity, _against(named) if len(named) else None)


def _why(causes: pd.DataFrame) -> Text:
    """What added most and what took most."""
    amounts, currency = causes["amount"], causes.attrs["currency"]
    most, least = str(amounts.idxmax()), str(amounts.idxmin())
    values = {
        "gain": Label(most),
        "won": Money(amounts.max(), currency),
        "loss": Label(least),
        "lost": Money(-amounts.min(), currency),
    }
    if not amounts.min() < 0:
        return Text("Most was won by “{gain}”: {won}.", values)
    if not amounts.max() > 0:
        return Text("Most was lost by “{loss}”: {lost}.", values)
    return Text("Most was won by “{gain}” ({won}) and lost by “{loss}” ({lost}).", values)


def _against(causes: pd.DataFrame) -> Text:
    """What to do about the cause that took most."""
    worst = str(causes["amount"].idxmin())
    if worst == "missing_buyers":
        # No number: all are counted here, and some of them may be held out.
        return Text(
            "Write to those who bought in the period before and not since, the most valuable "
            "first, but to nobody held out."
        )
    if worst == "visits_of_regulars":
        return Text("Give regular customers a reason to come more often.")
    return Text("Look at prices, discounts and baskets: regular customers spend less each time.")


def slipped(stages: pd.DataFrame, *, currency: str | None = None) -> Finding:
    """How many customers of value have gone silent, and what that is in money.

    `stages`: as `stages.slipping.slipped` returns it without those held out, with what is still
    expected of them.
    """
    shown = evidence(stages, brought=currency, expected=currency)
    count, of_value = int(stages["customers"].sum()), stages.attrs["of_value"]
    day = Day(stages.attrs["then"])
    if not of_value:
        return Finding(Text("On {day} no customer of value was buying.", {"day": day}), shown)
    if not count:
        none = Text("No customer of value has gone silent since {day}.", {"day": day})
        return Finding(none, shown, "good")
    if few(count):
        some = Text("Hardly any customer of value has gone silent since {day}.", {"day": day})
        return Finding(
            some, shown, "info", Text("Call the customers of value who have gone silent.")
        )
    values = {
        "total": Count(of_value),
        "share": Share(count / of_value),
        "day": day,
        "brought": Money(stages["brought"].sum(), currency),
    }
    headline = Text(
        "Not counting those held out, {count} of {total} customers of value ({share}) has gone "
        "silent since {day}: {brought} came from them in the year before.",
        values,
        plural="Not counting those held out, {count} of {total} customers of value ({share}) have "
        "gone silent since {day}: {brought} came from them in the year before.",
        count=count,
    )
    if stages["expected"].notna().any():
        more = {"said": headline, "expected": Money(stages["expected"].sum(), currency)}
        headline = Text("{said} {expected} is still expected.", more)
    write = Text(
        "Call the {count} customer of value who has gone silent.",
        plural="Call the {count} customers of value who have gone silent, the most valuable first.",
        count=count,
    )
    return Finding(headline, shown, graded(count / of_value, watch=0.02, act=0.10), write)


def silent_loyal(loyal: pd.DataFrame) -> Finding:
    """How many loyal customers have more likely left than stayed, and what they have brought.

    `loyal`: as `customers.loyalty.silent_loyal` returns it.
    """
    currency = loyal.attrs.get("currency")
    shown = evidence(loyal, total_spend=currency, clv=currency)
    total, gone = int(loyal["customers"].sum()), loyal.loc["likely_gone"]
    count = int(gone["customers"])
    if not total:
        return Finding(Text("No customer has bought on five days yet."), shown)
    if not count:
        stayed = Text("Every customer with five purchase days or more has probably stayed.")
        return Finding(stayed, shown, "good")
    if few(count):
        some = Text("Nearly every customer with five purchase days or more has probably stayed.")
        return Finding(some, shown, "info")
    headline = Text(
        "{count} of {total} customers with five purchase days or more ({share}) has probably "
        "left without a word: {brought} of revenue came from them.",
        {
            "total": Count(total),
            "share": Share(count / total),
            "brought": Money(gone["total_spend"], currency),
        },
        plural="{count} of {total} customers with five purchase days or more ({share}) have "
        "probably left without a word: {brought} of revenue came from them.",
        count=count,
    )
    ask = Text("Ask some of the frequent customers who left what made them leave.")
    return Finding(headline, shown, graded(count / total, watch=0.10, act=0.25), ask)
