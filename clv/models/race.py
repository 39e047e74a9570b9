"""Two clocks, each of which rings once: which is first, and when.

A clock whose rate is drawn from Gamma(shape, scale) is silent until t with probability
(scale / (scale + t))^shape: a Pareto distribution of the second kind. In the Pareto/NBD model a
customer's next purchase is one such clock and leaving is the other. The papers write their race
with Gauss hypergeometric functions, which overflow and cancel; here it is the integral of a
positive density, on nodes in the logarithm of time, where that density is smooth and log-concave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from clv.models.estimation import Array

SPENT = 40.0  # a density that has fallen by e^-40 adds nothing more
MOST_NODES = 64  # of Gauss and Legendre, in one panel
BLOCK = 256  # rows at a time, so that the working arrays stay in the cache


def log_p_first(
    shape: ArrayLike,
    scale: ArrayLike,
    other_shape: ArrayLike,
    other_scale: ArrayLike,
    within: ArrayLike,
) -> Array:
    """Log probability that a clock rings before the other and before `within`, shape (n,).

    >>> even = log_p_first(2.0, 10.0, 2.0, 10.0, within=[0, 1e9])
    >>> np.exp(even).round(6).tolist()
    [0.0, 0.5]
    """
    columns = np.broadcast_arrays(shape, scale, other_shape, other_scale, within)
    return in_blocks(_log_p_first, [np.atleast_1d(column).astype(float) for column in columns])


def nodes(
    shape: ArrayLike, scale: Array, other_shape: Array, other_scale: Array, within: Array
) -> tuple[Array, Array]:
    """Times at which to look at the race, and the length of time that each stands for.

    Both of shape (n, k): a sum over the second axis is an integral from 0 to `within`, or to where
    nothing more is to come: once the first clock's density has fallen by e^-40 by the silence of
    either clock alone, all that is beyond has at most that share.
    """
    slower = other_shape - (other_scale < scale)  # the hazard rises nearly as fast as time
    with np.errstate(over="ignore", divide="ignore"):
        spent = scale * np.expm1(SPENT / shape)
        other_spent = other_scale * np.expm1(SPENT / np.maximum(slower, 0))
    end = np.minimum(within, np.minimum(spent, other_spent))
    fall = shape * np.log1p(end / scale) + other_shape * np.log1p(end / other_scale)
    return times(np.minimum(scale, other_scale), end, fall)


def times(unit: Array, end: Array, fall: Array) -> tuple[Array, Array]:
    """Nodes from 0 to `end` in log(unit + time), and the time that each stands for: (n, k) each.

    As many as it takes for 1e-13 of an integrand that falls by a factor of e^-fall.
    """
    stretch = np.log1p(end / unit)
    place, weight = places(10 + int((fall / 4 + 2 * stretch).max(initial=0)))
    unit, stretch = unit[:, None], stretch[:, None]
    time = unit * np.expm1(stretch * place)
    return time, stretch * weight * (unit + time)


def places(least: int) -> tuple[Array, Array]:
    """At least so many places between 0 and 1, and their weights."""
    panels = 1 + least // MOST_NODES
    return _places(panels, 8 * (1 + least // panels // 8))


@cache
def _places(panels: int, order: int) -> tuple[Array, Array]:
    """By Gauss and Legendre in each panel."""
    node, weight = np.polynomial.legendre.leggauss(order)
    place = (np.arange(panels)[:, None] + (1 + node) / 2) / panels
    return place.ravel(), np.tile(weight / (2 * panels), panels)


def in_blocks(
    quantity: Callable[..., Array], columns: Sequence[Array], *, size: int = BLOCK
) -> Array:
    """A quantity of columns of one length, computed for so many rows at a time."""
    starts = range(0, max(len(columns[0]), 1), size)
    found = [quantity(*(column[i : i + size] for column in columns)) for i in starts]
    return np.concatenate(found)


def _log_p_first(
    shape: Array, scale: Array, other_shape: Array, other_scale: Array, within: Array
) -> Array:
    """The logarithm of the integrated density."""
    time, length = nodes(shape, scale, other_shape, other_scale, within)
    shape, scale, other_shape, other_scale = (
        column[:, None] for column in (shape, scale, other_shape, other_scale)
    )
    silent = np.exp(-shape * np.log1p(time / scale) - other_shape * np.log1p(time / other_scale))
    with np.errstate(divide="ignore"):  # no time: log(0) = -inf is a probability of nothing
        return np.log((shape / (scale + time) * silent * length).sum(axis=1))
