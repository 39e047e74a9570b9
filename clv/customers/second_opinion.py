"""A second opinion: what `lifetimes` makes of the same customers, and how far the two are apart.

`lifetimes` is no longer maintained, and there are data on which it fails: then the table says so.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from pandas.errors import Pandas4Warning

from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel, spending_of
from clv.models.estimation import Array
from clv.tables.periods import horizon_periods, unit_of

FITTERS = {  # theirs, by the name of ours
    "BetaGeoModel": "BetaGeoFitter",
    "ModifiedBetaGeoModel": "ModifiedBetaGeoFitter",
    "ParetoNBDModel": "ParetoNBDFitter",
}

Opinion = tuple[float, Array]  # a log-likelihood, and what is expected of each row


def of_purchases(purchases: PurchaseModel, customers: pd.DataFrame, horizon: str) -> pd.DataFrame:
    """A model of purchases beside the same model as `lifetimes` fits it to the same customers.

    Returns
    -------
    DataFrame of one row, indexed by model: `log_likelihood`, `theirs` and how much ours is higher
    (`higher_by`); `expected` purchases of all customers within the horizon, `they_expect`, and how
    far the two are apart for one customer at most (`farthest`); `answer`, "fitted", or why there
    is none, where all that is theirs is NaN.

    """
    histories, name = purchases.histories(customers), type(purchases).__name__
    unit = unit_of(customers, purchases.unit)
    periods = horizon_periods(horizon, unit, customers.attrs.get("as_of"))

    def ask(lifetimes: ModuleType) -> Opinion:
        fitter = getattr(lifetimes, FITTERS[name])()
        fitter.fit(*histories.columns, weights=histories.customers)
        told = fitter.conditional_expected_number_of_purchases_up_to_time(
            periods, *histories.columns
        )
        return _log_likelihood(fitter, *histories.columns, histories.customers), np.asarray(told)

    each = histories.distinct()
    own = (
        float(purchases.log_likelihood(customers).sum()),
        purchases.expected_purchases(each, horizon).to_numpy(),
    )
    return _side_by_side(name, own, ask, histories.customers)


def of_spend(spend: GammaGammaModel, customers: pd.DataFrame) -> pd.DataFrame:
    """A model of spend beside the one that `lifetimes` fits to the same customers.

    Returns
    -------
    DataFrame as `of_purchases` returns it; `expected` is the sum of the expected spend per purchase
    of the customers with a purchase that counts and costs something.

    """
    spending = spending_of(customers, spend.basis)
    paid = spending["mean"] > 0
    columns = [spending.loc[paid, name].to_numpy() for name in ("count", "mean")]
    weights = np.ones(int(paid.sum()))

    def ask(lifetimes: ModuleType) -> Opinion:
        fitter = lifetimes.GammaGammaFitter()
        fitter.fit(*columns)
        told = fitter.conditional_expected_average_profit(*columns)
        return _log_likelihood(fitter, *columns, weights), np.asarray(told)

    own = (
        float(spend.log_likelihood(customers[paid]).sum()),
        spend.expected_spend(customers[paid]).to_numpy(),
    )
    return _side_by_side(type(spend).__name__, own, ask, weights)


def _log_likelihood(fitter: Any, *columns: Array) -> float:  # noqa: ANN401 -- a class of theirs
    """Their log-likelihood at their parameters, in our unit of time; the last column is weights."""
    params, weights = fitter.params_.to_numpy(), columns[-1]
    if hasattr(fitter, "_conditional_log_likelihood"):  # Pareto/NBD
        return float(weights @ fitter._conditional_log_likelihood(params, *columns[:-1]))
    return float(-weights.sum() * fitter._negative_log_likelihood(np.log(params), *columns, 0.0))


def _side_by_side(
    name: str, own: Opinion, ask: Callable[[ModuleType], Opinion], weights: Array
) -> pd.DataFrame:
    """Ours and theirs in one row."""
    likelihood, expected = own
    (theirs, they_expect), answer = _asked(ask, like=expected)
    row = {
        "log_likelihood": likelihood,
        "theirs": theirs,
        "higher_by": likelihood - theirs,
        "expected": float(weights @ expected),
        "they_expect": float(weights @ they_expect),
        "farthest": float(np.abs(expected - they_expect).max()),
        "answer": answer,
    }
    return pd.DataFrame([row], pd.Index([name], name="model"))


def _asked(ask: Callable[[ModuleType], Opinion], like: Array) -> tuple[Opinion, str]:
    """Their opinion, and "fitted"; or NaN, and why there is none."""
    none = float("nan"), np.full_like(like, np.nan)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        np.errstate(all="ignore"),
    ):
        # At import it sets an option that pandas has given up.
        warnings.filterwarnings("ignore", category=Pandas4Warning, module="lifetimes")
        try:
            import lifetimes

            return ask(lifetimes), "fitted"
        except Exception as fault:  # whatever goes wrong there says nothing against our fit
            what = " ".join(str(fault).split())
            return none, f"lifetimes gave no answer: {type(fault).__name__}: {what}"
