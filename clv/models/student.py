"""Student's distribution: how far off a number may be whose spread is known from a few trials.

Student (1908), "The Probable Error of a Mean", Biometrika 6(1), 1-25.
"""

from __future__ import annotations

from scipy.special import stdtrit


def quantile(level: float, trials: int) -> float:
    """Quantile at `level` of a mean-zero number over the root mean square of `trials` like it.

    >>> round(quantile(0.95, 6), 3), round(quantile(0.95, 1000), 3)
    (1.943, 1.646)
    """
    return float(stdtrit(trials, level))
