"""What each customer is worth over the horizon, and how sure that is.

Expected purchases (BG/NBD or MBG/NBD) times expected spend (Gamma-Gamma), each purchase
discounted to the day of the report (Fader, Hardie & Lee 2005, "RFM and CLV").

Two different things have two names. `purchases_low` and `purchases_high` (and `clv_low`,
`clv_high`) bound the *outcome*: what this customer may do. `expected_purchases_se` is the
uncertainty of the *mean*, from that of the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from clv.customers.purchases import HISTORY, Histories, PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.errors import BadParameter
from clv.models.outcomes import count_quantile, money_quantile

BOUNDS = ("purchases_low", "purchases_high", "money_low", "money_high")
FEW_COUNTS, MOST_COUNTS = 15, 10_000  # purchases to look at, doubled for those who may make more
BEYOND = 1e-6  # chance of more purchases than were looked at

TOTAL_DRAWS = 400  # of the whole base: quantiles of its sum
BLOCK = 20  # of these drawn at a time
STEP = 1e-4  # on the log of a parameter, for the slope of the mean


def value_customers(
    customers: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    interval: float = 0.90,
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
    interval : float
        Share of outcomes between low and high.

    Returns
    -------
    DataFrame with `p_alive`, `p_purchase`, `expected_purchases`, `expected_purchases_se`,
    `purchases_low`, `purchases_high`, `expected_spend`, `clv`, `clv_low`, `clv_high` added. `clv`
    is revenue unless amounts were margins: it is as good as the amounts are.

    """
    tails = _tails(interval)
    discounted = purchases.discounted_purchases(customers, horizon, annual_discount_rate)
    expected = purchases.expected_purchases(customers, horizon)
    expected_spend = spend.expected_spend(customers)
    bounds = _outcomes(customers, purchases, spend, horizon, tails)
    # A customer's purchases are discounted alike on average, so the bounds are as the mean is.
    present = (discounted / expected).fillna(1.0)
    return customers.assign(
        p_alive=purchases.p_alive(customers),
        p_purchase=purchases.p_purchase(customers, horizon),
        expected_purchases=expected,
        expected_purchases_se=_standard_error_of_mean(customers, purchases, horizon),
        purchases_low=bounds["purchases_low"],
        purchases_high=bounds["purchases_high"],
        expected_spend=expected_spend,
        clv=discounted * expected_spend,
        clv_low=bounds["money_low"] * present,
        clv_high=bounds["money_high"] * present,
    )


def _tails(interval: float) -> tuple[float, float]:
    """The two quantiles that hold a share of outcomes between them."""
    if not 0 < interval < 1:
        raise BadParameter.from_value("interval", interval, "a share between 0 and 1, such as 0.90")
    return (1 - interval) / 2, (1 + interval) / 2


def _outcomes(
    customers: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    horizon: str,
    tails: tuple[float, float],
) -> pd.DataFrame:
    """Bounds of each customer's purchases and money, undiscounted.

    Given the models, a customer's money is (v + x·m) times a factor that depends on
    (frequency, recency, T) alone: quantiles are taken once for each distinct triple.
    """
    distinct = Histories.of(customers)
    histories = pd.DataFrame(dict(zip(HISTORY, distinct.columns, strict=True)))
    histories.attrs = dict(customers.attrs)
    bounds = pd.DataFrame(0.0, histories.index, list(BOUNDS))
    for rows, chances in _count_chances(purchases, histories, horizon):
        frequency = histories.loc[rows, "frequency"]
        bounds.loc[rows] = np.column_stack(
            [count_quantile(chances, level) for level in tails]
            + [money_quantile(spend.params, frequency, chances, level) for level in tails]
        )
    each = bounds.iloc[distinct.which].set_axis(customers.index)
    money = each[["money_low", "money_high"]].mul(spend.scale(customers), axis="index")
    return each.assign(**money)


