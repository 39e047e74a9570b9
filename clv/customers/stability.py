"""Are all customers of one kind? One model for everybody against one for each cohort.

The models take rates and dropout to be distributed alike in every cohort. Where newer customers
differ from older ones, a single model says of the new what is true of the old.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clv.customers.minimum import FEWEST_REPEAT_BUYERS
from clv.customers.purchases import PurchaseModel
from clv.errors import DidNotConverge, TooLittleToModel
from clv.models import chi_square


@dataclass(frozen=True, slots=True)
class Stability:
    """A likelihood-ratio test of one model for all cohorts, and what the cohorts are like.

    With many customers every difference is significant: the range of `newcomer_purchases` tells
    whether it matters.
    """

    statistic: float  # twice the log-likelihood that a model of its own gives to every cohort
    p_value: float
    # Indexed by cohort (its first day): customers, log_likelihood, gain (over the one model),
    # newcomer_purchases (repeat purchases within a year); NaN where no model could be fitted.
    cohorts: pd.DataFrame = field(repr=False, compare=False)


def cohort_stability(
    customers: pd.DataFrame, family: type[PurchaseModel], *, period: str = "M"
) -> Stability:
    """One model for all customers against one for each cohort of first purchases.

    Parameters
    ----------
    customers : DataFrame
        As `clv.customer_summary` returns it.
    family : type
        The model, such as `clv.ModifiedBetaGeoModel`.
    period : {"M", "Q", "Y"}
        How long a cohort joins for; those with too few repeat buyers are joined to the next.

    """
    cohort = _cohorts(customers, period)
    own = {first: _fitted(family, customers[cohort == first]) for first in sorted(cohort.unique())}
    fitted = [first for first, model in own.items() if model is not None]
    if len(fitted) < 2:
        raise TooLittleToModel(
            f"Only {len(fitted)} of {len(own)} cohorts can carry a model of their own; there is "
            "nothing to compare. Take longer cohorts, or a longer history."
        )
    pooled = family.fit(customers[cohort.isin(fitted)])
    rows = {first: _row(customers[cohort == first], own[first], pooled) for first in own}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("cohort")
    gain, degrees = table["gain"].sum(), len(pooled.names) * (len(fitted) - 1)
    return Stability(
        statistic=float(2 * gain),
        p_value=chi_square.upper_tail(2 * gain, degrees),
        cohorts=table,
    )


def _cohorts(customers: pd.DataFrame, period: str) -> pd.Series:
    """The first day of each customer's cohort, which has enough repeat buyers for a model."""
    joined = customers["first_purchase"].dt.to_period(period)
    repeat = (customers["frequency"] > 0).groupby(joined).sum().sort_index()
    first_of, open_since, found = {}, None, 0
    for start, buyers in repeat.items():
        open_since = start if open_since is None else open_since
        first_of[start], found = open_since, found + buyers
        if found >= FEWEST_REPEAT_BUYERS:
            open_since, found = None, 0
    if open_since is not None:  # the last ones are too few: they join those before them
        before = max((first for first in first_of.values() if first < open_since), default=None)
        first_of |= {
            p: before or open_since for p, first in first_of.items() if first == open_since
        }
    return joined.map(first_of).dt.to_timestamp()


def _fitted(family: type[PurchaseModel], customers: pd.DataFrame) -> PurchaseModel | None:
    """The cohort's own model, if there is one."""
    try:
        return family.fit(customers)
    except DidNotConverge:
        return None


def _row(
    cohort: pd.DataFrame, own: PurchaseModel | None, pooled: PurchaseModel
) -> dict[str, float]:
    """What a cohort is like, and how much better its own model knows it."""
    if own is None:
        unknown = dict.fromkeys(("log_likelihood", "gain", "newcomer_purchases"), np.nan)
        return {"customers": len(cohort), **unknown}
    likelihood = own.log_likelihood(cohort).sum()
    return {
        "customers": len(cohort),
        "log_likelihood": likelihood,
        "gain": likelihood - pooled.log_likelihood(cohort).sum(),
        "newcomer_purchases": own.expected_purchases_new_customer("1Y"),
    }
