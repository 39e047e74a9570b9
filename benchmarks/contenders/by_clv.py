"""The package itself, through its public classes."""

from __future__ import annotations

import pandas as pd

from benchmarks.contenders import ANNUAL_DISCOUNT_RATE, DAYS_A_MONTH, MONTHS, PURCHASES, SPEND
from clv.customers.purchases import BetaGeoModel
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import total_value
from clv.customers.value import value_customers

HORIZON = f"{MONTHS * DAYS_A_MONTH}D"


def fit(customers: pd.DataFrame) -> dict[str, float]:
    """BG/NBD and Gamma-Gamma with standard errors."""
    purchases, spend = BetaGeoModel.fit(customers, unit="D"), GammaGammaModel.fit(customers)
    errors = zip(
        [f"se_{name}" for name in (*purchases.names, *spend.names)],
        [*purchases.estimation.standard_errors, *spend.estimation.standard_errors],
        strict=True,
    )
    found = {name: getattr(purchases, name) for name in purchases.names}
    return found | {name: getattr(spend, name) for name in spend.names} | dict(errors)


def predict(customers: pd.DataFrame) -> dict[str, float]:
    """P(alive), expected purchases, expected spend and CLV, from one pass over the histories."""
    purchases, spend = BetaGeoModel(**PURCHASES, unit="D"), GammaGammaModel(**SPEND)
    histories, money = purchases.histories(customers), spend.expected_spend(customers)
    worth = purchases.discounted_purchases(histories, HORIZON, ANNUAL_DISCOUNT_RATE)
    return {
        "alive": purchases.p_alive(histories).sum(),
        "purchases": purchases.expected_purchases(histories, HORIZON).sum(),
        "spend": money.mean(),
        "clv": (worth * money).sum(),
    }


def value(customers: pd.DataFrame) -> dict[str, float]:
    """Fit, every prediction with its interval, and the interval of the total."""
    customers = customers.copy(deep=False)
    customers.attrs["unit"] = "D"
    purchases, spend = BetaGeoModel.fit(customers), GammaGammaModel.fit(customers)
    valued = value_customers(customers, purchases, spend, horizon="12M", interval=0.90)
    total = total_value(valued, purchases, spend, horizon="12M", interval=0.90)
    return {"clv": total.expected, "low": total.low, "high": total.high}
