"""Bounds of what one customer may do and spend: quantiles of the distributions, not of draws.

The purchases of a customer within a horizon are distributed as `purchase_count_distribution`
says. Given k of them, their money in multiples of v + x·m is a ratio of Gamma(p k) and
Gamma(p x + q), a beta prime (Fader & Hardie 2013, note 025, conjugate posterior): the money has a
mixture of incomplete betas for its distribution function. All customers with the same x mix the
same betas: these are computed once, on nodes, and each mixture is inverted between two of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, betaln, expit, logit

from clv.models.estimation import Array
from clv.models.gamma_gamma import GammaGamma

ROUNDING = 1e-12  # of a sum of chances
TINY = np.finfo(float).tiny
FARTHEST = 40.0  # on the log scale of money relative to v + x·m: from 4e-18 to 2e17
# Nodes on that scale, in widths of the narrowest beta. Cubics between them err by 3e-6 of the money
# where p is as in the paper, and by up to 1e-4 in the tails of few purchases of a small p.
FINE = 0.2
CELLS = 2_000_000  # customers times nodes at a time


def count_quantile(chances: ArrayLike, level: float) -> NDArray[np.int64]:
    """The smallest count whose probability of not being exceeded is at least `level`, shape (n,).

    Parameters
    ----------
    chances : array, shape (n, most + 1)
        Probabilities of 0, 1, ... `most`; what is missing to 1 lies beyond `most`.
    level : float
        Between 0 and 1. A sum of chances that misses it by rounding alone has reached it.

    Returns
    -------
    Counts; `most` where the level lies beyond it.

    >>> count_quantile([[0.5, 0.3, 0.2], [0.96, 0.03, 0.01]], 0.95).tolist()
    [2, 0]
    """
    reached = np.cumsum(chances, axis=1)
    return (reached[:, :-1] < level - ROUNDING).sum(axis=1)


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
        Probabilities of 0, 1, ... `most` purchases to come; what is missing to 1 counts as `most`.
    level : float
        Between 0 and 1; where nothing at all is bought with at least that chance, the bound is 0.

    """
    chances, frequency = np.asarray(chances, dtype=float), np.asarray(frequency)
    quantile = np.zeros(len(chances))
    some = chances[:, 0] < level
    reach = (level - chances[some, 0]) / (1 - chances[some, 0])
    given = chances[some, 1:] / (1 - chances[some, :1])
    given[:, -1] += 1 - given.sum(axis=1)
    log_money = np.empty(len(given))
    for x in np.unique(frequency[some]):
        rows = np.flatnonzero(frequency[some] == x)
        log_money[rows] = _log_money(params.p, params.p * x + params.q, given[rows], reach[rows])
    quantile[some] = np.exp(log_money)
    return quantile


def _log_money(p: float, shape: float, chances: Array, reach: Array) -> Array:
    """Log of the money that is not exceeded with probability `reach`, shape (n,).

    Of customers whose rate has gamma shape `shape`, who make 1, 2, … purchases with `chances`.
    """
    bought = p * np.arange(1, chances.shape[1] + 1)[:, None]
    nodes = _nodes(bought[0, 0], bought[-1, 0], shape, reach)
    z = expit(nodes)
    below = betainc(bought, shape, z)
    with np.errstate(divide="ignore"):
        log_density = bought * np.log(z) + shape * np.log1p(-z) - betaln(bought, shape)
    density = np.exp(log_density)
    blocks = np.array_split(np.arange(len(reach)), 1 + len(reach) * len(nodes) // CELLS)
    return np.concatenate(
        [_inverted(nodes, chances[b] @ below, chances[b] @ density, reach[b]) for b in blocks]
    )


def _nodes(least: float, most: float, shape: float, reach: Array) -> Array:
    """Evenly spaced log money that holds every quantile: multiples of one step.

    No mixture reaches as low as one purchase does alone, nor as high as the most purchases do.
    """
    step = FINE * np.sqrt(1 / most + 1 / shape)
    with np.errstate(divide="ignore"):
        low = logit(betaincinv(least, shape, reach.min()))
        high = logit(betaincinv(most, shape, reach.max()))
    low, high = np.clip([low, high], -FARTHEST, FARTHEST) / step
    return step * np.arange(np.floor(low) - 1, np.ceil(high) + 2)


def _inverted(nodes: Array, below: Array, density: Array, reach: Array) -> Array:
    """Where each row of `below`, with its slope `density`, gets to `reach`: cubics in log odds."""
    rows = np.arange(len(reach))
    right = np.clip((below < reach[:, None]).sum(axis=1), 1, len(nodes) - 1)
    ends = np.stack([right - 1, right])
    share = np.clip(below[rows, ends], TINY, 1 - ROUNDING)
    odds, slope = logit(share), density[rows, ends] / (share * (1 - share))
    length = np.maximum(odds[1] - odds[0], TINY)
    u = np.clip((logit(reach) - odds[0]) / length, 0, 1)
    # Hermite's cubic of the inverse function, kept between the nodes where it is all but a step.
    left, width = nodes[right - 1], nodes[right] - nodes[right - 1]
    start, end = np.minimum(length / np.maximum(slope, TINY), 3 * width)
    bend = u * (1 - u) * (start * (1 - u) - end * u)
    return left + np.clip(width * u**2 * (3 - 2 * u) + bend, 0, width)
