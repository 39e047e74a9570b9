"""Orders: what each buyer buys of their own accord, until they leave, and what they send back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from clv.tables.company.people import People
from clv.tables.company.world import (
    END,
    FIRST,
    LAST,
    NEVER,
    Array,
    Days,
    Flags,
    Spending,
    Texts,
    World,
    dates,
    numbered,
    pick,
)

CHANNELS = {"web": 0.6, "phone": 0.2, "store": 0.2}
CATEGORIES = {"beans": 0.7, "accessories": 0.2, "equipment": 0.1}
FAITHFUL = 0.8  # share of the orders through the buyer's own channel
REFUNDED = 0.04  # share of the orders
PARTLY, UNNAMED = 0.25, 0.15  # shares of the refunds: of a part, and without the order's number
SENT_BACK = 8.0  # mean days after the order


@dataclass(frozen=True, slots=True, eq=False)
class Buyers:
    """Who buys: what no table tells of them, shape (n,) each."""

    person: Days  # their places among the people
    first: Days
    rate: Array  # orders per week, on the average of the year
    leaving: Array  # chance to leave after an order; with a contract, at the end of a period
    price: Array  # mean money of an order
    contract: Flags
    contract_end: Days  # NEVER: none within a year after LAST


class Wishes(NamedTuple):
    """Orders without their money, shape (m,) each."""

    buyer: Days  # their places among the buyers
    day: Days


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Orders in the order of their days, shape (m,) each; those after LAST are not known yet."""

    buyer: Days  # their places among the buyers
    day: Days
    induced: Flags  # made because of a voucher
    amount: Array

    @property
    def seen(self) -> Flags:
        return self.day <= LAST


def buyers(world: World, people: People, rng: np.random.Generator) -> Buyers:
    """The traits of everyone who has bought."""
    person = people.buyers
    n, first = len(person), people.first_order[person]
    contract = (people.segment[person] != "home") & (rng.random(n) < world.contracts)
    buying, spending, renewal = world.buying, world.spending, world.renewal
    leaving = np.where(
        contract, rng.beta(renewal.alpha, renewal.beta, n), rng.beta(buying.a, buying.b, n)
    )
    periods = np.minimum(rng.geometric(np.maximum(leaving, 1e-6)), END)
    end = first + renewal.days * periods
    return Buyers(
        person=person,
        first=first,
        rate=rng.gamma(buying.r, 1 / buying.alpha, n),
        leaving=leaving,
        price=spending.p / rng.gamma(spending.q, 1 / spending.v, n),
        contract=contract,
        contract_end=np.where(contract & (end <= END), end, NEVER),
    )


def season(world: World) -> Array:
    """Factor of the rate on each day until END, its mean over a common year being 1, shape (d,)."""
    days = FIRST.astype("datetime64[D]") + np.arange(END + 1)
    month = days.astype("datetime64[M]").astype(int) % 12
    factor = np.array(world.season)[month]
    return factor / factor[:365].mean()


def own_accord(world: World, who: Buyers, rng: np.random.Generator) -> tuple[Wishes, Days]:
    """Every order until END, and the day on which each buyer leaves, shape (n,).

    A Poisson process in the time of the season, which runs slowly in a month in which little is
    bought. Without a contract a buyer leaves after an order, maybe after the first; with one when
    it ends.
    """
    clock = np.concatenate([[0.0], np.cumsum(season(world))])
    start, stop = clock[who.first], clock[np.minimum(who.contract_end, END + 1)]
    wanted = rng.poisson(who.rate / 7 * (stop - start))
    most = np.where(who.contract, NEVER, rng.geometric(np.maximum(who.leaving, 1e-6)) - 1)
    buyer = np.repeat(np.arange(len(wanted)), wanted)
    time = start[buyer] + rng.random(len(buyer)) * (stop - start)[buyer]
    time = time[np.lexsort([time, buyer])]
    rank = np.arange(len(buyer)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    day = np.interp(time, clock, np.arange(len(clock))).astype(np.int64)
    kept = rank < most[buyer]
    last = who.first.copy()
    np.maximum.at(last, buyer[kept], day[kept])
    leaves = np.where(who.contract, who.contract_end, np.where(wanted >= most, last, NEVER))
    everyone = np.arange(len(wanted))
    own = Wishes(np.concatenate([everyone, buyer[kept]]), np.concatenate([who.first, day[kept]]))
    return own, leaves


def priced(
    spending: Spending, who: Buyers, own: Wishes, induced: Wishes, rng: np.random.Generator
) -> Orders:
    """Orders of own accord and those that a voucher brought about, with their money, by day."""
    buyer, day = (np.concatenate(parts) for parts in zip(own, induced, strict=True))
    order = np.lexsort([buyer, day])
    share = rng.gamma(spending.p, 1 / spending.p, len(order))
    return Orders(
        buyer=buyer[order],
        day=day[order],
        induced=order >= len(own.buyer),
        amount=np.maximum((who.price[buyer[order]] * share).round(2), 0.01),
    )


# The tables -------------------------------------------------------------------------------------


def transactions(orders: Orders, customer_id: Texts, rng: np.random.Generator) -> pd.DataFrame:
    """The log of orders and refunds, by day; `customer_id`: of each buyer."""
    n = orders.seen.sum()
    buyer = orders.buyer[:n]
    preferred, other = pick(rng, CHANNELS, len(customer_id)), pick(rng, CHANNELS, n)
    bought = pd.DataFrame(
        {
            "order_id": pd.Series(numbered("O", np.arange(n)), dtype="str"),
            "customer_id": customer_id[buyer],
            "date": orders.day[:n],
            "amount": orders.amount[:n],
            "category": pick(rng, CATEGORIES, n),
            "channel": np.where(rng.random(n) < FAITHFUL, preferred[buyer], other),
            "is_refund": False,
        }
    )
    log = pd.concat([bought, _refunds(bought, rng)]).sort_values("date", kind="stable")
    return log.assign(date=dates(log["date"])).reset_index(drop=True)


def _refunds(bought: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """What was sent back of some orders: most of them whole, most under the order's number."""
    back = bought[rng.random(len(bought)) < REFUNDED]
    kind, part = rng.random(len(back)), rng.uniform(0.2, 0.7, len(back))
    later = np.ceil(rng.exponential(SENT_BACK, len(back))).astype(np.int64)
    share = np.where(kind < PARTLY, part, 1.0)
    back = back.assign(
        date=back["date"] + later,
        amount=-np.maximum((back["amount"] * share).round(2), 0.01),
        order_id=back["order_id"].where(kind < 1 - UNNAMED),
        is_refund=True,
    )
    return back[back["date"] <= LAST]
