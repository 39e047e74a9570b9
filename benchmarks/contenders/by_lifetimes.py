"""`lifetimes`, as its documentation shows it and, beside it, on counts of distinct histories."""

from __future__ import annotations

import warnings

import pandas as pd

from benchmarks.contenders import (
    DAYS_A_MONTH,
    MONTHLY_DISCOUNT_RATE,
    MONTHS,
    PURCHASES,
    SPEND,
)

# pandas 3 deprecates what the package does when it is imported, and its likelihoods overflow on
# the way to their maximum. It reports its failures by an exception of its own.
warnings.simplefilter("ignore")

from lifetimes import BetaGeoFitter, GammaGammaFitter  # noqa: E402
from lifetimes.utils import _customer_lifetime_value  # noqa: E402

HISTORY = ["frequency", "recency", "T"]


def fit(customers: pd.DataFrame) -> dict[str, float]:
    """BG/NBD and Gamma-Gamma with standard errors, a row per customer."""
    purchases = BetaGeoFitter().fit(*(customers[name] for name in HISTORY))
    return _found(purchases, _fit_spend(customers))


def fit_distinct(customers: pd.DataFrame) -> dict[str, float]:
    """The same, BG/NBD on the distinct histories with `weights`; hardly two means are the same."""
    counts = customers.groupby(HISTORY).size().reset_index(name="customers")
    purchases = BetaGeoFitter().fit(
        *(counts[name] for name in HISTORY), weights=counts["customers"]
    )
    return _found(purchases, _fit_spend(customers))


def predict(customers: pd.DataFrame) -> dict[str, float]:
    """P(alive), expected purchases, expected spend and CLV, a row per customer."""
    purchases, spend = _known()
    history = [customers[name] for name in HISTORY]
    money = customers["monetary_value"].fillna(0)
    clv = spend.customer_lifetime_value(
        purchases, *history, money,
        time=MONTHS, discount_rate=MONTHLY_DISCOUNT_RATE, freq="D",
    )  # fmt: skip
    return {
        "alive": purchases.conditional_probability_alive(*history).sum(),
        "purchases": purchases.predict(MONTHS * DAYS_A_MONTH, *history).sum(),
        "spend": spend.conditional_expected_average_profit(customers["frequency"], money).mean(),
        "clv": clv.sum(),
    }


def predict_distinct(customers: pd.DataFrame) -> dict[str, float]:
    """The same on distinct histories, joined back by hand: what an expert would make of it."""
    purchases, spend = _known()
    grouped = customers.groupby(HISTORY, sort=False)
    which, distinct = grouped.ngroup().to_numpy(), grouped.size().reset_index()
    history = [distinct[name] for name in HISTORY]
    money = spend.conditional_expected_average_profit(
        customers["frequency"], customers["monetary_value"].fillna(0)
    )
    worth = _customer_lifetime_value(
        purchases, *history, 1.0, MONTHS, MONTHLY_DISCOUNT_RATE, freq="D"
    )
    expected = purchases.predict(MONTHS * DAYS_A_MONTH, *history)
    return {
        "alive": purchases.conditional_probability_alive(*history)[which].sum(),
        "purchases": expected.to_numpy()[which].sum(),
        "spend": money.mean(),
        "clv": (worth.to_numpy()[which] * money).sum(),
    }


def _fit_spend(customers: pd.DataFrame) -> GammaGammaFitter:
    back = customers[(customers["frequency"] > 0) & (customers["monetary_value"] > 0)]
    return GammaGammaFitter().fit(back["frequency"], back["monetary_value"])


def _known() -> tuple[BetaGeoFitter, GammaGammaFitter]:
    """Both models with given parameters, as a fit would leave them."""
    purchases, spend = BetaGeoFitter(), GammaGammaFitter()
    purchases.params_, spend.params_ = pd.Series(PURCHASES), pd.Series(SPEND)
    purchases.predict = purchases.conditional_expected_number_of_purchases_up_to_time
    return purchases, spend


def _found(*models: BetaGeoFitter | GammaGammaFitter) -> dict[str, float]:
    estimates = {name: value for model in models for name, value in model.params_.items()}
    errors = {f"se_{k}": v for model in models for k, v in model.standard_errors_.items()}
    return estimates | errors
