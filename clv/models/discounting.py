"""Present value: one home for the step from a yearly rate to a rate per period."""

from __future__ import annotations

import math

from clv.errors import BadParameter


def force_of_interest(annual_discount_rate: float, periods_per_year: float) -> float:
    """Continuous rate per period that is worth as much as an effective yearly rate.

    >>> per_week = force_of_interest(0.10, periods_per_year=52)
    >>> round(math.exp(52 * per_week), 12)
    1.1
    """
    if not 0 <= annual_discount_rate < 1:
        raise BadParameter.from_value(
            "annual_discount_rate", annual_discount_rate, "at least 0 and below 1 (0.10 is 10 %)"
        )
    return math.log1p(annual_discount_rate) / periods_per_year
