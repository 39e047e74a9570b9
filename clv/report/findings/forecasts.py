"""Whether to believe forecasts of money: earlier ones held against what came."""

from __future__ import annotations

from datetime import date
from typing import Final, Protocol

import pandas as pd

from clv.customers.rolling import ENOUGH
from clv.customers.totals import Total
from clv.report.findings.finding import Finding, ahead, evidence, graded, sure
from clv.report.messages import Messages
from clv.report.words import Count, Day, Money, Names, Share, Text, Value

JUDGED_BY: Final[Messages] = {  # of forecasts of money; never the mean absolute error
    "bias": "the miss of the total",
    "rmse": "the squared error of single customers",
    "gini": "the order of the customers",
    "top_decile_spend": "the choice of the best tenth",
}


class Forecast(Protocol):
    """A forecast whose time is over, as `customers.hindsight` returns it."""

    @property
    def made_on(self) -> date: ...
    @property
    def until(self) -> date: ...
    @property
    def revenue(self) -> Total: ...
    @property
    def revenue_came(self) -> float: ...
    @property
    def missed(self) -> float: ...


def were_we_right(forecast: Forecast | None, *, currency: str | None = None) -> Finding:
    """The last forecast of revenue whose time is over, and what came.

    `forecast`: as `customers.hindsight.last_forecast` returns it.
    """
    if forecast is None:
        short = Text("The history is too short to test a forecast on.")
        return Finding(short, pd.DataFrame(), "watch")
    told = forecast.revenue
    row = {"foreseen": told.expected, "low": told.low, "high": told.high}
    row["came"] = forecast.revenue_came
    shown = evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency))
    off = abs(forecast.missed)
    values = {
        "day": Day(forecast.made_on),
        "until": Day(forecast.until),
        "foreseen": sure(*(Money(row[name], currency) for name in ("foreseen", "low", "high"))),
        "came": Money(row["came"], currency),
        "gap": Share(off),
    }
    severity = graded(off, watch=0.05, act=0.25, below="good")
    room = None if severity == "good" else Text("Plan totals with room for such a miss.")
    return Finding(_came(forecast.missed, values), shown, severity, room)


def _came(missed: float, values: dict[str, Value]) -> Text:
    """What was foreseen, and what came."""
    if not abs(missed) >= 0.005:
        return Text(
            "On {day} the models would have foreseen {foreseen} of revenue until {until}, and "
            "{came} came.",
            values,
        )
    if missed < 0:
        return Text(
            "On {day} the models would have foreseen {foreseen} of revenue until {until}. {came} "
            "came: {gap} too little was foreseen.",
            values,
        )
    return Text(
        "On {day} the models would have foreseen {foreseen} of revenue until {until}. {came} "
        "came: {gap} too much was foreseen.",
        values,
    )


def track_record(origins: pd.DataFrame, *, horizon: str, currency: str | None = None) -> Finding:
    """How many earlier forecasts of the total held, by the models' bounds and by wider ones.

    `origins`: as `customers.track_record.held` returns it.
    """
    money = dict.fromkeys(["forecast", "low", "high", "came"], currency)
    columns = ["made_on", "until", *money, "missed", "inside", "inside_widened"]
    shown = evidence(origins[columns], **money, missed="share")
    number = len(origins)
    values = {
        "number": Count(number),
        "horizon": ahead(horizon),
        "inside": Count(int(origins["inside"].sum())),
        "widened": Count(int(origins["inside_widened"].sum())),
    }
    if not number:
        short = Text("No earlier forecast that far ahead is over yet: nothing is known of misses.")
        return Finding(short, shown, "watch")
    if number <= ENOUGH:
        few = Text(
            "Of {number} earlier forecasts of revenue {horizon}, {inside} held by the models' own "
            "bounds: too few forecasts to know how far totals may miss.",
            values,
        )
        return Finding(few, shown, "watch")
    said = Text(
        "Of {number} earlier forecasts of revenue {horizon}, {inside} held by the models' own "
        "bounds, and {widened} by bounds widened by what the others missed. {way}",
        values | {"way": _way(origins["missed"])},
    )
    share = 1 - origins["inside"].mean()
    wide = Text("Plan with the wider bounds only: season and campaigns are in no model.")
    return Finding(said, shown, graded(share, watch=0.25, act=2.0, below="good"), wide)


def _way(missed: pd.Series) -> Text:
    """To which side forecasts were off, and how far."""
    values = {"least": Share(missed.abs().min()), "most": Share(missed.abs().max())}
    if (missed < 0).all():
        return Text("All were too low, by {least} to {most}.", values)
    if (missed > 0).all():
        return Text("All were too high, by {least} to {most}.", values)
    return Text("They were up to {most} off.", values)


def formula_tested(measured: pd.DataFrame, *, currency: str | None = None) -> Finding:
    """Whether the models foresaw money better than the formula that everybody knows.

    `measured`: as `customers.value_baselines.value_measures` returns it. The mean absolute error
    takes no part: it rewards whoever forecasts too little.
    """
    money = dict.fromkeys(["predicted_total", "actual_total", "rmse", "mae"], currency)
    shares = dict.fromkeys(["bias", "top_decile_spend"], "share")
    shown = evidence(measured, **money, **shares)
    model, formula = measured.loc["model"], measured.loc["formula"]
    worse = {
        "bias": abs(model["bias"]) > abs(formula["bias"]),
        "rmse": model["rmse"] > formula["rmse"],
        "gini": model["gini"] < formula["gini"],
        "top_decile_spend": model["top_decile_spend"] < formula["top_decile_spend"],
    }
    lost = [Text(JUDGED_BY[name]) for name, fell_behind in worse.items() if fell_behind]
    severity = "good" if not lost else "info" if len(lost) < len(worse) / 2 else "watch"
    if lost:
        counts = {"won": Count(len(worse) - len(lost)), "all": Count(len(worse))}
        mixed = Text(
            "In money the models did better than the formula “average purchase × purchases a year "
            "× lifetime” by {won} of {all} measures. The formula did better by {lost}.",
            counts | {"lost": Names(lost)},
        )
        return Finding(mixed, shown, severity)
    better = Text(
        "In money the models did better than the formula “average purchase × purchases a year × "
        "lifetime” by every measure; their total was {gap} off, its own {its_gap}.",
        {"gap": Share(abs(model["bias"])), "its_gap": Share(abs(formula["bias"]))},
    )
    return Finding(better, shown, severity)
