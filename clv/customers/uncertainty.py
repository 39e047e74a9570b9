"""How sure a number is: the share in a sample, and what rests on estimated parameters."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from clv.customers.fitted import FittedModel
from clv.errors import BadParameter
from clv.models.estimation import Array

STEP = 1e-4  # on the log of a parameter, for the slope of what rests on it


def quantile(interval: float) -> float:
    """How many standard errors to either side hold a share of outcomes.

    >>> round(quantile(0.90), 3)
    1.645
    """
    if not 0 < interval < 1:
        raise BadParameter.from_value("interval", interval, "a share between 0 and 1, such as 0.90")
    return NormalDist().inv_cdf((1 + interval) / 2)


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


def standard_error(quantity: Callable[..., float], *models: FittedModel) -> float:
    """Standard error of a number computed from fitted models, which know nothing of each other.

    By the delta method, on the log of the parameters. Models whose parameters were given add
    nothing; where all were, the error is not known: NaN.

    Parameters
    ----------
    quantity
        Takes the models in their order and returns the number.

    """
    estimated = [model for model in models if model.estimation is not None]
    if not estimated:
        return np.nan
    variances = [_variance(quantity, models, model) for model in estimated]
    return float(np.sqrt(sum(variances)))


def _variance(
    quantity: Callable[..., float], models: tuple[FittedModel, ...], model: FittedModel
) -> float:
    """What the parameters of one of the models add to the variance."""

    def at(name: str, factor: float) -> float:
        nudged = [m.nudged(name, factor) if m is model else m for m in models]
        return quantity(*nudged)

    found = model.estimation
    slopes = np.array([at(n, 1 + STEP) - at(n, 1 - STEP) for n in found.names]) / (2 * STEP)
    covariance = found.covariance / np.outer(found.estimates, found.estimates)
    return float(slopes @ covariance @ slopes)
