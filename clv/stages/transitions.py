"""Who moved from stage to stage in a period, and what kind of move each was.

Every function takes the table of spells (`clv.stages.spells`) and days. A move belongs to the day
on which the next spell begins; a period begins after its first day, so that periods which follow
each other share no move.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from clv.errors import BadParameter
from clv.stages import rules
from clv.stages.spells import BY_RULE

KINDS = (
    *("entry", "forward", "skip", "backward"),
    *("loss", "revival"),  # of leads, who have not bought
    *("lapse", "deepening", "recovery", "re_entry"),  # of customers, who have
)
ONWARD = ("forward", "skip", "revival", "recovery", "re_entry")  # what a company wishes for
DEPTH = {  # rungs of the ladder
    "reached": 1,
    "lead": 2,
    "prospect": 3,
    "onboarding": 4,
    "reactivated": 4,
    "active": 4,
    "loyal": 5,
    "advocate": 6,
}
LOST_LEAD = "lost_lead"
SILENCE = {state: away for away, state in enumerate(rules.SILENT, start=1)}
SETTLED = "active"  # on its rung, the others come before it


def kind(state: str, next_state: str) -> str:
    """What kind of move leads from one stage to another.

    >>> [kind("lead", "prospect"), kind("lead", "onboarding"), kind("loyal", "active")]
    ['forward', 'skip', 'backward']
    >>> [kind("active", "at_risk"), kind("at_risk", "active"), kind("churned", "reactivated")]
    ['lapse', 'recovery', 're_entry']
    >>> kind("dormant", "churned")  # lost before, and no less now
    'deepening'
    >>> [kind("prospect", "lost_lead"), kind("lost_lead", "onboarding")]
    ['loss', 'revival']
    """
    if state == rules.NOT_YET:
        return "entry"
    if LOST_LEAD in (state, next_state):
        return "loss" if next_state == LOST_LEAD else "revival"
    before, after = SILENCE.get(state, 0), SILENCE.get(next_state, 0)
    if after > before:
        return "deepening" if before else "lapse"
    if after < before:
        return "recovery" if state == "at_risk" else "re_entry"
    climbed = DEPTH.get(next_state, 0) - DEPTH.get(state, 0)
    if climbed > 1:
        return "skip"
    return "forward" if climbed == 1 or (climbed == 0 and next_state == SETTLED) else "backward"


def moves(spells: pd.DataFrame, start: str | date, end: str | date) -> pd.DataFrame:
    """Every move in a period, one a row, in the order of the spells.

    Parameters
    ----------
    spells
        As `life.spells`: each customer's in the order of time.
    start, end
        The period begins after the day `start` and ends with the day `end`.

    Returns
    -------
    DataFrame
        customer_id; day; state (`not_known`: nothing was known) and next_state; kind; by_rule: a
        silence or a window reached its limit, which is no chance (False for an entry).
    """
    start, end = _period(start, end)
    from_nowhere = spells["start"] != spells.groupby("customer_id")["stop"].shift()
    entries = spells.loc[from_nowhere & spells["start"].between(start, end, inclusive="right")]
    moved = spells.loc[
        spells["next_state"].notna() & spells["stop"].between(start, end, inclusive="right")
    ]
    come = pd.DataFrame(
        {
            "customer_id": entries["customer_id"],
            "day": entries["start"],
            "state": rules.NOT_YET,
            "next_state": entries["state"].astype("str"),
            "by_rule": False,
        }
    )
    gone = pd.DataFrame(
        {
            "customer_id": moved["customer_id"],
            "day": moved["stop"],
            "state": moved["state"].astype("str"),
            "next_state": moved["next_state"].astype("str"),
            "by_rule": moved["cause"].isin(BY_RULE),
        }
    )
    found = pd.concat([come, gone]).sort_values(["customer_id", "day"], ignore_index=True)
    return _in_order(found.assign(kind=_kinds(found)))


def counts(spells: pd.DataFrame, start: str | date, end: str | date) -> pd.DataFrame:
    """How often each move was made in a period; only moves that were made.

    Returns
    -------
    DataFrame
        state, next_state, kind; moves; by_event and by_rule, which add up to them; customers.
        `attrs`: start, end (ISO days).
    """
    found = moves(spells, start, end)
    grouped = found.groupby(["state", "next_state", "kind"], observed=True)
    table = grouped.agg(
        moves=("day", "size"), by_rule=("by_rule", "sum"), customers=("customer_id", "nunique")
    ).reset_index()
    table.insert(4, "by_event", table["moves"] - table["by_rule"])
    table.attrs = {"start": _iso(start), "end": _iso(end)}
    return table


def movement(spells: pd.DataFrame, end: str | date, *, days: int = 90) -> pd.DataFrame:
    """Moves of the last `days` days beside those of the `days` before them.

    Returns
    -------
    DataFrame
        state, next_state, kind; before, after (moves in either period) and change; largest change
        first. `attrs`: start, middle, end (ISO days).
    """
    if days < 1:
        raise BadParameter.from_value("days", days, "1 or more")
    end = pd.Timestamp(end)
    middle, start = end - timedelta(days), end - timedelta(2 * days)
    keys = ["state", "next_state", "kind"]
    before, after = (
        counts(spells, *period).set_index(keys)["moves"]
        for period in ((start, middle), (middle, end))
    )
    both = pd.DataFrame({"before": before, "after": after}).fillna(0).astype(int)
    both["change"] = both["after"] - both["before"]
    table = both.sort_values("change", key=abs, ascending=False, kind="stable").reset_index()
    table.attrs = {"start": _iso(start), "middle": _iso(middle), "end": _iso(end)}
    return table


def by_kind(spells: pd.DataFrame, end: str | date, *, days: int = 30) -> pd.DataFrame:
    """Customers who moved in the last `days` days, by kind of move, and in the `days` before them.

    Returns
    -------
    DataFrame
        Indexed by kind, those that occur in their order: customers (whoever made such a move once
        or more), before (the same of the period before), change; state, next_state and most: the
        most frequent such move of the last period, and how often it was made (missing: there was
        none). `attrs`: start, middle, end (ISO days), days.
    """
    table = movement(spells, end, days=days)
    middle = table.attrs["middle"]
    now, before = (
        moves(spells, *period).groupby("kind", observed=False)["customer_id"].nunique()
        for period in ((middle, end), (table.attrs["start"], middle))
    )
    most = table[table["after"] > 0].sort_values("after", ascending=False, kind="stable")
    most = most.drop_duplicates("kind").set_index("kind").rename(columns={"after": "most"})
    most = most[["state", "next_state", "most"]].astype({"state": "str", "next_state": "str"})
    found = pd.DataFrame({"customers": now, "before": before, "change": now - before})
    found = found.join(most).loc[(now > 0) | (before > 0)].rename_axis("kind")
    found.attrs = table.attrs | {"days": days}
    return found


def _kinds(found: pd.DataFrame) -> pd.Series:
    """The kind of each row's move."""
    pairs = found[["state", "next_state"]].drop_duplicates()
    kinds = [kind(*pair) for pair in pairs.itertuples(index=False)]
    named = pairs.assign(kind=pd.Series(kinds, pairs.index, dtype="str"))
    return found.merge(named, how="left", on=["state", "next_state"])["kind"]


def _in_order(found: pd.DataFrame) -> pd.DataFrame:
    """Stages and kinds as categories, in the lifecycle's order."""
    orders = {
        "state": (rules.NOT_YET, *rules.STATES),
        "next_state": rules.STATES,
        "kind": KINDS,
    }
    typed = {
        name: pd.Categorical(found[name], categories=order, ordered=True)
        for name, order in orders.items()
    }
    found = found.assign(**typed)
    return found[["customer_id", "day", "state", "next_state", "kind", "by_rule"]]


def _period(start: str | date, end: str | date) -> tuple[pd.Timestamp, pd.Timestamp]:
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    if not start < end:
        raise BadParameter.from_value("start", _iso(start), f"a day before {_iso(end)}")
    return start, end


def _iso(day: str | date) -> str:
    return pd.Timestamp(day).date().isoformat()
