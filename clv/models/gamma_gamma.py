"""Gamma-Gamma: spend per purchase, varying around a mean of one's own that varies by customer.

Fader, P. S. & B. G. S. Hardie (2013), "The Gamma-Gamma Model of Monetary Value", note 025, whose
gamma is called v here; Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for
Customer Base Analysis", Journal of Marketing Research 42(4). Each purchase is Gamma(p, nu), and nu
is Gamma(q, v) across customers. For q <= 1 the mean spend of customers is infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi, xlogy

from clv.errors import DidNotConverge
from clv.models import estimation
from clv.models.estimation import Array, Curve, MaximumLikelihood, positive, tally, trigamma

P, Q, V = range(3)
# Customers at a time: in the cache, and too few for BLAS to start threads, which would stall.
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Parameters of the Gamma-Gamma model.

    >>> note = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> expected_spend(note, frequency=[0, 7], monetary_value=[np.nan, 73.74]).round(2).tolist()
    [35.22, 71.47]
    """

    p: float  # purchases of one customer: gamma shape
    q: float  # their rates across customers: gamma shape
    v: float  # and gamma rate, in money

    title: ClassVar[str] = "Gamma-Gamma"

    def __post_init__(self) -> None:
        positive(self)


def log_likelihood(params: GammaGamma, frequency: ArrayLike, monetary_value: ArrayLike) -> Array:
    """Log-likelihood of each customer's mean spend, shape (n,): note 025, equation (1a).

    A customer without a repeat purchase has none, and counts 0; one whose repeat purchases were all
    free is impossible under the model, and counts -inf.
    """
    x, spent = _columns(frequency, monetary_value)
    p, q, v = params.p, params.q, params.v
    paid = spent > 0
    px, total = p * np.where(paid, x, 1), np.where(paid, spent, 1)
    each = (
        gammaln(px + q) - gammaln(px) - gammaln(q)
        + q * (np.log(v) - np.log(v + total)) + xlogy(px, total / (v + total))
        - np.log(total / np.where(paid, x, 1))
    )  # fmt: skip
    return np.where(paid, each, np.where(x > 0, -np.inf, 0.0))


def expected_spend(params: GammaGamma, frequency: ArrayLike, monetary_value: ArrayLike) -> Array:
    """Mean spend per purchase to expect of each customer, shape (n,): note 025, equation (5).

    Without a repeat purchase it is the population's mean, whatever `monetary_value` says.
    """
    x, spent = _columns(frequency, monetary_value)
    p, q, v = params.p, params.q, params.v
    with np.errstate(divide="ignore"):
        return p * (v + spent) / np.maximum(p * x + q - 1, 0.0)


def spend_scale(params: GammaGamma, frequency: ArrayLike, monetary_value: ArrayLike) -> Array:
    """Scale of all money to come, given the parameters: v + x·m, shape (n,)."""
    _, spent = _columns(frequency, monetary_value)
    return params.v + spent


def draw_factors(
    params: GammaGamma, frequency: ArrayLike, purchases: ArrayLike, rng: np.random.Generator
) -> Array:
    """Possible money of some future purchases, in multiples of `spend_scale`.

    The rate of spending of a customer with x repeat purchases is Gamma(p x + q, v + x·m): the money
    of k purchases is a ratio of two gammas whose scale alone depends on money. Shapes broadcast.
    """
    x, k = np.broadcast_arrays(frequency, purchases)
    bought, factors = k > 0, np.zeros(k.shape)
    x, k = x[bought], k[bought]
    factors[bought] = rng.gamma(params.p * k) / rng.gamma(params.p * x + params.q)
    return factors


