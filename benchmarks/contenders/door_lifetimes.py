"""The door, as pandas and `lifetimes` do it: raw Parquet to a summary, and to a scored table."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from benchmarks.contenders import DAYS_A_MONTH, MONTHLY_DISCOUNT_RATE, MONTHS

warnings.simplefilter("ignore")  # pandas 3 deprecates what the package does when it is imported

from lifetimes import BetaGeoFitter, GammaGammaFitter  # noqa: E402
from lifetimes.utils import summary_data_from_transaction_data  # noqa: E402

HISTORY = ["frequency", "recency", "T"]


def summary(path: Path) -> dict[str, float]:
    """Rows of a file, trusted as they are, to frequency, recency, T and monetary_value in days."""
    return _facts(_summary(path))


def scored(path: Path) -> dict[str, float]:
    """The same, both models fitted, P(alive), expected purchases, expected spend and CLV."""
    customers = _summary(path)
    history = [customers[name] for name in HISTORY]
    purchases = BetaGeoFitter().fit(*history)
    back = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]
    spend = GammaGammaFitter().fit(back["frequency"], back["monetary_value"])
    terms = {"time": MONTHS, "discount_rate": MONTHLY_DISCOUNT_RATE, "freq": "D"}
    money = customers["monetary_value"]
    customers = customers.assign(
        p_alive=purchases.conditional_probability_alive(*history),
        expected_purchases=purchases.predict(MONTHS * DAYS_A_MONTH, *history),
        expected_spend=spend.conditional_expected_average_profit(customers["frequency"], money),
        clv=spend.customer_lifetime_value(purchases, *history, money, **terms),
    )
    return _facts(customers) | {"clv": customers["clv"].sum()}


def _summary(path: Path) -> pd.DataFrame:
    log = pd.read_parquet(path)
    return summary_data_from_transaction_data(
        log, "customer_id", "date", monetary_value_col="amount", freq="D"
    )


def _facts(customers: pd.DataFrame) -> dict[str, float]:
    return {"customers": len(customers), "repeat days": customers["frequency"].sum()}
