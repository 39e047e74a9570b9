"""The five AARRR rates as a page tells them: what each counts, how high it is, what it needs."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.messages import Messages
from clv.report.words import Count, Text

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
    told = [
        Text(COUNTED[name], {"until": Count(row.until), "span": Count(row.until - row.after)})
        for name, row in zip(overall.index, overall.itertuples(), strict=True)
    ]
    table = overall.assign(counts=told)[["counts", "customers", "share", "low", "high", "needs"]]
    table.index = pd.CategoricalIndex(table.index, COUNTED, name="cohort_rate")
    table.attrs = {"units": dict.fromkeys(["share", "low", "high"], "share")}
    return table
