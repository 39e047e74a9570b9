"""How a customer relationship is doing, from 0 to 100: use, burden of support, payments.

Each measure is mapped to 0 to 100 by itself and the score is their mean, over those that can be
seen. With fewer than two of the three there is no score. No ticket means no burden only where
tickets are known at all: for a whole window since the first of the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.stages.moments import NO_MOMENTS, NO_TIMES, Moments, Times
from clv.stages.timelines import SPAN, Columns, Whole

WINDOW = 90  # days of use and of tickets; use is compared with that of the window before
PAYMENTS = 365  # days of payments
A_TICKET = 25  # points that each ticket in the window takes
LEAST = 2  # measures, of three
MIDDLE = 50  # the score that says nothing, either way
BANDS = {"red": 50, "amber": 75, "green": 100}  # up to which score
MEASURES = ("usage", "support", "payment")


def bands(health: pd.Series) -> pd.Categorical:
    """The band of each score, missing where there is none.

    >>> list(bands(pd.Series([50.0, 51.0, 76.0])))
    ['red', 'amber', 'green']
    """
    return pd.cut(health, [-np.inf, *BANDS.values()], labels=list(BANDS)).array


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """What the score rests on."""

    usage: Moments = NO_MOMENTS
    tickets: Moments = NO_MOMENTS
    due: Moments = NO_MOMENTS
    overdue: Times = NO_TIMES  # from the end of the grace to the payment
    grace_ends: Moments = NO_MOMENTS  # of payments that were still missing the day before

    def at(self, customer: Whole, day: Whole, seen: Whole | None = None) -> Columns:
        """Each measure (NaN: not to be seen), health (NaN with too few) and coverage, shape (n,).

        Coverage is the share of the three measures that could be seen. What each measure adds to
        50, or takes from it, is its `…_part`: the parts make the score. `seen`: as of `Events.at`.
        """
        seen = day if seen is None else seen
        measures = (self._usage(customer, day, seen), self._support(customer, day, seen))
        measures += (self._payment(customer, day, seen),)
        visible = np.sum([~np.isnan(measure) for measure in measures], axis=0)
        total = np.sum([np.nan_to_num(measure) for measure in measures], axis=0)
        health = np.where(visible >= LEAST, total / np.maximum(visible, 1), np.nan)
        named = dict(zip(MEASURES, measures, strict=True))
        share = np.where(visible >= LEAST, 1 / np.maximum(visible, 1), np.nan)
        parts = {f"{name}_part": share * (measure - MIDDLE) for name, measure in named.items()}
        return {**named, "health": health, "coverage": visible / len(MEASURES), **parts}

    def news(self) -> list[Moments]:
        """Moments on which something happens that the score rests on."""
        return [self.usage, self.tickets, self.due, self.overdue.starts]

    def changes(self) -> list[Moments]:
        """Moments on which the score may change though nothing happens: a window moves on."""
        found = [self.usage.later(days) for days in (WINDOW, 2 * WINDOW)]
        found += [self.tickets.later(WINDOW), self.due.later(PAYMENTS)]
        found += [self.overdue.starts.later(PAYMENTS)]
        everyone = np.unique(np.concatenate([moments.customer for moments in found]))
        return [*found, Moments.of(everyone, np.full(len(everyone), self._known_from))]

    def _usage(self, customer: Whole, day: Whole, seen: Whole) -> NDArray[np.float64]:
        """50 where use is what it was in the window before, 100 where it is twice that."""
        now = self.usage.within(customer, day, WINDOW, seen)
        before = self.usage.within(customer, day, 2 * WINDOW, seen) - now
        return np.where(before > 0, np.minimum(50 * now / np.maximum(before, 1), 100), np.nan)

    def _support(self, customer: Whole, day: Whole, seen: Whole) -> NDArray[np.float64]:
        """100 without a ticket in the window."""
        burden = A_TICKET * self.tickets.within(customer, day, WINDOW, seen)
        return np.where(day >= self._known_from, np.maximum(100 - burden, 0), np.nan)

    def _payment(self, customer: Whole, day: Whole, seen: Whole) -> NDArray[np.float64]:
        """The share of payments due in the year that were made within their grace."""
        due = self.due.within(customer, day, PAYMENTS, seen)
        late = self.overdue.starts.within(customer, day, PAYMENTS, seen)
        late = late + self.grace_ends.between(customer, seen, day)
        return np.where(due > 0, 100 * (1 - np.minimum(late / np.maximum(due, 1), 1)), np.nan)

    @property
    def _known_from(self) -> int:
        """The first day on which tickets have been known for a whole window."""
        days = self.tickets.day
        return int(days.min()) + WINDOW if len(days) else SPAN
