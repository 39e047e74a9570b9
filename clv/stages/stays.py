"""How long customers stay in a stage, how they leave it, and how likely each way is.

Two kinds of exits are told apart. Some are *events*: a purchase, a lead, a contract, a ticket. The
others are *by rule*: a silence or a window reached its limit, on a day known in advance; a chance,
a rate or a median of these would describe the rule, not the customers. So events get chances
(cause-specific cumulative incidence from the day the stage was entered, other exits competing: see
`clv.models.exits`), and rules get their limit and the share who leave before it.

`stays` takes the table of spells (`clv.stages.spells`) and the last day that is looked at, and so
does what rests on it: `success`, `lengths` and `by_rule`. What began before the first row of a log
whose births are unknown is left out: nobody knows when. `rates` takes spells and the two ends of a
period and leaves nothing out: it asks for no beginning. The others take the rows of `stays`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from clv.models import exits as leaving
from clv.models.intervals import of_rate, quantile
from clv.stages import rules
from clv.stages.spells import BY_RULE
from clv.stages.transitions import ONWARD, kind
from clv.tables.periods import in_years

HORIZONS = (30, 90, 180, 365)  # days since entry
YEAR = 365  # days: how much of a stay the mean counts
ONWARDS = "onward"  # the one way out that is asked for
VANISHED = "vanished"  # every purchase was cancelled, and nothing else is known

Days = Sequence[int]


def stays(spells: pd.DataFrame, as_of: str | date) -> pd.DataFrame:
    """Each stay in a stage as it was known at the end of a day.

    Returns
    -------
    DataFrame
        Rows of `spells` under their labels, those that began by `as_of` and whose beginning is
        known: customer_id, state, start; next_state (text; empty: open, or `vanished`); by_rule;
        days: from the first day to the day of the next state, or to `as_of`.
    """
    day = pd.Timestamp(as_of)
    unsure = spells["entry_uncertain"] & ~spells["customer_id"].duplicated()
    known = spells.loc[(spells["start"] <= day) & ~unsure]
    ended = known["stop"].notna() & (known["stop"] <= day)
    stop = known["stop"].where(ended, day)
    following = known["next_state"].astype("str").fillna(VANISHED).where(ended, "")
    return pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "state": known["state"].astype("str"),
            "start": known["start"],
            "next_state": following,
            "by_rule": ended & known["cause"].isin(BY_RULE),
            "days": (stop - known["start"]).dt.days,
        }
    )


def success(
    spells: pd.DataFrame, as_of: str | date, *, days: Days = HORIZONS, interval: float = 0.90
) -> pd.DataFrame:
    """How likely each move by an event is within so many days of entering the stage.

    Returns
    -------
    DataFrame
        One row per move and number of days: state, next_state, kind, days; entries; share with low
        and high (complementary log-log, all stays of a customer together; NaN where nobody was
        followed so long); moved and still_open: counts so far; naive: moved / entries, which takes
        who is still there for a failure.
    """
    tables = [
        _success(state, found, list(days), interval)
        for state, found in by_state(stays(spells, as_of))
    ]
    columns = ["state", "next_state", "kind", "days", "entries", "share", "low", "high"]
    columns += ["moved", "still_open", "naive"]
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)


def lengths(spells: pd.DataFrame, as_of: str | date, *, interval: float = 0.90) -> pd.DataFrame:
    """How long customers stay in each stage.

    Returns
    -------
    DataFrame
        Indexed by stage: entries, customers; by_event, by_rule, still_open: they add up to the
        entries; median, median_low, median_high: days by which half of those who entered have left
        by an event (infinite: fewer have, as far as is known); mean, mean_low, mean_high: days
        spent in the stage within a year of entering it (NaN where nobody was followed so long);
        biased_mean: mean of the completed stays, which forgets the long ones that still go on: to
        be shown as biased, if at all.
    """
    rows = {state: _length(found, interval) for state, found in by_state(stays(spells, as_of))}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("stage")


def by_rule(spells: pd.DataFrame, as_of: str | date, *, interval: float = 0.90) -> pd.DataFrame:
    """The exits that a limit brings about: after what stay, and who leaves before it.

    A stay until a limit is not the limit: silence may have begun before the stage, or anew within
    it. The limits themselves stand in the thresholds.

    Returns
    -------
    DataFrame
        One row per move by rule: state, next_state, moved; limits: how many different stays there
        are; limit, limit_low, limit_high: days in the stage until the limit, median, lowest and
        highest; share of those who entered the stage that moved on or came back by an event before
        their limit, with low and high (NaN where nobody was followed up to the longest stay).
    """
    rows = [
        row
        for state, found in by_state(stays(spells, as_of))
        for row in _limits(state, found, interval)
    ]
    columns = ["state", "next_state", "moved", "limits", "limit", "limit_low", "limit_high"]
    return pd.DataFrame(rows, columns=[*columns, "share", "low", "high"])


def rates(
    spells: pd.DataFrame, start: str | date, end: str | date, *, interval: float = 0.90
) -> pd.DataFrame:
    """How often each move by an event was made in a period, per year spent in the stage.

    A period begins after `start`; stays that began before count with what lies in it.

    Returns
    -------
    DataFrame
        One row per move: state, next_state, moved; years: spent in the stage by all together; rate
        per year, with exact Poisson low and high.
    """
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    until = spells["stop"].fillna(end).clip(upper=end)
    spent = (until - spells["start"].clip(lower=start)).dt.days.clip(lower=0)
    years = in_years(spent).groupby(spells["state"].astype("str")).sum()
    event = spells["next_state"].notna() & ~spells["cause"].isin(BY_RULE)
    made = spells.loc[event & spells["stop"].between(start, end, inclusive="right")]
    moved = made.groupby([made["state"].astype("str"), made["next_state"].astype("str")]).size()
    table = _ordered(moved.rename("moved").reset_index())
    table["years"] = table["state"].map(years).astype(float)
    low, high = of_rate(table["moved"], table["years"], interval)
    return table.assign(rate=table["moved"] / table["years"], low=low, high=high)


def ends(
    found: pd.DataFrame, ways: Sequence[str], *, landmark: float | None = None
) -> leaving.Exits | None:
    """Stays of one stage (rows of `stays`), causes 1, 2, … being the events that ended them.

    Every other exit is one more cause, after these. None where nobody was followed for a day, or
    beyond `landmark`.
    """
    seen = found[found["days"] > (landmark or 0)]
    if seen.empty:
        return None
    cause = seen["next_state"].map({way: number for number, way in enumerate(ways, start=1)})
    other = cause.isna() | seen["by_rule"]
    cause = cause.mask(other, len(ways) + 1).mask(seen["next_state"] == "", 0)
    subject = pd.factorize(seen["customer_id"])[0]
    return leaving.exits(seen["days"], cause, causes=len(ways) + 1, subject=subject, start=landmark)


def by_state(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The stays of each stage that occurs, in the lifecycle's order."""
    groups = dict(tuple(found.groupby("state")))
    return [(state, groups[state]) for state in rules.STATES if state in groups]


