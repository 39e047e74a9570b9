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
from scipy.special import expit, exprel

from clv.models.estimation import Array

BLOCK = 1024  # customers at a time, so that the working arrays stay in the cache
MOST_TERMS = 700
FARTHEST = 19.0  # beyond this many alphas ahead the series needs more terms than the integral nodes
TOLERANCE = 1e-13  # relative error that the series may have by its own account
SPACING = 0.25  # of the quadrature's nodes; the error falls like exp(-10 / SPACING)


def new_customer_purchases(
    r: ArrayLike, alpha: ArrayLike, a: ArrayLike, b: ArrayLike, t: ArrayLike
) -> Array:
    """Expected purchases within t of its first, of a customer as in equation (9), any one shape.

    >>> new_customer_purchases(r=0.243, alpha=4.414, a=0.793, b=2.426, t=[0, 52]).round(6).tolist()
    [0.0, 1.446051]
    """
    shape = np.broadcast_shapes(*map(np.shape, (r, alpha, a, b, t)))
    ahead = np.divide(t, alpha)
    r, a, b, w = (np.broadcast_to(v, shape).astype(float).ravel() for v in (r, a, b, ahead))
    mean = np.empty(w.size)
    # Neighbours in w need about the same number of terms.
    order = np.argsort(w)
    for start in range(0, w.size, BLOCK):
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
        if settled.all():
            break
        ratio = (c + k) * (a + k - 1) / ((total + k) * (k + 1)) * z
        term = term * ratio
        tail += term
        size += np.abs(term)
        falling = np.maximum(np.abs(ratio), z)
        small = np.abs(term) * falling <= (1 - falling) * 1e-17 * size
        settled = (w > FARTHEST) | ((k > -c) & small) | ~np.isfinite(size)
    damping = np.exp(-exponent)
    mean = first - damping * tail
    noise = np.abs(first) + (1 + np.abs(exponent)) * damping * size
    trusted = (w <= FARTHEST) & settled & (np.finfo(float).eps * noise <= TOLERANCE * mean)
    return mean, trusted


def _integral(r: Array, a: Array, b: Array, w: Array) -> Array:
    """The mean over p ~ Beta(a, b), on nodes in s = logit(p) that spread like sinh."""
    r, a, b, w = (v[:, None] for v in (r, a, b, w))
    s, spread = _nodes(r, a, b, w)
    # The density is taken relative to its value at p = a / (a + b): no digits are lost to its norm.
    from_mode = s - np.log(a / b)
    log_density = -a * _log_mix(b / (a + b), -from_mode) - b * _log_mix(a / (a + b), from_mode)
    density = np.exp(log_density) * spread
    p = expit(np.maximum(s, -600))  # below, the purchases no longer depend on p
    purchases = -np.expm1(-r * np.log1p(w * p)) / p
    return (density * purchases).sum(axis=1) / density.sum(axis=1)


def _nodes(r: Array, a: Array, b: Array, w: Array) -> tuple[Array, Array]:
    """Nodes in s = logit(p) for each row, and the length that each stands for (up to a factor).

    The density bends about log((1 + a) / (1 + b)), the purchases at p = 1 / (w max(r, 1)); in
    between and a few widths around nodes are evenly spaced, in the exponential tails ever wider.
    """
    bend = np.log1p(a) - np.log1p(b)
    narrow = a * b / (a + b)
    width = 1 / np.sqrt(1 + narrow)
    gap = np.clip(bend + np.log(w * np.maximum(r, 1)), 0, 36 / np.maximum(a - 1, 1e-9))
    core = gap / 2 + 3 * width
    reach = gap / 2 + 2 + np.sqrt(90 / narrow)
    left, right = np.arcsinh((reach + 45 / a) / core), np.arcsinh((reach + 45 / b) / core)
    n_nodes = 1 + int(np.ceil(((left + right) * core / (SPACING * width)).max()))
    tau = np.linspace(-left[:, 0], right[:, 0], n_nodes, axis=1)
    return bend - gap / 2 + core * np.sinh(tau), np.cosh(tau)


def _log_mix(share: Array, s: Array) -> Array:
    """log(1 - share + share * e^s), with all its digits near s = 0 and without overflow."""
    return np.log1p(share * np.expm1(np.minimum(s, 700))) + np.maximum(s - 700, 0)
