"""Whole histories as the models tell them, for tests of what a fit recovers and how often it errs.

Given its rate, a customer's purchases are a Poisson process that ends with the window or earlier,
when the customer leaves. The number that the window would hold is therefore Poisson, and the time
of its x-th an order statistic, a beta share of the window: no purchase is drawn one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.models.beta_geometric import LEAST_DROPOUT, BetaGeometric
from clv.models.estimation import Array
from clv.models.gamma_gamma import GammaGamma

if TYPE_CHECKING:
    from clv.models.pareto_nbd import ParetoNbd

LEAST_RATE = 1e-300  # a gamma with a small shape can draw an exact zero


class Histories(NamedTuple):
    """What a summary says of customers, and a fit needs: each of shape (n,)."""

    frequency: NDArray[np.int64]
    recency: Array  # in the unit of T


class Log(NamedTuple):
    """Repeat purchases one by one, each of shape (purchases,), in order of customer and time."""

    customer: NDArray[np.int64]  # position in T
    time: Array  # since the first purchase, in the unit of T


class _Windows(NamedTuple):
    """How long each customer could have bought, how much there was to buy, how much was bought."""

    end: Array
    wanted: NDArray[np.int64]  # purchases of the process within (0, end]
    bought: NDArray[np.int64]  # the first of them, until the customer left after one


def draw_histories(
    params: BetaGeometric | ParetoNbd, T: ArrayLike, rng: np.random.Generator
) -> Histories:
    """One customer's history for each T, in continuous time.

    Parameters
    ----------
    params : BgNbd, MbgNbd or ParetoNbd
        Numbers, or arrays of shape (n,) where customers differ.
    T : array, shape (n,)
        From the first purchase to the end of the window.
    rng : Generator
        The chance.

    >>> from clv.models.bgnbd import BgNbd
    >>> paper = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> frequency, recency = draw_histories(paper, [39.0] * 6, np.random.default_rng(1))
    >>> frequency.tolist(), recency.round(1).tolist()
    ([1, 5, 1, 1, 0, 3], [38.0, 12.8, 9.8, 9.3, 0.0, 36.7])
    """
    end, wanted, bought = _windows(params, T, rng)
    recency, some = np.zeros(len(end)), bought > 0
    share = rng.beta(bought[some], wanted[some] - bought[some] + 1)
    recency[some] = end[some] * share
    return Histories(bought, recency)


def draw_log(params: BetaGeometric | ParetoNbd, T: ArrayLike, rng: np.random.Generator) -> Log:
    """The same histories purchase by purchase, for a window that opens or closes within them."""
    end, wanted, bought = _windows(params, T, rng)
    customer = np.repeat(np.arange(len(end)), wanted)
    time = end[customer] * rng.random(len(customer))
    order = np.lexsort((time, customer))
    rank = np.arange(len(customer)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    kept = rank < bought[customer]  # customers stand in blocks, so `customer` is sorted already
    return Log(customer[kept], time[order][kept])


def draw_spend_rates(params: GammaGamma, n_customers: int, rng: np.random.Generator) -> Array:
    """The rates nu by which each customer spends, shape (n_customers,): Gamma(q, v)."""
    return np.maximum(rng.gamma(params.q, 1 / params.v, n_customers), LEAST_RATE)


def draw_spend(
    params: GammaGamma,
    frequency: ArrayLike,
    rng: np.random.Generator,
    *,
    rates: ArrayLike | None = None,
) -> Array:
    """Mean money of `frequency` purchases of each customer, NaN of none, shape (n,).

    With the `rates` of `draw_spend_rates` several draws are about the same customers: the first
    purchase is a draw with a frequency of 1, beside that of the repeat purchases.

    >>> note = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> draw_spend(note, [0, 2], np.random.default_rng(1)).round(2).tolist()
    [nan, 19.78]
    """
    x = np.asarray(frequency, dtype=float)
    if rates is None:
        rates = draw_spend_rates(params, len(x), rng)
    money = rng.gamma(params.p * np.maximum(x, 1)) / rates
    return np.where(x > 0, money / np.maximum(x, 1), np.nan)


def _windows(params: BetaGeometric | ParetoNbd, T: ArrayLike, rng: np.random.Generator) -> _Windows:
    """The process of each customer, cut at T or when the customer leaves."""
    T = np.asarray(T, dtype=float)
    rate = rng.gamma(params.r, 1, T.shape) / params.alpha
    if isinstance(params, BetaGeometric):
        dropout = np.maximum(rng.beta(params.a, params.b, T.shape), LEAST_DROPOUT)
        most = rng.geometric(dropout) - params.chances_at_first_purchase
        wanted = rng.poisson(rate * T)
        return _Windows(T, wanted, np.minimum(wanted, most))
    leaving = np.maximum(rng.gamma(params.s, 1, T.shape) / params.beta, LEAST_RATE)
    end = np.minimum(T, rng.standard_exponential(T.shape) / leaving)
    wanted = rng.poisson(rate * end)
    return _Windows(end, wanted, wanted)
