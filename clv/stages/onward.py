"""How soon customers move on: forward, or back to buying, whichever way they go.

Of each stage one chance by each day since it was entered, all other exits competing, beside the
plain ratio that takes everybody who is still waiting for a failure. A limit that is passed ends no
wait: who is at risk, then dormant, then buys, has come back from being at risk, so many days later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.models.exits import exits
from clv.stages.rules import LOST, SILENT
from clv.stages.signals import gaps
from clv.stages.stays import HORIZONS, Days, by_state, onwards, stays
from clv.stages.transitions import ONWARD, kind

if TYPE_CHECKING:
    from clv.stages.lifecycle import Lifecycle

WAITING = (  # stages in which customers should not stay
    *("reached", "lead", "prospect", "lost_lead"),
    *SILENT,
)
LEAST = 20  # stays that led on, below which no chance is told


def onward(
    spells: pd.DataFrame, as_of: str | date, *, days: Days = HORIZONS, interval: float = 0.90
) -> pd.DataFrame:
    """How likely a customer is to have moved on by each day since a stage was entered.

    Returns
    -------
    DataFrame
        One row per number of days and stage in which customers should not stay, where 20 or more
        have moved on from it: stage,
        days, entries; share with low and high (NaN where nobody was followed so long); moved and
        still_open (there, or in a stage that only a limit led to): counts so far; naive: moved /
        entries.
    """
    found = _waits(stays(spells, as_of))
    tables = [_of_stage(state, own, list(days), interval) for state, own in by_state(found)]
    columns = ["stage", "days", "entries", "share", "low", "high", "moved", "still_open", "naive"]
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)


def _waits(found: pd.DataFrame) -> pd.DataFrame:
    """Stays in which customers should not stay, each up to the first end that is no limit.

    `found`: as `stays` returns it, each customer's in the order of time.
    """
    goes_on = found["by_rule"] & found["next_state"].isin(WAITING)
    run = (~goes_on).shift(fill_value=True).cumsum()
    end = (found["start"] + pd.to_timedelta(found["days"], unit="D")).groupby(run)
    last = {name: found.groupby(run)[name].transform("last") for name in ("next_state", "by_rule")}
    until = (end.transform("last") - found["start"]).dt.days
    return found.assign(days=until, **last)[found["state"].isin(WAITING)]


def _of_stage(
    state: str, found: pd.DataFrame, days: Sequence[int], interval: float
) -> pd.DataFrame | None:
    """The chances of one stage; None where too few have moved on."""
    ways = [way for way in found["next_state"].unique() if way and kind(state, way) in ONWARD]
    moved = int((found["next_state"].isin(ways) & ~found["by_rule"]).sum())
    left = onwards(found) if moved >= LEAST else None
    if left is None:
        return None
    told = left.by(days, interval)
    return pd.DataFrame(
        {
            "stage": state,
            "days": np.asarray(days),
            "entries": len(found),
            "share": told.share[:, 1],
            "low": told.low[:, 1],
            "high": told.high[:, 1],
            "moved": moved,
            "still_open": int((found["next_state"] == "").sum()),
            "naive": moved / len(found),
        }
    )


def second_purchase(
    life: Lifecycle, *, days: Days = HORIZONS, interval: float = 0.90
) -> pd.DataFrame:
    """How likely a new customer is to have bought a second time, by days since the first purchase.

    Who may be older than the log is left out: nobody knows which purchase was the first.

    Returns
    -------
    DataFrame
        One row per number of days: days, entries; share with low and high (NaN where nobody was
        followed so long); moved: who has bought again so far, still_open; naive: moved / entries.
    """
    unsure = life.spells.loc[life.spells["entry_uncertain"], "customer_id"]
    silences = gaps(life.days[~life.days["customer_id"].isin(unsure)], life.as_of)
    first = silences[(silences["purchase_days"] == 1) & (silences["days"] > 0)]
    moved = int(first["returned"].sum())
    told = {"days": list(days), "entries": len(first)}
    shares = dict.fromkeys(("share", "low", "high"), np.nan)
    if len(first):
        found = exits(first["days"], first["returned"].astype(int), causes=1).by(days, interval)
        shares = {name: getattr(found, name)[:, 1] for name in shares}
    still = {"moved": moved, "still_open": len(first) - moved, "naive": moved / max(len(first), 1)}
    return pd.DataFrame({**told, **shares, **still})


def before_the_limit(ruled: pd.DataFrame) -> pd.DataFrame:
    """The limits from which a customer counts as lost, and who comes back before them.

    `ruled`: as `stays.by_rule` returns it. Other limits, such as the end of an onboarding, are no
    loss; and a stage of buying has no limit of its own: each purchase begins the silence anew.
    """
    lost = ruled["state"].isin(WAITING) & ruled["next_state"].isin(LOST)
    return ruled[lost].reset_index(drop=True)
