"""Who will still be buying, by which model, and what its parameters say of the customers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import numpy as np
import pandas as pd

from clv.customers import traits
from clv.customers.choice import Choice
from clv.customers.holdout import MODELS
from clv.customers.totals import Total
from clv.customers.traits import Trait
from clv.report.findings.finding import Finding, ahead, evidence, graded, sure
from clv.report.messages import Messages
from clv.report.privacy import few
from clv.report.words import (
    Count,
    Label,
    Names,
    Number,
    People,
    Quantity,
    Share,
    Text,
    Value,
)
from clv.tables.periods import in_periods, in_years

AS_GOOD_AS_LOST = 0.10  # chance of still being a customer
FAR_APART = 0.10  # difference in the share alive that a reader must know of
LONG = 730  # days from which a time is said in years

SCORED = ["choosing_score", "behind_best", "chosen", "why"]

LEAVING: Final[Messages] = {  # by the name of the trait
    traits.AFTER_FIRST_REPEAT: "{typical} of those who come back leave for good right after that "
    "first repeat purchase, and fewer after each further one.",
    traits.AFTER_FIRST: "{typical} of the new customers leave for good right after their first "
    "purchase, and fewer after each further one.",
    traits.LIFETIME: "Half of the new customers have left for good after {typical}; the longer "
    "somebody has stayed, the longer they are going to.",
}


def purchase_model(models: pd.DataFrame, buyers: Total, *, horizon: str) -> Finding:
    """How many customers are expected to buy again.

    `models`: as `customers.choice.side_by_side` returns it: indexed by model; `customers`,
    `buyers`, `alive`, `chosen` (bool, one row); `buyers`: as `customers.headcount.buyers` does.
    """
    shown = evidence(models.rename_axis("model"), alive="share")
    if models.empty:
        return Finding(Text("No model of purchases could be fitted."), shown, "watch")
    customers = int(models["customers"].iloc[0])
    values = {
        "buyers": Count(buyers.expected),
        "total": Count(customers),
        "share": Share(buyers.expected / customers),
        "horizon": ahead(horizon),
    }
    half = (buyers.high - buyers.low) / 2
    again = (
        Text("{buyers} of {total} customers ({share}) are expected to buy again {horizon}.", values)
        if pd.isna(half)
        else Text(
            "{buyers} of {total} customers ({share}) are expected to buy again {horizon}, give or "
            "take {half}.",
            values | {"half": Count(half)},
        )
    )
    plan = Text("Plan for {buyers} buyers, not for {total} customers.", values)
    return Finding(again, shown, "info", plan)


def model_choice(comparison: pd.DataFrame, chosen: Choice) -> Finding:
    """Which model is used, and why, in words without a score.

    `comparison`: as `clv.compare_models` returns it; `chosen`: the model that is used.
    """
    scores = comparison.dropna(subset="choosing_score")
    rivals = scores.loc[scores.index.isin(MODELS), "choosing_score"]
    behind = rivals.max() - scores["choosing_score"]
    shown = evidence(scores.assign(behind_best=behind)[SCORED].rename_axis("model"))
    values = {"model": Label(chosen.name)}
    if rivals.empty:
        alone = Text(
            "{model} is used here: the history is too short to see which model foresees best.",
            values,
        )
        return Finding(alone, shown)
    best = str(rivals.idxmax())
    values["best"] = Label(best)
    asked_for = not comparison["chosen"].get(chosen.name, False)
    return Finding(_reason(chosen.name, best, asked_for=asked_for, values=values), shown)


def _reason(name: str, best: str, *, asked_for: bool, values: dict[str, Label]) -> Text:
    """Why a model is used, where there is another one to choose."""
    if name == best:
        return Text(
            "{model} is used here: of all models it foresaw best what came after earlier days.",
            values,
        )
    if asked_for:
        return Text(
            "{model} is used here because it was asked for; {best} foresaw better what came after "
            "earlier days.",
            values,
        )
    if best == "bgnbd":
        return Text(
            "{model} is used here: it foresaw what came after earlier days as well as {best}, and "
            "does not take every one-time buyer for a customer still.",
            values,
        )
    return Text(
        "{model} is used here: it foresaw what came after earlier days as well as {best}, and is "
        "the simpler one.",
        values,
    )


def models_apart(models: pd.DataFrame, *, bought_once: int) -> Finding:
    """How far the models disagree about who is still a customer, and about how many customers.

    `models` as for `purchase_model`; `bought_once`: customers without a repeat purchase, of whom
    BG/NBD knows nothing but that they are alive.
    """
    shown = evidence(models.rename_axis("model"), alive="share")
    chosen = models[models["chosen"]].iloc[0]
    others = models.loc[~models["chosen"], "alive"]
    said = _side_by_side(chosen, others)
    severity = "watch" if (others - chosen["alive"]).abs().max() >= FAR_APART else "info"
    if "bgnbd" not in models.index:
        return Finding(said, shown, severity)
    blind = Text(
        "{said} BG/NBD takes every one-time buyer for one, {count} of {total} customers; no "
        "lifecycle stage rests on it.",
        {"said": said, "count": People(bought_once), "total": Count(chosen["customers"])},
    )
    return Finding(blind, shown, severity)


def _side_by_side(chosen: pd.Series, others: pd.Series) -> Text:
    """What the model that is used says of the customers, and what each of the others does."""
    values = {"model": Label(str(chosen.name)), "alive": Share(chosen["alive"])}
    if others.empty:
        return Text("{model} takes {alive} for customers still; no other could be fitted.", values)
    told = [
        Text("{share} by {model}", {"share": Share(share), "model": Label(str(name))})
        for name, share in others.items()
    ]
    return Text(
        "{model}, which is used here, takes {alive} for customers still, against {others}.",
        values | {"others": Names(told)},
    )


def pace(trait: Trait) -> Finding:
    """How often customers buy; `trait`: as `customers.traits.pace` returns it."""
    average = Number(trait.typical, 1)
    headline = Text(
        "As long as they are customers, they buy again {average} times a year on average; half of "
        "them less than {middle} times, the busiest tenth more than {best_tenth} times.",
        {
            "average": sure(average, Number(trait.low, 1), Number(trait.high, 1)),
            "middle": Number(trait.middle, 1),
            "best_tenth": Number(trait.best_tenth, 1),
        },
    )
    return Finding(headline, _row(trait))


def leaving(trait: Trait) -> Finding:
    """How soon customers leave; `trait`: as `customers.traits.leaving` returns it."""
    if trait.name == traits.LIFETIME:
        typical, unit = _time(trait), "days"
    else:
        typical = sure(*(Share(share) for share in (trait.typical, trait.low, trait.high)))
        unit = "share"
    return Finding(Text(LEAVING[trait.name], {"typical": typical}), _row(trait, unit))


def _time(trait: Trait) -> Value:
    """A time in days with its bounds, in the unit that one thinks of it in."""
    days = np.array([trait.typical, trait.low, trait.high])
    told, unit, digits = in_periods(days, "W"), "weeks", 0
    if trait.typical >= LONG:
        told, unit, digits = in_years(days), "years", 1
    typical, low, high = told.tolist()
    bounds = (Number(bound, digits) for bound in (low, high))
    return sure(Quantity(round(typical, digits), unit), *bounds)


def _row(trait: Trait, unit: str = "") -> pd.DataFrame:
    """A trait as its own evidence."""
    row = {name: value for name, value in asdict(trait).items() if name != "name"}
    return evidence(pd.DataFrame([row]).dropna(axis="columns"), **dict.fromkeys(row, unit))


def silent(customers: pd.DataFrame, *, model: str) -> Finding:
    """How many customers are as good as lost, and what is still to be expected of them.

    `customers`: one row per customer; columns `p_alive`, `expected_purchases`; `model`: the name of
    the one that says so, because BG/NBD can say it of nobody who has bought once.
    """
    table = _by_chance(customers)
    shown = evidence(table)
    count, held = table.iloc[0]
    if not count:
        return Finding(Text("No customer is as good as lost."), shown, "good")
    if few(count):
        return Finding(Text("Hardly any customer is as good as lost."), shown, "good")
    headline = Text(
        "{count} customer ({share}) is as good as lost: the chance of still being one is below "
        "{chance}.",
        {"share": Share(count / len(customers)), "chance": Share(AS_GOOD_AS_LOST)},
        plural="{count} customers ({share}) are as good as lost: the chance of still being one is "
        "below {chance}.",
        count=int(count),
    )
    if model == "bgnbd":
        headline = Text(
            "{lost} No one-time buyer is among them, because BG/NBD takes each for a customer "
            "still.",
            {"lost": headline},
        )
    share = Share(held / (table["expected_purchases"].sum() or 1))
    stop = Text("Stop spending on them: they hold {held} of what is to come.", {"held": share})
    return Finding(headline, shown, graded(count / len(customers), watch=0.1, act=0.25), stop)


def _by_chance(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers and purchases to expect, by the chance of still being a customer."""
    names = ["below_10_percent", "10_to_50_percent", "over_50_percent"]
    edges = [0, AS_GOOD_AS_LOST, 0.5, 1.01]
    band = pd.cut(customers["p_alive"], edges, right=False, labels=names).rename("chance")
    expected = customers["expected_purchases"].groupby(band, observed=False)
    return pd.DataFrame({"customers": expected.size(), "expected_purchases": expected.sum()})
