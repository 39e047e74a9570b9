"""When value comes: period by period over the horizon, and what lies beyond it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.errors import BadParameter
from clv.models.estimation import Array
from clv.tables.periods import horizon_days, in_months

MONTHS_SHOWN = 24  # a longer horizon is told in quarters
MONTHS = {"month": 1, "quarter": 3}


def by_period(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
) -> pd.DataFrame:
    """Value of all customers together, month by month or quarter by quarter.

    Periods are equal parts of the horizon, and what they hold adds up to its value.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it for the same model, horizon and rate.

    Returns
    -------
    DataFrame indexed by month (or quarter): 1, 2, … counted from the day of the report: `expected`,
    the present value of what comes in it, and `so_far`, of all up to its end.

    """
    days = horizon_days(horizon, valued.attrs.get("as_of"))
    months = in_months(days)
    period = "month" if months <= MONTHS_SHOWN else "quarter"
    number = max(round(months / MONTHS[period]), 1)
    ends = [f"{days * part / number:.6f}D" for part in range(1, number)]
    terms = {"horizon": horizon, "annual_discount_rate": annual_discount_rate}
    so_far = _values(valued, purchases, [*ends, horizon], **terms)
    index = pd.RangeIndex(1, number + 1, name=period)
    table = pd.DataFrame({"expected": np.diff(so_far, prepend=0.0), "so_far": so_far}, index)
    table.attrs = dict(valued.attrs)
    return table


def whole_life(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
) -> float:
    """Value of all customers until the last of them has left; NaN where it grows without end.

    The upper end of the story: it takes for granted that nothing ever changes. `valued` is as for
    `by_period`.
    """
    terms = {"horizon": horizon, "annual_discount_rate": annual_discount_rate}
    (within,) = _values(valued, purchases, [horizon], **terms)
    try:
        (ever,) = _values(valued, purchases, [None], **terms)
    except BadParameter:  # the discounted sum diverges: no rate, and some who never leave
        return float("nan")
    return float(max(ever, within))


def _values(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    ends: list[str | None],
    *,
    horizon: str,
    annual_discount_rate: float,
) -> Array:
    """Value of all customers until each end, from their value until the horizon's, shape (ends,).

    Spend and margin of a customer are the same in every period, so only purchases tell them apart.
    """
    histories = purchases.histories(valued)
    distinct = histories.distinct()

    def discounted(end: str | None) -> Array:
        return purchases.discounted_purchases(distinct, end, annual_discount_rate).to_numpy()

    clv = np.bincount(histories.which, valued["clv"], minlength=len(histories.customers))
    whole = discounted(horizon)
    worth = np.divide(clv, whole, out=np.zeros_like(clv), where=whole > 0)
    return np.array([worth @ (whole if end == horizon else discounted(end)) for end in ends])
