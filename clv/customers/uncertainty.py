"""How sure a number is: the share in a sample, and what rests on estimated parameters."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clv.customers.fitted import FittedModel
from clv.errors import BadParameter
from clv.models.estimation import Array, MaximumLikelihood

STEP = 1e-4  # on the scale of the climb, for the slope of what rests on a parameter


def tails(interval: float) -> tuple[float, float]:
    """The two quantiles that hold a share of outcomes between them.

    >>> [round(level, 3) for level in tails(0.90)]
    [0.05, 0.95]
    """
    if not 0 < interval < 1:
        raise BadParameter.from_value("interval", interval, "a share between 0 and 1, such as 0.90")
    return (1 - interval) / 2, (1 + interval) / 2


def quantile(interval: float) -> float:
    """How many standard errors to either side hold a share of outcomes.

    >>> round(quantile(0.90), 3)
    1.645
    """
    _, upper = tails(interval)
    return NormalDist().inv_cdf(upper)


def wilson(share: ArrayLike, trials: ArrayLike, interval: float = 0.90) -> tuple[Array, Array]:
    """Wilson's (1927) interval of a share seen in a number of trials; NaN without trials.

    >>> low, high = wilson([0.1, 0.0], trials=[50, 0])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.05, nan], [0.192, nan])
    """
    z = quantile(interval)
    share, n = np.asarray(share, dtype=float), np.where(np.greater(trials, 0), trials, np.nan)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def standard_error(quantity: Callable[..., ArrayLike], *models: FittedModel) -> Array:
    """Standard error of numbers computed from fitted models, which know nothing of each other.

    By the delta method, on the scale of the climb (the log of a parameter, a coefficient as it is).
    Models whose parameters were given add nothing; where all were, or where one is weakly
    identified, the error is not known: NaN. (Of a sum over a base it is: `customers.bootstrap`.)

    Parameters
    ----------
    quantity
        Takes the models in their order and returns a number, or an array of any shape.

    Returns
    -------
    Array of the shape that `quantity` returns.

    """
    estimated = [model for model in models if model.estimation is not None]
    if not estimated or not all(model.estimation.identified for model in estimated):
        return np.full_like(quantity(*models), np.nan, dtype=float)
    return np.sqrt((directions(quantity, *models) ** 2).sum(axis=0))


def directions(quantity: Callable[..., ArrayLike], *models: FittedModel) -> Array:
    """How far numbers move with one standard error in each independent direction of parameters.

    Shape (directions, …): as many as the models have estimated parameters. The squares add up to
    the variance; standard normal draws times the directions are draws of the numbers' error.
    `quantity` is as for `standard_error`.
    """
    moves = [np.empty((0, *np.shape(quantity(*models))))]
    for place, model in enumerate(models):
        if model.estimation is not None:
            slopes = _slopes(quantity, models, place)
            moves.append(np.tensordot(_spread(model.estimation), slopes, axes=(0, 0)))
    return np.concatenate(moves)


def _slopes(
    quantity: Callable[..., ArrayLike], models: tuple[FittedModel, ...], place: int
) -> Array:
    """Change of the numbers per unit of each parameter of one model, shape (k, …)."""

    def at(name: str, step: float) -> Array:
        nudged = models[place].nudged(name, step)
        return np.asarray(quantity(*models[:place], nudged, *models[place + 1 :]), dtype=float)

    moves = [at(name, STEP) - at(name, -STEP) for name in models[place].names]
    return np.stack(moves) / (2 * STEP)


def _spread(found: MaximumLikelihood) -> Array:
    """A square root of the covariance on the scale of the climb, shape (k, directions)."""
    variances, axes = np.linalg.eigh(found.log_covariance)
    return axes * np.sqrt(np.maximum(variances, 0))
