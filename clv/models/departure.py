"""The chance that a customer who is still one leaves within a horizon, for BG/NBD and MBG/NBD.

Whoever leaves after each purchase with probability p and buys at a rate l is still there after t
with probability e^-(l p t). Over l ~ Gamma(r, alpha) the chance to have left is
1 - (1 + p t / alpha)^-r: p times the purchases to expect. So its mean over p ~ Beta(a, b) is
a / (a + b) times the purchases of a customer whose p ~ Beta(a + 1, b), and loses no digits where
the usual form, 1 - 2F1(r, a; a + b; -t / alpha), does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from clv.models.beta_geometric import BetaGeometric
from clv.models.estimation import Array
from clv.models.expectation import new_customer_purchases


def p_leaves(
    params: BetaGeometric, frequency: ArrayLike, T: ArrayLike, horizon: ArrayLike
) -> Array:
    """Probability that whoever is a customer at T no longer is one a horizon later.

    Given that the customer is alive the last purchase tells nothing more. Any one shape; times in
    periods of the parameters.

    >>> paper = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> p_leaves(paper, frequency=[0, 7], T=39, horizon=39).round(4).tolist()
    [0.0442, 0.3206]
    """
    new = params.restarted(np.asarray(frequency, dtype=float), np.asarray(T, dtype=float))
    purchases = new_customer_purchases(new.r, new.alpha, new.a + 1, new.b, horizon)
    return new.a / (new.a + new.b) * purchases
