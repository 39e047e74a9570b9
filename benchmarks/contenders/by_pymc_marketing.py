"""`pymc-marketing` by its quickest way, the maximum a posteriori, which gives no standard errors.

Priors are flat, so that what is sought is the maximum of the likelihood.
"""

from __future__ import annotations

import logging
import warnings

import pandas as pd

from benchmarks.contenders import (
    DAYS_A_MONTH,
    MONTHLY_DISCOUNT_RATE,
    MONTHS,
    PURCHASES,
    SPEND,
)

warnings.simplefilter("ignore")  # of what it imports; a fit that fails raises

import arviz  # noqa: E402
from pymc_extras.prior import Prior  # noqa: E402
from pymc_marketing.clv import BetaGeoModel, GammaGammaModel  # noqa: E402

logging.getLogger("pymc").setLevel(logging.ERROR)


def fit(customers: pd.DataFrame) -> dict[str, float]:
    """BG/NBD and Gamma-Gamma, without standard errors."""
    rows = customers.rename_axis("customer_id").reset_index()
    purchases = BetaGeoModel(model_config={name: Prior("HalfFlat") for name in PURCHASES})
    purchases.fit(data=rows, method="map", progressbar=False)
    spend = GammaGammaModel()
    spend.fit(
        data=rows[(rows["frequency"] > 0) & (rows["monetary_value"] > 0)],
        method="map",
        progressbar=False,
    )
    found = {name: float(purchases.fit_result[name].item()) for name in PURCHASES}
    return found | {name: float(spend.fit_result[name].item()) for name in SPEND}


def predict(customers: pd.DataFrame) -> dict[str, float]:
    """P(alive), expected purchases, expected spend and CLV."""
    rows = customers.rename_axis("customer_id").reset_index()
    rows["monetary_value"] = rows["monetary_value"].fillna(0)
    purchases, spend = _known(BetaGeoModel, PURCHASES), _known(GammaGammaModel, SPEND)
    clv = spend.expected_customer_lifetime_value(
        purchases, rows, future_t=MONTHS, discount_rate=MONTHLY_DISCOUNT_RATE, time_unit="D"
    )
    expected = purchases.expected_purchases(rows, future_t=MONTHS * DAYS_A_MONTH)
    return {
        "alive": float(purchases.expected_probability_alive(rows).sum()),
        "purchases": float(expected.sum()),
        "spend": float(spend.expected_customer_spend(rows).mean()),
        "clv": float(clv.sum()),
    }


def _known(kind: type, params: dict[str, float]) -> BetaGeoModel | GammaGammaModel:
    """A model with given parameters, as a fit would leave it."""
    few = pd.DataFrame(
        {"customer_id": [1, 2], "frequency": [1, 2], "recency": [3.0, 4.0], "T": [9.0, 9.0],
         "monetary_value": [1.0, 2.0]}
    )  # fmt: skip
    model = kind(model_config={name: Prior("HalfFlat") for name in params})
    model.build_model(few)
    model.idata = arviz.from_dict({name: [[value]] for name, value in params.items()})
    return model
