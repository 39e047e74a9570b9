"""Arrivals: what new customers are like, learned without those who may be older than the log."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clv.customers.minimum import enough_to_model
from clv.customers.newcomer import newcomer
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.errors import DidNotConverge, TooLittleToModel
from clv.tables.births import Births


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The models to value a new customer by, and on whom they were fitted."""

    purchases: PurchaseModel
    spend: GammaGammaModel
    customers: int
    left_out: int  # first seen in the warm-up
    why: str


def new_customers(customers: pd.DataFrame, births: Births) -> pd.DataFrame:
    """The customers whose first purchase here was their first: all, or those after the warm-up."""
    if births.observed:
        return customers
    return customers[customers["first_purchase"] > pd.Timestamp(births.warm_up_end)]


def fit(
    customers: pd.DataFrame, purchases: PurchaseModel, spend: GammaGammaModel, births: Births
) -> Arrivals:
    """The same kinds of models, fitted again on new customers alone.

    Where all are new, or too few of them to fit anything on, the given models stand, and `why`
    says so.
    """
    born = new_customers(customers, births)
    kept = Arrivals(purchases, spend, len(customers), 0, births.reason)
    if births.observed:
        return kept
    try:
        enough_to_model(born)
        return Arrivals(
            purchases=type(purchases).fit(born, covariates=[*purchases.coefficients] or None),
            spend=GammaGammaModel.fit(born, basis=spend.basis),
            customers=len(born),
            left_out=len(customers) - len(born),
            why=births.reason,
        )
    except (TooLittleToModel, DidNotConverge) as refused:
        why = f"{births.reason}; after the warm-up the models cannot be fitted: {refused}"
        return Arrivals(purchases, spend, len(customers), 0, why)


def difference(
    arrivals: Arrivals,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    **terms: object,
) -> pd.DataFrame:
    """What a new customer is worth by all customers, and by those who are new for certain.

    `terms` are those of `newcomer`.

    Returns
    -------
    DataFrame indexed by whom the models were fitted on, "everyone" and "after_warm_up": customers,
    expected_purchases (repeat, within the horizon), value, value_low, value_high.

    """
    as_of, covariates = terms.get("as_of"), terms.get("covariates")
    fits = {
        "everyone": (arrivals.customers + arrivals.left_out, purchases, spend),
        "after_warm_up": (arrivals.customers, arrivals.purchases, arrivals.spend),
    }
    rows = {}
    for name, (number, buying, spending) in fits.items():
        worth = newcomer(buying, spending, horizon=horizon, **terms)
        rows[name] = {
            "customers": number,
            "expected_purchases": buying.expected_purchases_new_customer(
                horizon, as_of=as_of, covariates=covariates
            ),
            "value": worth.expected,
            "value_low": worth.low,
            "value_high": worth.high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("fitted_on").infer_objects()
