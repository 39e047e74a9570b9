"""How many customers: still there, or going to buy, with the bounds that the model gives to it.

Both are sums of chances, one of each customer, who are independent given the parameters. The
bounds hold that chance and the uncertain parameters, which a larger base does not average out;
season and campaigns are unknown to the models.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from clv.customers.purchases import Histories, PurchaseModel
from clv.customers.totals import Total, of_chances


def buyers(
    customers: pd.DataFrame | Histories,
    purchases: PurchaseModel,
    *,
    horizon: str = "12M",
    interval: float = 0.90,
) -> Total:
    """How many customers will buy at least once within the horizon."""
    histories = purchases.histories(customers)
    each = histories.distinct()
    return _sum(lambda model: model.p_purchase(each, horizon), purchases, histories, interval)


def alive(
    customers: pd.DataFrame | Histories,
    purchases: PurchaseModel,
    *,
    horizon: str | None = None,
    interval: float = 0.90,
) -> Total:
    """How many are still customers: now, or when the horizon ends."""
    histories = purchases.histories(customers)
    each = histories.distinct()
    return _sum(lambda model: model.p_alive(each, horizon), purchases, histories, interval)


def _sum(
    chances: Callable[[PurchaseModel], pd.Series],
    purchases: PurchaseModel,
    histories: Histories,
    interval: float,
) -> Total:
    """The sum over customers of the chance that each history gives them."""
    number, p = histories.customers, chances(purchases).to_numpy()
    return of_chances(
        lambda model: number @ chances(model).to_numpy(),
        float(number @ (p * (1 - p))),
        purchases,
        histories,
        interval,
        most=float(number.sum()),
    )
