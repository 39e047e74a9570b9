"""What each customer is worth over the horizon, and how sure that is.

Expected purchases times expected spend (Gamma-Gamma), each purchase discounted to the day of the
report (Fader, Hardie & Lee 2005, "RFM and CLV"). It is revenue, or value where a margin is known.

Two different things have two names. `purchases_low` and `purchases_high` (and `clv_low`,
`clv_high`) bound the *outcome*: what this customer may do, given the parameters.
`expected_purchases_se` is the uncertainty of the *mean*, from that of the parameters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.counts import count_chances
from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.totals import Total
from clv.customers.uncertainty import standard_error
from clv.errors import BadParameter
from clv.models.intervals import tails
from clv.models.outcomes import count_quantile, money_quantile

__all__ = ["Total", "value_customers"]

BOUNDS = ("purchases_low", "purchases_high", "clv_low", "clv_high")
ADDED = (
    "p_alive",
    "p_purchase",
    "expected_purchases",
    "expected_purchases_se",
    "purchases_low",
    "purchases_high",
    "expected_spend",
    "clv",
    "clv_low",
    "clv_high",
)


def value_customers(
    customers: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float | None = 0.90,
    margin: float | str | None = None,
) -> pd.DataFrame:
    """The customer table with what each is expected to bring over the horizon.

    Parameters
    ----------
    customers : DataFrame
        As `clv.customer_summary` returns it.
    purchases, spend
        Fitted models, or models with known parameters.
    horizon : str
        "12M", "52W", "365D", "2Y" or an end date.
    annual_discount_rate : float
        Effective yearly rate, 0 <= rate < 1.
    interval : float, optional
        Share of outcomes between low and high; None leaves out the bounds and the standard error,
        which take most of the time.
    margin : float or str, optional
        Share of revenue that is kept, from 0 to 1, or the column that holds each customer's.

    Returns
    -------
    DataFrame with `p_alive`, `p_purchase`, `expected_purchases`, `expected_purchases_se` (NaN where
    the parameters were given or are weakly identified), `purchases_low`, `purchases_high`,
    `expected_spend`, `clv`, `clv_low`, `clv_high` added. `attrs["value"]` says what `clv` is:
    "revenue" without a margin, "margin" with one.

    """
    levels = None if interval is None else tails(interval)
    kept = _margin(customers, margin)
    histories = purchases.histories(customers)
    discounted = purchases.discounted_purchases(histories, horizon, annual_discount_rate)
    expected_spend = spend.expected_spend(customers)
    found = {
        "p_alive": purchases.p_alive(histories),
        "p_purchase": purchases.p_purchase(histories, horizon),
        "expected_purchases": purchases.expected_purchases(histories, horizon),
        "expected_spend": expected_spend,
        "clv": discounted * expected_spend * kept,
    }
    if levels is not None:
        found["expected_purchases_se"] = _error_of_mean(histories, purchases, horizon)
        bounds = histories.spread(_outcomes(histories, purchases, spend, horizon, levels))
        found |= dict(zip(BOUNDS, (bounds[i] for i in bounds), strict=True))
        # The bounds are discounted as the mean is. When purchases fall matters far less than how
        # many there are: at 30 % over two years, 4.4 % of outcomes instead of 5 % lie above.
        present = (discounted / found["expected_purchases"]).fillna(1.0)
        worth = spend.scale(customers) * present * kept
        found |= {name: found[name] * worth for name in ("clv_low", "clv_high")}
    valued = customers.assign(**{name: found[name] for name in ADDED if name in found})
    valued.attrs["value"] = "revenue" if margin is None else "margin"
    return valued


def _margin(customers: pd.DataFrame, margin: float | str | None) -> pd.Series | float:
    """What is kept of a customer's revenue, checked at the door; all of it without a margin."""
    if margin is None:
        return 1.0
    if isinstance(margin, str) and margin not in customers:
        allowed = "a share from 0 to 1, or a column of the customer table"
        raise BadParameter.from_value("margin", margin, allowed)
    if not isinstance(margin, str):
        if not 0 <= margin <= 1:
            raise BadParameter.from_value("margin", margin, "a share from 0 to 1")
        return float(margin)
    share = customers[margin].astype(float)
    wrong = share[~share.between(0, 1)]
    if len(wrong):
        where = f"a share from 0 to 1 in every row (customer {wrong.index[0]} is the first)"
        raise BadParameter.from_value(margin, float(wrong.iloc[0]), where)
    return share


def _outcomes(
    histories: Histories,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    horizon: str,
    levels: tuple[float, float],
) -> np.ndarray:
    """Bounds of the purchases and of the money of each distinct history, shape (k, 4).

    Given the models, a customer's money is (v + x·m) times a factor that depends on
    (frequency, recency, T) alone: money is undiscounted, in multiples of that scale.
    """
    bounds = np.empty((len(histories.customers), len(BOUNDS)))
    counted = spend.counted(histories.columns[0])
    for rows, chances in count_chances(purchases, histories, horizon):
        bounds[rows] = np.column_stack(
            [count_quantile(chances, level) for level in levels]
            + [money_quantile(spend.params, counted[rows], chances, level) for level in levels]
        )
    return bounds


def _error_of_mean(histories: Histories, purchases: PurchaseModel, horizon: str) -> pd.Series:
    """Standard error of each customer's expected purchases."""
    distinct = histories.distinct()

    def expected(model: PurchaseModel) -> np.ndarray:
        return model.expected_purchases(distinct, horizon).to_numpy()

    return histories.spread(standard_error(expected, purchases))
