"""Where customers stand so many days after anything was first known of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.models.intervals import of_share
from clv.models.multistate import histories
from clv.models.spells import OPEN, Spells
from clv.stages import rules
from clv.stages.stays import HORIZONS, VANISHED, Days, stays

SEEN_ONCE = 0.5  # days: a stay that began on the last day is seen, but for no whole day


def occupation(
    spells: pd.DataFrame, as_of: str | date, *, days: Days = HORIZONS, interval: float = 0.90
) -> pd.DataFrame:
    """Share of customers in each stage, so many days after anything was first known of them.

    By Aalen and Johansen, of all whose beginning is known, however long each was followed; who
    vanished is not followed further. Without any of these the table is empty.

    Returns
    -------
    DataFrame
        One row per number of days and stage that occurs: days, stage (`vanished` last), share, low,
        high; shares of a day sum to 1. NaN where too few were followed so long.
    """
    unsure = spells.loc[spells["entry_uncertain"], "customer_id"]
    found = stays(spells.loc[~spells["customer_id"].isin(unsure)], as_of)
    found = found[~_after_vanishing(found)]
    if found.empty:
        return pd.DataFrame(columns=["days", "stage", "share", "low", "high"])
    first = found.groupby("customer_id")["start"].transform("min")
    entry = (found["start"] - first).dt.days
    names = [*rules.STATES, VANISHED]
    code = {name: number for number, name in enumerate(names)}
    rows = Spells.of(
        found["state"].map(code),
        found["next_state"].map({**code, "": OPEN}),
        entry,
        entry + found["days"].where(found["days"] > 0, SEEN_ONCE),
        subject=pd.factorize(found["customer_id"])[0],
    )
    there = histories(rows, states=len(names), start=0).occupation(list(days))
    followed = (entry + found["days"]).groupby(found["customer_id"]).max().to_numpy()
    known = (followed >= there.at[:, None]).sum(axis=1)
    low, high = of_share(there.value, there.variance, known[:, None], interval)
    ends = {"share": there.value, "low": low, "high": high}
    table = pd.DataFrame(
        {
            "days": np.repeat(there.at.astype(int), len(names)),
            "stage": np.tile(names, len(there.at)),
            **{name: values.ravel() for name, values in ends.items()},
        }
    )
    occurs = set(found["state"]) | set(found["next_state"])
    return table[table["stage"].isin(occurs)].reset_index(drop=True)


def _after_vanishing(found: pd.DataFrame) -> pd.Series:
    """Whether a stay came after one at whose end nothing was known of the customer any more."""
    vanished = found["next_state"] == VANISHED
    return vanished.groupby(found["customer_id"]).cumsum() > vanished
