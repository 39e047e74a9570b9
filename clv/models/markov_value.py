"""What a customer is worth who moves between states by fixed chances, one step a period.

Pfeifer, P. E. & R. L. Carraway (2000), "Modeling Customer Relationships as Markov Chains", Journal
of Interactive Marketing 14(2), 43-55. The value is a total over a horizon. Its derivative by one
chance is not what a change would bring: it credits one purchase with all that ever follows from the
state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter

Array = NDArray[np.float64]
ROUNDING = 1e-9


def value(
    chances: ArrayLike, rewards: ArrayLike, *, discount_rate: float, periods: int | None = None
) -> Array:
    """Present value of a customer who is now in each state, shape (states,).

    Parameters
    ----------
    chances : array, shape (states, states)
        Chance to be in each state one period after being in each (row); rows sum to 1.
    rewards : array, shape (states,)
        Money in each period that is spent in a state, the present one included.
    discount_rate : float
        Per period, above 0 where `periods` is not given.
    periods : int, optional
        How many periods to look ahead; by default all to come.
    """
    chances, rewards = np.asarray(chances, dtype=float), np.asarray(rewards, dtype=float)
    _check(chances, discount_rate, periods)
    later = chances / (1 + discount_rate)
    if periods is None:
        return np.linalg.solve(np.eye(len(rewards)) - later, rewards)
    total = rewards
    for _ in range(periods):
        total = rewards + later @ total
    return total


def recency_chain(p_purchase: ArrayLike) -> Array:
    """Chances of customers told apart by how many periods ago they last bought.

    State 0 bought in this period, state 1 in the one before, …; the last state is lost for good.

    Parameters
    ----------
    p_purchase : array, shape (k,)
        Chance to buy in the next period from states 0 to k - 1; who does not, moves one further.

    >>> recency_chain([0.3, 0.2]).tolist()
    [[0.3, 0.7, 0.0], [0.2, 0.0, 0.8], [0.0, 0.0, 1.0]]
    """
    p = np.asarray(p_purchase, dtype=float)
    k = np.arange(len(p))
    chances = np.zeros((len(p) + 1, len(p) + 1))
    chances[k, 0] = p
    chances[k, k + 1] = 1 - p
    chances[-1, -1] = 1.0
    return chances


def _check(chances: Array, discount_rate: float, periods: int | None) -> None:
    if (chances < 0).any() or (np.abs(chances.sum(axis=1) - 1) > ROUNDING).any():
        raise BadParameter.from_value(
            "chances", chances.tolist(), "chances of which each row sums to 1"
        )
    if discount_rate < 0 or (periods is None and discount_rate == 0):
        raise BadParameter.from_value(
            "discount_rate", discount_rate, "above 0 (or 0, if `periods` is given)"
        )
