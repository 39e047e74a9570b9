"""Why a move is made less often than expected: who comes in, or how they are treated.

*Quality*: does it depend on the source that customers came from? *Process*: does it depend on how
soon and how often they were contacted? Contacts take time, and only who is still open can be
contacted, so the process is judged among those still open on day 7, by what had happened by then;
anything later would be immortal time (Suissa, S., 2008, American Journal of Epidemiology 167(4)).
Neither is an experiment: sources differ in more than quality, and the best leads may be called
first.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from clv.models.exits import Exits, heterogeneity
from clv.stages.bottlenecks import REACHED, Expectation, reaching
from clv.stages.stays import ends, stays

LANDMARK = 7  # days
LEAST = 20  # stays that a group must have; smaller ones are taken together
OTHER = "other"
RESPONSES = {"same_day": 0, "1-2_days": 2, "3-7_days": LANDMARK}  # days to the first contact, up to
NO_RESPONSE = "none"
CONTACTS = {"0": 0, "1": 1, "2-3": 3, "4+": np.inf}  # contacts in the first 7 days, up to


def quality(
    spells: pd.DataFrame,
    as_of: str | date,
    expected: Expectation,
    sources: pd.Series,
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """How often an expectation is met by customers of each source.

    Parameters
    ----------
    sources
        By customer_id; who has none is of source `unknown`.

    Returns
    -------
    DataFrame
        Indexed by source, best first: entries, part (of all entries), share, low, high. Sources of
        fewer than 20 entries are `other`. `attrs`: p (whether sources differ by more than chance;
        NaN: not known).
    """
    own = reaching(stays(spells, as_of), expected)
    source = own["customer_id"].map(sources).fillna("unknown")
    return _by_group(own, source, expected, interval).rename_axis("source")


def process(
    spells: pd.DataFrame,
    as_of: str | date,
    expected: Expectation,
    contacts: pd.DataFrame,
    *,
    interval: float = 0.90,
) -> pd.DataFrame:
    """How often an expectation is met after day 7, by what was done until then.

    Parameters
    ----------
    contacts
        One row per contact that the company made: customer_id, date.

    Returns
    -------
    DataFrame
        Indexed by aspect (`response`: days to the first contact; `contacts`: how many) and group,
        in their order: entries (still open after day 7), part, share, low, high (of these, by
        `expected.days` since entry), p: whether the groups of the aspect differ by more than chance
        (NaN: not known).
    """
    own = reaching(stays(spells, as_of), expected)
    own = own[own["days"] > LANDMARK]
    response, number = _first_week(own, contacts)
    tables = {}
    for aspect, groups, limits in (
        ("response", response, {**RESPONSES, NO_RESPONSE: np.inf}),
        ("contacts", number, CONTACTS),
    ):
        places = np.searchsorted(list(limits.values()), groups)
        names = pd.Series(np.take(list(limits), places), own.index)
        table = _by_group(own, names, expected, interval, landmark=LANDMARK, least=1)
        order = [name for name in limits if name in table.index]
        tables[aspect] = table.loc[order].assign(p=table.attrs["p"])
    return pd.concat(tables, names=["aspect", "group"])


def _first_week(own: pd.DataFrame, contacts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Days from entry to the first contact (infinite: none by day 7), and how many by day 7."""
    rows = own[["customer_id", "start"]].rename_axis("stay").reset_index()
    after = rows.merge(contacts[["customer_id", "date"]], on="customer_id")
    after = after.assign(days=(after["date"] - after["start"]).dt.days)
    early = after[after["days"].between(0, LANDMARK)].groupby("stay")["days"]
    response = early.min().reindex(own.index).fillna(np.inf)
    return response, early.size().reindex(own.index, fill_value=0)


def _by_group(
    own: pd.DataFrame,
    group: pd.Series,
    expected: Expectation,
    interval: float,
    *,
    landmark: float | None = None,
    least: int = LEAST,
) -> pd.DataFrame:
    """Share of each group that met the expectation, and whether groups differ."""
    size = group.map(group.value_counts())
    group = group.where(size >= least, OTHER)
    days = [expected.days]
    whole = ends(own, [REACHED], landmark=landmark)
    rows, known = {}, {}
    for name, found in own.groupby(group):
        left = ends(found, [REACHED], landmark=landmark)
        shares = _shares(left, days, interval)
        rows[name] = {"entries": len(found), "part": len(found) / len(own), **shares}
        known[name] = 0.0 if left is None else left.by(days).known[0]
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["entries", "part", "share", "low", "high"]
    ).sort_values("share", ascending=False, kind="stable")
    table.attrs = {"p": _p_alike(table, pd.Series(known, dtype=float), whole, days)}
    return table


def _shares(left: Exits | None, days: list[int], interval: float) -> dict[str, float]:
    """The share that met the expectation, with its bounds."""
    if left is None:
        return dict.fromkeys(("share", "low", "high"), np.nan)
    found = left.by(days, interval)
    return {name: getattr(found, name)[0, 1] for name in ("share", "low", "high")}


def _p_alike(table: pd.DataFrame, known: pd.Series, whole: Exits | None, days: list[int]) -> float:
    """How likely chance alone makes groups whose share is known differ so much; NaN: not known."""
    if whole is None:
        return np.nan
    told = table["share"].notna()
    all_of_them = whole.by(days)
    error = np.sqrt(all_of_them.variance[0, 1] * all_of_them.known[0])
    return heterogeneity(table.loc[told, "share"], known[table.index[told]], error).p
