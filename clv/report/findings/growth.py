"""Whom to watch, whether such a list was right and what it has brought, and what all pages say."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clv.growth.lift import LEAST, Effect, Lift
from clv.growth.watch_list import by_stage
from clv.report.answer import Answer
from clv.report.checks import Check
from clv.report.findings.finding import Finding, ahead, estimate, evidence, graded
from clv.report.messages import message
from clv.report.privacy import few
from clv.report.words import Count, Day, Money, Names, People, Quantity, Share, Text
from clv.report.worth import REVENUE, noun


def watch_list(watched: pd.DataFrame, *, expected: float) -> Finding:
    """How many customers to watch, what may leave with them, and what a contact must bring.

    `watched`: as `growth.watch_list.watch_list` returns it; `expected`: the money expected of all
    customers, listed or not.
    """
    facts = watched.attrs
    currency, count, alone = facts["currency"], len(watched), int(watched["hold_out"].sum())
    money = {"clv": currency, "value_at_risk": currency}
    # Who is held out is told in all: by stage they are so few that they could be recognised.
    stages = by_stage(watched).drop(columns="hold_out")
    shown = evidence(stages, p_leaves="share", **money)
    shown.attrs["value"] = facts.get("value", REVENUE)
    if not count:
        return Finding(Text("There is nobody whom it would pay to watch."), shown)
    at_risk = float(watched["value_at_risk"].sum())
    values = {
        "amount": Money(at_risk, currency),
        "worth": noun(facts.get("value", REVENUE)),
        "horizon": ahead(facts["within"]),
        "share": Share(at_risk / facts["value_at_risk"]),
        "cost": _cost(watched),
    }
    listed = Text(
        "{count} customer is on the watch list: we expect to lose {amount} of {worth} with them "
        "{horizon}, {share} of all that is at risk. {cost}",
        values,
        plural="{count} customers are on the watch list: we expect to lose {amount} of {worth} "
        "with them {horizon}, {share} of all that is at risk. {cost}",
        count=count,
    )
    severity = graded(at_risk / expected if expected > 0 else 0.0, watch=0.0, act=0.10)
    return Finding(listed, shown, severity, _contact(count - alone, alone))


def _cost(watched: pd.DataFrame) -> Text:
    """When a contact pays for itself."""
    cost, currency = watched.attrs["contact_cost"], watched.attrs["currency"]
    if not cost:
        return Text("No cost of a contact was named: it counts as nothing.")
    values = {
        "cost": Money(cost, currency),
        "lift": Share(float(watched["break_even_lift"].median())),
    }
    if watched.attrs["margin"] is None:
        return Text(
            "At {cost} a contact pays for itself where it raises the chance to buy by {lift}, if "
            "all revenue were kept: no margin was named.",
            values,
        )
    return Text(
        "At {cost} a contact pays for itself where it raises the chance to buy by {lift}.", values
    )


def _contact(count: int, alone: int) -> Text:
    """What to do with a list."""
    if not alone:
        return Text("Contact the customers of the watch list, each on their day.")
    if few(alone) or few(count):  # how long the list is stands beside it: either number tells both
        return Text(
            "Contact the customers of the watch list, each on their day, and leave alone who is "
            "held out, so that the effect can be measured."
        )
    return Text(
        "Contact {count} customer of the watch list, and leave alone the {alone} held out, so that "
        "the effect can be measured.",
        {"alone": Count(alone)},
        plural="Contact {count} customers of the watch list, each on their day, and leave alone "
        "the {alone} held out, so that the effect can be measured.",
        count=count,
    )


def watch_record(lists: pd.DataFrame, fifths: pd.DataFrame) -> Finding:
    """Whether such a list was right on an earlier day, and early, beside simpler ones.

    `lists`: as `growth.hindsight.beside_simpler` returns it, and `fifths` as `calibration` does;
    empty where it cannot be told. Good is a list whose chances held in every fifth, and with whom
    no less money stayed away than with those who had spent most.
    """
    facts = lists.attrs
    parts = ["precision", "low", "high", "expected", "recall"]
    money = {"brought": facts.get("currency"), "lead_days": "days"}
    shown = evidence(lists, **dict.fromkeys(parts, "share"), **money)
    span = Quantity(facts["days"], "days")
    if lists.empty or few(lists.loc["watch_list", "customers"]):
        young = Text("Such a list cannot be tested yet: the history is too short or too thin.")
        return Finding(young, shown)
    ours, silent, dear = (lists.loc[name] for name in ("watch_list", "silent", "top_spenders"))
    values = {
        "day": Day(facts["listed_on"]),
        "came": Share(ours["precision"]),
        "expected": Share(ours["expected"]),
        "span": span,
    }
    said = Text(
        "Of the {count} customer whom the list of {day} would have named, {came} bought nothing in "
        "the {span} after it, where {expected} were expected to.",
        values,
        plural="Of the {count} customers whom the list of {day} would have named, {came} bought "
        "nothing in the {span} after it, where {expected} were expected to.",
        count=int(ours["customers"]),
    )
    if ours["lead_days"] > 0:
        said = Text(
            "{said} It would have warned {lead} before they had been silent for that long.",
            {"said": said, "lead": Quantity(round(ours["lead_days"]), "days")},
        )
    if silent["customers"] and silent["lead_days"] < 0:
        late = {"said": said, "right": Share(silent["precision"])}
        late["late"] = Quantity(round(-silent["lead_days"]), "days")
        said = Text(
            "{said} A list of those silent already is right more often ({right}), but comes {late} "
            "after that."
            if silent["precision"] > ours["precision"]
            else "{said} A list of those silent already is right less often ({right}), and comes "
            "{late} after that.",
            late,
        )
    said = Text("{said} {simple}", {"said": said, "simple": _beside_dear(lists)})
    held = (fifths["low"] <= fifths["expected"]) & (fifths["expected"] <= fifths["high"])
    if not (held.all() and ours["low"] <= ours["expected"] <= ours["high"]):
        rank = Text("Read the chances of the list as a ranking only.")
        return Finding(said, shown, "watch", rank)
    if ours["brought"] < dear["brought"]:
        both = Text("Watch those who spend most as well: more money stayed away with them.")
        return Finding(said, shown, "watch", both)
    return Finding(said, shown, "good")


def _beside_dear(lists: pd.DataFrame) -> Text:
    """What stayed away with those of the list, with those who had spent most, and of everybody."""
    ours, dear = lists.loc["watch_list"], lists.loc["top_spenders"]
    currency = lists.attrs.get("currency")
    return Text(
        "Of all who were customers then {all} stayed away, and of as many who had spent most "
        "{dear}; in the year before, {dear_money} had come from these, and {money} from those of "
        "the list.",
        {
            "all": Share(lists.loc["all_of_them", "precision"]),
            "dear": Share(dear["precision"]),
            "dear_money": Money(dear["brought"], currency),
            "money": Money(ours["brought"], currency),
        },
    )


def lift(measured: Lift, *, currency: str | None = None) -> Finding:
    """What contacting an earlier list has brought; `measured`: as `growth.lift.lift` returns it."""
    share, spend = measured.share, measured.spend
    rows = {"contacted": measured.contacted, "held_out": measured.held_out}
    table = pd.DataFrame(
        {
            "customers": pd.Series(rows),
            "share": pd.Series({"contacted": share.contacted, "held_out": share.held_out}),
            "mean_spend": pd.Series({"contacted": spend.contacted, "held_out": spend.held_out}),
        }
    ).rename_axis("group")
    shown = evidence(table, share="share", mean_spend=currency)
    day = Day(measured.listed_on.date())
    if not measured.enough:
        thin = Text(
            "The list of {day} cannot tell what contacting has brought: {alone} customers were "
            "held out, and fewer than {least} on a side prove nothing.",
            {"day": day, "alone": People(measured.held_out), "least": Count(LEAST)},
        )
        return Finding(thin, shown, "info", Text("Hold out more customers of the next list."))
    values = {
        "day": day,
        "contacted": Share(share.contacted),
        "alone": Share(share.held_out),
        "gap": _points(share),
        "money": _money(spend, currency),
    }
    if share.clear and share.difference > 0:
        worked = Text(
            "Contacting the list of {day} has worked: {contacted} bought, against {alone} of those "
            "left alone, {gap} more; per customer that is {money}.",
            values,
        )
        return Finding(worked, shown, "good", Text("Go on, and hold out the same customers."))
    if share.clear:
        harmed = Text(
            "Contacting the list of {day} has done harm: {contacted} bought, against {alone} of "
            "those left alone, {gap}; per customer that is {money}.",
            values,
        )
        return Finding(harmed, shown, "act", Text("Stop contacting as until now."))
    unsure = Text(
        "Whether contacting the list of {day} has worked cannot be told yet: {contacted} bought, "
        "against {alone} of those left alone, a difference ({gap}) that may be chance; per "
        "customer that is {money}.",
        values,
    )
    return Finding(unsure, shown, "watch", Text("Try another offer on the next list."))


def _points(effect: Effect) -> Text:
    """A difference of shares, with its interval."""
    return estimate(Share(effect.difference), Share(effect.low), Share(effect.high))


def _money(effect: Effect, currency: str | None) -> Text:
    """A difference of money, with its interval."""
    told = (effect.difference, effect.low, effect.high)
    return estimate(*(Money(each, currency) for each in told))


def pages_hold(answers: Sequence[Answer]) -> Check:
    """Whether the checks of all pages hold, and which pages are left out.

    `answers`: as `report.answers.answers` returns them.
    """
    failed = [check for answer in answers for check in answer.failed]
    missing = [answer for answer in answers if answer.left_out]
    count = sum(len(answer.checks) for answer in answers)
    if failed:
        detail = Text(
            "{count} check fails: {names}.",
            {"names": Names([_quoted(check) for check in failed])},
            plural="{count} checks fail: {names}.",
            count=len(failed),
        )
    else:
        detail = Text(
            "{count} check of {pages} pages holds.",
            {"pages": Count(len(answers) - len(missing))},
            plural="{count} checks of {pages} pages hold.",
            count=count,
        )
    if missing:
        gone = {"said": detail, "names": Names([answer.name for answer in missing])}
        gone["reason"] = missing[0].said
        detail = Text("{said} Left out: {names}. {reason}", gone)
    return Check(message("The other pages"), not failed, detail)


def _quoted(check: Check) -> Text:
    """The name of a check, as a sentence names it."""
    return Text("“{name}”", {"name": Text(check.name)})
