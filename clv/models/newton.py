"""Newton's method, upwards, for a log-likelihood whose slope and curvature are known.

It climbs in the logarithms of the positive parameters, where money in cents and time in days take
the very same steps as money in dollars and time in weeks; coefficients climb as they are, in units
of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOST_EVALUATIONS = 200
LOST = 30.0  # from the start, on the scale of the climb: it will not come back
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
            gradient[i] = np.dot(weights, slope)
        for (i, j), bend in bends.items():
            hessian[i, j] = hessian[j, i] = np.dot(weights, bend)
        return cls(float(np.dot(weights, value)), gradient, hessian)

    def __add__(self, other: Curve) -> Curve:
        return Curve(
            self.value + other.value,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
        )

    def among(self, places: Sequence[int], n_parameters: int) -> Curve:
        """The same curve where its arguments are only some of the parameters."""
        gradient, hessian = np.zeros(n_parameters), np.zeros((n_parameters, n_parameters))
        gradient[places], hessian[np.ix_(places, places)] = self.gradient, self.hessian
        return Curve(self.value, gradient, hessian)

    def stretched(self, slopes: Array, bends: Array) -> Curve:
        """The same curve as a function of other arguments, of which each old one is a function.

        `slopes` and `bends`, shape (k,), are that function's derivatives.
        """
        hessian = np.outer(slopes, slopes) * self.hessian + np.diag(bends * self.gradient)
        return Curve(self.value, slopes * self.gradient, hessian)

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.value) and np.isfinite(self.hessian).all())


Surface = Callable[[Array], Curve]


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Where a climb takes place: the logarithms of parameters, and coefficients in units."""

    n_logs: int  # how many of the arguments, the first ones, are positive parameters
    units: Array  # shape (coefficients,): a change of each that matters as much as a log of 1

    def place(self, values: Array) -> Array:
        """Where the climb stands when the arguments have these values; both of shape (k,)."""
        logs, coefficients = np.split(values, [self.n_logs])
        return np.concatenate([np.log(logs), coefficients / self.units])

    def values(self, place: Array) -> Array:
        """The arguments at a place of the climb; both of shape (k,)."""
        logs, coefficients = np.split(place, [self.n_logs])
        return np.concatenate([np.exp(logs), coefficients * self.units])

    @property
    def lengths(self) -> Array:
        """Of a step of one: 1 of a logarithm, a unit of a coefficient; shape (k,)."""
        return np.concatenate([np.ones(self.n_logs), self.units])

    def slopes(self, place: Array) -> Array:
        """By how much the arguments change per step of one, at a place; shape (k,)."""
        return np.concatenate([np.exp(place[: self.n_logs]), self.units])

    def surface(self, curve: Surface) -> Surface:
        """The log-likelihood as a function of the place, from one of the arguments themselves."""
        is_log = np.arange(self.n_logs + len(self.units)) < self.n_logs

        def surface(place: Array) -> Curve:
            slopes = self.slopes(place)
            return curve(self.values(place)).stretched(slopes, slopes * is_log)

        return surface


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """How far the climb from one start came."""

    start: Array  # shape (k,), as all places
    place: Array
    curve: Curve  # at `place`
    evaluations: int
    converged: bool

    @property
    def height(self) -> float:
        """The log-likelihood reached; nothing is lower than one that is not a number."""
        return self.curve.value if self.curve.is_finite else -np.inf

    def is_near(self, farthest: float, start: Array) -> bool:
        """Whether it has remained within reach of a start."""
        return bool(np.abs(self.place - start).max() <= farthest)


def climb(surface: Surface, start: Array, free: Array | None = None) -> Climb:
    """Newton steps from a start, shortened until they go up.

    Only the arguments numbered in `free` move; by default all do.
    """
    free = np.arange(len(start)) if free is None else free
    place, evaluations, converged = start, 1, False
    # A step too far may overflow; its value is then not higher, and it is not taken.
    with np.errstate(all="ignore"):
        here = surface(place)
        while _goes_on(here, place - start, evaluations) and not converged:
            step = _newton_step(here, free)
            converged = abs(step @ here.gradient) < WORTHLESS * (1 + abs(here.value))
            for _ in range(8):
                there = surface(place + step)
                evaluations += 1
                if there.value > here.value or (converged and there.is_finite):
                    break
                step = step / 4
            else:
                break
            place, here = place + step, there
    return Climb(start, place, here, evaluations, converged)


def _goes_on(here: Curve, away: Array, evaluations: int) -> bool:
    """Whether a climb that is so far from its start may still arrive."""
    return here.is_finite and np.abs(away).max() < LOST and evaluations < MOST_EVALUATIONS


def _newton_step(here: Curve, free: Array) -> Array:
    """Upwards in every direction, also where the surface is not yet concave; at most e² a step."""
    curvature, axes = np.linalg.eigh(-here.hessian[np.ix_(free, free)])
    size = np.maximum(np.abs(curvature), 1e-12 * np.abs(curvature).max())
    step = np.zeros(len(here.gradient))
    step[free] = axes @ ((axes.T @ here.gradient[free]) / size)
    return step / max(1.0, np.abs(step).max() / 2)
