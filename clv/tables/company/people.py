"""People: everyone whom the company can name, and who of them ever bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.tables.company.funnel import Funnel
from clv.tables.company.world import LAST, NEVER, Days, Texts, World, dates, numbered, pick

LEAD, SHOPPER, READER = "lead", "shopper", "reader"  # a reader left an address, and no more
REGISTERED = 0.10  # who opened an account and never bought, for each buyer
READERS = 0.20  # for each buyer
AT_ONCE = 0.35  # share of the shoppers who buy on the day they open an account
HESITATES = 20.0  # mean days until the others do
WAYS_IN = {"website": 0.5, "paid_ads": 0.3, "store": 0.2}  # of shoppers
COUNTRIES = {"DE": 0.5, "TR": 0.3, "AE": 0.2}


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everyone, shape (n,); the first of them are the leads, in the order of the funnel."""

    customer_id: Texts
    kind: Texts
    since: Days  # the day on which they left their name
    first_order: Days  # NEVER: none that the tables know
    channel: Texts
    segment: Texts

    @property
    def buyers(self) -> Days:
        """The places of those who bought."""
        return np.flatnonzero(self.first_order < NEVER)


def draw(world: World, funnel: Funnel, customers: int, rng: np.random.Generator) -> People:
    """Leads, and so many shoppers who came without being one that `customers` have bought."""
    won = np.where(funnel.won <= LAST, funnel.won, NEVER)
    n_shoppers = customers - (won < NEVER).sum()
    first = (rng.beta(1.2, 1.0, n_shoppers) * (LAST + 1)).astype(np.int64)
    waits = np.ceil(rng.exponential(HESITATES, n_shoppers)).astype(np.int64)
    opened = np.maximum(first - np.where(rng.random(n_shoppers) < AT_ONCE, 0, waits), 0)
    n_registered, n_readers = int(REGISTERED * customers), int(READERS * customers)
    never = np.full(n_registered + n_readers, NEVER)
    came = rng.integers(0, LAST + 1, len(never))
    kind = np.repeat([LEAD, SHOPPER, READER], [len(won), n_shoppers + n_registered, n_readers])
    since = np.concatenate([funnel.created, opened, came])
    direct = len(since) - len(won)
    place = np.empty(len(since), dtype=np.int64)
    place[np.argsort(since, kind="stable")] = np.arange(len(since))
    return People(
        customer_id=numbered("C", place),
        kind=kind,
        since=since,
        first_order=np.concatenate([won, first, never]),
        channel=np.concatenate([funnel.source, pick(rng, WAYS_IN, direct)]),
        segment=np.concatenate([funnel.segment, pick(rng, world.shoppers, direct)]),
    )


def customers(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """The table of customers: a lead opens an account with the first order, a reader none."""
    opened = np.select(
        [people.kind == LEAD, people.kind == SHOPPER], [people.first_order, people.since], NEVER
    )
    business = people.segment != "home"
    account = pd.Series(np.char.replace(people.customer_id, "C", "A"), dtype="str")
    table = pd.DataFrame(
        {
            "customer_id": people.customer_id,
            "created_at": dates(opened),
            "account_id": account.where(business),
            "country": pick(rng, COUNTRIES, len(business)),
            "segment": people.segment,
            "acquisition_channel": people.channel,
            "consent_email": rng.random(len(business)) < 0.7,
            "consent_phone": rng.random(len(business)) < 0.3,
        }
    )
    return table.sort_values("customer_id", ignore_index=True)
