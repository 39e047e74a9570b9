"""The chi-square distribution: how often chance alone departs as far from what is expected.

Pearson, K. (1900), "On the Criterion That a Given System of Deviations from the Probable …",
Philosophical Magazine 50(302), 157-175.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc


def upper_tail(statistic: float, degrees: int) -> float:
    """Chance that a chi-square of so many degrees of freedom exceeds this; 1 from 0 down.

    >>> round(upper_tail(9.487729, 4), 6)
    0.05
    """
    return float(chdtrc(degrees, np.maximum(statistic, 0)))
