"""Purchase days of all customers at once, and what they show of any customer on any day.

What is known of a customer's past can change: a refund cancels an earlier purchase, a row becomes
known late. Each such day begins another version of the customer's purchase days, and a question
about a day is answered by the version that was the truth on it. Days are whole numbers, counted
from 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clv.customers.rfm import significant
from clv.stages.silence import MEANING
from clv.stages.thresholds import Thresholds
from clv.tables.versions import Versions

SPAN = 2**22  # more days than there are to 9999: owner * SPAN + day orders days by their owner

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Columns = dict[str, NDArray]


def whole_days(dates: ArrayLike) -> Whole:
    """Days as whole numbers, shape (n,).

    >>> whole_days(pd.to_datetime(["1970-01-02"])).tolist()
    [1]
    """
    return np.asarray(dates).astype("datetime64[D]").astype(np.int64)


def stamps(days: Whole) -> NDArray[np.datetime64]:
    """Whole numbers as days; the smallest of them is none."""
    return days.astype("datetime64[D]").astype("datetime64[us]")


@dataclass(frozen=True, eq=False)
class Timelines:
    """Purchase days by version, one version after the other, each in the order of days."""

    owner: Whole  # shape (v,): the customer of each version, ascending
    since: Whole  # (v,): the day from which a version is the truth, ascending within its owner
    refund: Flags  # (v,): whether a refund brought it about
    version: Whole  # (p,): of each purchase day, ascending
    day: Whole  # (p,)
    money: NDArray[np.float64]  # (p,)
    bounds: Thresholds

    @classmethod
    def of(
        cls, customers: pd.Index, days: pd.DataFrame, versions: Versions | None, bounds: Thresholds
    ) -> Self:
        """Purchase days of these customers, as they are known now and as they once were.

        Parameters
        ----------
        customers
            Every customer id, sorted.
        days
            customer_id, date, amount: as they are known now.
        versions
            What was known of some customers while, as `clv.tables.versions` returns it.
        """
        changed = versions.known["customer_id"].unique() if versions else []
        names = customers[~customers.isin(changed)]
        known = pd.DataFrame({"customer_id": names, "since": pd.NaT, "refund": False})
        bought = days[~days["customer_id"].isin(changed)].assign(since=pd.NaT)
        if versions:
            known = pd.concat([known.astype({"since": "datetime64[us]"}), versions.known])
            bought = pd.concat([bought.astype({"since": "datetime64[us]"}), versions.days])
        owner, since = customers.get_indexer(known["customer_id"]), _since(known)
        order = np.lexsort([since, owner])
        place = owner[order] * SPAN + since[order]
        own = customers.get_indexer(bought["customer_id"]) * SPAN + _since(bought)
        version, day = np.searchsorted(place, own), whole_days(bought["date"])
        turn = np.lexsort([day, version])
        return cls(
            owner=owner[order],
            since=since[order],
            refund=known["refund"].to_numpy(bool)[order],
            version=version[turn],
            day=day[turn],
            money=bought["amount"].to_numpy(float)[turn],
            bounds=bounds,
        )

    def version_on(self, customer: Whole, day: Whole) -> Whole:
        """The version that was the truth for each customer on each day, shape (n,)."""
        return np.searchsorted(self._known, customer * SPAN + day, side="right") - 1

    def at(self, customer: Whole, day: Whole, seen: Whole | None = None) -> Columns:
        """Every signal of purchases of each customer on each day, as the rules name them.

        `seen`: the last day of which anything is known: by default, the day itself.

        Shape (n,) each: purchase_days (0 before the first; then those in days are NaN), since_last,
        tenure (days since the first purchase), second_after (days from the first to the second
        purchase day), ended_gap (days of silence that the last purchase ended), days_in_window,
        money_in_window (NaN on too few days for the loyal rule), at_risk_after, dormant_after,
        churned_after, lapsed_after, is_loyal, ever_loyal, entry_uncertain.
        """
        seen = day if seen is None else seen
        version = self.version_on(customer, seen)
        row = np.searchsorted(self._place, version * SPAN + seen, side="right") - 1
        first = self._first[version]
        k = row - first + 1
        return {
            "purchase_days": k,
            "since_last": np.where(k >= 1, day - self._day(row), np.nan),
            "tenure": np.where(k >= 1, day - self._day(first), np.nan),
            "second_after": np.where(k >= 2, self._gap(first + 1), np.nan),
            "ended_gap": np.where(k >= 2, self._gap(row), np.nan),
            **self._window(version, day, row),
            **self._limits(version, k),
            "ever_loyal": row >= self._first_loyal[version],
            "entry_uncertain": self._uncertain[version] & (k >= 1),
        }

    def changes(self, *, any_gap: bool = False) -> Iterator[tuple[Whole, Whole, str]]:
        """Days on which states may change if nothing happens in between: version, day, cause.

        `any_gap`: a purchase after any silence may be a return, not only one after a lapse.
        """
        yield self.version, self.day, "purchase"
        came = np.flatnonzero(self.since > 0)
        for cause, which in (("refund", self.refund[came]), ("purchase", ~self.refund[came])):
            yield came[which], self.since[came[which]], cause
        rank = np.arange(len(self.day)) - self._first[self.version] + 1
        limits = self._limits(self.version, rank)
        gap = self._gap(np.arange(len(self.day)))
        back = (rank >= 2) & (any_gap | (gap > limits.pop("lapsed_after")))
        for after in limits.values():
            yield *self._silent(after), "silence"
        yield *self._silent(np.where(back, self.bounds.reentry_days, np.nan)), "window"
        loyal = self._first_loyal[self.version] < len(self.day)
        yield self.version[loyal], self.day[loyal] + self.bounds.window_days, "window"
        first = np.flatnonzero(rank == 1)
        yield self.version[first], self.day[first] + self.bounds.onboarding_days, "window"

    def _silent(self, after: NDArray[np.float64]) -> tuple[Whole, Whole]:
        """Versions and days of the silences that last at least so many days, shape (p,)."""
        same = np.append(self.version[1:] == self.version[:-1], False)[: len(self.day)]
        lasts = np.where(same, np.roll(self.day, -1) - self.day, SPAN)
        reached = after < lasts  # never, where there is no limit
        return self.version[reached], self.day[reached] + after[reached].astype(np.int64)

    def purchase_days(self, customers: pd.Index, day: int) -> pd.DataFrame:
        """Purchase days until a day, as they were known on it: customer_id, date, amount."""
        since, until = self.since[self.version], self.until[self.version]
        seen = (since <= day) & (day < until) & (self.day <= day)
        return pd.DataFrame(
            {
                "customer_id": customers.take(self.owner[self.version[seen]]),
                "date": stamps(self.day[seen]),
                "amount": self.money[seen],
            }
        )

    @cached_property
    def until(self) -> Whole:
        """The day on which the next version of the customer begins, shape (v,)."""
        same = np.append(self.owner[1:] == self.owner[:-1], False)[: len(self.owner)]
        return np.where(same, np.roll(self.since, -1), SPAN)

    @cached_property
    def _known(self) -> Whole:
        return self.owner * SPAN + self.since

    @cached_property
    def _place(self) -> Whole:
        return self.version * SPAN + self.day

    @cached_property
    def _first(self) -> Whole:
        """The row of each version's first purchase day, shape (v,)."""
        return np.searchsorted(self.version, np.arange(len(self.owner)))

    @cached_property
    def _first_loyal(self) -> Whole:
        """The row on which the loyal rule first held, shape (v,); beyond all rows where never."""
        rows = np.arange(len(self.day))
        loyal = self._window(self.version, self.day, rows)["is_loyal"]
        found = np.full(len(self.owner), len(self.day))
        np.minimum.at(found, self.version[loyal], rows[loyal])
        return found

    @cached_property
    def _uncertain(self) -> Flags:
        """Whether customers were first seen when older ones could not be told from new ones."""
        if self.bounds.warm_up_end is None:
            return np.zeros(len(self.owner), dtype=bool)
        end = whole_days([np.datetime64(self.bounds.warm_up_end)])
        return self._day(self._first) <= end

    def _day(self, row: Whole) -> Whole:
        """The day of each row; of a row that is not there, that of another."""
        return np.append(self.day, SPAN)[np.clip(row, 0, len(self.day))]

    def _gap(self, row: Whole) -> Whole:
        """Days from the purchase day before to that of each row."""
        return self._day(row) - self._day(row - 1)

    def _limits(self, version: Whole, k: Whole) -> Columns:
        """Days of silence from which each state begins after the k-th purchase day; NaN: never."""
        # Of who may have bought before, the first purchase day that is seen is no first one.
        least = np.where(self._uncertain[version], 2, 1)
        now, before = np.maximum(k, least), np.maximum(k - 1, least)
        after = self.bounds.after
        found = {f"{state}_after": after(state, now) for state in MEANING}
        lapsed = np.fmin(after("dormant", before), after("churned", before))
        return {**found, "lapsed_after": lapsed}

    def _window(self, version: Whole, day: Whole, row: Whole) -> Columns:
        """Purchase days and money of the window that ends on each day."""
        opened = version * SPAN + day - self.bounds.window_days
        start = np.searchsorted(self._place, opened, side="right")
        days = np.maximum(row + 1 - np.maximum(start, self._first[version]), 0)
        enough = days >= self.bounds.loyal_days
        money = np.full(len(days), np.nan)
        # Each window is summed by itself: in the difference of two long sums, cents would get lost.
        edges = np.column_stack([start[enough], row[enough] + 1]).ravel()
        money[enough] = significant(np.add.reduceat(np.append(self.money, 0.0), edges)[::2])
        loyal = enough & (money >= self.bounds.loyal_money)
        return {"days_in_window": days, "money_in_window": money, "is_loyal": loyal}


def _since(rows: pd.DataFrame) -> Whole:
    """The day from which the version of each row is the truth; 0 from the beginning."""
    return whole_days(rows["since"].fillna(pd.Timestamp(0)))
