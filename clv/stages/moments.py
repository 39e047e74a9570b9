"""What happened to customers besides purchases, as moments and as times with a begin and an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clv.stages.timelines import SPAN, Flags, Whole


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Days on which something happened, each customer's in order; several may share a day."""

    place: Whole  # shape (m,): customer * SPAN + day, ascending

    @classmethod
    def of(cls, customer: Whole, day: Whole) -> Self:
        """Moments from customers and days in any order, shape (m,) each."""
        return cls(np.sort(customer * SPAN + day))

    def so_far(self, customer: Whole, day: Whole) -> Whole:
        """How many there were until each day, shape (n,)."""
        if not len(self.place):
            return np.zeros(len(day), dtype=np.int64)
        first = np.searchsorted(self.place, customer * SPAN)
        return np.searchsorted(self.place, customer * SPAN + day, side="right") - first

    def within(self, customer: Whole, day: Whole, days: int, seen: Whole | None = None) -> Whole:
        """How many there were in the last `days` days, shape (n,), as far as they were `seen`."""
        # A window that begins before 1970 must not reach into the customer before.
        before = np.maximum(day - days, 0)
        return self.so_far(customer, day if seen is None else seen) - self.so_far(customer, before)

    def since(self, customer: Whole, day: Whole, seen: Whole | None = None) -> NDArray[np.float64]:
        """Days since the last one `seen` until each day, shape (n,); NaN where there was none."""
        if not len(self.place):
            return np.full(len(day), np.nan)
        until = day if seen is None else seen
        last = np.searchsorted(self.place, customer * SPAN + until, side="right") - 1
        there = self.so_far(customer, until) > 0
        found = customer * SPAN + day - self.place[last]
        return np.where(there, found, np.nan)

    def between(self, customer: Whole, after: Whole, until: Whole) -> Whole:
        """How many there were after one day and until another, shape (n,)."""
        return self.so_far(customer, until) - self.so_far(customer, after)

    def later(self, days: int) -> Self:
        """The same moments, so many days later."""
        return type(self)(self.place + days)

    def lasting(self, days: int) -> Times:
        """Times in which less than `days` days have passed since the last one."""
        # A moment on the very day on which a time would end goes on with it.
        begins = np.diff(self.place, prepend=-SPAN) > days
        ends = np.append(begins[1:], True)[: len(begins)]
        first, last = self.place[begins], self.place[ends]
        return Times.of(first // SPAN, first % SPAN, last % SPAN + days)

    @property
    def customer(self) -> Whole:
        """Whose each is, shape (m,)."""
        return self.place // SPAN

    @property
    def day(self) -> Whole:
        """On which day each is, shape (m,)."""
        return self.place % SPAN


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Half-open times [start, stop) of customers; several of one customer may overlap."""

    starts: Moments
    stops: Moments  # of times that have not ended: beyond all days
    reach: Whole  # shape (m,): customer * SPAN + the last stop of those started so far

    @classmethod
    def of(cls, customer: Whole, start: Whole, stop: Whole) -> Self:
        """Times from customers and days in any order, shape (m,) each; empty ones are left out."""
        stop = np.minimum(stop, SPAN - 1)
        lasts = start < stop
        customer, start, stop = customer[lasts], start[lasts], stop[lasts]
        order = np.lexsort([start, customer])
        reach = np.maximum.accumulate((customer * SPAN + stop)[order])
        return cls(Moments.of(customer, start), Moments.of(customer, stop), reach)

    def going_on(self, customer: Whole, day: Whole) -> Whole:
        """How many are going on on each day, shape (n,)."""
        return self.starts.so_far(customer, day) - self.stops.so_far(customer, day)

    def since(self, customer: Whole, day: Whole, first: Whole) -> Flags:
        """Whether one was going on between `first` and `day`, both inclusive, shape (n,)."""
        if not len(self.reach):
            return np.zeros(len(day), dtype=bool)
        last = np.searchsorted(self.starts.place, customer * SPAN + day, side="right") - 1
        there = self.starts.so_far(customer, day) > 0
        return there & (self.reach[last] > customer * SPAN + first)


NO_MOMENTS = Moments(np.array([], dtype=np.int64))
NO_TIMES = Times(NO_MOMENTS, NO_MOMENTS, np.array([], dtype=np.int64))
