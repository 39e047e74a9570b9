"""The formula that everybody knows, beside the models: what either says, and how far it was off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.holdout import middle
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.value_baselines import formula_clv, value_backtest, value_measures
from clv.errors import DidNotConverge, TooLittleToModel
from clv.tables.transactions import Transactions

MEASURES = ["bias", "rmse"]


def beside(
    transactions: Transactions,
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
) -> pd.DataFrame:
    """What the models and the formula expect, and how far both were off when tested.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it for these models and this horizon.

    Returns
    -------
    DataFrame indexed by method, "model" and "formula": `revenue` expected of all customers over the
    horizon, undiscounted and before any margin; `bias` (a share) and `rmse` (money per customer) of
    a test over the second half of the history, NaN where it is too short for one.

    """
    says = {
        "model": (valued["expected_purchases"] * valued["expected_spend"]).sum(),
        "formula": formula_clv(valued, horizon).sum(),
    }
    table = pd.DataFrame({"revenue": says}).rename_axis("method")
    return table.join(_tested(transactions, purchases, spend).reindex(columns=MEASURES))


def _tested(
    transactions: Transactions, purchases: PurchaseModel, spend: GammaGammaModel
) -> pd.DataFrame:
    """The measures of both methods; all unknown where no model could be fitted halfway."""
    terms = {"model": type(purchases), "basis": spend.basis, "unit": purchases.unit}
    try:
        split = middle(transactions)
        return value_measures(value_backtest(transactions, split, transactions.as_of, **terms))
    except (TooLittleToModel, DidNotConverge):
        return pd.DataFrame(np.nan, ["model", "formula"], MEASURES)
