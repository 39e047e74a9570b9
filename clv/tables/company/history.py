"""History: who there is and what they do, before any table tells a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clv.tables.company import funnel, orders, people, vouchers
from clv.tables.company.funnel import Funnel
from clv.tables.company.orders import Buyers, Orders
from clv.tables.company.people import People
from clv.tables.company.vouchers import Trial
from clv.tables.company.world import Days, Texts, World

LEADS = 2  # for each buyer
STREAMS = ("funnel", "people", "buyers", "orders", "trial", "prices")  # of chance


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Everything that happens in a world."""

    world: World
    funnel: Funnel
    people: People
    buyers: Buyers
    leaves: Days  # the day on which each buyer leaves, shape (buyers,)
    orders: Orders
    trial: Trial

    @property
    def buyer_id(self) -> Texts:
        """The customer_id of each buyer."""
        return self.people.customer_id[self.buyers.person]

    @property
    def lead_customer_id(self) -> Texts:
        """The customer_id of each lead."""
        return self.people.customer_id[: len(self.funnel.created)]


def draw(world: World, customers: int, rng: Mapping[str, np.random.Generator]) -> History:
    """A history in which so many buy; `rng` holds a generator for each of STREAMS."""
    leads = funnel.draw(world, LEADS * customers, rng["funnel"])
    everyone = people.draw(world, leads, customers, rng["people"])
    who = orders.buyers(world, everyone, rng["buyers"])
    own, leaves = orders.own_accord(world, who, rng["orders"])
    trial = vouchers.draw(world.voucher, own, customers, rng["trial"])
    induced = orders.Wishes(trial.buyer[trial.induced], trial.day[trial.induced])
    made = orders.priced(world.spending, who, own, induced, rng["prices"])
    return History(world, leads, everyone, who, leaves, made, trial)
