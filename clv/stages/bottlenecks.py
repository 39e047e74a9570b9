"""Where customers get stuck: moves that are less likely than they should be, by a given day.

An expectation is a rate and a number of days, such as: of the leads, 20 % become prospects within
180 days. It is judged by the cumulative incidence from the day the stage was entered and its
complementary log-log interval, never by a ratio of counts. So that a report which judges many moves
does not find a bottleneck by chance alone, a flag must hold for all of them together (Holm, S.,
1979, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics
6(2), 65-70).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter
from clv.models.intervals import p_below, tail
from clv.stages import rules
from clv.stages.stays import ends, stays

LEAST_MATURE = 100  # stays that began early enough to be judged
RULE = "rule:"  # before an outcome of ours, so that no reason of the data is called alike
REACHED = f"{RULE}reached"  # the one way out that an expectation is about
RATE = 0.20  # one in five: a point to start from where nobody knows better, and no benchmark
UNSEEN = "not_observable"
BEFORE = ("reached", "lead", "prospect", "lost_lead")  # a purchase
LINKS = {"lead": "leads.customer_id", "prospect": "opportunities.customer_id"}  # to what they buy
NEEDS = {  # state -> what shows it, as tables and columns; what links those in it to what they buy
    state: (rules.NEEDS[state].replace(" with ", "."), link) for state, link in LINKS.items()
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many of those who enter a stage should have reached another, by when."""

    state: str
    reaches: tuple[str, ...]  # any of them; who skips one step ahead has reached it too
    rate: float  # share, between 0 and 1
    days: int  # since entry

    def __post_init__(self) -> None:
        if not 0 < self.rate < 1:
            raise BadParameter.from_value("rate", self.rate, "a share such as 0.20")
        if not self.days >= 1:
            raise BadParameter.from_value("days", self.days, "1 or more days")
        if unknown := {self.state, *self.reaches} - set(rules.STATES):
            raise BadParameter.from_value("state", sorted(unknown), f"of {list(rules.STATES)}")


def leads_to_prospects(lead_ttl: int = 180) -> Expectation:
    """One lead in five becomes a prospect, or buys at once, before leads count as lost."""
    return Expectation("lead", ("prospect", *rules.IN_RHYTHM), rate=RATE, days=lead_ttl)


def prospects_to_customers(lead_ttl: int = 180) -> Expectation:
    """One prospect in five buys before leads count as lost: worked on longer, they are lost too."""
    return Expectation("prospect", rules.IN_RHYTHM, rate=RATE, days=lead_ttl)


def expectations(
    lead_ttl: int = 180, own: Mapping[str, float | Mapping[str, float]] | None = None
) -> tuple[Expectation, ...]:
    """What is expected of leads and of prospects: as declared, else one in five of each.

    `own`: by stage, a share, or {rate: a share, days: since entry}; see `clv.study_lifecycle`.

    >>> [(each.state, each.rate, each.days) for each in expectations(90, {"prospect": 0.3})]
    [('lead', 0.2, 90), ('prospect', 0.3, 90)]
    """
    found = []
    for usual in (leads_to_prospects(lead_ttl), prospects_to_customers(lead_ttl)):
        said = (own or {}).get(usual.state, {})
        found.append(replace(usual, **(said if isinstance(said, Mapping) else {"rate": said})))
    return tuple(found)


def bottlenecks(
    spells: pd.DataFrame,
    as_of: str | date,
    expectations: Sequence[Expectation] = (leads_to_prospects(),),
    *,
    observable: Collection[str] = rules.STATES,
    interval: float = 0.90,
) -> pd.DataFrame:
    """Each expectation with what came of it, and whether that is a bottleneck.

    Parameters
    ----------
    spells
        As `life.spells`.
    as_of
        The last day that is looked at.
    expectations
        All that one report judges: Holm's correction is over them.
    observable
        The states that the tables can show, as `life.observable`. Where they cannot show that an
        expectation is met, nobody having met it says nothing: neither the next stage before a
        purchase is observable, nor is anyone who was in the stage known to have bought.

    Returns
    -------
    DataFrame
        One row per expectation: state, reaches (the first of its stages), expected, days; entries;
        mature: those that entered `days` or more before `as_of`; share, low, high; p: chance of a
        share so low if the expectation were just met; p_holm: with all judged expectations counted;
        verdict: `bottleneck` (the interval lies below the expectation, and p_holm is below its
        tail), `ok` (it lies above), `cannot_tell`, `not_enough_data` (fewer than 100 mature
        entries, or nobody followed so long), `not_observable`; needs: the tables and columns that
        would show it, else "". `attrs`: interval.
    """
    _refuse_others(expectations)
    found = stays(spells, as_of)
    rows = [_outcome(found, each, as_of, interval) for each in expectations]
    return _judged(rows, [_needs(spells, each, observable) for each in expectations], interval)


