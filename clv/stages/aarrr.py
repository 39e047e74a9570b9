"""AARRR: acquisition, activation, retention, revenue and referral, as five rates per cohort.

Every rate is taken at the same age of everybody it counts, so that an old cohort has no advantage
over a young one; who is not that old yet is not counted, and a cohort that is not, is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import yaml

from clv.models.intervals import wilson
from clv.stages.lifecycle import Lifecycle
from clv.stages.rules import NEEDS
from clv.stages.thresholds import Thresholds
from clv.stages.timelines import stamps

FILE = "aarrr.yml"
INTERVAL = 0.90
BUYERS = "customers who came back"  # without them nobody knows what loyal customers bring


@dataclass(frozen=True, slots=True)
class Rate:
    """One of the five: who of whom counts, at which age."""

    label: Mapping[str, str]  # by language
    of: str
    counts: str
    until: Mapping[str, int]
    after: Mapping[str, int] = field(default_factory=dict)
    needs: str = ""

    def ages(self, thresholds: Thresholds) -> tuple[int, int]:
        """From which day on, and before which, in days since the cohort's own day."""
        after, until = (
            sum(getattr(thresholds, name) * times for name, times in days.items())
            for days in (self.after, self.until)
        )
        return after, until


@cache
def rates() -> Mapping[str, Rate]:
    """The five rates by name, in order."""
    text = files("clv.stages").joinpath(FILE).read_text(encoding="utf-8")
    return {name: Rate(**told) for name, told in yaml.safe_load(text).items()}


def by_cohort(life: Lifecycle, period: str = "M") -> pd.DataFrame:
    """The five rates of each cohort.

    Parameters
    ----------
    life
        The lifecycle of all customers.
    period
        "M" months, "Q" quarters or "Y" years in which cohorts begin.

    Returns
    -------
    DataFrame
        One row per cohort (a `PeriodIndex`), one column per rate; NaN where somebody in the cohort
        is not old enough yet, and where the tables cannot show it. `attrs`: sizes (whom a rate
        is of, by its name and the cohort's ISO text), period.
    """
    found = {name: _of_cohorts(life, rate, period) for name, rate in rates().items()}
    shares = {name: cohorts["share"] for name, cohorts in found.items()}
    table = pd.DataFrame(shares, columns=list(found)).sort_index().rename_axis("cohort")
    sizes = {
        name: {str(cohort): int(size) for cohort, size in cohorts["size"].items()}
        for name, cohorts in found.items()
    }
    table.attrs = {"sizes": sizes, "period": period, "units": dict.fromkeys(found, "share")}
    return table


def overall(life: Lifecycle) -> pd.DataFrame:
    """The five rates of everybody who is old enough.

    Returns
    -------
    DataFrame
        Indexed by rate: of (leads or customers), customers (of them, old enough), share with low
        and high (Wilson, 90 %), after and until (from which day of age on, before which), needs
        (what would make it observable; empty where it is).
    """
    rows = {}
    for name, rate in rates().items():
        after, until = rate.ages(life.thresholds)
        needs, seen = _needs(life, rate), _seen(life, rate)
        old = seen[seen["old_enough"]] if not needs else seen[:0]
        rows[name] = {
            "of": rate.of,
            "customers": len(old),
            "share": old["counts"].mean() if len(old) else np.nan,
            "after": after,
            "until": until,
            "needs": needs,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("rate")
    low, high = wilson(table["share"], table["customers"], INTERVAL)
    return table.assign(low=low, high=high)


def _needs(life: Lifecycle, rate: Rate) -> str:
    """What is missing for a rate to be seen; empty: nothing."""
    if rate.needs and rate.needs not in life.observable:
        return NEEDS[rate.needs]
    return BUYERS if rate.counts == "loyal_money" and not life.thresholds.loyal_money > 0 else ""


def _of_cohorts(life: Lifecycle, rate: Rate, period: str) -> pd.DataFrame:
    """A rate by cohort: share (NaN where it is not known), size."""
    seen = _seen(life, rate)
    cohort = seen["start"].dt.to_period(period)
    found = seen["counts"].groupby(cohort).agg(["mean", "size"]).set_axis(["share", "size"], axis=1)
    _, until = rate.ages(life.thresholds)
    over = found.index.end_time.normalize() + pd.Timedelta(days=until - 1)
    known = (over <= pd.Timestamp(life.as_of)) & (not _needs(life, rate))
    return found.assign(share=found["share"].where(known))


def _seen(life: Lifecycle, rate: Rate) -> pd.DataFrame:
    """Everybody whom a rate is of, by customer_id: start, counts, old_enough (to be judged)."""
    start = _starts(life, rate.of)
    after, until = rate.ages(life.thresholds)
    happened = _happened(life, rate, start)
    if rate.of == "leads":  # who bought before is no lead to be won
        start = start[~start.index.isin(happened.index[happened["age"] < 0])]
    elif rate.counts == "purchase":  # the first purchase makes the customer
        happened = happened[happened["age"] > 0]
    within = happened[(happened["age"] >= after) & (happened["age"] < until)]
    if rate.counts == "loyal_money":
        money = within.groupby(level=0)["amount"].sum().reindex(start.index, fill_value=0.0)
        counts = money >= life.thresholds.loyal_money
    else:
        counts = pd.Series(start.index.isin(within.index), start.index)
    last = start + pd.Timedelta(days=until - 1)
    old_enough = last <= pd.Timestamp(life.as_of)
    return pd.DataFrame({"start": start, "counts": counts, "old_enough": old_enough})


def _starts(life: Lifecycle, of: str) -> pd.Series:
    """The day that makes up the cohort of each; who may be older than the log is left out."""
    known = _leads(life) if of == "leads" else life.days
    days = known.groupby("customer_id")["date"].min()
    end = life.thresholds.warm_up_end
    return days if end is None else days[days > pd.Timestamp(end)]


def _happened(life: Lifecycle, rate: Rate, start: pd.Series) -> pd.DataFrame:
    """What each has done, by customer_id: age (days since the start), amount."""
    if rate.counts == "advocacy":
        done = _recorded(life, "advocacy").assign(amount=0.0)
    else:
        done = life.days
    own = done[done["customer_id"].isin(start.index)].set_index("customer_id")
    age = (own["date"] - start.reindex(own.index)).dt.days
    return pd.DataFrame({"age": age, "amount": own["amount"]})


def _leads(life: Lifecycle) -> pd.DataFrame:
    """Leads and their days; where no table of leads is known, everybody with a customer record.

    A customer record is often made because somebody buys, and would count as a lead that was won.
    """
    known = life.records.get("leads", pd.DataFrame())
    real = "is_lead" in known and known["is_lead"].any()
    return _recorded(life, "leads", "is_lead") if real else _recorded(life, "leads")


def _recorded(life: Lifecycle, name: str, only: str = "") -> pd.DataFrame:
    """What the other tables say: customer_id, date; nothing without them."""
    nothing = pd.DataFrame({"customer_id": pd.Series(dtype=str), "start": pd.Series(dtype=int)})
    known = life.records.get(name, nothing)
    known = known[known[only]] if only else known
    dates = stamps(known["start"].to_numpy(np.int64))
    return pd.DataFrame({"customer_id": known["customer_id"].to_numpy(), "date": dates})
