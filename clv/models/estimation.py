"""Maximum likelihood for models with a handful of parameters, and the verdict on what it found.

A fit is returned only if it can be believed; otherwise `fit` raises and says what happened and what
to do. Where predictions can be believed and single parameters cannot, the fit says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import zeta

from clv.errors import BadParameter, DidNotConverge, listed
from clv.models import profile
from clv.models.newton import Array, Climb, Curve, Scale, Surface, climb
from clv.models.profile import Profile

__all__ = [
    "Array",
    "Curve",
    "MaximumLikelihood",
    "Rows",
    "fit",
    "positive",
    "tally",
    "trigamma",
]

FARTHEST = float(np.log(1e4))  # so many times its natural size a parameter is on its way off
ROUGHLY = 4000  # customers on whom the starts are tried; what they find then climbs on all
CLEARLY = 1e-4  # difference of two log-likelihoods that is no rounding
SAME = 1e-3  # distance of two tops, on the scale of the climb, that are one
SINGULAR = 1e12  # condition number of a Hessian that is as good as not positive definite
UNSURE = 1.0  # standard error of the log of a parameter, at which it may be anything
LARGEST_COUNT = 2**20  # up to which whole numbers are told apart without sorting them
ADVICE = "Take a longer history or more customers, or another model."

Verdict = Callable[["MaximumLikelihood"], str | None]
Rows = slice | NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MaximumLikelihood:
    """Parameters and how they were found.

    All arrays are in the order of `names`: parameters, then coefficients of covariates.
    """

    params: Any  # the model's frozen dataclass
    covariance: Array  # shape (k, k), from the observed information, in the parameters' scale
    log_likelihood: float  # summed over customers
    n_customers: float
    evaluations: int
    converged: bool
    why: str  # the verdict in a sentence
    coefficients: tuple[float, ...] = ()
    profile: Profile | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' letters, and x1, x2, … for the coefficients."""
        numbers = range(1, len(self.coefficients) + 1)
        return (*asdict(self.params), *(f"x{i}" for i in numbers))

    @property
    def estimates(self) -> Array:
        """Parameters and coefficients as an array, shape (k,)."""
        return np.array([*asdict(self.params).values(), *self.coefficients])

    @property
    def standard_errors(self) -> Array:
        """Standard error of each estimate, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def log_covariance(self) -> Array:
        """Covariance of the logs of the parameters, and of the coefficients as they are; (k, k)."""
        sizes = np.where(self._is_log, self.estimates, 1.0)
        return self.covariance / np.outer(sizes, sizes)

    @property
    def log_errors(self) -> Array:
        """Standard error of each log of a parameter, and of each coefficient, shape (k,)."""
        return np.sqrt(np.diag(self.log_covariance))

    @property
    def identified(self) -> bool:
        """Whether the data say within a factor of e what each parameter is."""
        return bool((self.log_errors[self._is_log] < UNSURE).all())

    @property
    def condition(self) -> float:
        """Condition number of the Hessian in the logs, NaN where there is no peak.

        Parameters that can only be told together have a large one.
        """
        if not np.isfinite(self.covariance).all():
            return np.nan
        curvature = np.linalg.eigvalsh(self.log_covariance)
        return float(curvature[-1] / curvature[0])

    def bounds(self, interval: float) -> Array:
        """Low and high of each estimate by profile likelihood, shape (k, 2).

        NaN where the parameters are not identified; infinite, or 0, on a side to which the data set
        no bound. The first call traces the profiles, on the data of the fit.
        """
        if self.profile is None or not self.identified:
            return np.full((len(self.names), 2), np.nan)
        distances, estimates = self.profile.distances(interval), self.estimates[:, None]
        return np.where(self._is_log[:, None], estimates * np.exp(distances), estimates + distances)

    @property
    def aic(self) -> float:
        return 2 * len(self.names) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        return len(self.names) * float(np.log(self.n_customers)) - 2 * self.log_likelihood

    @property
    def _is_log(self) -> np.ndarray:
        return np.arange(len(self.names)) < len(self.names) - len(self.coefficients)


def fit(
    kind: type,
    curve_of: Callable[[Rows, Array | float], Surface],
    starts: Sequence[Array],
    weights: Array,
    *,
    units: Sequence[float] = (),
    verdict: Verdict = lambda _: None,
) -> MaximumLikelihood:
    """The parameters of `kind` that make the data most likely, from the best of several starts.

    Raises `DidNotConverge` for a fit that must not be used.

    Parameters
    ----------
    kind
        The model's dataclass of positive parameters.
    curve_of
        The log-likelihood of some rows, and of how many times the customers it stands for each
        counts, as a function of parameters and coefficients, shape (k,).
    starts
        Values to climb from; the first is also each parameter's natural size.
    weights
        How many customers each row stands for, shape (n,).
    units
        A change of each coefficient that matters; none without covariates.
    verdict
        What the model itself has against a fit that is otherwise good, in a sentence, or nothing.

    """
    scale = Scale(len(fields(kind)), np.asarray(units, dtype=float))
    places = [scale.place(np.asarray(start, dtype=float)) for start in starts]
    surface = scale.surface(curve_of(slice(None), 1.0))
    small = len(weights) <= ROUGHLY
    some = surface if small else scale.surface(curve_of(*_sample(weights)))
    tried = [climb(some, place) for place in places]
    climbs = [climb(surface, place) for place in _worth_climbing(tried, places[0])]
    best = _highest(climbs)
    found = _found(kind, scale, surface, best, weights)
    found = replace(found, evaluations=sum(each.evaluations for each in tried + climbs))
    fault = _fault(found, best, places) or verdict(found)
    if fault:
        found = replace(found, converged=False, why=fault, profile=None)
        raise DidNotConverge(f"The {kind.title} fit is not usable: {fault}", estimation=found)
    return replace(found, why=_praise(found, best, climbs, tried))


def _sample(weights: Array) -> tuple[Rows, Array]:
    """Rows of evenly spaced customers, and how many times each row counts in the sample."""
    last_of_row = np.cumsum(weights)
    spaced = (np.arange(ROUGHLY) + 0.5) / ROUGHLY * last_of_row[-1]
    rows, sampled = np.unique(np.searchsorted(last_of_row, spaced), return_counts=True)
    return rows, sampled / weights[rows]


def _worth_climbing(tried: Sequence[Climb], start: Array) -> list[Array]:
    """Each top that was found once; and the start of what was higher than all tops, but is none."""
    highest, tops = _highest(tried), []
    for each in tried:
        is_top = each.converged and each.is_near(FARTHEST, start)
        if is_top and not any(np.abs(each.place - top).max() < SAME for top in tops):
            tops.append(each.place)
    is_top = highest.converged and highest.is_near(FARTHEST, start)
    return tops if is_top else [*tops, highest.start]


def _highest(climbs: Sequence[Climb]) -> Climb:
    """The best of them: of those that came as high as any, one that has converged."""
    height = max(each.height for each in climbs)
    return max(climbs, key=lambda each: (each.height > height - CLEARLY, each.converged))


def _found(
    kind: type, scale: Scale, surface: Surface, best: Climb, weights: Array
) -> MaximumLikelihood:
    """What the best climb says, not yet judged."""
    values, sizes = scale.values(best.place), scale.slopes(best.place)
    return MaximumLikelihood(
        params=kind(*values[: scale.n_logs].tolist()),
        coefficients=tuple(values[scale.n_logs :].tolist()),
        covariance=_covariance(best.curve) * np.outer(sizes, sizes),
        log_likelihood=float(best.curve.value),
        n_customers=float(weights.sum()),
        evaluations=best.evaluations,
        converged=True,
        why="",
        profile=Profile(lambda: profile.trace(surface, best, scale.lengths)),
    )


def _covariance(curve: Curve) -> Array:
    """Inverse of the observed information, or NaN where the top is no top in every direction."""
    if curve.is_finite:
        curvature = np.linalg.eigvalsh(-curve.hessian)
        if SINGULAR * curvature[0] > curvature[-1]:
            return np.linalg.inv(-curve.hessian)
    return np.full(curve.hessian.shape, np.nan)


def _fault(found: MaximumLikelihood, best: Climb, starts: Sequence[Array]) -> str | None:
    """Why a fit must not be used, in a sentence, or nothing."""
    values = zip(found.names, found.estimates, strict=True)
    where = ", ".join(f"{name} = {value:.4g}" for name, value in values)
    far = (np.abs(best.place - starts[0]) > FARTHEST) | (_errors(best) > FARTHEST)
    if far.any():
        gone = listed(np.array(found.names)[far])
        return f"{gone} ran to a bound ({where}): the data do not pin it down. {ADVICE}"
    if any(np.allclose(best.place, start, rtol=0, atol=1e-9) for start in starts):
        return f"it did not move from its start ({where}). {ADVICE}"
    if not best.converged:
        return f"not converged in {found.evaluations} evaluations (at {where}). {ADVICE}"
    if not np.isfinite(found.covariance).all():
        return f"Hessian not positive definite at {where}: other values fit alike. {ADVICE}"
    return None


def _errors(best: Climb) -> Array:
    """Standard errors on the scale of the climb, as far as they are known; shape (k,)."""
    return np.sqrt(np.nan_to_num(np.diag(_covariance(best.curve))))


def _praise(
    found: MaximumLikelihood, best: Climb, climbs: Sequence[Climb], tried: Sequence[Climb]
) -> str:
    """How good a good fit is, in a sentence or two."""
    led_here = sum(np.abs(each.place - best.start).max() < SAME for each in tried)
    words = f"{led_here} of {len(tried)} starts led here."
    lower = [each.height for each in climbs if each.converged and each is not best]
    if lower:
        words += f" Another top is lower, with a log-likelihood of {max(lower):.2f}."
    if found.identified:
        return f"Converged; {words}"
    loose = np.array(found.names)[found.log_errors >= UNSURE]
    return (
        f"Converged, but weakly identified: {listed(loose)} may be several times as large or small "
        f"(condition number {found.condition:.0e}). Use predictions, but no single parameter; more "
        f"customers or a longer history would tell. {words}"
    )


def positive(params: Any) -> None:  # noqa: ANN401 -- any model's dataclass
    """Refuse parameters, numbers or arrays, of which one is not positive and finite."""
    for each in fields(params):
        value = getattr(params, each.name)
        if not (np.isfinite(value) & np.greater(value, 0)).all():
            raise BadParameter.from_value(each.name, value, "a positive number")


def tally(counts: Array, weights: Array) -> tuple[Array, Array]:
    """The distinct values of whole numbers, ascending, and the weight of each.

    >>> [column.tolist() for column in tally(np.array([3.0, 0.0, 3.0]), np.array([1.0, 2.0, 5.0]))]
    [[0.0, 3.0], [2.0, 6.0]]
    """
    if counts.max(initial=0) > LARGEST_COUNT:
        values, which = np.unique(counts, return_inverse=True)
        return values, np.bincount(which, weights)
    places = counts.astype(np.int64)
    values = np.flatnonzero(np.bincount(places))
    return values.astype(float), np.bincount(places, weights)[values]


def trigamma(x: Array | float) -> Array:
    """Slope of the digamma function; `scipy.special.polygamma` computes digamma besides."""
    return zeta(2, x)
