"""Pareto/NBD: purchases at a rate of one's own, and leaving at any moment at another of one's own.

Schmittlein, D. C., D. G. Morrison & R. Colombo (1987), "Counting your customers: who are they and
what will they do next?", Management Science 33(1), 1-24; with the derivations of Fader, P. S. &
B. G. S. Hardie, "A note on deriving the Pareto/NBD model and related expressions" (2005),
"Deriving the conditional PMF of the Pareto/NBD model" (2014) and "Computing DERT". Purchase rates
are Gamma(r, alpha), rates of leaving Gamma(s, beta).

A customer who is alive at T goes on as a new one with parameters r + x, alpha + T, s, beta + T
(`restarted`), and whether the silence since the last purchase means leaving is a race between two
clocks (`clv.models.race`): so no prediction needs the papers' hypergeometric functions, which
overflow for heavy buyers and cancel where alpha and beta differ widely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, exprel, gammaln, xlogy

from clv.errors import BadParameter
from clv.models import pareto_nbd_fit, race
from clv.models.beta_geometric import columns
from clv.models.estimation import Array, MaximumLikelihood, positive

BLOCK = 10_000  # probabilities at a time, so that their nodes stay in the cache
NODES_PER_WIDTH = 6.0  # of the moments that one count leaves possible


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """Parameters of the Pareto/NBD model, in the papers' letters; arrays where customers differ.

    >>> paper = ParetoNbd(r=0.55, alpha=10.58, s=0.61, beta=11.67)
    >>> p_alive(paper, frequency=[0, 1], recency=[0, 38], T=39).round(4).tolist()
    [0.293, 0.9877]
    """

    r: float | Array  # purchase rate: gamma shape
    alpha: float | Array  # purchase rate: gamma rate, in periods
    s: float | Array  # rate of leaving: gamma shape
    beta: float | Array  # rate of leaving: gamma rate, in periods

    title: ClassVar[str] = "Pareto/NBD"

    def __post_init__(self) -> None:
        positive(self)

    def restarted(self, frequency: Array, time: Array) -> ParetoNbd:
        """What is known of the rates of a customer who is alive at a time: conjugate again."""
        return ParetoNbd(self.r + frequency, self.alpha + time, self.s, self.beta + time)


def log_likelihood(
    params: ParetoNbd, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
) -> Array:
    """Log-likelihood of each customer's history, shape (n,): note of 2005."""
    x, _, T = customers = columns(frequency, recency, T)
    r, alpha, s, beta = params.r, params.alpha, params.s, params.beta
    alive = (
        gammaln(r + x) - gammaln(r) - r * np.log1p(T / alpha) - x * np.log(alpha + T)
        - s * np.log1p(T / beta)
    )  # fmt: skip
    return alive + np.logaddexp(0, _log_odds_left(params, *customers))


def p_alive(
    params: ParetoNbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: ArrayLike = 0.0,
) -> Array:
    """Probability that each customer is still one a horizon after T, shape (n,)."""
    _, _, T = customers = columns(frequency, recency, T)
    stays = np.exp(-params.s * np.log1p(horizon / (params.beta + T)))
    return expit(-_log_odds_left(params, *customers)) * stays


def p_purchase(
    params: ParetoNbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: ArrayLike,
) -> Array:
    """Probability of at least one purchase within the horizon, shape (n,).

    An alive customer buys before leaving, and in time.
    """
    x, _, T = customers = columns(frequency, recency, T)
    buys = _per_pair(_buys, params, x, T, horizon)
    return p_alive(params, *customers) * buys


def expected_purchases(
    params: ParetoNbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: ArrayLike,
) -> Array:
    """Purchases to expect within the horizon, shape (n,); an infinite one needs s > 1."""
    return discounted_purchases(params, frequency, recency, T, horizon, force_of_interest=0.0)


def expected_purchases_new_customer(params: ParetoNbd, horizon: ArrayLike) -> Array:
    """Repeat purchases to expect within each horizon of the first purchase; any shape."""
    horizon = np.asarray(horizon, dtype=float)
    return params.r / params.alpha * _stay(params, horizon)


def discounted_purchases(
    params: ParetoNbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: ArrayLike,
    *,
    force_of_interest: float,
) -> Array:
    """Present value of one unit of money for each purchase within the horizon, shape (n,).

    `force_of_interest` is the continuous rate per period. An infinite horizon gives DERT, the
    discounted expected residual transactions, and needs a positive rate or s > 1.
    """
    x, _, T = customers = columns(frequency, recency, T)
    new = params.restarted(x, T)
    if force_of_interest > 0:
        present = partial(_discounted_stay, force_of_interest=force_of_interest)
        stays = _per_pair(present, params, x, T, horizon)
    elif np.isinf(horizon).any():
        stays = _whole_stay(new)
    else:
        stays = _stay(new, horizon)
    return p_alive(params, *customers) * new.r / new.alpha * stays


