"""The five AARRR rates as a page tells them: what each counts, how high it is, what it needs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.messages import Messages
from clv.report.named import Named
from clv.report.words import Count, Text
from clv.stages import aarrr

COUNTED: Final[Messages] = {  # who counts, by the name of the rate
    "acquisition": "Leads who buy before day {until}",
    "activation": "Customers who buy again before day {until}",
    "retention": "Customers who buy again in the {span} days from then on",
    "revenue": "Customers who bring as much before day {until} as makes a loyal one",
    "referral": "Customers who refer somebody or praise in public before day {until}",
}


def described(overall: pd.DataFrame) -> pd.DataFrame:
    """The rates with what each counts in words.

    `overall`: as `stages.aarrr.overall` returns it.
    """
    told = [counted(row) for _, row in overall.iterrows()]
    table = overall.assign(counts=told)[["counts", "customers", "share", "low", "high", "needs"]]
    names = labels()
    table.index = pd.Index([names[name] for name in table.index], name="cohort_rate", dtype=object)
    table.attrs = {"units": dict.fromkeys(["share", "low", "high"], "share")}
    return table


def labels() -> dict[str, Named]:
    """What each rate is called, in its own words: money has another name in some languages."""
    return {name: Named(name, rate.label) for name, rate in aarrr.rates().items()}


def of_cohorts(rates: pd.DataFrame) -> pd.DataFrame:
    """The rates of each cohort under their names; `rates`: as `stages.aarrr.by_cohort` has them."""
    shown = rates.copy()
    shown.attrs = rates.attrs | {"labels": labels()}
    return shown


def counted(rate: pd.Series) -> Text:
    """Whom a rate counts; `rate`: a row of `stages.aarrr.overall`."""
    until, after = rate["until"], rate["after"]
    return Text(COUNTED[str(rate.name)], {"until": Count(until), "span": Count(until - after)})