def fit(
    frequency: ArrayLike, monetary_value: ArrayLike, weights: ArrayLike | None = None
) -> MaximumLikelihood:
    """Maximum likelihood on the customers who have spent anything on repeat purchases.

    `weights` counts the customers who share a row; all of shape (n,). Money is counted in its mean
    and steps are relative: no currency is nearer to its fit than another.
    """
    x, spent = _columns(frequency, monetary_value)
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    took_part = spent > 0
    if not took_part.any():
        raise DidNotConverge(
            f"The {GammaGamma.title} fit is not usable: nobody has spent anything on a repeat "
            "purchase. Take a longer history."
        )
    x, spent, weights = x[took_part], spent[took_part], weights[took_part]
    mean = np.average(spent / x, weights=weights)
    starts = [np.array([3.0, 3.0, mean]), np.array([1.0, 1.5, 2 * mean])]
    return estimation.fit(
        GammaGamma,
        lambda some, times: _curve(x[some], spent[some], weights[some] * times, unit=mean),
        starts,
        weights,
        verdict=_against,
    )


def _against(found: MaximumLikelihood) -> str | None:
    """What speaks against a fit: that it expects any amount of money."""
    if found.params.q > 1:
        return None
    return (
        f"infinite mean spend (q <= 1): q = {found.params.q:.4g}. Look for a few amounts far above "
        "all others: are they purchases?"
    )


def _columns(frequency: ArrayLike, monetary_value: ArrayLike) -> tuple[Array, Array]:
    """Frequency and what all repeat purchases together have cost: 0 where there is none."""
    x, mean = np.broadcast_arrays(
        *(np.atleast_1d(v).astype(float) for v in (frequency, monetary_value))
    )
    return x, np.where(x > 0, x * mean, 0.0)


def _curve(x: Array, spent: Array, weights: Array, unit: float = 1.0) -> Callable[[Array], Curve]:
    """The summed log-likelihood as a function of (p, q, v).

    What depends on frequency alone is summed over its few distinct values. Inside, money is counted
    in `unit`.
    """
    counts, customers = tally(x, weights)
    log_mean, spent = np.log(spent / x), spent / unit
    log_spent = np.log(spent)
    constants = weights.sum(), np.sum(weights * x * log_spent), np.sum(weights * log_mean)
    blocks = [
        (np.stack([weights[some], weights[some] * x[some]]), spent[some])
        for some in (slice(i, i + BLOCK) for i in range(0, len(x), BLOCK))
    ]

    def curve(values: Array) -> Curve:
        values = values / [1, 1, unit]
        sums = sum(_sums_of_money(values[V], *block) for block in blocks)
        by_count = _curve_of_counts(values, counts, customers)
        both = by_count + _curve_of_money(values, sums, *constants)
        return both.stretched(np.array([1, 1, 1 / unit]), np.zeros(3))

    return curve


def _curve_of_counts(values: Array, x: Array, weights: Array) -> Curve:
    """The norm of the density."""
    p, q, _ = values
    both = trigamma(p * x + q)
    return Curve.total(
        weights,
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q),
        {P: x * (psi(p * x + q) - psi(p * x)), Q: psi(p * x + q) - psi(q)},
        {
            (P, P): x**2 * (both - trigamma(p * x)),
            (P, Q): x * both,
            (Q, Q): both - trigamma(q),
        },
        n_parameters=3,
    )


def _sums_of_money(v: float, weights: Array, spent: Array) -> Array:
    """All that the curve needs to know of money: shape (customers, purchases) x (3 functions)."""
    functions = np.empty((3, len(spent)))
    log, inverse, square = functions
    np.add(spent, v, out=log)
    np.divide(1, log, out=inverse)
    np.multiply(inverse, inverse, out=square)
    np.log(log, out=log)
    return weights @ functions.T


def _curve_of_money(
    values: Array, sums: Array, n_customers: float, log_spent: float, log_mean: float
) -> Curve:
    """What the density says of money, from sums over customers and over their purchases."""
    p, q, v = values
    (log, inverse, square), (x_log, x_inverse, x_square) = sums
    prior, share = n_customers * np.log(v) - log, log_spent - x_log
    return Curve.total(
        1.0,
        q * prior + p * share - log_mean,
        {P: share, Q: prior, V: n_customers * q / v - p * x_inverse - q * inverse},
        {
            (P, V): -x_inverse,
            (Q, V): n_customers / v - inverse,
            (V, V): p * x_square + q * square - n_customers * q / v**2,
        },
        n_parameters=3,
    )
