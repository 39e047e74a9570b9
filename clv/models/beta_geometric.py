"""What BG/NBD and MBG/NBD share: purchases at a gamma rate, dropout after a purchase by a beta.

They differ in one thing, how many chances to leave a customer with x repeat purchases has
survived: x in BG/NBD, x + 1 in MBG/NBD. A customer who is alive at T goes on as a new BG/NBD
customer with parameters r + x, alpha + T, a, b + survived (`restarted`), so that each prediction is
the probability of being alive times a formula for new customers. Equation numbers are those of
Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, expit, gammaln, xlogy

from clv.errors import BadParameter
from clv.models.estimation import Array
from clv.models.expectation import new_customer_purchases

NODES = 32  # of Gauss and Legendre; on the log scale of time enough for 1e-12
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
        for name in ("r", "alpha", "a", "b"):
            value = getattr(self, name)
            if not (np.isfinite(value) & np.greater(value, 0)).all():
                raise BadParameter.from_value(name, value, "a positive number")

    @classmethod
    def survived(cls, frequency: Array) -> Array:
        """How many chances to leave a customer has survived who is alive."""
        return frequency + cls.chances_at_first_purchase

    def restarted(self, frequency: Array, T: Array) -> BetaGeometric:
        """What a customer who is alive at T goes on as: a new BG/NBD customer."""
        return BetaGeometric(
            self.r + frequency, self.alpha + T, self.a, self.b + self.survived(frequency)
        )


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
    return alive + np.logaddexp(0, _log_odds_left(params, *customers))


def p_alive(params: BetaGeometric, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
    """Probability that each customer is still one at T, shape (n,)."""
    return expit(-_log_odds_left(params, *columns(frequency, recency, T)))


def p_purchase(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
) -> Array:
    """Probability of at least one purchase within the horizon, shape (n,).

    An alive customer's next purchase comes before the next chance to leave.
    """
    x, _, T = customers = columns(frequency, recency, T)
    buys = -np.expm1(-(params.r + x) * np.log1p(horizon / (params.alpha + T)))
    return p_alive(params, *customers) * buys


def expected_purchases(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
) -> Array:
    """Purchases to expect within the horizon, shape (n,): equation (10)."""
    x, _, T = customers = columns(frequency, recency, T)
    return p_alive(params, *customers) * _per_pair(_expected, params, x, T, horizon)


def expected_purchases_new_customer(params: BetaGeometric, horizon: ArrayLike) -> Array:
    """Repeat purchases to expect within each horizon of the first purchase: equation (9)."""
    return p_alive(params, 0, 0, 0)[0] * _expected(params.restarted(0, 0), horizon)


def discounted_purchases(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
    *,
    force_of_interest: float,
) -> Array:
    """Present value of one unit of money for each purchase within the horizon, shape (n,).

    `force_of_interest` is the continuous rate per period.
    """
    x, _, T = customers = columns(frequency, recency, T)
    worth = _per_pair(_discounted, params, x, T, horizon, force_of_interest)
    return p_alive(params, *customers) * worth


def purchase_count_distribution(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: ArrayLike,
    *,
    most: int,
) -> Array:
    """Probabilities of 0, 1, ... `most` purchases within the horizon, shape (n, most + 1).

    The horizon is one for all, or one for each: shape (n,).
    """
    x, _, T = customers = columns(frequency, recency, T)
    new = params.restarted(x[:, None], T[:, None])
    log_odds_left = _log_odds_left(params, *customers)
    alive = np.exp(_log_count_probability(new, np.arange(most + 1), np.reshape(horizon, (-1, 1))))
    distribution = expit(-log_odds_left)[:, None] * alive
    distribution[:, 0] += expit(log_odds_left)
    return distribution


def draw_purchases(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
    *,
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Numbers of purchases within the horizon, drawn from what is known of each customer.

    Shape (n, draws): independent across customers and draws, with the rate and the dropout drawn
    from their posterior, so that quantiles are prediction intervals given the parameters.
    """
    x, _, T = customers = columns(frequency, recency, T)
    alive = rng.random((len(x), draws)) < p_alive(params, *customers)[:, None]
    who, _ = np.nonzero(alive)  # most customers of most bases have left: nothing is drawn for them
    new = params.restarted(x[who], T[who])
    wanted = rng.poisson(rng.gamma(new.r, horizon / new.alpha))
    dropout = np.maximum(rng.beta(new.a, new.b), LEAST_DROPOUT)
    purchases = np.zeros(alive.shape, dtype=np.int64)
    purchases[alive] = np.minimum(wanted, rng.geometric(dropout))
    return purchases


def columns(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> tuple[Array, ...]:
    """The history as float columns of one length."""
    return np.broadcast_arrays(*(np.atleast_1d(v).astype(float) for v in (frequency, recency, T)))


def _log_odds_left(params: BetaGeometric, x: Array, recency: Array, T: Array) -> Array:
    """Log odds of having left after the last purchase; -inf without a chance to leave so far."""
    survived = params.survived(x)
    before = params.b + np.maximum(survived, 1) - 1
    silence = np.log1p((T - recency) / (params.alpha + recency))
    log_odds = np.log(params.a) - np.log(before) + (params.r + x) * silence
    return np.where(survived > 0, log_odds, -np.inf)


def _per_pair(
    quantity: Callable[..., Array], params: BetaGeometric, x: Array, T: Array, *args: float
) -> Array:
    """A quantity of restarted customers, computed once for each distinct (frequency, T)."""
    pairs, pair = np.unique(x + 1j * T, return_inverse=True)
    return quantity(params.restarted(pairs.real, pairs.imag), *args)[pair]


def _expected(new: BetaGeometric, horizon: ArrayLike) -> Array:
    return new_customer_purchases(new.r, new.alpha, new.a, new.b, horizon)


def _discounted(new: BetaGeometric, horizon: float, force_of_interest: float) -> Array:
    """By parts: what is bought by the end at its price, and what is gained by waiting until then.

    In the logarithm of alpha + time the integrand is smooth from the first day to the last.
    """
    node, weight = (v[:, None] for v in np.polynomial.legendre.leggauss(NODES))
    stretch = np.log1p(horizon / new.alpha)
    time = new.alpha * np.expm1(stretch * (1 + node) / 2)
    length = weight / 2 * stretch * (new.alpha + time)
    waiting = (length * np.exp(-force_of_interest * time) * _expected(new, time)).sum(axis=0)
    end = np.exp(-force_of_interest * horizon) * _expected(new, horizon)
    return end + force_of_interest * waiting


def _log_count_probability(new: BetaGeometric, n: NDArray[np.int64], horizon: Array) -> Array:
    """Log probability of n purchases of new BG/NBD customers: equation (8).

    Its bracket, one minus a sum of negative binomial probabilities, is an incomplete beta.
    """
    w = horizon / new.alpha
    z = w / (1 + w)
    bought = xlogy(n, z) - new.r * np.log1p(w) - betaln(new.r, n + 1) - np.log(new.r + n)
    with np.errstate(divide="ignore"):  # log(0) = -inf is a probability of nothing
        at_least = np.log(betainc(np.maximum(n, 1), new.r, z))
    left = np.log(new.a) - np.log(new.b + np.maximum(n, 1) - 1) + at_least
    survived = betaln(new.a, new.b + n) - betaln(new.a, new.b)
    return survived + np.logaddexp(bought, np.where(n > 0, left, -np.inf))
