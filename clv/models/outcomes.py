"""Bounds of what one customer may do and spend: quantiles of the distributions, not of draws.

The purchases of a customer within a horizon are distributed as `purchase_count_distribution`
says. Given k of them, their money in multiples of v + x·m is a ratio of Gamma(p k) and
Gamma(p x + q), a beta prime (Fader & Hardie 2013, note 025, conjugate posterior): the money has a
mixture of incomplete betas for its distribution function, which is inverted by bisection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, expit

from clv.models.estimation import Array
from clv.models.gamma_gamma import GammaGamma

NEGLIGIBLE = 1e-9  # a chance that moves no bound
FARTHEST = 40.0  # on the log scale of money relative to v + x·m: from 4e-18 to 2e17
HALVINGS = 27  # to one part in a million


def count_quantile(chances: ArrayLike, level: float) -> NDArray[np.int64]:
    """The smallest count whose probability of not being exceeded is at least `level`, shape (n,).

    Parameters
    ----------
    chances : array, shape (n, most + 1)
        Probabilities of 0, 1, ... `most`; what is missing to 1 lies beyond `most`.
    level : float
        Between 0 and 1.

    Returns
    -------
    Counts; `most` where the level lies beyond it.

    >>> count_quantile([[0.5, 0.3, 0.2], [0.96, 0.03, 0.01]], 0.95).tolist()
    [2, 0]
    """
    reached = np.cumsum(chances, axis=1)
    return (reached[:, :-1] < level).sum(axis=1)


def money_quantile(
    params: GammaGamma, frequency: ArrayLike, chances: ArrayLike, level: float
) -> Array:
    """Quantile of the money to come, in multiples of `spend_scale`, shape (n,).

    Parameters
    ----------
    params : GammaGamma
        Of the spend per purchase.
    frequency : array, shape (n,)
        Repeat purchases so far.
    chances : array, shape (n, most + 1)
        Probabilities of 0, 1, ... `most` purchases to come.
    level : float
        Between 0 and 1; where nothing at all is bought with at least that chance, the bound is 0.

    """
    chances = np.asarray(chances, dtype=float)
    quantile = np.zeros(len(chances))
    spends = chances[:, 0] < level
    some = chances[spends]
    row, count = np.nonzero(some[:, 1:] > NEGLIGIBLE)
    weight, count = some[row, count + 1], count + 1
    shape = params.p * np.asarray(frequency, dtype=float)[spends] + params.q
    low, high = np.full(len(some), -FARTHEST), np.full(len(some), FARTHEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = weight * betainc(params.p * count, shape[row], expit(middle)[row])
        reached = some[:, 0] + np.bincount(row, below, minlength=len(some)) >= level
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    quantile[spends] = np.exp(high)
    return quantile
