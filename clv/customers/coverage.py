"""What a model's probabilities were worth: the chance they gave to what came, and their intervals.

Czado, C., T. Gneiting & L. Held (2009), "Predictive Model Assessment for Count Data", Biometrics
65(4), 1254-1261, for both scores and for the probability integral transform of counts. An interval
of a count holds more than it promises, however good the model: it is judged against its own mass.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.customers.counts import count_chances
from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.models.estimation import Array
from clv.models.intervals import tails
from clv.models.outcomes import count_quantile

INTERVAL = 0.90

JUDGED = ("log_score", "rps", "low", "high", "mass", "central")


def judged(
    model: PurchaseModel,
    customers: pd.DataFrame,
    actual: pd.Series,
    horizon: str,
    *,
    interval: float = INTERVAL,
) -> pd.DataFrame:
    """What a model's probabilities said of the purchases that each customer then made.

    Computed once for each distinct history and outcome, and joined back.

    Returns
    -------
    DataFrame, indexed as the customers
        log_score (logarithm of the chance given to what came; higher is better), rps (ranked
        probability score, in purchases; lower is better), low and high (bounds of the interval of
        the outcome), mass (chance that the model itself gives to them), central (chance that the
        randomised probability integral transform of what came lies within the central `interval`).

    """
    histories, bounds = model.histories(customers), tails(interval)
    came = actual.to_numpy(int)
    span = came.max(initial=0) + 1
    outcomes, outcome = np.unique(histories.which * span + came, return_inverse=True)
    which, came = np.divmod(outcomes, span)
    found, place = np.empty((len(outcomes), len(JUDGED))), np.empty_like(histories.customers)
    for rows, chances in count_chances(model, histories, horizon):
        place[:] = -1
        place[rows] = np.arange(len(rows))
        these = np.flatnonzero(place[which] >= 0)
        found[these] = _judged(chances[place[which[these]]], came[these], bounds)
    unlikely = np.flatnonzero(np.isneginf(found[:, 0]))
    if len(unlikely):
        asked = histories.distinct(which[unlikely])
        found[unlikely, 0] = _log_chance(model, asked, came[unlikely], horizon)
    return pd.DataFrame(found[outcome], customers.index, list(JUDGED))


def _judged(chances: Array, came: NDArray[np.int64], levels: tuple[float, float]) -> Array:
    """The columns of `judged`, shape (n, 6), from chances of shape (n, most + 1).

    The log score is -inf where more came than was looked at: almost surely, less should have.
    """
    row, counts = np.arange(len(chances)), np.arange(chances.shape[1])
    up_to = np.cumsum(chances, axis=1)
    last = np.minimum(came, counts[-1])
    chance = chances[row, last] * (came == last)
    low, high = (count_quantile(chances, level) for level in levels)
    # Uniform between the two is what randomisation makes of the transform: no draw is needed.
    reached, below = up_to[row, last], up_to[row, last] - chance
    within = np.clip(reached, *levels) - np.clip(below, *levels)
    # Beyond what was looked at, the distribution function is 1 until what came, and right after it.
    apart = ((up_to - (counts >= came[:, None])) ** 2).sum(axis=1) + (came - last - (came > last))
    with np.errstate(divide="ignore"):
        return np.column_stack(
            [
                np.log(chance),
                apart,
                low,
                high,
                up_to[row, high] - np.where(low > 0, up_to[row, low - 1], 0.0),
                np.divide(within, chance, out=np.zeros_like(chance), where=chance > 0),
            ]
        )


def _log_chance(
    model: PurchaseModel, histories: Histories, came: NDArray[np.int64], horizon: str
) -> Array:
    """Logarithm of the chance of what came, however small; shape (n,), one history each."""
    chances = model.purchase_count_distribution(histories, horizon, int(came.max())).to_numpy()
    return np.log(np.maximum(chances[np.arange(len(came)), came], np.finfo(float).tiny))
