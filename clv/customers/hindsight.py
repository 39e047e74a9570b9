"""Were we right last time? A forecast of money as it would have been made, and what came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from clv.customers.aftermath import aftermath
from clv.customers.choice import family
from clv.customers.holdout import holdout_days, middle
from clv.customers.minimum import enough_to_model
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import DRAWS, Total, total_purchases, total_value
from clv.customers.value import value_customers
from clv.errors import DidNotConverge, TooLittleToModel
from clv.tables.periods import horizon_days
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What was foreseen of known customers on an earlier day, and what has come since.

    Money is revenue, undiscounted, so that it can be held against what was paid.
    """

    made_on: date
    until: date  # inclusive
    customers: int  # known on the day
    purchases: Total  # purchase days foreseen, with the bounds of the model
    purchases_came: int
    revenue: Total  # foreseen, with the bounds of the models
    revenue_came: float

    @property
    def missed(self) -> float:
        """Share by which the revenue foreseen was too high, or too low (negative).

        NaN where nothing came, or more was refunded than sold.
        """
        return self.revenue.expected / self.revenue_came - 1 if self.revenue_came > 0 else np.nan

    @property
    def inside(self) -> bool:
        """Whether what came lies within the bounds of the models."""
        return self.revenue.low <= self.revenue_came <= self.revenue.high


def hindsight(
    transactions: Transactions,
    model: str,
    made_on: str | date,
    until: str | date,
    *,
    spend_basis: str = "repeat",
    unit: str = "W",
    interval: float = 0.90,
    seed: int = 1,
    draws: int = DRAWS,
    by_refits: bool = True,
) -> Hindsight:
    """The forecast that the models would have made on a day, beside what came until another.

    Parameters
    ----------
    model : str
        The model of purchases, by the name that a study may hold.
    made_on, until
        Last day of what the models see, and of what they forecast; inclusive.
    spend_basis : {"repeat", "all"}
        Which purchases the model of spend counts.
    by_refits
        As of `bootstrap.log_factors`.

    Raises `TooLittleToModel` or `DidNotConverge` where no forecast could have been made.

    """
    start, end = holdout_days(transactions, made_on, until)
    before = customer_summary(transactions, start, unit=unit)
    enough_to_model(before)
    purchases = family(model).fit(before)
    spend = GammaGammaModel.fit(before, basis=spend_basis)
    terms = {"horizon": end.isoformat()}
    undiscounted = {"annual_discount_rate": 0.0, "interval": None}
    valued = value_customers(before, purchases, spend, **terms, **undiscounted)
    terms |= {"interval": interval, "seed": seed, "draws": draws, "by_refits": by_refits}
    came = aftermath(transactions, before, end)
    return Hindsight(
        made_on=start,
        until=end,
        customers=len(before),
        purchases=total_purchases(before, purchases, **terms),
        purchases_came=int(came["purchases"].sum()),
        revenue=total_value(valued, purchases, spend, **terms),
        revenue_came=float(came["spend"].sum()),
    )


def last_forecast(
    transactions: Transactions,
    model: str,
    *,
    horizon: str = "12M",
    spend_basis: str = "repeat",
    unit: str = "W",
    interval: float = 0.90,
    seed: int = 1,
) -> Hindsight | None:
    """The forecast whose time is over on the last day; None where the history is too short.

    It reaches as far as `horizon`, so that it tells how far one made today may miss, but no further
    than half of the history: the other half is to learn from.
    """
    until = transactions.as_of
    ahead = timedelta(int(horizon_days(horizon, until)))
    made_on = max(until - ahead, middle(transactions))
    if not made_on < until:
        return None
    terms = {"spend_basis": spend_basis, "unit": unit, "interval": interval, "seed": seed}
    try:
        return hindsight(transactions, model, made_on, until, **terms)
    except (TooLittleToModel, DidNotConverge):
        return None
