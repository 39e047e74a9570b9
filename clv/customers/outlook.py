"""What is ahead: all customers together and a new one, with how sure that is.

One place for the numbers that several pages speak of, so that they are the same on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from clv.customers import arrivals, rolling, track_record
from clv.customers.arrivals import Arrivals
from clv.customers.hindsight import Hindsight
from clv.customers.newcomer import newcomer
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import Total, total_value
from clv.tables.births import births
from clv.tables.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Outlook:
    """What customers are expected to bring over the horizon."""

    total: Total  # of all customers, with the bounds of the models
    wide: Total  # the same, with bounds that allow for misses as large as earlier ones
    tested: int  # earlier forecasts, as far ahead as this one
    last: Hindsight | None  # the last forecast whose time is over
    newcomer: Total  # of a new customer, after the first purchase; with the bounds of the mean
    arrivals: Arrivals  # whom the new customer's value is learned from
    # What a new customer is worth by all customers and by those who are new for certain.
    newcomers: pd.DataFrame = field(repr=False, compare=False)

    @property
    def missed(self) -> float:
        """Share by which the last forecast was too high, or too low (negative); NaN without one."""
        return self.last.missed if self.last else float("nan")


def outlook(
    transactions: Transactions,
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    origins: pd.DataFrame,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    seed: int = 1,
) -> Outlook:
    """Everything that is said of the future of the whole base.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it for these models and the same terms, with the margin
        that the transactions know.
    origins : DataFrame
        As `rolling.rolling_origins` returns it.

    """
    drawn = {"horizon": horizon, "interval": interval, "seed": seed}
    total = total_value(valued, purchases, spend, **drawn)
    counted = {"unit": valued.attrs["unit"], "spend_basis": spend.basis}
    born = arrivals.fit(valued, purchases, spend, births(transactions))
    terms = {
        "horizon": horizon,
        "annual_discount_rate": annual_discount_rate,
        "interval": interval,
        "margin": _kept(valued, transactions.margin),
        "as_of": transactions.as_of,
    }
    return Outlook(
        total=total,
        wide=rolling.widened(total, origins["error"], interval),
        tested=len(origins),
        last=track_record.latest(origins, transactions, purchases, **counted, **drawn),
        newcomer=newcomer(born.purchases, born.spend, **terms),
        arrivals=born,
        newcomers=arrivals.difference(born, purchases, spend, **terms),
    )


def _kept(customers: pd.DataFrame, margin: float | str | None) -> float | None:
    """The share kept of all revenue together, for customers of whom no margin is known yet."""
    if not isinstance(margin, str):
        return margin
    spent = customers["total_spend"].sum()
    kept = (customers[margin] * customers["total_spend"]).sum()
    return float(kept / spent if spent else customers[margin].mean())
