"""The scored table of a summary that came ready-made: all that can be said without its purchases.

Customers are valued and segmented. Stages, tests on earlier days and the trust in them need
transactions, and are left out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers import choice
from clv.customers.choice import SIMPLEST_FIRST
from clv.customers.holdout import fit_each
from clv.customers.minimum import enough_to_model
from clv.customers.purchases import PurchaseModel
from clv.customers.rfm import Cutoffs, rfm, rfm_cutoffs
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers
from clv.errors import BadParameter, DidNotConverge, TooLittleToModel
from clv.scoring import Scored

ALIKE = 2.0  # a difference in BIC "not worth more than a bare mention" (Kass & Raftery 1995)


def score(
    customers: pd.DataFrame,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
    model: str = "auto",
    spend_basis: str = "auto",
    margin: float | None = None,
    rfm_method: str = "quantile",
    cutoffs: Cutoffs | None = None,
) -> Scored:
    """Everything that can be said of each customer of a summary, as `scoring.score` says it.

    Too little data for a model, or a fit that must not be used, leaves out the values, never the
    segments.
    """
    if spend_basis == "all":
        allowed = "'repeat' where a summary does not tell the first purchase"
        raise BadParameter.from_value("spend_basis", spend_basis, allowed)
    ranked = _ranked(customers)
    cutoffs = cutoffs or rfm_cutoffs(ranked, method=rfm_method)
    customers = rfm(ranked, cutoffs).drop(columns="total_spend")
    try:
        enough_to_model(customers)
        comparison, fitted = compared(customers, model)
        spend = GammaGammaModel.fit(customers)
    except (TooLittleToModel, DidNotConverge) as refused:
        return Scored(customers, None, None, None, str(refused), cutoffs=cutoffs)
    chosen = choice.chosen(comparison, model)
    how = {"annual_discount_rate": annual_discount_rate, "margin": margin}
    valued = value_customers(
        customers, fitted[chosen.name], spend, horizon=horizon, interval=interval, **how
    )
    why = "a summary has the mean of repeat purchases alone"
    models = (fitted[chosen.name], spend, comparison)
    return Scored(valued, *models, chosen.reason, why, cutoffs=cutoffs)


def _ranked(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers with what M ranks: their spend on repeat purchases."""
    repeat = customers["frequency"] * customers["monetary_value"].fillna(0)
    return customers.assign(total_spend=repeat)


def compared(customers: pd.DataFrame, model: str) -> tuple[pd.DataFrame, dict[str, PurchaseModel]]:
    """The models by how well they fit, the chosen one marked, and the models themselves.

    Without days there is no earlier day to test on: the information criterion decides.
    """
    if model == "auto":
        fitted = fit_each(customers)
    else:
        fitted = {model: choice.family(model).fit(customers)}
    bic = pd.Series({name: each.estimation.bic for name, each in fitted.items()}, name="bic")
    best = next(name for name in SIMPLEST_FIRST if bic.get(name, np.inf) <= bic.min() + ALIKE)
    why = (
        f"the simplest of those that fit the summary best (BIC {bic[best]:,.1f}, the lowest "
        f"{bic.min():,.1f}); it has no earlier day to test on"
    )
    table = bic.rename_axis("model").to_frame().assign(chosen=bic.index == best, why="")
    table.loc[best, "why"] = why
    return table, fitted
