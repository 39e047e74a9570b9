"""What the parameters say of customers: how often they buy, how soon they leave, what they spend.

A parameter means something to nobody; two of them together mean an average, and the shape of a
distribution says how unlike customers are. Covariates are left at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clv.customers.fitted import FittedModel
from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel, PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.uncertainty import standard_error
from clv.models import heterogeneity
from clv.models.intervals import quantile
from clv.tables.periods import UNIT_DAYS, periods_per_year

AFTER_FIRST_REPEAT, AFTER_FIRST, LIFETIME = "after_first_repeat", "after_first", "lifetime"


@dataclass(frozen=True, slots=True)
class Trait:
    """Something in which customers differ.

    `low` and `high` bound the typical value, not single customers, by what the data say of the
    parameters; they are NaN where these were given or are weakly identified.
    """

    name: str
    typical: float
    low: float
    high: float
    middle: float  # half of the customers have less
    best_tenth: float = np.nan  # where the tenth of the customers begins whom one would wish for


def pace(purchases: PurchaseModel, interval: float = 0.90) -> Trait:
    """Purchases per year of one who is still a customer; typical is the mean."""
    year = periods_per_year(purchases.own_unit)

    def mean(model: PurchaseModel) -> float:
        return model.r / model.alpha * year

    return Trait(
        "pace",
        mean(purchases),
        *_bounds(mean, purchases, interval),
        middle=heterogeneity.rate(purchases.params, 0.5) * year,
        best_tenth=heterogeneity.rate(purchases.params, 0.9) * year,
    )


def leaving(purchases: PurchaseModel, interval: float = 0.90) -> Trait:
    """How soon customers leave, by the name of what the model knows of it.

    In BG/NBD and MBG/NBD the chance of leaving right after a purchase; typical is the mean over new
    customers, who may leave after their first repeat purchase ("after_first_repeat"), or after
    their very first ("after_first"). In Pareto/NBD the lifetime of new customers, in days
    ("lifetime"); typical is the median, because the mean may be infinite, and there is no best
    tenth, because nobody has been seen for so long.
    """
    if isinstance(purchases, BetaGeoModel | ModifiedBetaGeoModel):
        return _chance(purchases, interval)
    days = UNIT_DAYS[purchases.own_unit]

    def median(model: PurchaseModel) -> float:
        return heterogeneity.lifetime(model.params, 0.5) * days

    middle, bounds = median(purchases), _bounds(median, purchases, interval)
    return Trait(LIFETIME, middle, *bounds, middle=middle)


def _chance(purchases: BetaGeoModel | ModifiedBetaGeoModel, interval: float) -> Trait:
    """The chance of leaving after a purchase; its bounds are symmetric on the scale of odds."""

    def odds(model: BetaGeoModel | ModifiedBetaGeoModel) -> float:
        return model.a / model.b

    mean, *bounds = (x / (1 + x) for x in (odds(purchases), *_bounds(odds, purchases, interval)))
    return Trait(
        AFTER_FIRST_REPEAT if isinstance(purchases, BetaGeoModel) else AFTER_FIRST,
        mean,
        *bounds,
        middle=heterogeneity.dropout(purchases.params, 0.5),
        best_tenth=heterogeneity.dropout(purchases.params, 0.1),
    )


def spend(model: GammaGammaModel, interval: float = 0.90) -> Trait:
    """Mean spend per purchase; typical is the mean over customers."""

    def mean(spending: GammaGammaModel) -> float:
        return spending.population_mean

    return Trait(
        "spend",
        mean(model),
        *_bounds(mean, model, interval),
        middle=heterogeneity.mean_spend(model.params, 0.5),
        best_tenth=heterogeneity.mean_spend(model.params, 0.9),
    )


def _bounds(
    quantity: Callable[..., float], model: FittedModel, interval: float
) -> tuple[float, float]:
    """Bounds of a positive number that rests on the parameters, symmetric on the log scale."""
    error = standard_error(lambda moved: np.log(quantity(moved)), model)
    width = np.exp(quantile(interval) * float(error))
    return float(quantity(model) / width), float(quantity(model) * width)
