"""How good a forecast was: one number from what was foreseen of each customer and what came."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

TOP = 0.10  # share of customers that a campaign might be for


def bias(forecast: ArrayLike, actual: ArrayLike) -> float:
    """Share by which the total was too high, or too low (negative); NaN where nothing came."""
    came = np.sum(actual)
    return float(np.sum(forecast) / came - 1) if came else float("nan")


def root_mean_square(error: ArrayLike) -> float:
    """The size of an error: large ones count most."""
    return float(np.sqrt(np.mean(np.square(error))))


def gini(forecast: ArrayLike, actual: ArrayLike) -> float:
    """How well a forecast ranks: 1 as what came would itself, 0 as chance, NaN if nothing came.

    The Gini coefficient of what came, in the order of the forecast, over the one in its own order;
    equal forecasts are in every order at once.

    >>> [round(gini(forecast, [0, 0, 4]), 9) for forecast in ([1, 2, 3], [7, 7, 7], [3, 2, 1])]
    [1.0, 0.0, -1.0]
    """
    came = pd.Series(np.asarray(actual, dtype=float))
    apart = came - came.mean()
    best = (apart * came.rank()).sum()
    rank = pd.Series(np.asarray(forecast, dtype=float)).rank()
    reached = (apart * (rank - rank.mean())).sum()
    return float(reached / best) if best > 0 else float("nan")


def share_of_top(forecast: ArrayLike, actual: ArrayLike, top: float = TOP) -> float:
    """Share of what came that the customers with the highest forecasts brought.

    Where the limit falls among equal forecasts, each of them counts in part.

    >>> share_of_top([0.5, 2, 3, 1], [1, 0, 6, 1], top=0.25)
    0.75
    >>> share_of_top([1, 1, 1, 1], [1, 0, 6, 1], top=0.25)
    0.25
    """
    forecast, actual = np.asarray(forecast, dtype=float), np.asarray(actual, dtype=float)
    wanted = top * len(forecast)
    last = len(forecast) - int(np.ceil(wanted))
    limit = np.partition(forecast, last)[last]
    above, at = forecast > limit, forecast == limit
    weight = above + at * (wanted - above.sum()) / at.sum()
    came = actual.sum()
    return float(weight @ actual / came) if came else float("nan")
