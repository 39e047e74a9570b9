"""The fit that BG/NBD and MBG/NBD share: their log-likelihood with its slope and curvature.

The log-likelihood is log(alive + left) = log(alive) + log(1 + odds of having left); the first term
splits into one of frequency and one of T.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, psi

from clv.errors import DidNotConverge
from clv.models import estimation
from clv.models.beta_geometric import BetaGeometric, columns
from clv.models.estimation import Array, Curve, MaximumLikelihood, trigamma

R, ALPHA, A, B = range(4)
# Customers at a time: in the cache, and too few for BLAS to start threads, which would stall.
BLOCK = 2048


def fit(
    kind: type[BetaGeometric],
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    weights: ArrayLike | None = None,
) -> MaximumLikelihood:
    """Maximum likelihood; `weights` counts the customers who share a row, shape (n,)."""
    x, recency, T = columns(frequency, recency, T)
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    purchases, time = np.sum(weights * x), np.sum(weights * T)
    if not (purchases > 0 and time > 0):
        raise DidNotConverge(
            f"The {kind.title} fit is not usable: none of {weights.sum():,.0f} customers has come "
            "back, so there is no purchase rate to learn. Take a longer history."
        )
    gap = time / purchases
    starts = [np.array([1, gap, 1, 3]), np.array([0.3, 0.3 * gap, 0.5, 1])]
    rows = x, recency, T, weights
    return estimation.fit(
        kind, lambda some: _curve(kind, *(column[some] for column in rows)), starts, weights
    )


def _curve(
    kind: type[BetaGeometric], x: Array, recency: Array, T: Array, weights: Array
) -> Callable[[Array], Curve]:
    """The summed log-likelihood as a function of (r, alpha, a, b).

    What depends on frequency alone, or on T alone, is summed over its few distinct values.
    """
    counts, count = np.unique(x, return_inverse=True)
    ages, age = np.unique(T, return_inverse=True)
    customers = np.bincount(count, weights)
    of_age, purchases = np.bincount(age, weights), np.bincount(age, weights * x)
    columns = np.stack([kind.survived(x), x, recency, T, weights])[:, kind.survived(x) > 0]
    leavers = [columns[:, i : i + BLOCK].copy() for i in range(0, columns.shape[1], BLOCK)]

    def curve(values: Array) -> Curve:
        total = _curve_of_counts(values, counts, kind.survived(counts), customers)
        total += _curve_of_times(values, ages, of_age, purchases)
        return sum((_curve_of_leaving(values, block) for block in leavers), start=total)

    return curve


def _curve_of_counts(values: Array, x: Array, survived: Array, weights: Array) -> Curve:
    """Having made x purchases and survived each chance to leave."""
    r, _, a, b = values
    slope_ab = psi(a + b) - psi(a + b + survived)
    bend_ab = trigamma(a + b) - trigamma(a + b + survived)
    return Curve.total(
        weights,
        gammaln(r + x) - gammaln(r) + betaln(a, b + survived) - betaln(a, b),
        {R: psi(r + x) - psi(r), A: slope_ab, B: slope_ab + psi(b + survived) - psi(b)},
        {
            (R, R): trigamma(r + x) - trigamma(r),
            (A, A): bend_ab,
            (A, B): bend_ab,
            (B, B): bend_ab + trigamma(b + survived) - trigamma(b),
        },
        n_parameters=4,
    )


def _curve_of_times(values: Array, T: Array, customers: Array, purchases: Array) -> Curve:
    """Having made no more purchases by T, of all who came so long ago together."""
    r, alpha, _, _ = values
    rate = 1 / (alpha + T)
    waited, shape = np.log1p(T / alpha), r * customers + purchases
    return Curve.total(
        1.0,
        -r * customers * waited - purchases * np.log(alpha + T),
        {R: -customers * waited, ALPHA: customers * r / alpha - shape * rate},
        {
            (R, ALPHA): customers * (1 / alpha - rate),
            (ALPHA, ALPHA): shape * rate**2 - customers * r / alpha**2,
        },
        n_parameters=4,
    )


def _curve_of_leaving(values: Array, customers: Array) -> Curve:
    """Having left after the last purchase instead: log(1 + odds)."""
    r, alpha, a, b = values
    survived, x, recency, T, weights = customers
    early, late, before = 1 / (alpha + recency), 1 / (alpha + T), 1 / (b + survived - 1)
    silence = np.log((alpha + T) * early)
    log_odds = np.log(a * before) + (r + x) * silence
    less_likely = np.exp(-np.abs(log_odds))
    more_likely = 1 / (1 + less_likely)
    left = np.where(log_odds > 0, more_likely, less_likely * more_likely)
    value = weights @ (np.maximum(log_odds, 0) - np.log(more_likely))
    slope = np.stack([silence, (r + x) * (late - early), np.full(len(x), 1 / a), -before])
    leavers = weights * left
    hessian = (slope * (leavers * (1 - left))) @ slope.T
    hessian[R, ALPHA] = hessian[ALPHA, R] = hessian[R, ALPHA] + leavers @ (late - early)
    hessian[ALPHA, ALPHA] += leavers @ ((r + x) * (early**2 - late**2))
    hessian[A, A] -= leavers.sum() / a**2
    hessian[B, B] += leavers @ before**2
    return Curve(float(value), slope @ leavers, hessian)
