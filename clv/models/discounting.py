"""Present value: from a yearly rate to a rate per period, and from a stream to what it is worth."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clv.errors import BadParameter
from clv.models.estimation import Array

WORTHLESS = 45.0  # e^-45: what comes later than this many times 1 / force adds no digit
NODES, NODES_PER_LENGTH, MOST = 6, 4.5, 76  # of Gauss and Legendre, for 1e-12
BLOCK = 2048  # customers at a time, each at all nodes


def force_of_interest(annual_discount_rate: float, periods_per_year: float) -> float:
    """Continuous rate per period that is worth as much as an effective yearly rate.

    >>> per_week = force_of_interest(0.10, periods_per_year=52)
    >>> round(math.exp(52 * per_week), 12)
    1.1
    """
    if not 0 <= annual_discount_rate < 1:
        raise BadParameter.from_value(
            "annual_discount_rate", annual_discount_rate, "at least 0 and below 1 (0.10 is 10 %)"
        )
    if not 0 < periods_per_year < math.inf:
        raise BadParameter.from_value(
            "periods_per_year", periods_per_year, "a number above 0 (12 where a period is a month)"
        )
    return math.log1p(annual_discount_rate) / periods_per_year


def present_value(
    expected: Callable[[NDArray[np.intp], Array], Array], scale: Array, horizon: float, force: float
) -> Array:
    """Present value of one unit of money for each purchase within the horizon, shape (n,).

    By parts: what is bought by the end at its price then, and what is gained by waiting until then.
    In the logarithm of time, counted from `scale`, the integrand is smooth from the first day to
    the last, also where there is no last.

    Parameters
    ----------
    expected : callable
        Of some rows and the time ahead, shape (nodes, rows): the purchases to expect by then.
    scale : array, shape (n,)
        The time in which each customer's purchase rate, as expected, first changes by much.
    horizon : float
        Periods; may be infinite.
    force : float
        Continuous rate per period, above 0.

    """
    end = min(horizon, WORTHLESS / force)
    scale = scale / (1 + force * scale)
    stretch = np.log1p(end / scale)
    order = np.argsort(stretch)  # neighbours need about the same number of nodes
    worth = np.empty(len(scale))
    for start in range(0, len(scale), BLOCK):
        rows = order[start : start + BLOCK]
        most = NODES + NODES_PER_LENGTH * stretch[rows].max()
        node, weight = (v[:, None] for v in np.polynomial.legendre.leggauss(min(int(most), MOST)))
        time = scale[rows] * np.expm1(stretch[rows] * (1 + node) / 2)
        length = weight / 2 * stretch[rows] * (scale[rows] + time)
        waiting = (length * np.exp(-force * time) * expected(rows, time)).sum(axis=0)
        at_the_end = np.exp(-force * end) * expected(rows, np.float64(end))
        worth[rows] = at_the_end + force * waiting
    return worth
