"""What leads, contracts, payments and the like show of any customer on any day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from clv.stages.health import Health
from clv.stages.moments import NO_MOMENTS, NO_TIMES, Moments, Times
from clv.stages.timelines import Columns, Whole

RECENT = 30  # days in which a touch counts as recent
BEFORE = ("leads", "qualified", "opportunities", "touches")  # who is in them need not have bought
MOMENTS = ("contacts", "touches", "usage", "tickets", "due", "grace_ends")


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Everything about customers besides their purchases; without its table, nothing."""

    leads: Times = NO_TIMES  # from its creation to its loss
    qualified: Times = NO_TIMES  # from the day a person or the CRM said so to its loss
    opportunities: Times = NO_TIMES  # from its creation to its close
    contacts: Moments = NO_MOMENTS  # touches, and changes of leads and opportunities
    touches: Moments = NO_MOMENTS
    contracts: Times = NO_TIMES
    overdue: Times = NO_TIMES  # from the end of the grace to the payment
    advocacy: Times = NO_TIMES  # a year from each signal
    promoters: Times = NO_TIMES  # a year from each answer, or to the next one
    usage: Moments = NO_MOMENTS
    tickets: Moments = NO_MOMENTS
    due: Moments = NO_MOMENTS  # payments
    grace_ends: Moments = NO_MOMENTS  # of payments that were still missing the day before

    @classmethod
    def of(cls, records: Mapping[str, pd.DataFrame], customers: pd.Index) -> Self:
        """Events from frames of customer_id, start and, but of moments, stop, in whole days.

        `customers`: every customer id, sorted; events of others are left out.
        """
        found = {}
        for name, frame in records.items():
            customer = customers.get_indexer(frame["customer_id"])
            own, customer = frame[customer >= 0], customer[customer >= 0]
            start = own["start"].to_numpy(np.int64)
            if name in MOMENTS:
                found[name] = Moments.of(customer, start)
            else:
                found[name] = Times.of(customer, start, own["stop"].to_numpy(np.int64))
        return cls(**found)

    def at(
        self, customer: Whole, day: Whole, bought: Columns, seen: Whole | None = None
    ) -> Columns:
        """Every signal of each customer on each day, as the rules name them, shape (n,) each.

        `bought`: the signals of purchases on the same points. `seen`: the last day whose events
        are known: the day itself, by default, or the day before, which tells what time alone does.
        """
        seen = day if seen is None else seen
        leads, opportunities = self.leads, self.opportunities
        ever_prospect = self.qualified.starts.so_far(customer, seen)
        ever_prospect = ever_prospect + opportunities.starts.so_far(customer, seen)
        ever_lead = leads.starts.so_far(customer, seen) + ever_prospect
        overdue = self.overdue.going_on(customer, seen)
        # That a year is over is known before: no event ends it.
        advocacy = self.advocacy.starts.so_far(customer, seen)
        advocacy = advocacy - self.advocacy.stops.so_far(customer, day)
        twice = bought["purchase_days"] >= 2
        second = np.where(twice, day - bought["tenure"] + bought["second_after"], 0)
        return {
            "open_leads": leads.going_on(customer, seen),
            "qualified": self.qualified.going_on(customer, seen),
            "opportunities": opportunities.going_on(customer, seen),
            "ever_lead": ever_lead > 0,
            "ever_prospect": ever_prospect > 0,
            "since_contact": self.contacts.since(customer, day, seen),
            "touches": self.touches.so_far(customer, seen),
            "touches_30d": self.touches.within(customer, day, RECENT, seen),
            "contracts": self.contracts.going_on(customer, seen),
            "since_contract": self.contracts.stops.since(customer, day, seen),
            "contract_ended_gap": self._contract_ended(customer, day, bought),
            "health": self.health.at(customer, day, seen)["health"],
            "overdue": overdue + self.grace_ends.between(customer, seen, day),
            "advocacy": advocacy,
            "is_advocate": twice & (advocacy > 0),
            "ever_advocate": twice & self.advocacy.since(customer, seen, second.astype(np.int64)),
            "promoter": self.promoters.going_on(customer, seen) > 0,
        }

    def changes(self, lead_ttl: int) -> list[tuple[Moments, str]]:
        """Moments on which a state may change, and why.

        `silence` and `window` are those on which nothing happens but that time passes. A grace ends
        by itself as well, if the payment was known to be due, and is named as an event.
        """
        contact = self.contacts.lasting(lead_ttl)
        return [
            (self.contracts.starts, "contract"),
            (self.contracts.stops, "contract"),
            (self.overdue.starts, "payment"),
            (self.overdue.stops, "payment"),
            (self.opportunities.starts, "opportunity"),
            (self.opportunities.stops, "opportunity"),
            (self.leads.starts, "lead"),
            (self.leads.stops, "lead"),
            (self.qualified.starts, "lead"),
            (contact.starts, "touch"),
            (contact.stops, "silence"),
            (self.advocacy.starts, "advocacy"),
            (self.advocacy.stops, "window"),
            *((moments, "health") for moments in self.health.news()),
            *((moments, "window") for moments in self.health.changes()),
        ]

    @property
    def health(self) -> Health:
        """What the score of health rests on."""
        return Health(self.usage, self.tickets, self.due, self.overdue, self.grace_ends)

    def _contract_ended(self, customer: Whole, day: Whole, bought: Columns) -> Whole:
        """Whether the last purchase ended a time in which a contract had ended."""
        if self.contracts is NO_TIMES:
            return np.zeros(len(day), dtype=bool)
        twice = bought["purchase_days"] >= 2
        before = np.where(twice, day - bought["since_last"] - 1, 0).astype(np.int64)
        ended = self.contracts.stops.since(customer, before) < bought["ended_gap"]
        return twice & ended & (self.contracts.going_on(customer, before) == 0)