def of_groups(
    spells: pd.DataFrame,
    as_of: str | date,
    expected: Expectation,
    groups: pd.Series,
    *,
    observable: Collection[str] = rules.STATES,
    interval: float = 0.90,
) -> pd.DataFrame:
    """One expectation, and whether that is a bottleneck, for the customers of each group.

    `groups`: by customer_id, such as the sources of leads; customers without one are left out.

    Returns
    -------
    DataFrame
        As of `bottlenecks`, indexed by group, the lowest share first; Holm's correction is over
        all groups.
    """
    found = stays(spells, as_of)
    group = found["customer_id"].map(groups)
    names = sorted(group.dropna().unique(), key=str)
    rows = [_outcome(found[group == name], expected, as_of, interval) for name in names]
    needs = [_needs(spells, expected, observable)] * len(rows)
    table = _judged(rows, needs, interval).set_index(pd.Index(names, name="group", dtype=object))
    return table[table["entries"] > 0].sort_values("share", kind="stable")


def _refuse_others(expectations: object) -> None:
    """Refuse what is no list of expectations, such as one written as a tuple."""
    listed = isinstance(expectations, Sequence) and not isinstance(expectations, str)
    if not (listed and all(isinstance(each, Expectation) for each in expectations)):
        allowed = "a list of `Expectation(state, reaches, rate, days)`"
        raise BadParameter.from_value("expectations", expectations, allowed)


def _needs(spells: pd.DataFrame, expected: Expectation, observable: Collection[str]) -> str:
    """What would show whether an expectation is met; nothing where it can be seen."""
    shows, links = NEEDS.get(expected.state, (rules.NEEDS.get(expected.state, ""), ""))
    if expected.state not in observable:
        return shows
    next_ones = set(expected.reaches) & set(BEFORE)
    who = spells.loc[spells["state"] == expected.state, "customer_id"]
    buyers = spells.loc[~spells["state"].isin(BEFORE), "customer_id"]
    if who.empty or next_ones & set(observable) or who.isin(buyers).any():
        return ""
    return ", or ".join([*(NEEDS[each][0] for each in next_ones), links])


def _judged(rows: list[list[object]], needs: list[str], interval: float) -> pd.DataFrame:
    """Outcomes with their verdicts, all of them judged together."""
    columns = ["state", "reaches", "expected", "days", "entries", "mature"]
    table = pd.DataFrame(rows, columns=[*columns, "share", "low", "high", "p"])
    table["needs"] = pd.Series(needs, dtype="str")
    told = ["share", "low", "high", "p"]
    table[told] = table[told].astype(float).where(table["needs"] == "")  # unknown, and not 0
    judged = (table["mature"] >= LEAST_MATURE) & table["share"].notna()
    table["p"] = table["p"].where(judged)
    table["p_holm"] = holm(table["p"])
    table["verdict"] = _verdicts(table, judged, tail(interval))
    table.attrs = {"interval": interval}
    return table


def together(*tables: pd.DataFrame) -> list[pd.DataFrame]:
    """All that one report judges, tables as of `bottlenecks` and `of_groups`, judged together.

    Holm's correction is over the rows of all of them; `p_holm` and `verdict` are told anew.
    """
    corrected = np.split(
        holm(np.concatenate([table["p"] for table in tables])),
        np.cumsum([len(table) for table in tables])[:-1],
    )
    found = []
    for table, p in zip(tables, corrected, strict=True):
        anew = table.assign(p_holm=p)
        level = tail(table.attrs["interval"])
        found.append(anew.assign(verdict=_verdicts(anew, anew["p"].notna(), level)))
    return found


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Probabilities corrected for how many there are; NaN are not counted. Shape (n,).

    >>> holm([0.01, 0.04, np.nan, 0.03]).round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    p = np.asarray(p, dtype=float)
    order = np.argsort(p)  # NaN last
    number = np.isfinite(p).sum()
    factors = np.maximum(number - np.arange(len(p)), 1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1)
    return corrected


def reaching(found: pd.DataFrame, expected: Expectation) -> pd.DataFrame:
    """The stays of an expectation's stage, `next_state` being REACHED where it was met.

    A stage that a rule led to was not reached by anything that happened.
    """
    own = found[found["state"] == expected.state]
    met = own["next_state"].isin(expected.reaches) & ~own["by_rule"]
    return own.assign(next_state=own["next_state"].mask(met, REACHED))


def _outcome(
    found: pd.DataFrame, expected: Expectation, as_of: str | date, interval: float
) -> list[object]:
    """What came of one expectation."""
    own = reaching(found, expected)
    age = (pd.Timestamp(as_of) - own["start"]).dt.days
    told = [np.nan] * 4
    left = ends(own, [REACHED])
    if left is not None:
        shares = left.by(expected.days, interval)
        share, variance = shares.share[0, 1], shares.variance[0, 1]
        p = float(p_below(share, variance, shares.known[0], expected.rate))
        told = [share, shares.low[0, 1], shares.high[0, 1], p]
    counted = [len(own), int((age >= expected.days).sum())]
    return [expected.state, expected.reaches[0], expected.rate, expected.days, *counted, *told]


def _verdicts(table: pd.DataFrame, judged: pd.Series, level: float) -> NDArray[np.str_]:
    """What each row amounts to."""
    below = (table["high"] < table["expected"]) & (table["p_holm"] < level)
    above = table["low"] > table["expected"]
    unseen = table["needs"] != ""
    return np.select(
        [unseen, ~judged, below, above],
        [UNSEEN, "not_enough_data", "bottleneck", "ok"],
        "cannot_tell",
    )
