"""Intervals of a share and of a rate that stay where shares and rates can be.

Of a share with an estimated variance: on the complementary log-log scale (Kalbfleisch, J. D. &
R. L. Prentice, 2002, "The Statistical Analysis of Failure Time Data", 2nd edition, section 1.4); of
a count in a number of trials: Clopper, C. J. & E. S. Pearson (1934), Biometrika 26(4), 404-413, and
Wilson, E. B. (1927), Journal of the American Statistical Association 22(158), 209-212; of a rate:
Garwood, F. (1936), "Fiducial Limits for the Poisson Distribution", Biometrika 28(3/4).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv, gammaincinv, ndtr, ndtri

from clv.errors import BadParameter

Array = NDArray[np.float64]
ROUNDING = 1e-12


def tail(interval: float) -> float:
    """Probability left out at either side of an interval.

    >>> round(tail(0.90), 3)
    0.05
    """
    if not 0 < interval < 1:
        raise BadParameter.from_value("interval", interval, "a share between 0 and 1, such as 0.90")
    return (1 - interval) / 2


def tails(interval: float) -> tuple[float, float]:
    """The two quantiles that hold a share of outcomes between them.

    >>> [round(level, 3) for level in tails(0.90)]
    [0.05, 0.95]
    """
    out = tail(interval)
    return out, 1 - out


def quantile(interval: float) -> float:
    """How many standard errors to either side hold a share of outcomes.

    >>> round(quantile(0.90), 3)
    1.645
    """
    return float(-ndtri(tail(interval)))


def wilson(share: ArrayLike, trials: ArrayLike, interval: float = 0.90) -> tuple[Array, Array]:
    """Wilson's interval of a share seen in a number of trials; NaN without trials.

    >>> low, high = wilson([0.1, 0.0], trials=[50, 0])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.05, nan], [0.192, nan])
    """
    z = quantile(interval)
    share, n = np.asarray(share, dtype=float), np.where(np.greater(trials, 0), trials, np.nan)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def of_share(
    share: ArrayLike, variance: ArrayLike, known: ArrayLike, interval: float = 0.90
) -> tuple[Array, Array]:
    """Low and high end of shares with estimated variances, on the scale log(-log(1 - share)).

    A share of exactly 0 or 1 has no place on that scale, nor a variance that says anything: there
    the exact limit for `known` trials of one outcome is taken (Clopper & Pearson).

    Parameters
    ----------
    share, variance
        Any shapes that go together; NaN where unknown.
    known
        How many were followed up to the outcome, for shares of 0 and 1; without any, NaN.

    >>> low, high = of_share([0.0, 0.5], [0.0, 0.0025], known=[50, 100])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.421], [0.058, 0.585])
    """
    share, error, known = _shares(share, variance, known)
    edge = (share == 0) | (share == 1)
    inner = np.where(edge, np.nan, share)
    place = _log_log(inner)
    reach = quantile(interval) * error / _slope(inner)
    beyond = tail(interval) ** (1 / known)
    low = np.where(edge, np.where(share == 1, beyond, 0 * known), -np.expm1(-np.exp(place - reach)))
    high = np.where(
        edge, np.where(share == 1, 1 + 0 * known, 1 - beyond), -np.expm1(-np.exp(place + reach))
    )
    return low, high


def p_below(share: ArrayLike, variance: ArrayLike, known: ArrayLike, limit: float) -> Array:
    """How likely a share this low would be if the true one were `limit`: one-sided, as `of_share`.

    It is below the tail of an interval exactly where that interval lies below the limit.
    """
    share, error, known = _shares(share, variance, known)
    edge = (share == 0) | (share == 1)
    inner = np.where(edge, np.nan, share)
    with np.errstate(divide="ignore"):  # a share without error is as far off as can be
        chance = ndtr((_log_log(inner) - _log_log(limit)) * _slope(inner) / error)
    return np.where(edge, np.where(share == 1, 1 + 0 * known, (1 - limit) ** known), chance)


def of_rate(events: ArrayLike, exposure: ArrayLike, interval: float = 0.90) -> tuple[Array, Array]:
    """Exact low and high end of the rate of a Poisson number of events; NaN without exposure.

    >>> low, high = of_rate([0, 10], exposure=[100, 100], interval=0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.048], [0.0369, 0.1839])
    """
    out, events = tail(interval), np.asarray(events, dtype=float)
    exposure = np.where(np.greater(exposure, 0), exposure, np.nan)
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1), out), 0.0) / exposure
    return low, gammainccinv(events + 1, out) / exposure


def _shares(share: ArrayLike, variance: ArrayLike, known: ArrayLike) -> tuple[Array, Array, Array]:
    """Shares, their errors and the trials, as arrays of one shape; NaN for no trials.

    A share that only rounding keeps from 0 or 1 is 0 or 1.
    """
    share = np.asarray(share, dtype=float)
    whole = np.round(share)
    share = np.where(np.abs(share - whole) <= ROUNDING, whole, share)
    error = np.sqrt(np.asarray(variance, dtype=float))
    known = np.where(np.greater(known, 0), known, np.nan)
    return np.broadcast_arrays(share, error, known)


def _log_log(share: ArrayLike) -> Array:
    return np.log(-np.log1p(-np.asarray(share, dtype=float)))


def _slope(share: Array) -> Array:
    """How far a share moves with one unit of the log-log scale."""
    return -(1 - share) * np.log1p(-share)