def purchase_count_distribution(
    params: ParetoNbd,
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
    log_odds_left = _log_odds_left(params, *customers)
    counts = partial(_count_distribution, n=np.arange(most + 1))
    alive = _per_pair(counts, params, x, T, horizon, size=1 + BLOCK // (most + 1))
    distribution = expit(-log_odds_left)[:, None] * alive
    distribution[:, 0] += expit(log_odds_left)
    return distribution


def draw_purchases(
    params: ParetoNbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
    *,
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Numbers of purchases within the horizon, drawn from what is known of each customer.

    Shape (n, draws): independent across customers and draws, with both rates drawn from their
    posterior, so that quantiles are prediction intervals given the parameters.
    """
    x, _, T = customers = columns(frequency, recency, T)
    alive = rng.random((len(x), draws)) < p_alive(params, *customers)[:, None]
    r, alpha, s, beta = np.broadcast_arrays(*astuple(params.restarted(x, T)))
    who, _ = np.nonzero(alive)  # most customers of most bases have left: nothing is drawn for them
    stays = np.minimum(beta[who] * rng.pareto(s[who]), horizon)
    purchases = np.zeros(alive.shape, dtype=np.int64)
    purchases[alive] = rng.poisson(rng.gamma(r[who]) / alpha[who] * stays)
    return purchases


def fit(
    frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, weights: ArrayLike | None = None
) -> MaximumLikelihood:
    """Maximum likelihood; `weights` counts the customers who share a row, all of shape (n,)."""
    return pareto_nbd_fit.fit(ParetoNbd, columns(frequency, recency, T), weights)


def _log_odds_left(params: ParetoNbd, x: Array, recency: Array, T: Array) -> Array:
    """Log odds of having left since the last purchase; -inf where it was this very moment.

    Leaving came before another purchase and before T, against neither having come by T.
    """
    last, silence = params.restarted(x, recency), T - recency
    left = race.log_p_first(last.s, last.beta, last.r, last.alpha, silence)
    return left + last.r * np.log1p(silence / last.alpha) + last.s * np.log1p(silence / last.beta)


def _per_pair(
    quantity: Callable[..., Array],
    params: ParetoNbd,
    x: Array,
    T: Array,
    horizon: ArrayLike,
    *,
    size: int = race.BLOCK,
) -> Array:
    """A quantity of restarted customers, computed once for each distinct (frequency, T)."""
    first = pair = slice(None)
    if all(np.ndim(value) == 0 for value in (*astuple(params), horizon)):
        _, first, pair = np.unique(x + 1j * T, return_index=True, return_inverse=True)
    new = params.restarted(x, T)
    rows = np.broadcast_arrays(new.r, new.alpha, new.s, new.beta, horizon)
    return race.in_blocks(
        lambda *some: quantity(ParetoNbd(*some[:-1]), some[-1]),
        [column[first] for column in rows],
        size=size,
    )[pair]


def _buys(new: ParetoNbd, horizon: Array) -> Array:
    """Probability that a new customer buys again before leaving, and in time."""
    return np.exp(race.log_p_first(new.r, new.alpha, new.s, new.beta, horizon))


def _stay(new: ParetoNbd, horizon: ArrayLike) -> Array:
    """Mean time as a customer within the horizon; s = 1 is no special case."""
    stretch = np.log1p(horizon / new.beta)
    return new.beta * stretch * exprel((1 - new.s) * stretch)


def _whole_stay(new: ParetoNbd) -> Array:
    """Mean time as a customer, without an end."""
    if not np.greater(new.s, 1).all():
        raise BadParameter(
            f"Without a discount a whole lifetime of purchases is infinitely many for s = {new.s!r}"
            ", and finitely many only for s above 1: take a discount rate above 0, or a horizon."
        )
    return new.beta / (new.s - 1)


def _discounted_stay(new: ParetoNbd, horizon: Array, *, force_of_interest: float) -> Array:
    """Present value of 1 per period as a customer; without an end it is Tricomi's function.

    Nothing more is to come once discounting, or leaving, has taken all but e^-40.
    """
    with np.errstate(over="ignore", divide="ignore"):
        left = new.beta * np.expm1(race.SPENT / np.maximum(new.s - 1, 0))
    end = np.minimum(horizon, np.minimum(left, race.SPENT / force_of_interest))
    fall = new.s * np.log1p(end / new.beta) + force_of_interest * end
    time, length = race.times(new.beta, end, fall)
    stays = -new.s[:, None] * np.log1p(time / new.beta[:, None])
    return (np.exp(stays - force_of_interest * time) * length).sum(axis=1)


def _count_distribution(new: ParetoNbd, horizon: Array, *, n: NDArray[np.int64]) -> Array:
    """Probabilities of n purchases, shape (rows, n): negative binomial until the last moment.

    That moment is the horizon's end, or earlier that of leaving: the note of 2014 sums what is
    integrated here. On the square root of the log scale of time, the moments at which a heavy buyer
    may have made n purchases are spread alike for all n.
    """
    r, alpha, s, beta, horizon = (v[:, None] for v in (*astuple(new), horizon))
    reach = np.sqrt(np.log1p(horizon / np.minimum(alpha, beta)))
    widths = np.sqrt(r * np.log1p(horizon / alpha)) + np.sqrt(s * np.log1p(horizon / beta))
    needed = NODES_PER_WIDTH * (widths * np.maximum(reach, 1)).max(initial=0)
    place, weight = race.places(16 + int(needed))
    unit = np.minimum(alpha, beta)
    time = unit * np.expm1((reach * place) ** 2)
    length = 2 * reach**2 * place * weight * (unit + time)
    leaves = s / (beta + time) * np.exp(-s * np.log1p(time / beta)) * length
    stays = np.exp(-s * np.log1p(horizon / beta))
    chance, ahead = np.hstack([leaves, stays]), np.hstack([time, horizon]) / alpha
    bought = xlogy(n, (ahead / (1 + ahead))[:, :, None]) - (r * np.log1p(ahead))[:, :, None]
    bought -= (betaln(r, n + 1) + np.log(r + n))[:, None, :]
    return (chance[:, None, :] @ np.exp(bought))[:, 0]