def _success(state: str, found: pd.DataFrame, days: list[int], interval: float) -> pd.DataFrame:
    """Chances of each event that ended a stay in one stage."""
    moved = found.loc[(found["next_state"] != "") & ~found["by_rule"], "next_state"].value_counts()
    ways = [way for way in (*rules.STATES, VANISHED) if way in moved.index]
    left = ends(found, ways)
    if left is None or not ways:
        return pd.DataFrame()
    shares, tables = left.by(days, interval), []
    for number, way in enumerate(ways, start=1):
        table = {
            "state": state,
            "next_state": way,
            "kind": kind(state, way),
            "days": days,
            "entries": len(found),
            "share": shares.share[:, number],
            "low": shares.low[:, number],
            "high": shares.high[:, number],
            "moved": moved[way],
            "still_open": int((found["next_state"] == "").sum()),
            "naive": moved[way] / len(found),
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables)


def _length(found: pd.DataFrame, interval: float) -> dict[str, float]:
    """How long the stays in one stage last."""
    event = (found["next_state"] != "") & ~found["by_rule"]
    counted = {
        "entries": len(found),
        "customers": found["customer_id"].nunique(),
        "by_event": int(event.sum()),
        "by_rule": int(found["by_rule"].sum()),
        "still_open": int((found["next_state"] == "").sum()),
    }
    told = dict.fromkeys(
        ("median", "median_low", "median_high", "mean", "mean_low", "mean_high"), np.nan
    )
    left = _events(found)
    if left is not None:
        median, mean = left.median(interval, cause=1), left.mean_stay(YEAR)
        centre, error = mean.value[0, 0], np.sqrt(mean.variance[0, 0])
        ended = (found["next_state"] != "").any()  # else nothing tells how far they differ
        reach = quantile(interval) * error if ended else np.nan
        told |= {
            "median": median.value,
            "median_low": median.low,
            "median_high": median.high,
            "mean": centre,
            "mean_low": max(centre - reach, 0.0),
            "mean_high": min(centre + reach, YEAR),
        }
    return counted | told | {"biased_mean": found.loc[found["next_state"] != "", "days"].mean()}


def onwards(found: pd.DataFrame) -> leaving.Exits | None:
    """Stays of one stage with cause 1 for any event that leads forward or back to buying."""
    state = found["state"].iloc[0]
    good = [way for way in rules.STATES if kind(state, way) in ONWARD]
    event = found["next_state"].isin(good) & ~found["by_rule"]
    return ends(found.assign(next_state=found["next_state"].mask(event, ONWARDS)), [ONWARDS])


def _events(found: pd.DataFrame) -> leaving.Exits | None:
    """Stays with cause 1 for any event and 2 for a limit."""
    event = "event"
    any_event = (found["next_state"] != "") & ~found["by_rule"]
    return ends(found.assign(next_state=found["next_state"].mask(any_event, event)), [event])


def _limits(state: str, found: pd.DataFrame, interval: float) -> list[list]:
    """One row for each move by rule out of one stage."""
    ruled = found[found["by_rule"]]
    if ruled.empty:
        return []
    left = onwards(found).by(ruled["days"].max(), interval)
    share = [left.share[0, 1], left.low[0, 1], left.high[0, 1]]
    rows = []
    for way in (*rules.STATES, VANISHED):
        days = ruled.loc[ruled["next_state"] == way, "days"]
        if len(days):
            spread = [days.nunique(), days.median(), days.min(), days.max()]
            rows.append([state, way, len(days), *spread, *share])
    return rows


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of moves in the lifecycle's order of both stages."""
    place = {state: number for number, state in enumerate(rules.STATES)}
    by = ["state", "next_state"]
    return table.sort_values(by, key=lambda names: names.map(place), ignore_index=True)
