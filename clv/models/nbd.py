"""NBD: purchases at a gamma rate by customers who never leave.

Ehrenberg, A. S. C. (1959), "The Pattern of Consumer Purchases", Applied Statistics 8(1), 26-41.
Rates are Gamma(r, alpha). It is what BG/NBD and MBG/NBD become where nobody leaves, so that a fit
of theirs must be at least as likely; and as a baseline, it shows what leaving costs a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, psi, xlog1py, xlogy

from clv.errors import BadParameter, DidNotConverge
from clv.models import estimation
from clv.models.beta_geometric import columns
from clv.models.estimation import Array, Curve, MaximumLikelihood, positive, tally, trigamma
from clv.models.newton import Scale, Surface, climb

R, ALPHA = range(2)
ROUNDING = 1e-10  # of a log-likelihood, relative
NO_UNITS = np.empty(0)  # without covariates
# Rows at a time: in the cache, and too few for BLAS to start threads, which would stall.
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Nbd:
    """Parameters of the NBD model; arrays where customers differ.

    >>> cdnow = Nbd(r=0.385, alpha=12.072)
    >>> expected_purchases(cdnow, frequency=2, recency=30.43, T=38.86, horizon=39).round(3).tolist()
    [1.826]
    """

    r: float | Array  # purchase rate: gamma shape
    alpha: float | Array  # purchase rate: gamma rate, in periods

    title: ClassVar[str] = "NBD"

    def __post_init__(self) -> None:
        positive(self)


def log_likelihood(params: Nbd, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
    """Log-likelihood of each customer's history, shape (n,); the days of purchases say nothing."""
    x, _, T = columns(frequency, recency, T)
    r, alpha = params.r, params.alpha
    return gammaln(r + x) - gammaln(r) - r * np.log1p(T / alpha) - x * np.log(alpha + T)


def p_alive(
    params: Nbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float = 0.0,
) -> Array:
    """Probability that each customer is still one at T + horizon: 1, shape (n,)."""
    return np.ones(len(columns(frequency, recency, T)[0]))


def p_purchase(
    params: Nbd, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, horizon: float
) -> Array:
    """Probability of at least one purchase within the horizon, shape (n,)."""
    x, _, T = columns(frequency, recency, T)
    return -np.expm1(-(params.r + x) * np.log1p(horizon / (params.alpha + T)))


def expected_purchases(
    params: Nbd, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, horizon: float
) -> Array:
    """Purchases to expect within the horizon, shape (n,): the mean rate times the time."""
    x, _, T = columns(frequency, recency, T)
    return (params.r + x) / (params.alpha + T) * horizon


def expected_purchases_new_customer(params: Nbd, horizon: ArrayLike) -> Array:
    """Repeat purchases to expect within each horizon of the first purchase."""
    return params.r / params.alpha * np.asarray(horizon, dtype=float)


def discounted_purchases(
    params: Nbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
    *,
    force_of_interest: float,
) -> Array:
    """Present value of one unit of money for each purchase within the horizon, shape (n,).

    `force_of_interest` is the continuous rate per period; the horizon may be infinite if it is
    above 0.
    """
    if np.isinf(horizon) and not force_of_interest > 0:
        raise BadParameter(
            "Customers who never leave buy without end: take a finite horizon, or a discount rate "
            "above 0."
        )
    worth = horizon
    if force_of_interest:
        worth = -np.expm1(-force_of_interest * horizon) / force_of_interest
    return expected_purchases(params, frequency, recency, T, worth)


