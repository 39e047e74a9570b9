"""Maximum likelihood for models with a handful of positive parameters.

Newton's method on the logarithms of the parameters, where money in cents and time in days take the
very same steps as money in dollars and time in weeks. A fit is returned only if it can be
believed; otherwise `fit` raises and says what happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, zeta

from clv.errors import DidNotConverge, listed

Array = NDArray[np.float64]

MOST_EVALUATIONS = 200
FARTHEST = 1e4  # a parameter this many times its natural size is on its way to infinity
ROUGHLY = 4000  # rows on which the starts are tried; the best of them then climbs on all rows
LOST = 30.0  # on the log scale, from the start: it will not come back
WORTHLESS = 1e-13  # a step that can raise the log-likelihood by no more than this share is the last


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A log-likelihood at one point: its value, slope and curvature."""

    value: float
    gradient: Array  # shape (k,)
    hessian: Array  # shape (k, k)

    @classmethod
    def total(
        cls,
        weights: Array | float,
        value: Array,
        slopes: Mapping[int, Array],
        bends: Mapping[tuple[int, int], Array],
        *,
        n_parameters: int,
    ) -> Self:
        """The weighted sum over customers; what is not named is zero."""
        gradient, hessian = np.zeros(n_parameters), np.zeros((n_parameters, n_parameters))
        for i, slope in slopes.items():
            gradient[i] = np.sum(weights * slope)
        for (i, j), bend in bends.items():
            hessian[i, j] = hessian[j, i] = np.sum(weights * bend)
        return cls(float(np.sum(weights * value)), gradient, hessian)

    def __add__(self, other: Curve) -> Curve:
        return Curve(
            self.value + other.value,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
        )

    def on_log_scale(self, values: Array) -> Curve:
        """The same curve as a function of the logarithms of its arguments."""
        gradient = values * self.gradient
        hessian = np.outer(values, values) * self.hessian + np.diag(gradient)
        return Curve(self.value, gradient, hessian)

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.value) and np.isfinite(self.hessian).all())


@dataclass(frozen=True, slots=True, eq=False)
class MaximumLikelihood:
    """Parameters and how they were found."""

    params: Any  # the model's frozen dataclass
    covariance: Array  # shape (k, k), from the observed information, in the parameters' scale
    log_likelihood: float  # summed over customers
    n_customers: float
    evaluations: int
    converged: bool
    why: str  # the verdict in a sentence

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' letters, in the order of every array here."""
        return tuple(asdict(self.params))

    @property
    def estimates(self) -> Array:
        """The parameters as an array, shape (k,)."""
        return np.array(list(asdict(self.params).values()))

    @property
    def standard_errors(self) -> Array:
        """Standard error of each parameter, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    def bounds(self, interval: float) -> Array:
        """Low and high of each parameter, shape (k, 2): Wald's on the log scale, so positive."""
        factor = np.exp(ndtri((1 + interval) / 2) * self.standard_errors / self.estimates)
        return np.column_stack([self.estimates / factor, self.estimates * factor])

    @property
    def aic(self) -> float:
        return 2 * len(self.names) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return len(self.names) * float(np.log(self.n_customers)) - 2 * self.log_likelihood


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """How far the climb from one start came."""

    start: Array  # shape (k,)
    values: Array  # shape (k,)
    curve: Curve  # at `values`, on the log scale
    evaluations: int
    converged: bool


