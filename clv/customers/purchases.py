"""How many purchases to expect of each customer: a customer table in, a Series out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from types import ModuleType
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from clv.customers.covariates import NEWCOMER, effect, named, of_newcomer, side_by_side
from clv.customers.fitted import FittedModel
from clv.customers.histories import HISTORY, Histories
from clv.errors import BadParameter, ColumnsMissing, UnitUnknown, listed
from clv.models import bgnbd, mbgnbd, pareto_nbd
from clv.models.discounting import force_of_interest
from clv.models.estimation import MaximumLikelihood
from clv.tables.periods import horizon_periods, known_unit, periods_per_year, unit_of

Customers = pd.DataFrame | Histories


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseModel(FittedModel):
    """What BG/NBD, MBG/NBD and Pareto/NBD can say of a customer table.

    Tables have the columns frequency, recency and T, in periods of the model's unit, and those that
    the model's coefficients weigh; a horizon is "39W", "12M", "365D", "2Y" or an end date, counted
    from the table's `attrs["as_of"]`. Who asks more than one question of a large table computes
    its `histories` once and passes them in its place.
    """

    unit: str | None = None  # "D" or "W"; None takes the table's
    # Column: how a customer's purchase rate answers to it; rate · exp(coefficient · column).
    coefficients: Mapping[str, float] = field(default_factory=dict, hash=False)
    estimation: MaximumLikelihood | None = field(default=None, repr=False, compare=False)

    mathematics: ClassVar[ModuleType]
    takes_covariates: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self.kind(*(getattr(self, name) for name in self._letters))
        self._names(list(self.coefficients))
        if self.unit is not None:
            known_unit(self.unit)

    @classmethod
    def fit(
        cls,
        customers: pd.DataFrame,
        unit: str | None = None,
        covariates: Sequence[str] | None = None,
    ) -> Self:
        """Maximum likelihood; raises `DidNotConverge` rather than return a fit not to be used.

        Parameters
        ----------
        customers : DataFrame
            As `clv.customer_summary` returns it.
        unit : {"D", "W"}, optional
            Of the table's recency and T, where its `attrs["unit"]` does not say it.
        covariates : list of str, optional
            Numeric or boolean columns, known when a customer joined, that the purchase rate may
            depend on. Every later table needs them too.

        """
        unit, names = unit_of(customers, unit), cls._names(covariates)
        histories = Histories.of(customers, names)
        counts, columns = histories.customers, histories.covariates
        weighed = {"covariates": side_by_side(columns, counts)} if names else {}
        found = cls.mathematics.fit(*histories.columns, counts, **weighed)
        coefficients = dict(zip(names, found.coefficients, strict=True))
        return cls(**asdict(found.params), unit=unit, coefficients=coefficients, estimation=found)

    @property
    def own_unit(self) -> str:
        """The unit of time of the parameters, for what is asked without a table."""
        if self.unit is None:
            raise UnitUnknown(
                "The model does not say what unit of time it counts in; pass unit='D' or unit='W' "
                "where its parameters are given."
            )
        return self.unit

    def histories(self, customers: Customers) -> Histories:
        """The distinct histories of a table, to be asked about as often as one likes."""
        unit_of(customers, self.unit)
        if not isinstance(customers, Histories):
            return Histories.of(customers, list(self.coefficients))
        missing = self.coefficients.keys() - customers.covariates.keys()
        if missing:
            raise ColumnsMissing(
                f"These histories were read without {listed(sorted(missing))}, which the model "
                "weighs: take those of its own `histories(customers)`."
            )
        return customers

    def params_of(self, histories: Histories) -> Any:  # noqa: ANN401 -- each model's own dataclass
        """The parameters, as arrays of one for each history where covariates make them differ."""
        return self._params_with(histories.covariates, histories.index, histories.which)

    def log_likelihood(self, customers: Customers) -> pd.Series:
        """Log-likelihood of each customer's history."""
        return self._each(self.histories(customers), "log_likelihood")

    def p_alive(self, customers: Customers, horizon: str | None = None) -> pd.Series:
        """Probability that each is still a customer: now, or when the horizon ends."""
        histories = self.histories(customers)
        periods = 0.0 if horizon is None else self._periods(histories, horizon)
        return self._each(histories, "p_alive", horizon=periods)

    def p_purchase(self, customers: Customers, horizon: str) -> pd.Series:
        """Probability of at least one purchase within the horizon."""
        histories = self.histories(customers)
        return self._each(histories, "p_purchase", horizon=self._periods(histories, horizon))

    def expected_purchases(self, customers: Customers, horizon: str) -> pd.Series:
        """Purchases to expect of each customer within the horizon."""
        histories = self.histories(customers)
        periods = self._periods(histories, horizon)
        return self._each(histories, "expected_purchases", horizon=periods)

    def discounted_purchases(
        self,
        customers: Customers,
        horizon: str | None = None,
        annual_discount_rate: float = 0.10,
    ) -> pd.Series:
        """Present value of one unit of money for each purchase within the horizon.

        Without a horizon: over the whole residual lifetime (the papers' DERT).
        """
        histories = self.histories(customers)
        return self._each(
            histories,
            "discounted_purchases",
            horizon=np.inf if horizon is None else self._periods(histories, horizon),
            force_of_interest=force_of_interest(
                annual_discount_rate, periods_per_year(unit_of(histories, self.unit))
            ),
        )

    def purchase_count_distribution(
        self, customers: Customers, horizon: str, most: int = 10
    ) -> pd.DataFrame:
        """Probabilities of 0, 1, ... `most` purchases within the horizon, a column each."""
        if not (isinstance(most, int | np.integer) and most >= 0):
            raise BadParameter.from_value("most", most, "a whole number from 0")
        histories = self.histories(customers)
        periods = self._periods(histories, horizon)
        return self._each(histories, "purchase_count_distribution", horizon=periods, most=most)

    def expected_purchases_new_customer(
        self,
        horizon: str,
        *,
        as_of: str | date | None = None,
        covariates: Mapping[str, float] | None = None,
    ) -> float:
        """Repeat purchases to expect within the horizon of a first purchase on `as_of`.

        The day matters only where the horizon is an end date; `covariates`, a value for each
        column, only where the model has coefficients.
        """
        periods = horizon_periods(horizon, self.own_unit, as_of)
        return float(self.expected_after(periods, covariates))

    def expected_after(
        self, periods: np.ndarray | float, covariates: Mapping[str, float] | None = None
    ) -> np.ndarray:
        """Repeat purchases to expect of new customers by each age, in periods; any shape."""
        params = self._params_of_newcomer(covariates)
        return self.mathematics.expected_purchases_new_customer(params, periods)

    def count_distribution_after(
        self, periods: np.ndarray, most: int, covariates: Mapping[str, float] | None = None
    ) -> np.ndarray:
        """Probabilities of 0, 1, ... `most` repeat purchases of new customers by each age.

        `periods` has shape (k,), the result (k, most + 1).
        """
        params = self._params_of_newcomer(covariates)
        return self.mathematics.purchase_count_distribution(params, 0, 0, 0, periods, most=most)

    def simulate(self, customers: Customers, horizon: str, rng: np.random.Generator) -> pd.Series:
        """One possible future: the number of purchases of each customer within the horizon."""
        histories = self.histories(customers)
        counts = self.draws(histories, horizon, 1, rng)[:, 0]
        return pd.Series(counts, histories.index, name="purchases")

    def draws(
        self, customers: Customers, horizon: str, draws: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Several possible futures, shape (customers, draws), independent of one another.

        Drawn history by history, so that the order of rows decides no total.
        """
        histories = self.histories(customers)
        periods = self._periods(histories, horizon)
        order = np.argsort(histories.which, kind="stable")
        ordered = histories.distinct(histories.which[order])
        futures = np.empty((len(order), draws), dtype=np.int64)
        futures[order] = self.mathematics.draw_purchases(
            self.params_of(ordered), *ordered.columns, periods, draws=draws, rng=rng
        )
        return futures

    @classmethod
    def _names(cls, covariates: Sequence[str] | None) -> tuple[str, ...]:
        """The columns that the model is to weigh, if it can weigh any."""
        names = named(covariates, taken=[*HISTORY, *(each.name for each in fields(cls.kind))])
        if names and not cls.takes_covariates:
            raise BadParameter(
                f"{cls.__name__} takes no covariates (got {listed(names)}): leave them out, or "
                "fit BetaGeoModel or ModifiedBetaGeoModel."
            )
        return names

    def _params_of_newcomer(self, covariates: Mapping[str, float] | None) -> Any:  # noqa: ANN401
        """The parameters of a customer of whom nothing but the covariates is known."""
        told = of_newcomer(covariates, list(self.coefficients))
        return self._params_with(told, NEWCOMER, np.zeros(1, dtype=np.int64))

    def _params_with(self, covariates: Mapping[str, Any], *whose: Any) -> Any:  # noqa: ANN401
        """The parameters with these covariates; `whose` they are is told as `effect` takes it."""
        if not self.coefficients:
            return self.params
        moved = effect(self.coefficients, covariates, *whose)
        return replace(self.params, alpha=self.alpha * np.exp(-moved))

    def _periods(self, customers: Customers, horizon: str) -> float:
        """The horizon in periods of the model's unit."""
        unit = unit_of(customers, self.unit)
        return horizon_periods(horizon, unit, customers.attrs.get("as_of"))

    def _each(self, histories: Histories, quantity: str, **options: float) -> Any:  # noqa: ANN401
        """A quantity of the mathematics for every customer, under its own name."""
        function = getattr(self.mathematics, quantity)
        values = function(self.params_of(histories), *histories.columns, **options)
        return histories.spread(values, quantity)


@dataclass(frozen=True, slots=True)
class BetaGeoModel(PurchaseModel):
    """BG/NBD (Fader, Hardie & Lee 2005): a chance to leave after every repeat purchase.

    >>> paper = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    >>> round(paper.expected_purchases_new_customer("52W"), 4)
    1.4461
    """

    r: float
    alpha: float
    a: float
    b: float

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

    r: float
    alpha: float
    a: float
    b: float

    kind: ClassVar[type] = mbgnbd.MbgNbd
    mathematics: ClassVar[ModuleType] = mbgnbd


@dataclass(frozen=True, slots=True)
class ParetoNBDModel(PurchaseModel):
    """Pareto/NBD (Schmittlein, Morrison & Colombo 1987): leaves at any moment, unseen.

    >>> known = ParetoNBDModel(r=0.553, alpha=10.578, s=0.606, beta=11.669, unit="W")
    >>> round(known.expected_purchases_new_customer("52W"), 3)
    1.473
    """

    r: float
    alpha: float
    s: float
    beta: float

    kind: ClassVar[type] = pareto_nbd.ParetoNbd
    mathematics: ClassVar[ModuleType] = pareto_nbd
    takes_covariates: ClassVar[bool] = False
