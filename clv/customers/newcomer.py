"""What a new customer is worth, and how sure that is: the ceiling of what one may cost."""

from __future__ import annotations

from datetime import date

import numpy as np

from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.uncertainty import quantile, standard_error
from clv.customers.value import Total, new_customer_value


def newcomer(
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    as_of: str | date | None = None,
) -> Total:
    """Expected value of the repeat purchases of a customer who has just bought for the first time.

    The bounds are those of the mean, not of a single customer: they tell how well the history pins
    it down. They are symmetric on the log scale, and NaN where no parameter was estimated.
    """

    def value(buying: PurchaseModel, spending: GammaGammaModel) -> float:
        terms = {"horizon": horizon, "annual_discount_rate": annual_discount_rate}
        return new_customer_value(buying, spending, **terms, as_of=as_of)

    expected = value(purchases, spend)
    error = standard_error(value, purchases, spend)
    width = np.exp(quantile(interval) * error / expected)
    return Total(expected=expected, low=float(expected / width), high=float(expected * width))
