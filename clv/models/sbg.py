"""Shifted-beta-geometric: who must renew or be gone leaves with a probability of their own.

Fader, P. S. & B. G. S. Hardie (2007), "How to project customer retention", Journal of Interactive
Marketing 21(1), 76-90; and (2010), "Customer-base valuation in a contractual setting: the perils of
ignoring heterogeneity", Marketing Science 29(1), 85-93. At the end of each period a customer leaves
with a probability theta ~ Beta(alpha, beta). Those who are likely to leave do so first: whoever has
renewed n times is as a new customer with beta + n, and retention rises although nobody changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter, DidNotConverge
from clv.models import estimation
from clv.models.estimation import Array, Curve, MaximumLikelihood, positive
from clv.models.expectation import new_customer_purchases

ALPHA, BETA = range(2)


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """Parameters of the sBG model, in the paper's letters.

    >>> regular = ShiftedBetaGeometric(alpha=0.704, beta=1.182)
    >>> survival(regular, [0, 1, 12]).round(3).tolist()
    [1.0, 0.627, 0.17]
    """

    alpha: float  # of leaving
    beta: float  # of staying

    title: ClassVar[str] = "shifted-beta-geometric"

    def __post_init__(self) -> None:
        positive(self)


def survival(params: ShiftedBetaGeometric, periods: ArrayLike) -> Array:
    """Share still there after so many periods, any shape: equation (6), by its recursion."""
    after = _whole(periods, 0)
    stay = retention(params, np.arange(1, after.max(initial=0) + 1))
    return np.concatenate([[1.0], np.cumprod(stay)])[after]


def retention(params: ShiftedBetaGeometric, periods: ArrayLike) -> Array:
    """Share that stays at the end of each period, the first being 1: equation (8)."""
    period = _whole(periods, 1)
    return (params.beta + period - 1) / (params.alpha + params.beta + period - 1)


def expected_lifetime(params: ShiftedBetaGeometric) -> float:
    """Mean number of periods that a new customer stays: infinite for alpha at most 1."""
    alpha, beta = params.alpha, params.beta
    return (alpha + beta - 1) / (alpha - 1) if alpha > 1 else np.inf


def discounted_lifetime(
    params: ShiftedBetaGeometric, renewals: ArrayLike = 0, *, force_of_interest: float
) -> Array:
    """Present value of 1 now and 1 at each renewal to come, any shape of renewals so far.

    `force_of_interest` is the continuous rate per period. With d for the effective one, this is
    the mean of (1 + d) / (d + theta) over customers. The paper writes it as 2F1(1, beta;
    alpha + beta; 1 / (1 + d)), whose series hardly converges for small d; as it happens, the mean
    of 1 / (d + theta) is also what a BG/NBD customer with r = 1 buys in 1 / d alphas of time.
    """
    alpha, beta = params.alpha, params.beta + _whole(renewals, 0)
    if force_of_interest > 0:
        mean = new_customer_purchases(1.0, 1.0, alpha, beta, 1 / np.expm1(force_of_interest))
        return np.exp(force_of_interest) * mean
    if alpha <= 1:
        raise BadParameter(
            f"Without a discount the mean lifetime is infinite for alpha = {alpha!r}, and finite "
            "only for alpha above 1: take a discount rate above 0."
        )
    return (alpha + beta - 1) / (alpha - 1)


def discounted_residual_lifetime(
    params: ShiftedBetaGeometric, renewals: ArrayLike, *, force_of_interest: float
) -> Array:
    """Present value of 1 at each renewal to come, just before the next: DERL, (2010) equation (6).

    Any shape of `renewals` so far; whoever renews now is as one with one renewal more.
    """
    n = _whole(renewals, 0)
    worth = discounted_lifetime(params, n + 1, force_of_interest=force_of_interest)
    return retention(params, n + 1) * worth


def fit(survivors: Sequence[ArrayLike] | ArrayLike) -> MaximumLikelihood:
    """Maximum likelihood from how many were still there after 0, 1, 2, ... periods.

    Parameters
    ----------
    survivors : array, shape (k + 1,), or a sequence of such arrays
        Customers of one cohort, or of several cohorts that began at different times, each as far
        as it has been seen; NaN at the end of a cohort is what has not been seen yet.

    """
    is_one = not any(np.ndim(each) for each in survivors)
    cohorts = [_cohort(each) for each in ([survivors] if is_one else survivors)]
    stayed, left, last_seen = _renewals(cohorts)
    if not (left.any() and stayed[1:].any()):
        raise DidNotConverge(
            f"The {ShiftedBetaGeometric.title} fit is not usable: {left.sum():,.0f} customers left "
            f"and {stayed[1:].sum():,.0f} renewed more than once, so that nothing tells how "
            "customers differ. Take cohorts that have been seen for longer."
        )
    period, odds = np.arange(1, len(left) + 1), stayed.sum() / left.sum()
    starts = [np.array([1, odds]), np.array([0.3, 0.3 * odds])]
    return estimation.fit(
        ShiftedBetaGeometric,
        lambda some, times: _curve(period[some], stayed[some] * times, left[some] * times),
        starts,
        last_seen,
    )


def _whole(periods: ArrayLike, least: int) -> NDArray[np.int64]:
    """Whole numbers of periods, checked."""
    periods = np.asarray(periods)
    if not ((periods >= least) & (periods == np.floor(periods))).all():
        raise BadParameter.from_value("periods", periods.tolist(), f"whole numbers from {least}")
    return periods.astype(np.int64)


def _cohort(survivors: ArrayLike) -> Array:
    """A cohort's counts as far as they have been seen, checked."""
    counts = np.asarray(survivors, dtype=float)
    seen = counts[: np.flatnonzero(np.isfinite(counts)).max(initial=-1) + 1]
    if not (len(seen) and (seen >= 0).all() and (np.diff(seen) <= 0).all()):
        allowed = "counts from 0 that never rise: nobody who has left comes back"
        raise BadParameter.from_value("survivors", counts.tolist(), allowed)
    return seen


def _renewals(cohorts: Sequence[Array]) -> tuple[Array, Array, Array]:
    """At the end of each period: who stayed, who left, and who was last seen; of all cohorts."""
    stayed, left, last_seen = np.zeros((3, max(map(len, cohorts)) - 1))
    for counts in cohorts:
        k = len(counts) - 1
        stayed[:k] += counts[1:]
        left[:k] -= np.diff(counts)
        last_seen[:k] -= np.diff(counts)
        last_seen[k - 1 : k] += counts[-1]
    return stayed, left, last_seen


def _curve(period: Array, stayed: Array, left: Array) -> Callable[[Array], Curve]:
    """The summed log-likelihood as a function of (alpha, beta): each renewal is a coin tossed."""

    def curve(values: Array) -> Curve:
        alpha, beta = values
        staying = beta + period - 1
        each, bend = (stayed + left) / (alpha + staying), (stayed + left) / (alpha + staying) ** 2
        return Curve.total(
            np.ones(len(period)),
            left * np.log(alpha) + stayed * np.log(staying)
            - (stayed + left) * np.log(alpha + staying),
            {ALPHA: left / alpha - each, BETA: stayed / staying - each},
            {
                (ALPHA, ALPHA): bend - left / alpha**2,
                (ALPHA, BETA): bend,
                (BETA, BETA): bend - stayed / staying**2,
            },
            n_parameters=2,
        )  # fmt: skip

    return curve
