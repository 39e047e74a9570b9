"""Truth: what no table of the company tells, against which estimates of it can be held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.tables.company import funnel, vouchers
from clv.tables.company.history import History
from clv.tables.company.world import END, FIRST, LAST, World


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The parameters, and what is hidden of every customer, lead and outcome.

    Three things are planted: leads of `bottleneck` seldom become prospects, because they wait for
    a call; little is bought in the month `dip`; the segment `dear_to` is lost to the price.
    """

    world: World  # every parameter
    # By customer_id: contract; rate (orders a week), leaving (chance to leave after an order, with
    # a contract after each period), price (mean money of an order), leaves_at (NaT: not within a
    # year after the tables end; orders that a voucher brings about may still follow), alive (when
    # the tables end), orders_next and revenue_next (of the year after).
    customers: pd.DataFrame
    # By lead_id: interest, response_days (infinite: nobody called), p_qualified (by 180 days).
    leads: pd.DataFrame
    # step, group, days, rate and other_rate (per day), probability (by so many days).
    moves: pd.DataFrame
    # Rate per day of each reason to lose an opportunity, by segment.
    loss_reasons: pd.DataFrame
    # Both outcomes, by unit_id: arm, stratum, without, with_voucher.
    experiment: pd.DataFrame
    season: pd.Series  # factor of buying, by month

    def __repr__(self) -> str:
        planted = f"bottleneck {self.bottleneck}, dip in month {self.dip}, dear to {self.dear_to}"
        return f"<Truth: {planted}>"

    @property
    def bottleneck(self) -> str:
        """The source whose leads wait longest for a call."""
        sources = self.world.sources
        return max(sources, key=lambda name: sources[name].response)

    @property
    def dip(self) -> int:
        """The month in which least is bought."""
        return int(self.season.idxmin())

    @property
    def dear_to(self) -> str:
        """The segment that is lost to the price."""
        return self.world.dear_to

    @property
    def effects(self) -> pd.Series:
        """What the voucher adds to the share who order, by stratum and for all who took part."""
        gain = self.experiment["with_voucher"] - self.experiment["without"]
        by = gain.groupby(self.experiment["stratum"]).mean()
        return pd.concat([by, pd.Series({"all": gain.mean()})])


def told(history: History) -> Truth:
    """The truth of a company."""
    world = history.world
    return Truth(
        world=world,
        customers=_customers(history),
        leads=funnel.chances(world, history.funnel),
        moves=funnel.moves(world, history.funnel),
        loss_reasons=funnel.loss_reasons(world),
        experiment=vouchers.outcomes(history.trial, history.buyer_id),
        season=pd.Series(world.season, pd.RangeIndex(1, 13, name="month")),
    )


def _customers(history: History) -> pd.DataFrame:
    """What is hidden of the customers, sorted by their ids."""
    who, orders, leaves = history.buyers, history.orders, history.leaves
    later, n = ~orders.seen, len(leaves)
    buyer = orders.buyer[later]
    leaves_at = FIRST + leaves * np.timedelta64(86_400, "s")
    table = pd.DataFrame(
        {
            "contract": who.contract,
            "rate": who.rate,
            "leaving": who.leaving,
            "price": who.price,
            "leaves_at": np.where(leaves <= END, leaves_at, np.datetime64("NaT", "s")),
            "alive": leaves > LAST,
            "orders_next": np.bincount(buyer, minlength=n),
            "revenue_next": np.bincount(buyer, orders.amount[later], minlength=n).round(2),
        },
        index=pd.Index(history.buyer_id, name="customer_id"),
    )
    return table.sort_index()
