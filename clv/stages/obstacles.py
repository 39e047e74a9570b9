"""What stands in the way: the reasons for which customers are lost, and what they cost.

Reasons compete: who is lost for one can no longer be lost for another. So each reason has an
incidence (what share of all who entered is lost for it by a day), and the incidences, the share
that got through and the share that is still open sum to 1. Two groups therefore differ in the share
that gets through exactly by as much as they differ in all the others together: the gap is divided
among the obstacles without a remainder.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.stages.bottlenecks import REACHED, RULE, Expectation, reaching
from clv.stages.stays import ends, stays

# Outcomes of ours, beside the reasons that data give in their own words, "silence" among them.
SILENCE = f"{RULE}silence"  # a limit was reached: nobody gave a reason
NOT_STATED = f"{RULE}not_stated"
STILL_OPEN = f"{RULE}still_open"
OWN = (SILENCE, NOT_STATED, STILL_OPEN)


def pareto(reasons: pd.Series, worth: pd.Series | None = None) -> pd.DataFrame:
    """Reasons by how often they were given, most frequent first.

    Parameters
    ----------
    reasons
        One per loss; missing ones are `NOT_STATED`.
    worth
        Money lost with each, under the same labels; then reasons are sorted by it.

    Returns
    -------
    DataFrame
        Indexed by reason: losses, worth (NaN where it is not given), part (of the losses, or of the
        money) and cumulative part.
    """
    reason = reasons.fillna(NOT_STATED).rename("reason")
    money = pd.Series(np.nan, reasons.index) if worth is None else worth.reindex(reasons.index)
    by_reason = money.groupby(reason)
    table = pd.DataFrame(
        {"losses": by_reason.size(), "worth": by_reason.sum(min_count=1)}
    ).rename_axis("reason")
    measure = "losses" if worth is None else "worth"
    table = table.sort_values(measure, ascending=False, kind="stable")
    part = table[measure] / table[measure].sum()
    return table.assign(part=part, cumulative=part.cumsum())


def incidence(
    spells: pd.DataFrame,
    as_of: str | date,
    expected: Expectation,
    reasons: pd.Series,
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """What becomes of those who enter a stage, by `expected.days`.

    Parameters
    ----------
    reasons
        Why a spell was lost, under the labels of `spells`; spells without one may be left out.

    Returns
    -------
    DataFrame
        Indexed by outcome: `REACHED` (the expectation was met), every reason, `SILENCE` (a limit
        was reached), `NOT_STATED` (any other exit), `STILL_OPEN`: share, low, high. Shares sum to
        1. Empty where nobody was followed for a day.
    """
    own = _outcomes(reaching(stays(spells, as_of), expected), reasons)
    ways = _ways(own)
    return _shares(own, ways, expected.days, interval)


def gap(
    spells: pd.DataFrame,
    as_of: str | date,
    expected: Expectation,
    reasons: pd.Series,
    groups: pd.Series,
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """How far each group is from all others in what they reach, and by which obstacles.

    Parameters
    ----------
    reasons
        As for `incidence`.
    groups
        Channel or segment by customer_id; customers without one are left out.

    Returns
    -------
    DataFrame
        Indexed by group and outcome: share in the group, elsewhere (in all other groups), part: how
        much of the difference in `REACHED` the outcome accounts for, with low and high (from the
        bounds of both shares: Newcombe, R. G., 1998, Statistics in Medicine 17(8), 873-890, method
        10). The parts of the obstacles sum to the group's difference; `REACHED` itself has none.
    """
    own = _outcomes(reaching(stays(spells, as_of), expected), reasons)
    group = own["customer_id"].map(groups)
    own, group = own[group.notna()], group.dropna()
    ways, tables = _ways(own), {}
    for name in sorted(group.unique(), key=str):
        here, there = (
            _shares(own[side], ways, expected.days, interval).reindex([*ways, STILL_OPEN])
            for side in (group == name, group != name)
        )
        tables[name] = _parts(here, there)
    if not tables:
        return pd.DataFrame(columns=["share", "elsewhere", "part", "low", "high"])
    return pd.concat(tables, names=["group", "outcome"])


def _parts(here: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """What each outcome accounts for of the distance between two sets of stays."""
    part = there["share"] - here["share"]
    below = np.hypot(there["share"] - there["low"], here["high"] - here["share"])
    above = np.hypot(there["high"] - there["share"], here["share"] - here["low"])
    found = pd.DataFrame({"part": part, "low": part - below, "high": part + above})
    found.loc[REACHED] = np.nan
    shares = {"share": here["share"], "elsewhere": there["share"]}
    return pd.DataFrame(shares).join(found)


def _outcomes(own: pd.DataFrame, reasons: pd.Series) -> pd.DataFrame:
    """The stays of one stage, `next_state` being what became of them."""
    reason = reasons.reindex(own.index).where(~own["by_rule"], SILENCE).fillna(NOT_STATED)
    kept = own["next_state"].isin(["", REACHED])
    return own.assign(next_state=own["next_state"].where(kept, reason), by_rule=False)


def _ways(own: pd.DataFrame) -> list[str]:
    """What became of stays: reached first, then most frequent first."""
    lost = own.loc[~own["next_state"].isin(["", REACHED]), "next_state"].value_counts(sort=True)
    return [REACHED, *lost.index]


def _shares(own: pd.DataFrame, ways: list[str], days: int, interval: float) -> pd.DataFrame:
    """Share of each outcome by a number of days."""
    left = ends(own, ways)
    if left is None:
        return pd.DataFrame(columns=["share", "low", "high"], dtype=float).rename_axis("outcome")
    found = left.by(days, interval)
    columns = [*range(1, 1 + len(ways)), 0]
    return pd.DataFrame(
        {name: getattr(found, name)[0, columns] for name in ("share", "low", "high")},
        index=pd.Index([*ways, STILL_OPEN], name="outcome"),
    )
