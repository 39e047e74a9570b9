"""How sure a number is that rests on estimated parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from clv.customers.fitted import FittedModel
from clv.models.estimation import Array, MaximumLikelihood

STEP = 1e-4  # on the scale of the climb, for the slope of what rests on a parameter


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
