"""How many purchases to expect of each customer: a customer table in, a Series out.

A base has far fewer histories than customers: everything is computed once for each distinct
(frequency, recency, T) and joined back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from types import ModuleType
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from clv.customers.fitted import FittedModel
from clv.errors import ColumnsMissing, TableBroken
from clv.models import bgnbd, mbgnbd
from clv.models.discounting import force_of_interest
from clv.models.estimation import MaximumLikelihood
from clv.tables.periods import as_date, horizon_periods, known_unit, periods_per_year, unit_of

HISTORY = ["frequency", "recency", "T"]


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The distinct histories of a customer table, and whose they are."""

    columns: tuple[np.ndarray, np.ndarray, np.ndarray]  # frequency, recency, T; each (k,), sorted
    customers: np.ndarray  # shape (k,): how many customers share the history
    which: np.ndarray  # shape (n,): each customer's history

    @classmethod
    def of(cls, customers: pd.DataFrame) -> Histories:
        """The histories of a table, checked at the door."""
        missing = [name for name in HISTORY if name not in customers.columns]
        if missing:
            raise ColumnsMissing.from_table("The customer table", missing, list(customers.columns))
        key, values = np.zeros(len(customers), dtype=np.int64), []
        for name in HISTORY:
            column = customers[name].to_numpy(float, na_value=np.nan)
            code, distinct = pd.factorize(column, sort=True, use_na_sentinel=False)
            key = key * len(distinct) + code
            values.append(distinct)
        which, keys = pd.factorize(key, sort=True)
        codes = np.unravel_index(keys, [max(len(distinct), 1) for distinct in values])
        columns = tuple(value[code] for value, code in zip(values, codes, strict=True))
        histories = cls(columns, np.bincount(which, minlength=len(keys)), which)
        histories.check(customers.index)
        return histories

    def check(self, names: pd.Index) -> None:
        """Refuse histories that no customer can have, naming whose they are."""
        frequency, recency, T = self.columns
        rules = {
            "frequency is a whole number, 0 or more": (frequency >= 0) & (frequency % 1 == 0),
            "0 <= recency <= T": (recency >= 0) & (recency <= T) & np.isfinite(T),
            "recency is 0 exactly where frequency is": (recency == 0) == (frequency == 0),
        }
        for rule, kept in rules.items():
            if not kept.all():
                wrong = names[~kept[self.which]]
                raise TableBroken(
                    f"The customer table breaks `{rule}` in {len(wrong):,} of {len(names):,} rows "
                    f"(first: {', '.join(map(str, wrong[:3]))}). `clv.customer_summary` makes a "
                    "table that holds to it."
                )