def _count_chances(
    purchases: PurchaseModel, histories: pd.DataFrame, horizon: str
) -> Iterator[tuple[pd.Index, np.ndarray]]:
    """Rows of the table and their chances of 0, 1, … purchases, as many as matter to them."""
    most, rest = FEW_COUNTS, histories
    while len(rest):
        chances = purchases.purchase_count_distribution(rest, horizon, most).to_numpy()
        enough = (1 - chances.sum(axis=1) < BEYOND) | (most >= MOST_COUNTS)
        yield rest.index[enough], chances[enough]
        most, rest = 2 * most, rest[~enough]


def _standard_error_of_mean(
    customers: pd.DataFrame, purchases: PurchaseModel, horizon: str
) -> pd.Series:
    """Standard error of expected purchases by the delta method, on the log of the parameters."""
    if purchases.estimation is None:  # parameters given as known carry no uncertainty of theirs
        return pd.Series(np.nan, customers.index)
    slopes = np.column_stack(
        [_slope(customers, purchases, name, horizon) for name in purchases.estimation.names]
    )
    estimates = purchases.estimation.estimates
    covariance = purchases.estimation.covariance / np.outer(estimates, estimates)
    variance = np.einsum("ij,jk,ik->i", slopes, covariance, slopes)
    return pd.Series(np.sqrt(variance), customers.index)


def _slope(
    customers: pd.DataFrame, purchases: PurchaseModel, name: str, horizon: str
) -> np.ndarray:
    """Change of expected purchases per unit of the log of one parameter."""
    up = purchases.nudged(name, 1 + STEP).expected_purchases(customers, horizon)
    down = purchases.nudged(name, 1 - STEP).expected_purchases(customers, horizon)
    return ((up - down) / (2 * STEP)).to_numpy()


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over customers, with the bounds that the models give to it.

    The models know nothing of next season, of campaigns or of prices: on real data the bounds
    are too narrow, and whoever shows them says so and how far the last forecast missed.
    """

    expected: float
    low: float
    high: float


def widened(total: Total, missed: float) -> Total:
    """The same sum with bounds as far apart as the last such forecast missed, or as chance alone.

    `missed` is the share by which it was too high (positive) or too low; NaN where none was tested.
    """
    factor = 1 + abs(missed) if np.isfinite(missed) else 1.0
    low, high = total.expected / factor, total.expected * factor
    return Total(total.expected, low=min(total.low, low), high=max(total.high, high))


def total_value(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    interval: float = 0.90,
    seed: int = 1,
) -> Total:
    """Value of all customers together, from independent draws per customer.

    Identical customers share a distribution but never a draw. `valued` is the table that
    `value_customers` returns, for the same horizon; the order of its rows decides nothing.
    """
    rng, tails = np.random.default_rng(seed), _tails(interval)
    valued = valued.sort_values(["frequency", "recency", "T", "clv"])
    frequency = valued["frequency"].to_numpy()[:, None]
    present = (valued["clv"] / (valued["expected_purchases"] * valued["expected_spend"])).fillna(1)
    scale = (spend.scale(valued) * present).to_numpy()
    totals = []
    for _ in range(TOTAL_DRAWS // BLOCK):  # in blocks: memory stays that of a few tables
        counts = purchases.draws(valued, horizon, BLOCK, rng)
        totals.extend(scale @ spend.draw_factors(frequency, counts, rng))
    low, high = np.quantile(totals, tails)
    return Total(expected=float(valued["clv"].sum()), low=float(low), high=float(high))


def new_customer_value(
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    as_of: str | date | None = None,
) -> float:
    """Expected value of the repeat purchases of a customer who has just bought for the first time.

    The first purchase itself is known when it happens and is not counted. `as_of` is its day, which
    matters only where the horizon is an end date.
    """
    newcomer = pd.DataFrame({"frequency": [0], "recency": [0.0], "T": [0.0]}, index=["new"])
    newcomer.attrs.update(unit=purchases.unit, as_of=as_of)
    repeat = purchases.discounted_purchases(newcomer, horizon, annual_discount_rate)
    return float(repeat.iloc[0] * spend.population_mean)