def purchase_count_distribution(
    params: Nbd,
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
    x, _, T = columns(frequency, recency, T)
    n, shape = np.arange(most + 1), (params.r + x)[:, None]
    ahead = (np.asarray(horizon) / (params.alpha + T))[:, None]
    return np.exp(
        gammaln(shape + n) - gammaln(shape) - gammaln(n + 1)
        - xlog1py(shape + n, ahead) + xlogy(n, ahead)
    )  # fmt: skip


def draw_purchases(
    params: Nbd,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    horizon: float,
    *,
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Numbers of purchases within the horizon, with rates drawn from what is known; (n, draws)."""
    x, _, T = columns(frequency, recency, T)
    shape, scale = params.r + x, horizon / (params.alpha + T)
    return rng.poisson(rng.gamma(shape, scale, (draws, len(x)))).T


def fit(
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    weights: ArrayLike | None = None,
) -> MaximumLikelihood:
    """Maximum likelihood; `weights` counts the customers who share a row, all of shape (n,)."""
    x, _, T = columns(frequency, recency, T)
    weights = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    gap, alike = mean_gap(Nbd.title, x, T, weights), np.ones((1, len(x)))
    return estimation.fit(
        Nbd,
        lambda some, times: curve_of(x[some], T[some], weights[some] * times, alike[:, some]),
        [np.array([r, r * gap]) for r in (1.0, 0.3)],
        weights,
    )


def against_leaving(
    found: MaximumLikelihood, stayed: Surface, units: Array = NO_UNITS
) -> str | None:
    """What speaks against a model of leaving: that one in which nobody leaves is as likely.

    `stayed` is the curve of the same customers if nobody leaves, the `units` those of its
    coefficients.
    """
    scale, (r, alpha, *_) = Scale(2, units), found.estimates
    nested = climb(scale.surface(stayed), scale.place(np.array([r, alpha, *found.coefficients])))
    gain, rounding = found.log_likelihood - nested.height, ROUNDING * abs(found.log_likelihood)
    if gain > rounding:
        return None
    verdict = (
        "a nested model is better: the NBD, in which nobody leaves, is likelier"
        if gain < -rounding
        else f"`{found.names[2]}` ran to a bound: the NBD, in which nobody leaves, is as likely"
    )
    return (
        f"{verdict} (log-likelihood {nested.height:.4f} against {found.log_likelihood:.4f}). Take "
        "a longer history, in which customers can be seen to leave."
    )


def mean_gap(title: str, x: Array, T: Array, weights: Array) -> float:
    """Periods per purchase, over all customers: a purchase rate to start from."""
    purchases, time = np.sum(weights * x), np.sum(weights * T)
    if not (purchases > 0 and time > 0):
        raise DidNotConverge(
            f"The {title} fit is not usable: none of {weights.sum():,.0f} customers has come "
            "back, so there is no purchase rate to learn. Take a longer history."
        )
    return float(time / purchases)


def designed(covariates: ArrayLike | None, weights: Array) -> tuple[Array, Array]:
    """How log alpha answers to log alpha and to each coefficient, (1 + k, n), and the units; (k,).

    A coefficient's unit changes alpha by a factor of e between customers one standard deviation
    apart.
    """
    if covariates is None:
        return np.ones((1, len(weights))), NO_UNITS
    values = np.asarray(covariates, dtype=float).reshape(len(weights), -1)
    if not np.isfinite(values).all():
        wrong = int((~np.isfinite(values)).any(axis=1).sum())
        raise BadParameter(f"`covariates` must be finite numbers; {wrong:,} rows hold others.")
    mean = np.average(values, axis=0, weights=weights)
    spread = np.sqrt(np.average((values - mean) ** 2, axis=0, weights=weights))
    constant = np.flatnonzero(spread <= 1e-9 * np.abs(values).max(axis=0, initial=0))
    if constant.size:
        raise BadParameter(
            f"Covariate {constant[0] + 1} is {values[0, constant[0]]:g} for every customer: its "
            "coefficient is not identified, for it could be any number. Leave it out."
        )
    return np.vstack([np.ones(len(weights)), -values.T]), 1 / spread


def curve_of(x: Array, T: Array, weights: Array, effects: Array) -> Surface:
    """The summed log-likelihood as a function of (r, alpha, *coefficients).

    What depends on frequency alone, or on T alone, is summed over its few distinct values.
    """
    counts, customers = tally(x, weights)
    purchases = weights * x
    waited = np.stack([T, weights, purchases, *effects])
    if len(effects) == 1:
        ages, age = np.unique(T, return_inverse=True)
        sums = np.bincount(age, weights), np.bincount(age, purchases)
        waited = np.stack([ages, *sums, np.ones(len(ages))])
    blocks = [waited[:, i : i + BLOCK].copy() for i in range(0, waited.shape[1], BLOCK)]

    def curve(values: Array) -> Curve:
        total = _curve_of_counts(values, counts, customers)
        total = sum((_curve_of_times(values, block) for block in blocks), start=total)
        return off_log(total, ALPHA, values[ALPHA])

    return curve


def alphas(alpha: float, coefficients: Array, effects: Array) -> Array | float:
    """Each customer's alpha, shape (n,), or the one alpha of all."""
    return alpha * np.exp(coefficients @ effects[1:]) if len(coefficients) else alpha


def off_log(curve: Curve, which: int, value: float) -> Curve:
    """A curve whose argument `which` is a logarithm, as a function of the argument itself."""
    slopes, bends = np.ones(len(curve.gradient)), np.zeros(len(curve.gradient))
    slopes[which], bends[which] = 1 / value, -1 / value**2
    return curve.stretched(slopes, bends)


def _curve_of_counts(values: Array, x: Array, weights: Array) -> Curve:
    """Having made x purchases."""
    r = values[R]
    return Curve.total(
        weights,
        gammaln(r + x) - gammaln(r),
        {R: psi(r + x) - psi(r)},
        {(R, R): trigamma(r + x) - trigamma(r)},
        n_parameters=len(values),
    )


def _curve_of_times(values: Array, waited: Array) -> Curve:
    """Having made no more purchases by T, of all who came so long ago together.

    A function of r and the logarithm of alpha, in which the effects of covariates add up.
    """
    r, effects = values[R], waited[3:]
    T, customers, purchases = waited[:3]
    alpha = alphas(values[ALPHA], values[ALPHA + 1 :], effects)
    silence, share, shape = np.log1p(T / alpha), alpha / (alpha + T), r * customers + purchases
    value = -np.sum(shape * silence + purchases * np.log(alpha))
    gradient, hessian = np.zeros(len(values)), np.zeros((len(values), len(values)))
    gradient[R], gradient[ALPHA:] = -customers @ silence, effects @ (r * customers - shape * share)
    hessian[R, ALPHA:] = hessian[ALPHA:, R] = effects @ (customers * (1 - share))
    hessian[ALPHA:, ALPHA:] = -(effects * (shape * share * (1 - share))) @ effects.T
    return Curve(float(value), gradient, hessian)
