"""What BG/NBD and MBG/NBD foresee of customers with a history, and of new ones.

A customer who is alive at T goes on as a new BG/NBD customer with parameters r + x, alpha + T, a,
b + survived, whenever the last purchase was. So each prediction is the probability of being alive
times a quantity of new customers, which is computed once for all who share (x, alpha + T). Equation
numbers are those of Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing
Science 24(2). Discounted residual transactions, to a horizon or without end, are in no paper on
these models; they are an integral of equation (10).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, expit, xlogy

from clv.errors import BadParameter
from clv.models.beta_geometric import LEAST_DROPOUT, BetaGeometric, columns, log_odds_left
from clv.models.departure import new_customer_stays
from clv.models.discounting import present_value
from clv.models.estimation import Array
from clv.models.expectation import new_customer_purchases


def p_alive(
    params: BetaGeometric,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float = 0.0,
) -> Array:
    """Probability that each customer is still one at T + horizon, shape (n,)."""
    x, _, T = customers = columns(frequency, recency, T)
    now = expit(-log_odds_left(params, *customers))
    return now * _per_pair(new_customer_stays, params, x, T, horizon) if horizon else now


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
    """Purchases to expect within the horizon, shape (n,): equation (10).

    Without end, `horizon=np.inf`, where a > 1.
    """
    return discounted_purchases(params, frequency, recency, T, horizon, force_of_interest=0.0)


def expected_purchases_new_customer(params: BetaGeometric, horizon: ArrayLike) -> Array:
    """Repeat purchases to expect within each horizon of the first purchase: equation (9)."""
    alive = expit(-log_odds_left(params, 0.0, 0.0, 0.0))
    return alive * _expected(params.restarted(0.0, 0.0), horizon)


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

    `force_of_interest` is the continuous rate per period. With `horizon=np.inf` these are the
    discounted expected residual transactions; they are finite if money has a price or a > 1.
    """
    x, _, T = customers = columns(frequency, recency, T)
    if np.isinf(horizon) and not force_of_interest and np.less_equal(params.a, 1).any():
        raise BadParameter(
            f"Without end and without discount the expected purchases are infinite where a <= 1 "
            f"(a = {np.min(params.a):.4g}): pass a discount rate above 0, or a horizon with an end."
        )
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
    new = params.restarted(x, T).of((slice(None), None))
    log_odds = log_odds_left(params, *customers)[:, None]
    alive = np.exp(_log_count_probability(new, np.arange(most + 1), np.reshape(horizon, (-1, 1))))
    distribution = expit(-log_odds) * alive
    distribution[:, :1] += expit(log_odds)
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
    now = p_alive(params, *customers)
    alive = rng.random((len(now), draws)) < now[:, None]
    who, _ = np.nonzero(alive)  # most customers of most bases have left: nothing is drawn for them
    new = params.restarted(x, T).of(who)
    wanted = rng.poisson(rng.gamma(new.r, horizon / new.alpha))
    dropout = np.maximum(rng.beta(new.a, new.b), LEAST_DROPOUT)
    purchases = np.zeros(alive.shape, dtype=np.int64)
    purchases[alive] = np.minimum(wanted, rng.geometric(dropout))
    return purchases


def _per_pair(
    quantity: Callable[..., Array], params: BetaGeometric, x: Array, T: Array, *args: float
) -> Array:
    """A quantity of restarted customers, once for all who go on with the same parameters."""
    new = params.restarted(x, T)
    if np.ndim(params.r) or np.ndim(params.a) or np.ndim(params.b):
        return quantity(new, *args)
    x, alpha = np.broadcast_arrays(x, new.alpha)
    order = np.lexsort((alpha, x))
    alike = (np.diff(x[order]) == 0) & (np.diff(alpha[order]) == 0)
    is_first = np.concatenate([[True], ~alike])[: len(order)]
    pair = np.empty(len(order), dtype=np.intp)
    pair[order] = np.cumsum(is_first) - 1
    return quantity(new.of(order[is_first]), *args)[pair]


def _expected(new: BetaGeometric, horizon: ArrayLike) -> Array:
    return new_customer_purchases(new.r, new.alpha, new.a, new.b, horizon)


def _discounted(new: BetaGeometric, horizon: float, force_of_interest: float) -> Array:
    if not (force_of_interest and horizon):
        return _expected(new, horizon)
    # Who buys often may have left long before alpha has passed: the rate to expect falls sooner.
    scale = new.alpha / (1 + new.r * (new.a + 1) / (new.a + new.b + 1))
    return present_value(
        lambda rows, time: _expected(new.of(rows), time), scale, horizon, force_of_interest
    )


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
