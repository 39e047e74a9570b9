"""How long customers under contract stay, from how many were still there period after period.

Where a customer must renew or be gone, leaving is seen when it happens, and nothing need be
inferred from silence. A period is that of the contract: a month, a quarter, a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clv.customers.fitted import FittedModel
from clv.errors import BadParameter, TableBroken
from clv.models import sbg
from clv.models.discounting import force_of_interest
from clv.models.estimation import Array, MaximumLikelihood

Survivors = Sequence[float] | Sequence[Sequence[float]] | Array | pd.Series | pd.DataFrame


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeoModel(FittedModel):
    """Shifted-beta-geometric (Fader & Hardie 2007): each customer renews by a chance of their own.

    Those who are likely to leave do so first: the retention rate of a cohort rises although
    nobody's loyalty does.

    >>> regular = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
    >>> model = ShiftedBetaGeoModel.fit(regular, customers=1000)
    >>> round(model.alpha, 3), round(model.beta, 3)
    (0.704, 1.182)
    >>> model.survival([0, 1, 12]).round(3).to_dict()
    {0: 1.0, 1: 0.627, 12: 0.17}
    """

    alpha: float  # of leaving
    beta: float  # of staying
    estimation: MaximumLikelihood | None = field(default=None, repr=False, compare=False)

    kind: ClassVar[type] = sbg.ShiftedBetaGeometric

    def __post_init__(self) -> None:
        self.kind(self.alpha, self.beta)

    @classmethod
    def fit(cls, survivors: Survivors, customers: ArrayLike | None = None) -> Self:
        """Maximum likelihood; raises `DidNotConverge` rather than return a fit not to be used.

        Parameters
        ----------
        survivors
            How many of a cohort were still there after 0, 1, 2 … periods. Or those of several
            cohorts: a list for each, however long; a row for each of an array or of a DataFrame,
            NaN where its future begins.
        customers
            How many began, one number or one per cohort, where `survivors` are shares: a share
            says nothing of how sure it is. The shares may be of 1, of 100 or of whatever number
            stands first.

        """
        found = sbg.fit(list(_counts(survivors, customers)))
        return cls(**asdict(found.params), estimation=found)

    def survival(self, periods: ArrayLike) -> pd.Series:
        """Share of a cohort still there after so many periods, indexed by them."""
        return _by_period(sbg.survival(self.params, periods), periods, "survival")

    def retention(self, periods: ArrayLike) -> pd.Series:
        """Share of those there that stays at the end of period 1, 2 …, indexed by period."""
        return _by_period(sbg.retention(self.params, periods), periods, "retention")

    @property
    def expected_lifetime(self) -> float:
        """Mean number of periods that a new customer stays; infinite for alpha at most 1."""
        return sbg.expected_lifetime(self.params)

    def discounted_lifetime(
        self, *, periods_per_year: float, annual_discount_rate: float = 0.10
    ) -> float:
        """Present value of one unit of money in each period that a new customer stays.

        It is paid as a period begins, the first now.
        """
        force = force_of_interest(annual_discount_rate, periods_per_year)
        return float(sbg.discounted_lifetime(self.params, force_of_interest=force))

    def discounted_residual_lifetime(
        self, renewals: ArrayLike, *, periods_per_year: float, annual_discount_rate: float = 0.10
    ) -> pd.Series:
        """Present value of one unit of money at each renewal to come (the papers' DERL).

        Of customers who have renewed so many times, just before they decide on the next renewal;
        indexed by the number of renewals.
        """
        force = force_of_interest(annual_discount_rate, periods_per_year)
        worth = sbg.discounted_residual_lifetime(self.params, renewals, force_of_interest=force)
        each = _by_period(worth, renewals, "discounted_residual_lifetime")
        return each.rename_axis("renewals")


def _by_period(values: Array, periods: ArrayLike, name: str) -> pd.Series:
    index = pd.Index(np.atleast_1d(periods), name="period")
    return pd.Series(np.atleast_1d(values), index, name=name)


def _counts(survivors: Survivors, customers: ArrayLike | None) -> Array:
    """How many customers of each cohort were still there, shape (cohorts, periods), checked."""
    allowed = "numbers: how many were still there after 0, 1, 2 … periods"
    try:
        table = _table(survivors)
        values = table.to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise BadParameter.from_value("survivors", survivors, allowed) from None
    if not values.size:
        raise BadParameter.from_value("survivors", survivors, allowed)
    _check(values, table.index)
    if customers is None:
        return _checked_counts(values)
    began = np.asarray(customers, dtype=float)
    if began.shape not in ((), (len(values),)) or not (np.isfinite(began) & (began > 0)).all():
        allowed = f"a positive number, or one for each of {len(values)} cohorts"
        raise BadParameter.from_value("customers", customers, allowed)
    return values / values[:, :1] * np.broadcast_to(began, len(values))[:, None]


def _table(survivors: Survivors) -> pd.DataFrame:
    """The cohorts as a table with a row for each, NaN where its future begins."""
    if isinstance(survivors, pd.DataFrame):
        return survivors
    one = all(np.ndim(each) == 0 for each in survivors)
    cohorts = [survivors] if one else survivors
    return pd.DataFrame(zip_longest(*cohorts, fillvalue=np.nan)).T


def _check(values: Array, cohorts: pd.Index) -> None:
    """Refuse cohorts that cannot be, naming them."""
    gaps = np.diff(np.isfinite(values).astype(int)) > 0
    rules = {
        "a cohort begins with customers": (values[:, :1] > 0).any(axis=1),
        "numbers stand without gaps from period 0 on": ~gaps.any(axis=1),
        "nobody who has left comes back": ~(np.diff(values) > 0).any(axis=1),
        "numbers are 0 or more": ~(values < 0).any(axis=1),
    }
    for rule, kept in rules.items():
        if not kept.all():
            wrong = cohorts[~kept]
            raise TableBroken(
                f"The survivors break `{rule}` in {len(wrong):,} of {len(cohorts):,} cohorts "
                f"(first: {', '.join(map(str, wrong[:3]))}). Give how many were still there after "
                "0, 1, 2 … periods."
            )


def _checked_counts(values: Array) -> Array:
    """The values, if they look like customers who were counted."""
    numbers = values[np.isfinite(values)]
    if (numbers % 1).any() or numbers.max() <= 1:
        raise BadParameter(
            "`survivors` are shares, and a share says nothing of how sure it is: pass "
            "customers=, how many began, or give the numbers of customers."
        )
    return values
