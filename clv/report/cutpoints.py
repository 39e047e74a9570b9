"""The cut points of R, F and M as a page tells them: what each score from 1 to 5 stands for."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from clv.customers.rfm import Cutoffs
from clv.customers.scales import BINS, HIGH_IS_GOOD, Scale
from clv.report.messages import Messages
from clv.report.words import Count, Day, Interval, Money, Text, Value

SCORES: Final[Messages] = {  # what each of the three counts
    "R": "R: days since the last purchase",
    "F": "F: purchase days",
    "M": "M: money so far",
}
ENDS: Final[Messages] = {"1": "1 (worst)", "5": "5 (best)"}


def described(cutoffs: Cutoffs, *, currency: str | None = None) -> pd.DataFrame:
    """One row per score: the bands from 1 to 5 in words, and how they were cut."""
    scales = (cutoffs.R, cutoffs.F, cutoffs.M)
    rows = [{**_bands(scale, currency), "why": scale.why} for scale in scales]
    index = pd.Index([Text(SCORES[scale.score]) for scale in scales], name="score", dtype=object)
    table = pd.DataFrame(rows, index=index)
    table.attrs = {"labels": {score: Text(words) for score, words in ENDS.items()}}
    return table


def caption(cutoffs: Cutoffs) -> Text:
    """What the table of the cut points shows, and on which day they were learned."""
    if cutoffs.as_of is None:
        return Text("The cut points of each score, and how they were found.")
    return Text(
        "The cut points of each score, learned as of {day}, and how they were found.",
        {"day": Day(cutoffs.as_of)},
    )


def _bands(scale: Scale, currency: str | None) -> dict[str, Value]:
    """What each score stands for, from 1 to 5."""
    whole = scale.score != "M"
    lows, highs = [np.nan, *scale.breaks], [*scale.breaks, np.nan]
    bands = [_band(*ends, whole, currency) for ends in zip(lows, highs, strict=True)]
    ascending = bands if HIGH_IS_GOOD[scale.score] else bands[::-1]
    return {str(score): band for score, band in zip(range(1, BINS + 1), ascending, strict=True)}


def _band(low: float, high: float, whole: bool, currency: str | None) -> Value:
    """From the first value of a band to its last."""

    def said(value: float) -> Value:
        return Count(value) if whole else Money(value, currency)

    if np.isnan(low):
        last = high - 1 if whole else high
        return Text("up to {most}", {"most": said(last)})
    if np.isnan(high):
        return Text("{least} or more", {"least": said(low)})
    if low == high:
        return Text("none")
    last = high - 1 if whole else high
    return said(low) if low == last else Interval(said(low), said(last))
