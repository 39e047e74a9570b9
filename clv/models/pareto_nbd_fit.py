"""The fit of Pareto/NBD: its log-likelihood with its exact slope and curvature.

The log-likelihood is log(alive + left) = log(alive) + log(1 + odds of having left). The first term
is that of customers who never leave (NBD), and of having stayed until T. The odds are an integral
over the moment of leaving (`clv.models.race`): slope and curvature of their logarithm are means and
covariances, over that moment given the history, of the derivatives of the integrand's logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from clv.models import estimation, nbd, race
from clv.models.estimation import Array, Curve, MaximumLikelihood

R, ALPHA, S, BETA = range(4)


def fit(
    kind: type, history: tuple[Array, Array, Array], weights: ArrayLike | None
) -> MaximumLikelihood:
    """Maximum likelihood; `kind` is the parameters' class, the history that of `_curve`."""
    x, recency, T = history
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    gap, age = nbd.mean_gap(kind.title, x, T, weights), np.average(T, weights=weights)
    starts = [np.array([1, gap, 1, age]), np.array([0.3, 0.3 * gap, 0.5, 0.3 * age])]
    return estimation.fit(
        kind,
        lambda some, times: _curve(x[some], recency[some], T[some], weights[some] * times),
        starts,
        weights,
        verdict=lambda found: nbd.against_leaving(found, _bought(x, T, weights)),
    )


def _bought(x: Array, T: Array, weights: Array) -> Callable[[Array], Curve]:
    """The same if nobody leaves, as a function of (r, alpha)."""
    return nbd.curve_of(x, T, weights, np.ones((1, len(x))))


def _curve(x: Array, recency: Array, T: Array, weights: Array) -> Callable[[Array], Curve]:
    """The summed log-likelihood of columns of shape (n,) as a function of (r, alpha, s, beta)."""
    bought = _bought(x, T, weights)
    ages, age = np.unique(T, return_inverse=True)
    customers = np.bincount(age, weights)
    silent = np.stack([x, recency, T, weights])[:, recency < T]
    blocks = [silent[:, i : i + race.BLOCK].copy() for i in range(0, silent.shape[1], race.BLOCK)]

    def curve(values: Array) -> Curve:
        total = bought(values[[R, ALPHA]]).among([R, ALPHA], 4)
        total += _curve_of_staying(values, ages, customers)
        return sum((_curve_of_leaving(values, *block) for block in blocks), start=total)

    return curve


def _curve_of_staying(values: Array, T: Array, customers: Array) -> Curve:
    """Having stayed until T."""
    _, _, s, beta = values
    stayed, rise, bend = np.log1p(T / beta), 1 / beta - 1 / (beta + T), (beta + T) ** -2 - beta**-2
    return Curve.total(
        customers,
        -s * stayed,
        {S: -stayed, BETA: s * rise},
        {(S, BETA): rise, (BETA, BETA): s * bend},
        n_parameters=4,
    )


def _curve_of_leaving(values: Array, x: Array, recency: Array, T: Array, weights: Array) -> Curve:
    """Having left since the last purchase instead: log(1 + odds)."""
    r, alpha, s, beta = values
    time, length = race.nodes(s, beta + recency, r + x, alpha + recency, T - recency)
    p, a, b, silence = (v[:, None] for v in (r + x, alpha + recency, beta + recency, T - recency))
    log_a, log_b = np.log1p(time / a), np.log1p(time / b)
    silent_a, silent_b = np.log1p(silence / a), np.log1p(silence / b)
    rate, leaving, late, gone = 1 / (a + time), 1 / (b + time), 1 / (a + silence), 1 / (b + silence)
    chance = np.exp(-p * log_a - s * log_b) * (s * leaving * length)
    whole = chance.sum(axis=1, keepdims=True)
    log_odds = np.log(whole) + p * silent_a + s * silent_b
    slopes = [
        silent_a - log_a,
        p * (late - rate),
        1 / s + silent_b - log_b,
        s * gone - (s + 1) * leaving,
    ]
    bends = {
        (R, ALPHA): late - rate,
        (ALPHA, ALPHA): p * (rate**2 - late**2),
        (S, S): np.full_like(time, -1 / s**2),
        (S, BETA): gone - leaving,
        (BETA, BETA): (s + 1) * leaving**2 - s * gone**2,
    }
    chance *= expit(log_odds) / whole
    return _curve_of_mixture(weights, np.logaddexp(0, log_odds[:, 0]), chance, slopes, bends)


def _curve_of_mixture(
    weights: Array,
    value: Array,
    chance: Array,
    slopes: Sequence[Array],
    bends: Mapping[tuple[int, int], Array],
) -> Curve:
    """Curve of log(1 + sum of terms), shape (n,), from the logarithms of the terms, (n, k) each.

    `slopes` and `bends` are those of the logarithms; `chance` is each term's share of the whole,
    whose 1 neither slopes nor bends.
    """
    slope = np.stack(slopes)
    mean = np.einsum("ink,nk->in", slope, chance)
    chance, flat = chance * weights[:, None], slope.reshape(len(slope), -1)
    hessian = (flat * chance.ravel()) @ flat.T - (mean * weights) @ mean.T
    for (i, j), bend in bends.items():
        hessian[[i, j], [j, i]] += np.vdot(chance, bend)
    return Curve(float(weights @ value), mean @ weights, hessian)
