"""What a purchase of each customer is worth: a customer table in, a Series out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from clv.customers.fitted import FittedModel
from clv.errors import ColumnsMissing, TableBroken, TooLittleToModel
from clv.models import gamma_gamma
from clv.models.estimation import MaximumLikelihood

MONEY = ["frequency", "monetary_value"]
FEWEST = 10  # repeat buyers; three parameters are not learned from a handful


@dataclass(frozen=True, slots=True)
class GammaGammaModel(FittedModel):
    """Gamma-Gamma (Fader, Hardie & Lee 2005): spend per purchase, whatever its frequency.

    Tables have the columns frequency and monetary_value, the mean spend per repeat purchase day,
    which is NaN where there is none: those customers get the mean of the population.

    >>> note = GammaGammaModel(p=6.25, q=3.74, v=15.44)
    >>> customers = pd.DataFrame({"frequency": [0, 7], "monetary_value": [np.nan, 73.74]})
    >>> note.expected_spend(customers).round(2).tolist()
    [35.22, 71.47]
    """

    p: float
    q: float
    v: float
    estimation: MaximumLikelihood | None = field(default=None, repr=False, compare=False)

    kind: ClassVar[type] = gamma_gamma.GammaGamma

    def __post_init__(self) -> None:
        self.kind(self.p, self.q, self.v)

    @classmethod
    def fit(cls, customers: pd.DataFrame) -> Self:
        """Maximum likelihood on the repeat buyers who have spent anything, as in the papers.

        Raises `DidNotConverge` rather than return a fit not to be used.
        """
        spending = _spending(customers)
        spending = spending[spending["monetary_value"] > 0]
        if len(spending) < FEWEST:
            raise TooLittleToModel(
                f"Only {len(spending)} customers have paid for a repeat purchase; a model of spend "
                f"needs {FEWEST} or more. Take a longer history."
            )
        found = gamma_gamma.fit(spending["frequency"], spending["monetary_value"])
        return cls(**asdict(found.params), estimation=found)

    @property
    def population_mean(self) -> float:
        """Mean spend per purchase of a customer nothing is known of."""
        return float(gamma_gamma.expected_spend(self.params, 0, np.nan)[0])

    def log_likelihood(self, customers: pd.DataFrame) -> pd.Series:
        """Log-likelihood of each customer's mean spend; 0 without a repeat purchase."""
        return self._each(customers, gamma_gamma.log_likelihood)

    def expected_spend(self, customers: pd.DataFrame) -> pd.Series:
        """Mean spend per purchase to expect of each customer."""
        return self._each(customers, gamma_gamma.expected_spend)

    def scale(self, customers: pd.DataFrame) -> pd.Series:
        """What money of each customer is proportional to: v + x·m. See `draw_factors`."""
        return self._each(customers, gamma_gamma.spend_scale)

    def draw_factors(
        self, frequency: np.ndarray, purchases: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Possible money of `purchases` to come, per unit of `scale`, shape as broadcast."""
        return gamma_gamma.draw_factors(self.params, frequency, purchases, rng)

    def _each(self, customers: pd.DataFrame, quantity: Callable[..., np.ndarray]) -> pd.Series:
        """A quantity of every customer, under its own name."""
        _spending(customers)
        values = quantity(self.params, *(customers[name].to_numpy(float) for name in MONEY))
        return pd.Series(values, customers.index, name=quantity.__name__)


def _spending(customers: pd.DataFrame) -> pd.DataFrame:
    """The repeat buyers and their mean spend, checked at the door."""
    missing = [name for name in MONEY if name not in customers.columns]
    if missing:
        raise ColumnsMissing.from_table("The customer table", missing, list(customers.columns))
    spending = customers.loc[customers["frequency"] > 0, MONEY].astype(float)
    money = spending["monetary_value"]
    wrong = spending.index[~((money >= 0) & np.isfinite(money))]
    if len(wrong):
        first = ", ".join(map(str, wrong[:3]))
        raise TableBroken(
            f"The customer table breaks `monetary_value >= 0` in {len(wrong):,} of "
            f"{len(spending):,} rows with a repeat purchase (first: {first}). Set refunds aside "
            "before summarising."
        )
    return spending