@dataclass(frozen=True, slots=True)
class PurchaseModel(FittedModel):
    """What BG/NBD and MBG/NBD can say of a customer table.

    Tables have the columns frequency, recency and T, in periods of the model's unit; a horizon is
    "39W", "12M", "365D", "2Y" or an end date, counted from the table's `attrs["as_of"]`.
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: str | None = None  # "D" or "W"; None takes the table's
    estimation: MaximumLikelihood | None = field(default=None, repr=False, compare=False)

    mathematics: ClassVar[ModuleType]

    def __post_init__(self) -> None:
        self.kind(self.r, self.alpha, self.a, self.b)
        if self.unit is not None:
            known_unit(self.unit)

    @classmethod
    def fit(cls, customers: pd.DataFrame, unit: str | None = None) -> Self:
        """Maximum likelihood; raises `DidNotConverge` rather than return a fit not to be used."""
        unit = unit_of(customers, unit)
        histories = Histories.of(customers)
        found = cls.mathematics.fit(*histories.columns, histories.customers)
        return cls(**asdict(found.params), unit=unit, estimation=found)

    def log_likelihood(self, customers: pd.DataFrame) -> pd.Series:
        """Log-likelihood of each customer's history."""
        return self._each(customers, self.mathematics.log_likelihood)

    def p_alive(self, customers: pd.DataFrame) -> pd.Series:
        """Probability that each is still a customer."""
        return self._each(customers, self.mathematics.p_alive)

    def p_purchase(self, customers: pd.DataFrame, horizon: str) -> pd.Series:
        """Probability of at least one purchase within the horizon."""
        periods = self._periods(customers, horizon)
        return self._each(customers, self.mathematics.p_purchase, horizon=periods)

    def expected_purchases(self, customers: pd.DataFrame, horizon: str) -> pd.Series:
        """Purchases to expect of each customer within the horizon."""
        periods = self._periods(customers, horizon)
        return self._each(customers, self.mathematics.expected_purchases, horizon=periods)

    def discounted_purchases(
        self, customers: pd.DataFrame, horizon: str, annual_discount_rate: float = 0.10
    ) -> pd.Series:
        """Present value of one unit of money for each purchase within the horizon."""
        unit, periods = unit_of(customers, self.unit), self._periods(customers, horizon)
        force = force_of_interest(annual_discount_rate, periods_per_year(unit))
        worth = self.mathematics.discounted_purchases
        return self._each(customers, worth, horizon=periods, force_of_interest=force)

    def purchase_count_distribution(
        self, customers: pd.DataFrame, horizon: str, most: int = 10
    ) -> pd.DataFrame:
        """Probabilities of 0, 1, ... `most` purchases within the horizon, a column each."""
        histories, periods = Histories.of(customers), self._periods(customers, horizon)
        distribution = self.mathematics.purchase_count_distribution(
            self.params, *histories.columns, periods, most=most
        )
        return pd.DataFrame(distribution[histories.which], customers.index)

    def expected_purchases_new_customer(
        self, horizon: str, *, as_of: str | date | None = None
    ) -> float:
        """Repeat purchases to expect within the horizon of a first purchase on `as_of`.

        The day matters only where the horizon is an end date.
        """
        newcomer = pd.DataFrame()
        newcomer.attrs["as_of"] = as_of
        periods = self._periods(newcomer, horizon)
        return float(self.expected_after(periods))

    def expected_after(self, periods: np.ndarray) -> np.ndarray:
        """Repeat purchases to expect of new customers by each age, in periods; any shape."""
        return self.mathematics.expected_purchases_new_customer(self.params, periods)

    def count_distribution_after(self, periods: np.ndarray, most: int) -> np.ndarray:
        """Probabilities of 0, 1, ... `most` repeat purchases of new customers by each age.

        `periods` has shape (k,), the result (k, most + 1).
        """
        distribution = self.mathematics.purchase_count_distribution
        return distribution(self.params, 0, 0, 0, periods, most=most)

    def simulate(
        self, customers: pd.DataFrame, horizon: str, rng: np.random.Generator
    ) -> pd.Series:
        """One possible future: the number of purchases of each customer within the horizon."""
        counts = self.draws(customers, horizon, 1, rng)[:, 0]
        return pd.Series(counts, customers.index, name="purchases")

    def draws(
        self, customers: pd.DataFrame, horizon: str, draws: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Several possible futures, shape (customers, draws), independent of one another."""
        periods, histories = self._periods(customers, horizon), Histories.of(customers)
        history = (column[histories.which] for column in histories.columns)
        return self.mathematics.draw_purchases(self.params, *history, periods, draws=draws, rng=rng)

    def _periods(self, customers: pd.DataFrame, horizon: str) -> float:
        """The horizon in periods of the model's unit."""
        as_of = customers.attrs.get("as_of")
        unit = unit_of(customers, self.unit)
        return horizon_periods(horizon, unit, None if as_of is None else as_date(as_of))

    def _each(
        self, customers: pd.DataFrame, quantity: Callable[..., np.ndarray], **options: float
    ) -> pd.Series:
        """A quantity of every customer, under its own name."""
        unit_of(customers, self.unit)
        histories = Histories.of(customers)
        values = quantity(self.params, *histories.columns, **options)
        return pd.Series(values[histories.which], customers.index, name=quantity.__name__)


@dataclass(frozen=True, slots=True)
class BetaGeoModel(PurchaseModel):
    """BG/NBD (Fader, Hardie & Lee 2005): a chance to leave after every repeat purchase.

    >>> paper = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    >>> round(paper.expected_purchases_new_customer("52W"), 4)
    1.4461
    """

    kind: ClassVar[type] = bgnbd.BgNbd
    mathematics: ClassVar[ModuleType] = bgnbd


@dataclass(frozen=True, slots=True)
class ModifiedBetaGeoModel(PurchaseModel):
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007): also after the first purchase.

    >>> known = ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> customers = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [39.0]}, index=["Ada"])
    >>> customers.attrs["unit"] = "W"
    >>> known.p_alive(customers).round(4).to_dict()
    {'Ada': 0.3893}
    """

    kind: ClassVar[type] = mbgnbd.MbgNbd
    mathematics: ClassVar[ModuleType] = mbgnbd
