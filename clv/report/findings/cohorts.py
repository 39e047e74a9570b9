"""What cohorts and the growth of the base say: newer customers against older ones, in and out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.report.aarrr import described
from clv.report.findings.finding import Finding, evidence, graded, sure
from clv.report.languages import Words
from clv.report.privacy import few
from clv.report.words import Count, Money, Number, People, Share, Text, Value
from clv.stages.growth_by_period import newest_ratio

MOST_PERIODS = 12  # in the evidence
APART = 2.0  # standard errors: less is no difference


@dataclass(frozen=True, slots=True)
class Span:
    """A month, a quarter or a year in a sentence."""

    period: pd.Period

    def render(self, words: Words) -> str:
        return words.period(self.period.start_time.date(), self.period.freqstr[0])


def cohorts_shown(retention: pd.DataFrame) -> Text:
    """What to see in a chart of cohorts, and how many customers are in none.

    `retention`: with `attrs["older"]`, as `clv.cohort_retention` returns it.
    """
    older = retention.attrs.get("older", 0)
    if not older:
        return Text("Share of each cohort that bought again, by time since the first purchase.")
    return Text(
        "Share of each cohort that bought again, by time since the first purchase. {count} "
        "customer is in no cohort: the first purchase may lie before the log.",
        plural="Share of each cohort that bought again, by time since the first purchase. {count} "
        "customers are in no cohort: their first purchase may lie before the log.",
        count=older,
    )


def early_revenue(cohorts: pd.DataFrame) -> Finding:
    """Whether a customer of the newest cohort brings as much early on as earlier ones did.

    `cohorts`: indexed by cohort; `customers`, `mean`, `standard_error`, `low`, `high`, with
    `attrs["currency"]`, as `customers.cohorts.early_revenue` returns it.
    """
    currency = cohorts.attrs.get("currency")
    shown = evidence(
        cohorts[["customers", "mean", "low", "high"]],
        **dict.fromkeys(("mean", "low", "high"), currency),
    )
    sure_of = cohorts[~cohorts["customers"].map(few) & cohorts["standard_error"].notna()]
    if len(sure_of) < 2:
        return Finding(Text("There are not two cohorts yet that can be compared."), shown)
    newest, before = sure_of.iloc[-1], sure_of.iloc[:-1]
    weights = before["customers"] / before["customers"].sum()
    usual = float((weights * before["mean"]).sum())
    noise = APART * np.hypot(
        newest["standard_error"], np.sqrt(((weights * before["standard_error"]) ** 2).sum())
    )
    own = (Money(newest[name], currency) for name in ("mean", "low", "high"))
    values = {"newest": sure(*own), "before": Money(usual, currency)}
    return _brought(newest["mean"] - usual, noise, usual, values, shown)


def _brought(
    gain: float, noise: float, usual: float, values: dict[str, Value], shown: pd.DataFrame
) -> Finding:
    """The newest cohort against the earlier ones; what chance alone could do is no difference."""
    if abs(gain) <= noise:
        same = Text(
            "A customer of the newest cohort has brought about as much as earlier ones had at the "
            "same age: {newest}, against {before}.",
            values,
        )
        return Finding(same, shown)
    if gain > 0:
        more = Text(
            "A customer of the newest cohort has brought more than earlier ones had at the same "
            "age: {newest}, against {before}.",
            values,
        )
        return Finding(more, shown, "good")
    less = Text(
        "A customer of the newest cohort has brought less than earlier ones had at the same age: "
        "{newest}, against {before}.",
        values,
    )
    look = Text("Do not pay as much for new customers as before until you know why.")
    return Finding(less, shown, graded(-gain / usual, watch=0.0, act=0.25), look)


def customer_flow(table: pd.DataFrame) -> Finding:
    """Who came and who went in the newest period, and whether the base grows.

    `table`: as `stages.growth_by_period.growth_by_period` returns it.
    """
    shown = table.tail(MOST_PERIODS)
    if table.empty:
        return Finding(Text("No month is over yet, so nothing can be counted up."), shown)
    last = table.iloc[-1]
    ratio = newest_ratio(table)
    values = {name: People(last[name]) for name in ("new", "reactivated", "lapsed")}
    values |= {"period": Span(table.index[-1]), "ratio": Number(ratio, 2)}
    if not np.isfinite(ratio) or few(last["lapsed"]):
        told = Text(
            "In {period}, {new} customers came, {reactivated} came back and {lapsed} lapsed.",
            values,
        )
        return Finding(told, shown, "good" if last["at_end"] > last["at_start"] else "info")
    told = Text(
        "In {period}, {new} customers came, {reactivated} came back and {lapsed} lapsed: {ratio} "
        "in for each one out.",
        values,
    )
    severity = graded(1 - ratio, watch=0.0, act=0.5, below="good")
    if ratio > 1:
        return Finding(told, shown, severity)
    shrinks = Text("The base shrinks: hold those at risk before you pay for more new customers.")
    return Finding(told, shown, severity, shrinks if ratio < 1 else None)


def aarrr(overall: pd.DataFrame) -> Finding:
    """How new customers fare, in the rates that the tables can show.

    `overall`: as `stages.aarrr.overall` returns it.
    """
    shown = described(overall)[["counts", "customers", "share", "low", "high"]]
    share = overall["share"]
    if np.isnan(share["activation"]) or few(overall.loc["activation", "customers"]):
        return Finding(Text("Nobody has been a customer for long enough to be judged."), shown)
    values = {
        "activation": Share(share["activation"]),
        "retention": Share(share["retention"]),
        "days": Count(overall.loc["activation", "until"]),
    }
    if np.isnan(share["retention"]):
        early = Text("{activation} of new customers buy again before day {days}.", values)
        return Finding(early, shown)
    told = Text(
        "{activation} of new customers buy again before day {days}, and {retention} of them all "
        "in the {days} days from then on.",
        values,
    )
    return Finding(told, shown)
