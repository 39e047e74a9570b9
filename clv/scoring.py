"""The whole table of a customer: summarised, valued, segmented, staged.

It stands on the floors of the customers and of the stages, and is what every report is told from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from clv.customers import choice
from clv.customers.minimum import enough_to_model
from clv.customers.purchases import PurchaseModel
from clv.customers.rfm import rfm
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers
from clv.errors import DidNotConverge, TooLittleToModel
from clv.stages.lifecycle import lifecycle
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

STAGE_COLUMNS = ["stage", "reason", "evidence", "since_last"]

CUSTOMERS, COMPARISON = "customers.parquet", "comparison.parquet"
PURCHASES, SPEND, FACTS = "purchases.json", "spend.json", "scored.json"


@dataclass(frozen=True, slots=True)
class Scored:
    """One row per customer, and the models behind it.

    `customers` holds the columns of `customer_summary`, of `rfm`, the stage with its reason and
    evidence and, where models could be fitted, those of `value_customers`; it is indexed by
    customer_id. Where they could not, both models are None and `reason` says why.
    """

    customers: pd.DataFrame
    purchases: PurchaseModel | None
    spend: GammaGammaModel | None
    comparison: pd.DataFrame | None
    reason: str

    @property
    def model(self) -> dict[str, str]:
        """What `last_run.json` says of the models."""
        if self.purchases is None:
            return {"state": "skipped", "reason": self.reason}
        return {
            "state": "fitted",
            "purchases": choice.name_of(self.purchases),
            "spend": "gamma_gamma",
            "reason": self.reason,
        }

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
    )


def score(
    transactions: Transactions,
    *,
    as_of: str | date | None = None,
    unit: str = "W",
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    model: str = "auto",
) -> Scored:
    """Everything that can be said of each customer on a day.

    Too little data for a model, or a fit that must not be used, leaves out the values, never the
    segments and the stages.
    """
    customers = rfm(customer_summary(transactions, as_of, unit=unit))
    stages = lifecycle(transactions, as_of=as_of).stages()
    customers = customers.assign(**stages[STAGE_COLUMNS])
    try:
        enough_to_model(customers)
        comparison = choice.compare_models(transactions, as_of, unit=unit)
        purchases = choice.fit(customers, comparison, model)
        spend = GammaGammaModel.fit(customers)
    except (TooLittleToModel, DidNotConverge) as refused:
        return Scored(customers, None, None, None, str(refused))
    valued = value_customers(
        customers,
        purchases,
        spend,
        horizon=horizon,
        annual_discount_rate=annual_discount_rate,
        interval=interval,
    )
    return Scored(valued, purchases, spend, comparison, choice.chosen(comparison, model).reason)
