"""Means over customers who differ in their dropout probability p ~ Beta(a, b), to 1e-12.

Double-exponential quadrature (Takahasi & Mori 1974) of a positive integrand in d, the distance of
logit(p) from that of a / (a + b): nothing cancels, nothing overflows, and the digits of a density
that is steep, or far from where the quantity counts, are kept.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clv.models.estimation import Array

SPACING = 0.25  # of the nodes, in widths of the density; the error falls like exp(-10 / SPACING)
LOWEST_LOGIT = -600.0  # below, e^logit is as good as 0


def mean_over_dropout(
    quantity: Callable[[Array], Array], a: Array, b: Array, *, gap: Array, sharpness: Array
) -> Array:
    """Mean of a quantity over p ~ Beta(a, b), for each pair of shapes: arrays of shape (n,).

    Parameters
    ----------
    quantity : callable
        Of dropout probabilities above 0, shape (n, nodes); positive, in the same shape.
    a, b : array, shape (n,)
    gap : array, shape (n,)
        How far below the bend of the density, on the logit scale, the quantity bends as well.
    sharpness : array, shape (n,)
        Curvature, on the logit scale, of the log density or of its product with the quantity,
        whichever is more.

    """
    a, b, gap, sharpness = (v[:, None] for v in (a, b, gap, sharpness))
    d, spread = _nodes(a, b, gap, sharpness)
    # The density is taken relative to its value at d = 0: no digits are lost to its norm.
    log_density = -a * _log_mix(b / (a + b), -d) - b * _log_mix(a / (a + b), d)
    density = np.exp(log_density) * spread
    odds = a / b * np.exp(np.clip(d, LOWEST_LOGIT - np.log(a / b), 700 - np.log(a / b)))
    values = quantity(odds / (1 + odds))
    return (density * values).sum(axis=1) / density.sum(axis=1)


def beta_sharpness(a: Array, b: Array) -> Array:
    """Curvature of the log density of logit(p) at its mode."""
    return a * b / (a + b)


def _nodes(a: Array, b: Array, gap: Array, sharpness: Array) -> tuple[Array, Array]:
    """Nodes in d for each row, and the length that each stands for (up to a factor).

    The density bends about log((1 + a) / (1 + b)), the quantity a gap before; in between and a few
    widths around nodes are evenly spaced, in the exponential tails ever wider.
    """
    bend = np.log1p(1 / a) - np.log1p(1 / b)  # relative to log(a / b)
    width = 1 / np.sqrt(1 + sharpness)
    core = gap / 2 + 3 * width
    reach = gap / 2 + 2 + np.sqrt(90 / beta_sharpness(a, b))
    left, right = np.arcsinh((reach + 45 / a) / core), np.arcsinh((reach + 45 / b) / core)
    n_nodes = 1 + int(np.ceil(((left + right) * core / (SPACING * width)).max()))
    tau = np.linspace(-left[:, 0], right[:, 0], n_nodes, axis=1)
    return bend - gap / 2 + core * np.sinh(tau), np.cosh(tau)


def _log_mix(share: Array, s: Array) -> Array:
    """log(1 - share + share * e^s), with all its digits near s = 0 and without overflow."""
    return np.log1p(share * np.expm1(np.minimum(s, 700))) + np.maximum(s - 700, 0)
