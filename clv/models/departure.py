"""The chance that a customer who is still one leaves within a horizon, for BG/NBD and MBG/NBD.

Whoever leaves after each purchase with probability p and buys at a rate l is still there after t
with probability e^-(l p t). Over l ~ Gamma(r, alpha) the chance to have left is
1 - (1 + p t / alpha)^-r: p times the purchases to expect. So its mean over p ~ Beta(a, b) is
a / (a + b) times the purchases of a customer whose p ~ Beta(a + 1, b), and loses no digits where
the usual form, 1 - 2F1(r, a; a + b; -t / alpha), does. The chance to stay is what is left over, and
where that is little the mean of (1 + p t / alpha)^-r itself, by quadrature.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from clv.models.beta_geometric import BetaGeometric
from clv.models.dropout import beta_sharpness, mean_over_dropout
from clv.models.estimation import Array
from clv.models.expectation import new_customer_purchases

BLOCK = 1024  # customers at a time, so that the working arrays stay small


def new_customer_leaves(new: BetaGeometric, horizon: ArrayLike) -> Array:
    """Probability that a new BG/NBD customer has left after the horizon, any one shape.

    >>> paper = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> alive = paper.restarted(frequency=np.array([0.0, 7.0]), T=np.array(39.0))
    >>> new_customer_leaves(alive, 39.0).round(4).tolist()
    [0.0442, 0.3206]
    """
    purchases = new_customer_purchases(new.r, new.alpha, new.a + 1, new.b, horizon)
    return new.a / (new.a + new.b) * purchases


def new_customer_stays(new: BetaGeometric, horizon: ArrayLike) -> Array:
    """Probability that a new BG/NBD customer is still one after the horizon, any one shape.

    >>> paper = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> new_customer_stays(paper, [0.0, 39.0, np.inf]).round(4).tolist()
    [1.0, 0.7944, 0.0]
    """
    leaves = new_customer_leaves(new, horizon)
    ahead = np.divide(horizon, new.alpha)
    r, a, b, w = (np.broadcast_to(v, leaves.shape).ravel() for v in (new.r, new.a, new.b, ahead))
    stays = np.where(np.isinf(w), 0.0, 1 - leaves.ravel())
    few = np.flatnonzero((stays < 0.5) & np.isfinite(w))
    few = few[np.argsort(w[few])]  # neighbours need about the same number of nodes
    for start in range(0, few.size, BLOCK):
        rows = few[start : start + BLOCK]
        stays[rows] = _mean_staying(r[rows], a[rows], b[rows], w[rows])
    return stays.reshape(leaves.shape)


def _mean_staying(r: Array, a: Array, b: Array, w: Array) -> Array:
    """The mean of (1 + w p)^-r, which bends at p = 1 / (w max(r, 1)) and weighs most at `odds`.

    There is one such place: the slope of its product with the density is a quadratic in the odds.
    """
    linear = a - b + (a - r) * w
    root = np.abs(linear) + np.sqrt(linear**2 + 4 * a * b * (1 + w))
    odds = np.where(linear > 0, root / (2 * b * (1 + w)), 2 * a / root)
    leave = (1 + w) * odds
    sharpness = r * leave / (1 + leave) ** 2 - (r - a - b) * odds / (1 + odds) ** 2
    bend = np.log1p(a) - np.log1p(b)
    to_bend = np.clip(bend + np.log(w * np.maximum(r, 1)), 0, 36 / np.maximum(a - r, 1e-9))
    r, w = r[:, None], w[:, None]
    return mean_over_dropout(
        lambda p: np.exp(-r * np.log1p(w * p)), a, b,
        gap=np.maximum(to_bend, bend - np.log(odds)),
        sharpness=np.maximum(sharpness, beta_sharpness(a, b)),
    )  # fmt: skip
