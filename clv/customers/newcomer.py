"""What a new customer is worth, and how sure that is: the ceiling of what one may cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import Total
from clv.customers.uncertainty import standard_error
from clv.errors import BadParameter
from clv.models.intervals import quantile


def newcomer(
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    margin: float | None = None,
    as_of: str | date | None = None,
    covariates: Mapping[str, float] | None = None,
) -> Total:
    """Expected value of the repeat purchases of a customer who has just bought for the first time.

    The bounds are those of the mean, not of a single customer: they tell how well the history pins
    it down. They are symmetric on the log scale, and NaN where no parameter was estimated or one
    is weakly identified: nobody has yet been seen of whom something would be known all the same,
    as it is of the sums over a base. The arguments are those of `new_customer_value`.
    """
    terms = {"horizon": horizon, "annual_discount_rate": annual_discount_rate, "margin": margin}

    def value(buying: PurchaseModel, spending: GammaGammaModel) -> float:
        return new_customer_value(buying, spending, **terms, as_of=as_of, covariates=covariates)

    expected = value(purchases, spend)
    error = standard_error(value, purchases, spend)
    width = np.exp(quantile(interval) * error / expected) if expected else 1.0
    return Total(expected=expected, low=float(expected / width), high=float(expected * width))


def new_customer_value(
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    margin: float | None = None,
    as_of: str | date | None = None,
    covariates: Mapping[str, float] | None = None,
) -> float:
    """Expected value of the repeat purchases of a customer who has just bought for the first time.

    The first purchase itself is known when it happens and is not counted. It is revenue, or with a
    `margin`, a share from 0 to 1, what is kept of it. `as_of` is the day of the first purchase,
    which matters only where the horizon is an end date; `covariates`, a value for each column,
    matters only where the model has coefficients.
    """
    if margin is not None and not 0 <= margin <= 1:
        raise BadParameter.from_value("margin", margin, "a share from 0 to 1")
    history = {"frequency": [0], "recency": [0.0], "T": [0.0]}
    one = pd.DataFrame(history | {name: [v] for name, v in (covariates or {}).items()}, ["new"])
    one.attrs.update(unit=purchases.unit, as_of=as_of)
    repeat = purchases.discounted_purchases(one, horizon, annual_discount_rate).iloc[0]
    return float(repeat * spend.population_mean * (1.0 if margin is None else margin))
