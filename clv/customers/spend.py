"""What a purchase of each customer is worth: a customer table in, a Series out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from clv.customers.fitted import FittedModel
from clv.customers.histories import numbers
from clv.errors import BadParameter, ColumnsMissing, TableBroken, TooLittleToModel
from clv.models import gamma_gamma
from clv.models.estimation import MaximumLikelihood

BASES = {  # which purchases count: the column that holds their money
    "repeat": "monetary_value",
    "all": "total_spend",
}
FEWEST = 10  # repeat buyers; three parameters are not learned from a handful


@dataclass(frozen=True, slots=True)
class GammaGammaModel(FittedModel):
    """Gamma-Gamma (Fader, Hardie & Lee 2005): spend per purchase, whatever its frequency.

    `basis` says which purchases count. "repeat", as in the papers, leaves out the first: tables
    have the columns frequency and monetary_value, the mean spend per repeat purchase day, which is
    NaN where there is none, and those customers get the mean of the population. "all" counts every
    purchase day, and reads total_spend instead.

    >>> note = GammaGammaModel(p=6.25, q=3.74, v=15.44)
    >>> customers = pd.DataFrame({"frequency": [0, 7], "monetary_value": [np.nan, 73.74]})
    >>> note.expected_spend(customers).round(2).tolist()
    [35.22, 71.47]
    """

    p: float
    q: float
    v: float
    basis: str = "repeat"
    estimation: MaximumLikelihood | None = field(default=None, repr=False, compare=False)

    kind: ClassVar[type] = gamma_gamma.GammaGamma

    def __post_init__(self) -> None:
        self.kind(self.p, self.q, self.v)
        _known(self.basis)

    @classmethod
    def fit(cls, customers: pd.DataFrame, basis: str = "repeat") -> Self:
        """Maximum likelihood on the customers who have spent anything on purchases that count.

        Raises `DidNotConverge` rather than return a fit not to be used.
        """
        count, mean = spending_of(customers, basis).to_numpy().T
        paid = mean > 0
        repeat = np.count_nonzero(paid & (customers["frequency"].to_numpy() > 0))
        if repeat < FEWEST:
            raise TooLittleToModel(
                f"Only {repeat} customers have paid for a repeat purchase; a model of spend "
                f"needs {FEWEST} or more. Take a longer history."
            )
        found = gamma_gamma.fit(count[paid], mean[paid])
        return cls(**asdict(found.params), basis=basis, estimation=found)

    @property
    def population_mean(self) -> float:
        """Mean spend per purchase of a customer nothing is known of."""
        return float(gamma_gamma.expected_spend(self.params, 0, np.nan)[0])

    def counted(self, frequency: np.ndarray | pd.Series) -> np.ndarray | pd.Series:
        """How many of the purchases of customers with these repeat purchases count."""
        return frequency if self.basis == "repeat" else frequency + 1

    def log_likelihood(self, customers: pd.DataFrame) -> pd.Series:
        """Log-likelihood of each customer's mean spend; 0 without a purchase that counts."""
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
        return gamma_gamma.draw_factors(self.params, self.counted(frequency), purchases, rng)

    def _each(self, customers: pd.DataFrame, quantity: Callable[..., np.ndarray]) -> pd.Series:
        """A quantity of every customer, under its own name."""
        spending = spending_of(customers, self.basis)
        values = quantity(self.params, spending["count"].to_numpy(), spending["mean"].to_numpy())
        return pd.Series(values, customers.index, name=quantity.__name__)


def _known(basis: str) -> str:
    """The basis itself, if it is one."""
    if basis not in BASES:
        raise BadParameter.from_value("basis", basis, f"one of {list(BASES)}")
    return basis


def spending_of(customers: pd.DataFrame, basis: str) -> pd.DataFrame:
    """How many purchases of each customer count, and their mean; checked at the door.

    Returns
    -------
    DataFrame as the customers are indexed: `count`, and `mean`, NaN where nothing counts.

    """
    column = BASES[_known(basis)]
    missing = [name for name in ("frequency", column) if name not in customers.columns]
    if missing:
        raise ColumnsMissing.from_table("The customer table", missing, list(customers.columns))
    frequency, money = numbers(customers, "frequency"), numbers(customers, column)
    count, mean = (
        (frequency, np.where(frequency > 0, money, np.nan)) if basis == "repeat"
        else (frequency + 1, money / (frequency + 1))
    )  # fmt: skip
    counts = count > 0
    wrong = customers.index[counts & ~((money >= 0) & np.isfinite(money))]
    if len(wrong):
        rows = "rows with a repeat purchase" if basis == "repeat" else "rows"
        first = ", ".join(map(str, wrong[:3]))
        raise TableBroken(
            f"The customer table breaks `{column} >= 0` in {len(wrong):,} of {counts.sum():,} "
            f"{rows} (first: {first}). Set refunds aside before summarising."
        )
    return pd.DataFrame({"count": count, "mean": mean}, customers.index)
