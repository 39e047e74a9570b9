"""Profile likelihood: how far one parameter may go before the data speak against it.

Pawitan, Y. (2001), "In All Likelihood", Oxford University Press, sections 3.4 and 9.4. The others
take their most likely values at each step; the signed root of twice the loss of log-likelihood is
then about standard normal, so that an interval ends where the root equals the normal's quantile.
Unlike Wald's, such intervals lean to the side on which the data say less, to infinity if need be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import ndtri

from clv.errors import BadParameter
from clv.models.newton import Array, Climb, Curve, Surface, climb

WIDEST = 0.999  # the interval up to which profiles are traced
REACH = float(ndtri((1 + WIDEST) / 2))
STEPS = 4  # from the top to the reach; in between, a cubic is right to four digits of the error
LONGEST = 2.0  # step of a parameter, on the scale of the climb, where its profile is flat
FLAT = 1e-3  # slope at which the others are as likely as they can be, if only at infinity
FARTHEST = 10.0  # beyond which a parameter may as well be infinite, or zero


@dataclass(frozen=True, eq=False)
class Profile:
    """The profiles of all parameters, traced the first time they are asked for and then kept.

    A pickle or a file keeps the traced `tables`, not the data from which they come.
    """

    trace: Callable[[], Sequence[Array]]

    @classmethod
    def of(cls, tables: Sequence[Any]) -> Profile:
        """Profiles traced before."""
        kept = [np.asarray(table, dtype=float) for table in tables]
        return cls(lambda: kept)

    @cached_property
    def tables(self) -> Sequence[Array]:
        """A table (m, 3) of each parameter: signed root, distance from the top, and its slope.

        Roots ascend through 0. A table that ends short of `REACH` has come to where the
        log-likelihood no longer falls: beyond lies infinity.
        """
        return self.trace()

    def distances(self, interval: float) -> Array:
        """Low and high end of each parameter's interval, as distances from the top; (k, 2)."""
        root = float(ndtri((1 + within_reach(interval)) / 2))
        return np.array([[_distance(table, z) for z in (-root, root)] for table in self.tables])

    def __reduce__(self) -> tuple[Callable[..., Profile], tuple[Sequence[Array]]]:
        return Profile.of, (self.tables,)


def within_reach(interval: float) -> float:
    """The interval itself, if profiles are traced as far."""
    if not 0 < interval <= WIDEST:
        allowed = f"a share above 0 and at most {WIDEST}, such as 0.90"
        raise BadParameter.from_value("interval", interval, allowed)
    return interval


def _distance(table: Array, root: float) -> float:
    """How far from the top the signed root is reached: a cubic with the slopes of the profile."""
    after = int(np.searchsorted(table[:, 0], root))
    if after in (0, len(table)):
        return float(np.copysign(np.inf, root))
    (z0, from0, slope0), (z1, from1, slope1) = table[after - 1 : after + 1]
    width, t, rise = z1 - z0, (root - z0) / (z1 - z0), from1 - from0
    bend = (1 - t) * (slope0 * width - rise) + t * (rise - slope1 * width)
    return float(from0 + t * rise + t * (1 - t) * bend)


def trace(surface: Surface, top: Climb, sizes: Array) -> list[Array]:
    """The table of each parameter; `sizes` are the lengths of a unit of the climb, shape (k,)."""
    tables = []
    for which, size in enumerate(sizes):
        low, high = (_one_side(surface, top, which, side) for side in (-1, 1))
        tables.append(np.array(low[:0:-1] + high) * [1, size, size])
    return tables


def _one_side(surface: Surface, top: Climb, which: int, side: int) -> list[tuple[float, ...]]:
    """Points (root, distance, slope) from the top outwards, as long as the root grows.

    The slope follows from the curve's own: along a profile only `which` feels a gradient.
    """
    others = np.delete(np.arange(len(top.place)), which)
    place, curve, distance = top.place, top.curve, 0.0
    slope = float(np.sqrt(np.linalg.inv(-curve.hessian)[which, which]))
    points = [(0.0, 0.0, slope)]
    while abs(points[-1][0]) < REACH and abs(distance) < FARTHEST:
        step = side * (min(1.01 * slope * REACH / STEPS, LONGEST) if slope > 0 else LONGEST)
        found = climb(surface, place + step * _direction(curve, which, others), others)
        if not np.abs(found.curve.gradient[others]).max() < FLAT:
            break
        place, curve, distance = found.place, found.curve, distance + step
        root = side * np.sqrt(2 * max(top.height - found.height, 0))
        slope = -root / curve.gradient[which] if curve.gradient[which] else np.inf
        # Where another top is passed, the root falls back: what lies beyond bounds the interval.
        if abs(root) > abs(points[-1][0]) and 0 < slope < np.inf:
            points.append((float(root), distance, float(slope)))
    return points


def _direction(curve: Curve, which: int, others: Array) -> Array:
    """How all arguments change along the profile per unit of one."""
    direction = np.zeros(len(curve.gradient))
    direction[which] = 1
    bend = curve.hessian[others]
    direction[others] = -np.linalg.lstsq(bend[:, others], bend[:, which])[0]
    return direction
