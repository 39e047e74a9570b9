"""Were the models as sure as they had a right to be? One cohort whose truth is known at a time.

Imports numpy and the models only, so that the tests of the models can run a smaller version.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from scipy.special import ndtri

from benchmarks.nature import Array, Cohort, World, draw
from clv.errors import DidNotConverge
from clv.models import bgnbd, gamma_gamma, mbgnbd
from clv.models.estimation import MaximumLikelihood
from clv.models.outcomes import count_quantile

MODELS: dict[str, ModuleType] = {"bgnbd": bgnbd, "mbgnbd": mbgnbd}
CUSTOMERS = 1000
INTERVAL = 0.90
TAILS = (1 - INTERVAL) / 2, (1 + INTERVAL) / 2
MOST = 120  # purchases within a horizon to look at; nobody here makes more


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Whether the intervals of a fit hold the truth: 1, 0, or NaN where none was given; (k,)."""

    names: tuple[str, ...]
    profile: Array
    wald: Array
    why: str  # the verdict of the fit


@dataclass(frozen=True, slots=True)
class Customers:
    """Shares of customers whose purchases were as foreseen."""

    pit: float  # the randomised probability integral transform lies in its central 90 %
    interval: float  # between their low and high
    mass: float  # what low and high promise to hold, by the model itself


def cohort(world: World, replicate: int) -> Cohort:
    """The cohort of a replicate: the same each time, and another in each world."""
    return draw(world, CUSTOMERS, np.random.default_rng([world.seed, replicate]))


def parameters(world: World, customers: Cohort) -> list[Parameters]:
    """Of the purchase model and of the spend model."""
    found = []
    for truth, fitted in zip(
        (world.buying, world.spending), (_fit_buying, _fit_spending), strict=True
    ):
        names = truth._fields
        none = np.full(len(names), np.nan)
        try:
            estimation = fitted(world, customers)
        except DidNotConverge as fault:
            found.append(Parameters(names, none, none, f"refused: {fault}"))
            continue
        inside = _inside(estimation.bounds(INTERVAL), truth)
        wald = _inside(_wald(estimation), truth) if estimation.identified else none
        found.append(Parameters(names, inside, wald, estimation.why))
    return found


def customers_purchases(
    world: World, customers: Cohort, rng: np.random.Generator
) -> Customers | None:
    """What the fitted model foresaw of each customer, held against what came."""
    try:
        fitted = _fit_buying(world, customers)
    except DidNotConverge:
        return None
    chances = MODELS[world.model].purchase_count_distribution(
        fitted.params, *_history(customers), world.horizon, most=MOST
    )
    # F(y - 1) for y = 0, 1, …: shape (n, MOST + 2)
    below = np.cumsum(np.insert(chances, 0, 0.0, axis=1), axis=1)
    each, came = np.arange(len(below)), np.minimum(customers.purchases, MOST).astype(int)
    pit = below[each, came] + rng.random(len(each)) * chances[each, came]
    low, high = (count_quantile(chances, level) for level in TAILS)
    return Customers(
        pit=float(np.mean((pit > TAILS[0]) & (pit < TAILS[1]))),
        interval=float(np.mean((low <= came) & (came <= high))),
        mass=float(np.mean(below[each, high + 1] - below[each, low])),
    )


def tolerance(share: float, trials: int) -> float:
    """Three binomial standard errors of a share seen in so many trials."""
    return 3 * float(np.sqrt(share * (1 - share) / trials))


def _fit_buying(world: World, customers: Cohort) -> MaximumLikelihood:
    return MODELS[world.model].fit(*_history(customers))


def _fit_spending(_: World, customers: Cohort) -> MaximumLikelihood:
    back = customers.frequency > 0
    return gamma_gamma.fit(customers.frequency[back], customers.monetary_value[back])


def _history(customers: Cohort) -> tuple[Array, Array, Array]:
    return customers.frequency, customers.recency, customers.T


def _wald(fitted: MaximumLikelihood) -> Array:
    """The interval by the normal of a parameter's logarithm, shape (k, 2)."""
    factor = np.exp(ndtri(TAILS[1]) * fitted.log_errors)
    return np.column_stack([fitted.estimates / factor, fitted.estimates * factor])


def _inside(bounds: Array, truth: tuple[float, ...]) -> Array:
    """Whether each interval holds the truth; NaN where it has no bounds."""
    low, high = bounds.T
    held = (low <= truth) & (truth <= high)
    return np.where(np.isnan(bounds).any(axis=1), np.nan, held)
