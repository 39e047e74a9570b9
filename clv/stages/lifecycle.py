"""Where every customer stands on a date, and who moved between two dates.

A stage on a date uses nothing after that date: with the same thresholds, the stages at t from all
data are the stages at t from the data up to t. Stages explain and group; no stage rests on a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.errors import BadParameter, TooLittleToModel
from clv.stages import rules, signals
from clv.stages.thresholds import Thresholds, fit
from clv.tables.periods import as_date

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

NOT_YET = "not_yet"  # in a table of moves: no purchase by the first of its two dates


@dataclass(frozen=True, slots=True, eq=False)
class Lifecycle:
    """Customers' stages on any date up to `as_of`, by one set of thresholds."""

    days: pd.DataFrame  # customer_id, date, amount: purchase days up to as_of
    as_of: date
    thresholds: Thresholds

    def stages(self, as_of: str | date | None = None) -> pd.DataFrame:
        """The stage of every customer with a purchase by `as_of`.

        Returns
        -------
        DataFrame
            Indexed by customer_id: stage (ordered, all twelve states), reason, rule, evidence,
            since_last (days), purchase_days, in_onboarding, activated, depth_now, max_depth.
        """
        found = self._signals(self._day(as_of, "as_of"))
        bounds = self.thresholds
        loyal_now = _is_loyal(found, bounds)
        return rules.apply(found).assign(
            since_last=found["since_last"],
            purchase_days=found["purchase_days"],
            in_onboarding=found["tenure"] < bounds.onboarding_days,
            activated=found["second_after"] < bounds.onboarding_days,
            depth_now=_depth(loyal_now),
            max_depth=_depth(loyal_now | found["ever_loyal"]),
        )

    def counts(self, as_of: str | date | None = None) -> pd.DataFrame:
        """Customers and share by stage; not known, rather than 0, where a stage needs more data.

        Returns
        -------
        DataFrame
            Indexed by stage, in lifecycle order: customers (Int64, NA: not observable), share,
            needs (the tables that would make it observable).
        """
        customers = self.stages(as_of)["stage"].value_counts(sort=False).astype("Int64")
        customers[list(rules.NEEDS)] = pd.NA
        needs = customers.index.map(lambda state: rules.NEEDS.get(state, ""))
        share = (customers / customers.sum()).astype("Float64")
        return pd.DataFrame({"customers": customers, "share": share, "needs": needs})

    def moves(self, start: str | date, end: str | date | None = None) -> pd.DataFrame:
        """Customers by stage on `start` (rows) and on `end` (columns): observable stages only.

        The first row, `not_yet`, holds those who first bought in between. `TooLittleToModel` where
        no purchase was made before `end`.
        """
        start, end = self._day(start, "start"), self._day(end, "end")
        if self.days["date"].min() >= pd.Timestamp(end):
            raise TooLittleToModel(
                "The history is one day long, so nobody can have moved. Take a longer history."
            )
        if start >= end:
            raise BadParameter.from_value("start", start.isoformat(), f"a day before {end}")
        now = self.stages(end)["stage"].astype("str")
        then = self.stages(start)["stage"].astype("str").reindex(now.index, fill_value=NOT_YET)
        counts = pd.crosstab(then.rename("stage_then"), now.rename("stage_now"))
        return counts.reindex(
            index=pd.Index([NOT_YET, *rules.OBSERVABLE], name="stage_then"),
            columns=pd.Index(rules.OBSERVABLE, name="stage_now"),
            fill_value=0,
        )

    def _day(self, day: str | date | None, name: str) -> date:
        """The day meant, if it is one that the data reach."""
        meant = self.as_of if day is None else as_date(day, name)
        if meant > self.as_of:
            allowed = f"at most {self.as_of}, the last day that this lifecycle looks at"
            raise BadParameter.from_value(name, meant.isoformat(), allowed)
        return meant

    def _signals(self, as_of: date) -> pd.DataFrame:
        """Signals and thresholds side by side, one row per customer, as the rules name them."""
        bounds, window = self.thresholds, self.thresholds.window_days
        found = signals.signals(self.days, as_of, window_days=window)
        past = signals.at_each_purchase(self.days, as_of, window)
        ever = _is_loyal(past, bounds).groupby(past["customer_id"]).any()
        k = found["purchase_days"]
        before = np.maximum(k - 1, 1)  # the stratum in which the last silence was spent
        return found.assign(
            ever_loyal=ever,
            at_risk_after=bounds.after("at_risk", k),
            dormant_after=bounds.after("dormant", k),
            churned_after=bounds.after("churned", k),
            lapsed_after=np.fmin(bounds.after("dormant", before), bounds.after("churned", before)),
            reentry_days=bounds.reentry_days,
            onboarding_days=bounds.onboarding_days,
            loyal_days=bounds.loyal_days,
            loyal_money=bounds.loyal_money,
        )


def lifecycle(
    transactions: Transactions,
    *,
    as_of: str | date | None = None,
    thresholds: Thresholds | None = None,
) -> Lifecycle:
    """The lifecycle of every customer, from purchases alone.

    Parameters
    ----------
    transactions
        The cleaned purchases, as `clv.load` returns them.
    as_of
        Last day to look at, inclusive; by default the transactions' own.
    thresholds
        Of an earlier fit, so that two dates can be compared; by default fitted on what is visible
        at `as_of`.
    """
    last = transactions.window_end(as_of)
    days = signals.visible(transactions.purchase_days(last), last)
    return Lifecycle(days, last, thresholds or fit(days, last))


def _is_loyal(totals: pd.DataFrame, bounds: Thresholds) -> pd.Series:
    """Whether each row's window holds enough purchase days and enough money."""
    often = totals["days_in_window"] >= bounds.loyal_days
    return often & (totals["money_in_window"] >= bounds.loyal_money)


def _depth(loyal: pd.Series) -> pd.Categorical:
    """Depth of customers: loyal, or customer."""
    names = np.where(loyal, "loyal", "customer")
    return pd.Categorical(names, categories=rules.DEPTHS, ordered=True)
