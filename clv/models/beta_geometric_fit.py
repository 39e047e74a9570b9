"""The fit that BG/NBD and MBG/NBD share: their log-likelihood with its slope and curvature.

The log-likelihood is log(alive + left) = log(alive) + log(1 + odds of having left); the first term
is that of customers who never leave (NBD), and of having survived each chance to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, psi

from clv.models import estimation, nbd
from clv.models.beta_geometric import BetaGeometric, columns
from clv.models.estimation import Array, Curve, MaximumLikelihood, Rows, tally, trigamma
from clv.models.nbd import BLOCK
from clv.models.newton import Surface

R, ALPHA, A, B = range(4)


def fit(
    kind: type[BetaGeometric],
    history: tuple[ArrayLike, ArrayLike, ArrayLike],
    weights: ArrayLike | None = None,
    covariates: ArrayLike | None = None,
) -> MaximumLikelihood:
    """Maximum likelihood; the history is frequency, recency and T, each of shape (n,).

    `weights` counts the customers who share a row, shape (n,). With `covariates`, shape (n, k), a
    customer's alpha is alpha * exp(-coefficients @ covariates).
    """
    x, recency, T = columns(*history)
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    gap = nbd.mean_gap(kind.title, x, T, weights)
    effects, units = nbd.designed(covariates, weights)
    none = np.zeros(len(units))
    starts = [np.array([1, gap, 1, 3, *none]), np.array([0.3, 0.3 * gap, 0.5, 1, *none])]
    stayed = nbd.curve_of(x, T, weights, effects)

    def curve_of(some: Rows, times: Array | float) -> Surface:
        rows = (x[some], recency[some], T[some]), weights[some] * times, effects[:, some]
        return _curve(kind, *rows, stayed if isinstance(some, slice) else None)

    return estimation.fit(
        kind,
        curve_of,
        starts,
        weights,
        units=units,
        verdict=lambda found: nbd.against_leaving(found, stayed, units),
    )


def _curve(
    kind: type[BetaGeometric],
    history: tuple[Array, Array, Array],
    weights: Array,
    effects: Array,
    stayed: Surface | None = None,
) -> Surface:
    """The summed log-likelihood as a function of (r, alpha, a, b, *coefficients).

    `stayed` is that of the same rows if nobody ever leaves. What depends on frequency alone, or on
    T alone, is summed over its few distinct values.
    """
    x, recency, T = history
    stayed = stayed or nbd.curve_of(x, T, weights, effects)
    n = B + len(effects)
    rates, leaving = [R, ALPHA, *range(B + 1, n)], [R, A, B, ALPHA, *range(B + 1, n)]
    counts, customers = tally(x, weights)
    columns = np.stack([kind.survived(x), x, recency, T, weights, *effects])
    columns = columns[:, columns[0] > 0]
    leavers = [columns[:, i : i + BLOCK].copy() for i in range(0, columns.shape[1], BLOCK)]

    def curve(values: Array) -> Curve:
        total = Curve(0.0, np.zeros(n), np.zeros((n, n)))
        total = sum((_curve_of_leaving(values, block) for block in leavers), start=total)
        total = nbd.off_log(total.among(leaving, n), ALPHA, values[ALPHA])
        total += _curve_of_surviving(values, kind.survived(counts), customers)
        return total + stayed(values[rates]).among(rates, n)

    return curve


def _curve_of_surviving(values: Array, survived: Array, weights: Array) -> Curve:
    """Having survived each chance to leave."""
    a, b = values[A], values[B]
    slope_ab = psi(a + b) - psi(a + b + survived)
    bend_ab = trigamma(a + b) - trigamma(a + b + survived)
    return Curve.total(
        weights,
        betaln(a, b + survived) - betaln(a, b),
        {A: slope_ab, B: slope_ab + psi(b + survived) - psi(b)},
        {
            (A, A): bend_ab,
            (A, B): bend_ab,
            (B, B): bend_ab + trigamma(b + survived) - trigamma(b),
        },
        n_parameters=len(values),
    )


def _curve_of_leaving(values: Array, customers: Array) -> Curve:
    """Having left after the last purchase instead: log(1 + odds).

    A function of r, a, b, the logarithm of alpha and the coefficients, in this order: the effects
    of covariates add up to that logarithm.
    """
    r, a, b = values[R], values[A], values[B]
    (survived, x, recency, T, weights), effects = customers[:5], customers[5:]
    alpha = nbd.alphas(values[ALPHA], values[B + 1 :], effects)
    early, late, before = alpha / (alpha + recency), alpha / (alpha + T), 1 / (b + survived - 1)
    silence, shape, apart = np.log(early / late), r + x, late - early
    log_odds = np.log(a * before) + shape * silence
    less_likely = np.exp(-np.abs(log_odds))
    more_likely = 1 / (1 + less_likely)
    left = np.where(log_odds > 0, more_likely, less_likely * more_likely)
    value = weights @ (np.maximum(log_odds, 0) - np.log(more_likely))
    slope = np.empty((len(values), len(x)))
    slope[0], slope[1], slope[2], slope[3:] = silence, 1 / a, -before, effects * (shape * apart)
    leavers = weights * left
    hessian = (slope * (leavers * (1 - left))) @ slope.T
    hessian[1, 1] -= leavers.sum() / a**2
    hessian[2, 2] += leavers @ before**2
    felt = effects @ (leavers * apart)
    hessian[0, 3:] += felt
    hessian[3:, 0] += felt
    bend = leavers * shape * apart * (1 - early - late)
    hessian[3:, 3:] += (effects * bend) @ effects.T
    return Curve(float(value), slope @ leavers, hessian)
