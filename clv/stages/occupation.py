"""Where customers stand so many days after anything was first known of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.models.intervals import of_share
from clv.models.multistate import Histories, histories
from clv.models.spells import OPEN, Spells
from clv.stages import rules
from clv.stages.stays import HORIZONS, VANISHED, Days, stays

NAMES = (*rules.STATES, VANISHED)
SEEN_ONCE = 0.5  # days: a stay that began on the last day is seen, but for no whole day


def occupation(
    spells: pd.DataFrame,
    as_of: str | date,
    *,
    days: Days = HORIZONS,
    interval: float | None = 0.90,
) -> pd.DataFrame:
    """Share of customers in each stage, so many days after anything was first known of them.

    By Aalen and Johansen, of all whose beginning is known, however long each was followed; who
    vanished is not followed further. Without any of these the table is empty. Of many days, for a
    chart that shows no bounds, `interval=None` leaves these out, which take longest.

    Returns
    -------
    DataFrame
        One row per number of days and stage that occurs: days, stage (`vanished` last), share, and
        with an interval low and high; shares of a day sum to 1. NaN where too few were followed so
        long.
    """
    unsure = spells.loc[spells["entry_uncertain"], "customer_id"]
    found = stays(spells.loc[~spells["customer_id"].isin(unsure)], as_of)
    found = found[~_after_vanishing(found)]
    if found.empty:
        bounds = [] if interval is None else ["low", "high"]
        return pd.DataFrame(columns=["days", "stage", "share", *bounds])
    first = found.groupby("customer_id")["start"].transform("min")
    entry, at = (found["start"] - first).dt.days, list(days)
    path = _followed(found, entry)
    shown = {"share": path.shares_at(at)}
    if interval is not None:
        seen = (entry + found["days"]).groupby(found["customer_id"]).max().to_numpy()
        known = (seen >= np.array(at)[:, None]).sum(axis=1)
        sure = path.occupation(at)
        shown["low"], shown["high"] = of_share(sure.value, sure.variance, known[:, None], interval)
    table = pd.DataFrame(
        {
            "days": np.repeat(at, len(NAMES)),
            "stage": np.tile(NAMES, len(at)),
            **{name: values.ravel() for name, values in shown.items()},
        }
    )
    occurs = set(found["state"]) | set(found["next_state"])
    return table[table["stage"].isin(occurs)].reset_index(drop=True)


def _followed(found: pd.DataFrame, entry: pd.Series) -> Histories:
    """Stays as histories, in days since anything was first known of each customer."""
    code = {name: number for number, name in enumerate(NAMES)}
    rows = Spells.of(
        found["state"].map(code),
        found["next_state"].map({**code, "": OPEN}),
        entry,
        entry + found["days"].where(found["days"] > 0, SEEN_ONCE),
        subject=pd.factorize(found["customer_id"])[0],
    )
    return histories(rows, states=len(NAMES), start=0)


def _after_vanishing(found: pd.DataFrame) -> pd.Series:
    """Whether a stay came after one at whose end nothing was known of the customer any more."""
    vanished = found["next_state"] == VANISHED
    return vanished.groupby(found["customer_id"]).cumsum() > vanished
