"""MBG/NBD: as BG/NBD, but a customer may also leave right after the first purchase.

Batislam, E. P., M. Denizel & A. Filiztekin (2007), "Empirical validation and comparison of models
for customer base analysis", International Journal of Research in Marketing 24(3), 201-209. With x
repeat purchases a customer has survived x + 1 chances to leave instead of x: that is the whole
difference, and one-time buyers can have left. (The paper's conditional expectation prints
(b + x) / (a - 1) where (a + b + x) / (a - 1) must stand.)
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
    "MbgNbd",
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
class MbgNbd(BetaGeometric):
    """Parameters of the MBG/NBD model: the first chance to leave follows the first purchase.

    >>> paper = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> p_alive(paper, frequency=[0, 1], recency=[0, 20], T=39).round(4).tolist()
    [0.3893, 0.5608]
    """

    title: ClassVar[str] = "MBG/NBD"
    chances_at_first_purchase: ClassVar[int] = 1


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
    return beta_geometric_fit.fit(MbgNbd, (frequency, recency, T), weights, covariates)
