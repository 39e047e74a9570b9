"""The whole table of a customer: summarised, valued, segmented, staged.

It stands on the floors of the customers and of the stages, and is what every report is told from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import pandas as pd

from clv.customers import choice
from clv.customers.choice import Choice
from clv.customers.minimum import enough_to_model
from clv.customers.purchases import PurchaseModel
from clv.customers.rfm import Cutoffs, rfm, rfm_cutoffs
from clv.customers.rolling import rolling_origins
from clv.customers.spend import BASES, GammaGammaModel
from clv.customers.spend_basis import choose_basis
from clv.customers.value import value_customers
from clv.errors import DidNotConverge, TooLittleToModel
from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.stages.thresholds import Thresholds
from clv.tables.optional.facts import Facts
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

STAGE_COLUMNS = ["stage", "reason", "evidence", "since_last"]
FRAMEWORK_COLUMNS = ["framework_stage", "badge"]

NAMED = "named in the study"
CUSTOMERS, COMPARISON, ROLLING = "customers.parquet", "comparison.parquet", "rolling.parquet"
PURCHASES, SPEND, FACTS = "purchases.json", "spend.json", "scored.json"

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class Scored:
    """One row per customer, and the models behind it.

    `customers` holds the columns of `customer_summary`, of `rfm`, the stage with its reason,
    evidence and name in the framework and, where models could be fitted, those of
    `value_customers`; it is indexed by customer_id. `rolling` is the table of `rolling_origins`, by
    whose errors totals are widened. `life` and `cutoffs` are what stages and segments come from;
    `read` does not give them back. Where no models could be fitted, all that rests on them is None
    and `reason` says why.
    """

    customers: pd.DataFrame
    purchases: PurchaseModel | None
    spend: GammaGammaModel | None
    comparison: pd.DataFrame | None
    reason: str  # of the model of purchases
    spend_reason: str = ""  # of the purchases that the model of spend counts
    rolling: pd.DataFrame | None = None
    life: Lifecycle | None = None  # None where there are no transactions
    cutoffs: Cutoffs | None = None  # by which the customers were segmented

    @property
    def model(self) -> dict[str, str]:
        """What `last_run.json` says of the models."""
        if self.purchases is None:
            return {"state": "skipped", "reason": self.reason}
        return {
            "state": "fitted",
            "purchases": choice.name_of(self.purchases),
            "spend": "gamma_gamma",
            "spend_basis": self.spend.basis,
            "reason": self.reason,
            "spend_reason": self.spend_reason,
        }

    @property
    def models(self) -> tuple[PurchaseModel, GammaGammaModel]:
        """The model of purchases and that of spend; raises the reason where there are none."""
        if self.purchases is None:
            raise TooLittleToModel(self.reason)
        return self.purchases, self.spend

    def save(self, folder: str | Path) -> None:
        """Write the table and the models so that `read(folder)` gives them back."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.customers.to_parquet(folder / CUSTOMERS)
        facts = {"model": self.model, "attrs": self.customers.attrs}
        (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        if self.purchases is not None:
            self.purchases.to_json(folder / PURCHASES)
            self.spend.to_json(folder / SPEND)
            self.comparison.to_parquet(folder / COMPARISON)
            self.rolling.to_parquet(folder / ROLLING)


def read(folder: str | Path) -> Scored:
    """What `Scored.save` has written."""
    folder = Path(folder)
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    customers = pd.read_parquet(folder / CUSTOMERS)
    customers.attrs = facts["attrs"]
    model = facts["model"]
    if model["state"] == "skipped":
        return Scored(customers, None, None, None, model["reason"])
    return Scored(
        customers=customers,
        purchases=choice.family(model["purchases"]).from_json(folder / PURCHASES),
        spend=GammaGammaModel.from_json(folder / SPEND),
        comparison=pd.read_parquet(folder / COMPARISON),
        reason=model["reason"],
        spend_reason=model["spend_reason"],
        rolling=pd.read_parquet(folder / ROLLING),
    )


def score(  # noqa: PLR0913 -- a keyword for each word of a study
    transactions: Transactions,
    *,
    as_of: str | date | None = None,
    unit: str = "W",
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    model: str = "auto",
    spend_basis: str = "auto",
    margin: float | str | None = None,
    tables: Mapping[str, Facts] | None = None,
    sector: str | None = None,
    settings: Mapping[str, object] | None = None,
    framework: str | Path | None = "crm",
    thresholds: Thresholds | str | Path | None = None,
    rfm_method: str = "quantile",
    cutoffs: Cutoffs | None = None,
) -> Scored:
    """Everything that can be said of each customer on a day.

    `tables`, `sector`, `settings`, `framework` and `thresholds` are those of `clv.lifecycle`;
    customers are segmented by `cutoffs` or, without them, by new ones of the `rfm_method`.
    Too little data for a model, or a fit that must not be used, leaves out the values, never the
    segments and the stages. What was chosen ("auto") but cannot be fitted on all customers gives
    way to the next best; what was named does not.
    """
    customers = customer_summary(transactions, as_of, unit=unit)
    cutoffs = cutoffs or rfm_cutoffs(customers, method=rfm_method)
    customers = rfm(customers, cutoffs)
    staged = {"sector": sector, "settings": settings, "framework": framework}
    life = lifecycle(transactions, as_of=as_of, tables=tables, thresholds=thresholds, **staged)
    stages = life.stages()
    named = [] if life.framework is None else FRAMEWORK_COLUMNS
    customers = customers.assign(**stages[STAGE_COLUMNS + named])
    try:
        enough_to_model(customers)
        comparison = choice.compare_models(transactions, as_of, unit=unit)
        wanted = _models(comparison, model)
        purchases, reason = _fitted(wanted, lambda name: choice.family(name).fit(customers))
        wanted = _bases(transactions, as_of, unit, spend_basis)
        spend, why = _fitted(wanted, lambda basis: GammaGammaModel.fit(customers, basis))
    except (TooLittleToModel, DidNotConverge) as refused:
        return Scored(customers, None, None, None, str(refused), life=life, cutoffs=cutoffs)
    terms = {"horizon": horizon, "interval": interval}
    how = {"annual_discount_rate": annual_discount_rate, "margin": margin}
    valued = value_customers(customers, purchases, spend, **terms, **how)
    used = {"spend_basis": spend.basis, "as_of": as_of, "unit": unit}
    rolling = rolling_origins(transactions, choice.name_of(purchases), **used, **terms)
    return Scored(valued, purchases, spend, comparison, reason, why, rolling, life, cutoffs)


def _models(comparison: pd.DataFrame, model: str) -> list[Choice]:
    """The model of purchases to use and, unless it was named, the others, the best first."""
    first = choice.chosen(comparison, model)
    if model != "auto":
        return [first]
    scores = comparison.loc[comparison.index.isin(choice.MODELS), "choosing_score"]
    others = scores.drop(index=first.name).sort_values(ascending=False).index
    return [first, *(Choice(name, "the next best over the earlier origins") for name in others)]


def _bases(
    transactions: Transactions, as_of: str | date | None, unit: str, spend_basis: str
) -> list[Choice]:
    """The basis of spend to use and, unless it was named, the other."""
    if spend_basis != "auto":
        return [Choice(spend_basis, NAMED)]
    best = choose_basis(transactions, as_of, unit=unit)
    others = [Choice(basis, "the only other basis") for basis in BASES if basis != best.name]
    return [Choice(best.name, best.reason), *others]


def _fitted(wanted: list[Choice], fit: Callable[[str], Model]) -> tuple[Model, str]:
    """The first that can be fitted, and the reason in words; raises if none can."""
    refused: list[DidNotConverge] = []
    for each in wanted:
        try:
            found = fit(each.name)
        except DidNotConverge as fault:
            refused.append(fault)
            continue
        if not refused:
            return found, each.reason
        return found, f"{each.reason}: {wanted[0].name} cannot be fitted on all customers"
    raise refused[0]
