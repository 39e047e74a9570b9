"""What BG/NBD and MBG/NBD share: purchases at a gamma rate, dropout after a purchase by a beta.

They differ in one thing, how many chances to leave a customer with x repeat purchases has
survived: x in BG/NBD, x + 1 in MBG/NBD. A customer who is alive at T goes on as a new BG/NBD
customer with parameters r + x, alpha + T, a, b + survived (`restarted`), so that each prediction is
the probability of being alive times a formula for new customers. Equation numbers are those of
Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln

from clv.models.estimation import Array, positive

LEAST_DROPOUT = 1e-300  # a beta with a small shape can draw an exact zero


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """Parameters of either model, in the papers' letters; arrays where customers differ."""

    r: float | Array  # purchase rate: gamma shape
    alpha: float | Array  # purchase rate: gamma rate, in periods
    a: float | Array  # dropout: beta shapes
    b: float | Array

    title: ClassVar[str] = "beta-geometric/NBD"
    chances_at_first_purchase: ClassVar[int] = 0  # to leave, right after the first purchase

    def __post_init__(self) -> None:
        positive(self)

    @classmethod
    def survived(cls, frequency: Array) -> Array:
        """How many chances to leave a customer has survived who is alive."""
        return frequency + cls.chances_at_first_purchase

    def restarted(self, frequency: Array, T: Array) -> BetaGeometric:
        """What a customer who is alive at T goes on as: a new BG/NBD customer."""
        return BetaGeometric(
            self.r + frequency, self.alpha + T, self.a, self.b + self.survived(frequency)
        )

    def of(self, rows: object) -> BetaGeometric:
        """The parameters of some of the customers, by an index into what differs between them."""
        each = (self.r, self.alpha, self.a, self.b)
        shape = np.broadcast_shapes(*map(np.shape, each))
        return BetaGeometric(*(np.broadcast_to(v, shape)[rows] if np.ndim(v) else v for v in each))


def log_likelihood(
    params: BetaGeometric, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> Array:
    """Log-likelihood of each customer's history, shape (n,): equation (6)."""
    x, _, T = customers = columns(frequency, recency, T)
    r, alpha, a, b = params.r, params.alpha, params.a, params.b
    alive = (
        gammaln(r + x) - gammaln(r) - r * np.log1p(T / alpha) - x * np.log(alpha + T)
        + betaln(a, b + params.survived(x)) - betaln(a, b)
    )  # fmt: skip
    return alive + np.logaddexp(0, log_odds_left(params, *customers))


def columns(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> tuple[Array, ...]:
    """The history as float columns of one length."""
    return np.broadcast_arrays(*(np.atleast_1d(v).astype(float) for v in (frequency, recency, T)))


def log_odds_left(params: BetaGeometric, x: Array, recency: Array, T: Array) -> Array:
    """Log odds of having left after the last purchase; -inf without a chance to leave so far."""
    survived = params.survived(x)
    before = params.b + np.maximum(survived, 1) - 1
    silence = np.log1p((T - recency) / (params.alpha + recency))
    log_odds = np.log(params.a) - np.log(before) + (params.r + x) * silence
    return np.where(survived > 0, log_odds, -np.inf)
