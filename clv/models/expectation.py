"""Expected purchases of a new BG/NBD customer, to 1e-12 also where others lose every digit.

Equation (9) of Fader, Hardie & Lee (2005) is the mean of (1 - (1 + w p)^-r) / p over the dropout
p ~ Beta(a, b), with w = t / alpha: a customer who leaves after each purchase with probability p
makes (1 - e^-(rate p t)) / p of them. The paper writes it with one Gauss hypergeometric function,
which overflows for heavy buyers and cancels for a near 1, a + b < 1 and large a. Here it is a
series in w / (1 + w) < 1 (Euler's transformation of the paper's), and where that cancels or is
slow the mean itself, by double-exponential quadrature of a positive integrand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import exprel

from clv.models.dropout import beta_sharpness, mean_over_dropout
from clv.models.estimation import Array

BLOCK = 1024  # customers at a time, so that the working arrays stay in the cache
MOST_TERMS = 700
AT_A_TIME = 6  # terms, before it is asked whether they suffice
FARTHEST = 19.0  # beyond this many alphas ahead the series needs more terms than the integral nodes
TOLERANCE = 1e-13  # relative error that the series may have by its own account


def new_customer_purchases(
    r: ArrayLike, alpha: ArrayLike, a: ArrayLike, b: ArrayLike, t: ArrayLike
) -> Array:
    """Expected purchases within t of its first, of a customer as in equation (9), any one shape.

    For t without end (a + b - 1) / (a - 1), which is infinite where a <= 1.

    >>> new_customer_purchases(r=0.243, alpha=4.414, a=0.793, b=2.426, t=[0, 52]).round(6).tolist()
    [0.0, 1.446051]
    """
    shape = np.broadcast_shapes(*map(np.shape, (r, alpha, a, b, t)))
    ahead = np.divide(t, alpha)
    r, a, b, w = (np.broadcast_to(v, shape).astype(float).ravel() for v in (r, a, b, ahead))
    with np.errstate(divide="ignore"):
        mean = np.where(a > 1, (a + b - 1) / (a - 1), np.inf)  # where there is no end
    order = np.flatnonzero(~np.isinf(w))
    order = order[np.argsort(w[order])]  # neighbours need about the same number of terms
    for start in range(0, order.size, BLOCK):
        rows = order[start : start + BLOCK]
        mean[rows] = _mean(r[rows], a[rows], b[rows], w[rows])
    return mean.reshape(shape)


def _mean(r: Array, a: Array, b: Array, w: Array) -> Array:
    """The series where it holds, the integral elsewhere."""
    # A series that overflows is simply one that is not trusted.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        mean, trusted = _series(r, a, b, w)
        rest = ~trusted
        if rest.any():
            mean[rest] = _integral(r[rest], a[rest], b[rest], w[rest])
    return mean


def _series(r: Array, a: Array, b: Array, w: Array) -> tuple[Array, np.ndarray]:
    """Sum of the series, and where its rounding errors stay within the tolerance."""
    total, c = a + b - 1, a + b - 1 - r
    z, exponent = w / (1 + w), (a - 1) * np.log1p(w)
    first = total * np.log1p(w) * exprel(-exponent)  # total * (1 - (1 + w)^(1 - a)) / (a - 1)
    term = c * z
    tail, size = term.copy(), np.abs(term)
    settled = w > FARTHEST
    for k in range(1, MOST_TERMS):
        ratio = (c + k) * (a + (k - 1)) * z / ((total + k) * (k + 1))
        term *= ratio
        tail += term
        size += np.abs(term)
        if k % AT_A_TIME:
            continue
        falling = np.maximum(np.abs(ratio), z)
        small = np.abs(term) * falling <= (1 - falling) * 1e-17 * size
        settled = (w > FARTHEST) | ((k > -c) & small) | ~np.isfinite(size)
        if settled.all():
            break
    damping = np.exp(-exponent)
    mean = first - damping * tail
    noise = np.abs(first) + (1 + np.abs(exponent)) * damping * size
    exact = np.isfinite(noise) & (np.finfo(float).eps * noise <= TOLERANCE * mean)
    return mean, exact & settled & (w <= FARTHEST)


def _integral(r: Array, a: Array, b: Array, w: Array) -> Array:
    """The mean over p ~ Beta(a, b); purchases bend at p = 1 / (w max(r, 1))."""
    gap = np.log1p(a) - np.log1p(b) + np.log(w * np.maximum(r, 1))
    gap = np.clip(gap, 0, 36 / np.maximum(a - 1, 1e-9))  # beyond, p is too rare to count
    r, w = r[:, None], w[:, None]
    return mean_over_dropout(
        lambda p: -np.expm1(-r * np.log1p(w * p)) / p, a, b, gap=gap, sharpness=beta_sharpness(a, b)
    )
