"""BG/NBD: purchases at a rate of one's own, and a chance to leave after every repeat purchase.

Fader, P. S., B. G. S. Hardie & K. L. Lee (2005), "“Counting Your Customers” the Easy Way: An
Alternative to the Pareto/NBD Model", Marketing Science 24(2), 275-284. Rates are Gamma(r, alpha),
dropout probabilities Beta(a, b):

==============================  ======================================================
`log_likelihood`                equation (6)
`purchase_count_distribution`   equation (8), restarted for a customer with a history
`expected_purchases`            equation (10); (9) for a new customer
`p_alive`                       the first factor of equation (10)
==============================  ======================================================

Nobody leaves before the first repeat purchase, so every one-time buyer is alive for ever: who wants
to know which of them have left takes MBG/NBD (`clv.models.mbgnbd`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from clv.models import beta_geometric_fit
from clv.models.beta_geometric import BetaGeometric, log_likelihood
from clv.models.beta_geometric_prediction import (
    discounted_purchases,
    draw_purchases,
    expected_purchases,
    expected_purchases_new_customer,
    p_alive,
    p_purchase,
    purchase_count_distribution,
)
from clv.models.estimation import MaximumLikelihood

__all__ = [
    "BgNbd",
    "discounted_purchases",
    "draw_purchases",
    "expected_purchases",
    "expected_purchases_new_customer",
    "fit",
    "log_likelihood",
    "p_alive",
    "p_purchase",
    "purchase_count_distribution",
]


@dataclass(frozen=True, slots=True)
class BgNbd(BetaGeometric):
    """Parameters of the BG/NBD model: the first chance to leave follows the first repeat purchase.

    >>> paper = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> expected_purchases(paper, frequency=2, recency=30.43, T=38.86, horizon=39).round(3).tolist()
    [1.226]
    """

    title: ClassVar[str] = "BG/NBD"
    chances_at_first_purchase: ClassVar[int] = 0


def fit(
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    weights: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
) -> MaximumLikelihood:
    """Maximum likelihood; `weights` counts the customers who share a row, all of shape (n,).

    With `covariates`, shape (n, k), a customer's alpha is alpha * exp(-coefficients @ covariates).
    """
    return beta_geometric_fit.fit(BgNbd, (frequency, recency, T), weights, covariates)
