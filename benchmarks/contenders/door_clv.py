"""The door of the package: raw Parquet, cleaned, to a summary, and to a scored table."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

import clv
from benchmarks.contenders import ANNUAL_DISCOUNT_RATE, DAYS_A_MONTH, MONTHS
from clv.customers.purchases import BetaGeoModel
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers
from clv.runs import orders, preparation, results

HORIZON = f"{MONTHS * DAYS_A_MONTH}D"


def summary(path: Path) -> dict[str, float]:
    """Rows of a file, every one of them judged, to the customer summary in days."""
    return _facts(clv.customer_summary(clv.load(path), unit="D"))


def scored(path: Path) -> dict[str, float]:
    """The same, both models fitted, P(alive), expected purchases, expected spend and CLV."""
    customers = clv.customer_summary(clv.load(path), unit="D")
    purchases, spend = BetaGeoModel.fit(customers), GammaGammaModel.fit(customers)
    terms = {"horizon": HORIZON, "annual_discount_rate": ANNUAL_DISCOUNT_RATE, "interval": None}
    valued = value_customers(customers, purchases, spend, **terms)
    return _facts(valued) | {"clv": valued["clv"].sum()}


def score(path: Path) -> dict[str, float]:
    """All that `clv score` does: models chosen, intervals, segments, stages, twelve forecasts."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study.yml"
        study.write_text(f"transactions: {path}\nunit: D\n", encoding="utf-8")
        asked = orders.study(study, {})
        found = preparation.score(asked, preparation.read(asked))
        out = Path(folder) / "customers.parquet"
        results.replace(results.customer_table(found.customers, asked.unit), out)
    return _facts(found.customers) | {"clv": found.customers["clv"].sum()}


def _facts(customers: pd.DataFrame) -> dict[str, float]:
    return {"customers": len(customers), "repeat days": customers["frequency"].sum()}