def fit(
    kind: type,
    curve_of: Callable[[slice], Callable[[Array], Curve]],
    starts: Sequence[Array],
    weights: Array,
) -> MaximumLikelihood:
    """The parameters of `kind` that make the data most likely, from the best of several starts.

    `curve_of` gives the log-likelihood of some rows as a function of the parameters, shape (k,);
    `weights`, shape (n,), how many customers each row stands for. The first start is also each
    parameter's natural size. Raises `DidNotConverge` for a fit that must not be used.
    """
    every = 1 + len(weights) // ROUGHLY
    searches = [_climb(curve_of(slice(None, None, every)), start) for start in starts]
    best = max(searches, key=lambda search: (search.converged, search.curve.value))
    agree = sum(abs(search.curve.value - best.curve.value) < 1e-4 for search in searches)
    if every > 1:
        start = starts[0] if _fault(best, kind, starts) else best.values
        best = _climb(curve_of(slice(None)), start)
        searches.append(best)
    fault = _fault(best, kind, starts)
    found = MaximumLikelihood(
        params=kind(*best.values.tolist()),
        covariance=_covariance(best),
        log_likelihood=float(best.curve.value),
        n_customers=float(weights.sum()),
        evaluations=sum(search.evaluations for search in searches),
        converged=fault is None,
        why=fault or f"Converged; {agree} of {len(starts)} starts led here.",
    )
    if fault:
        raise DidNotConverge(f"The {kind.title} fit is not usable: {fault}", estimation=found)
    return found


def _climb(curve: Callable[[Array], Curve], start: Array) -> Search:
    """Newton steps on the log scale, shortened until they go up."""
    at, evaluations, converged = np.log(start), 1, False
    # A step too far may overflow; its value is then not higher, and it is not taken.
    with np.errstate(all="ignore"):
        here = curve(start).on_log_scale(start)
        while _goes_on(here, at - np.log(start), evaluations) and not converged:
            step = _newton_step(here)
            converged = abs(step @ here.gradient) < WORTHLESS * (1 + abs(here.value))
            for _ in range(8):
                values = np.exp(at + step)
                there = curve(values).on_log_scale(values)
                evaluations += 1
                if there.value > here.value or converged:
                    break
                step = step / 4
            else:
                break
            at, here = at + step, there
    return Search(start, np.exp(at), here, evaluations, converged)


def _goes_on(here: Curve, away: Array, evaluations: int) -> bool:
    """Whether a climb that is so far from its start, on the log scale, may still arrive."""
    return here.is_finite and np.abs(away).max() < LOST and evaluations < MOST_EVALUATIONS


def _newton_step(here: Curve) -> Array:
    """Upwards in every direction, also where the surface is not yet concave; at most e² a step."""
    curvature, axes = np.linalg.eigh(-here.hessian)
    size = np.maximum(np.abs(curvature), 1e-12 * np.abs(curvature).max())
    step = axes @ ((axes.T @ here.gradient) / size)
    return step / max(1.0, np.abs(step).max() / 2)


def _covariance(search: Search) -> Array:
    """Inverse of the observed information, or NaN where it has none."""
    if not _is_peak(search):
        return np.full(search.curve.hessian.shape, np.nan)
    return np.linalg.inv(-search.curve.hessian) * np.outer(search.values, search.values)


def _is_peak(search: Search) -> bool:
    """Whether the curvature says that the top is a top, in every direction."""
    if not search.curve.is_finite:
        return False
    curvature = np.linalg.eigvalsh(-search.curve.hessian)
    return bool(curvature[0] > 1e-12 * curvature[-1])


def _fault(best: Search, kind: type, starts: Sequence[Array]) -> str | None:
    """Why a fit must not be used, in a sentence, or nothing."""
    names = [field.name for field in fields(kind)]
    far = np.abs(np.log(best.values / starts[0])) > np.log(FARTHEST)
    where = ", ".join(f"{k} = {v:.4g}" for k, v in zip(names, best.values, strict=True))
    advice = "Take a longer history or more customers, or another model."
    if far.any():
        gone = listed(np.array(names)[far])
        return f"{gone} ran to a bound ({where}): the data do not pin it down. {advice}"
    if not best.converged:
        return f"it did not converge in {best.evaluations} evaluations (at {where}). {advice}"
    if any(np.allclose(best.values, start, rtol=1e-9) for start in starts):
        return f"it did not move from its start ({where}). {advice}"
    if not _is_peak(best):
        return f"the Hessian is not positive definite at {where}: other values fit alike. {advice}"
    return None


def trigamma(x: Array | float) -> Array:
    """Slope of the digamma function; `scipy.special.polygamma` computes digamma besides."""
    return zeta(2, x)
