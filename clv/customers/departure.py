"""What stands to be lost: the value of customers who may leave within a short time.

Value at risk is P(alive) · P(leaves within the time | alive) · value if alive. It is not the value
times 1 - P(alive), which is gone already and cannot be kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.assumptions import count_groups
from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.customers.totals import Total, of_chances

SOON = "90D"


def value_at_risk(
    valued: pd.DataFrame, purchases: PurchaseModel, *, within: str = SOON
) -> pd.DataFrame:
    """The valued customers with `p_leaves` and `value_at_risk` added.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it.
    purchases
        The model that it was valued with.
    within : str
        The time in which a customer may leave, such as "90D".

    Returns
    -------
    DataFrame with `p_leaves`, the probability that one is a customer now and no longer one by then,
    and `value_at_risk`, the part of `clv` that is expected to go with it.

    """
    leaves = _leaves_if_alive(purchases.histories(valued), purchases, within)
    return valued.assign(p_leaves=valued["p_alive"] * leaves, value_at_risk=leaves * valued["clv"])


def total_at_risk(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    *,
    within: str = SOON,
    interval: float = 0.90,
) -> Total:
    """Value at risk of all customers, with bounds for chance and for uncertain parameters.

    Chance: each customer leaves or stays, independently, and takes the value along; the values
    themselves are taken as they are. `valued` is as for `value_at_risk`.
    """
    histories = purchases.histories(valued)

    def total(model: PurchaseModel) -> float:
        return float((_leaves_if_alive(histories, model, within) * valued["clv"]).sum())

    told = value_at_risk(valued, purchases, within=within)
    p = told["p_leaves"]
    if_alive = (told["clv"] / told["p_alive"]).replace(np.inf, 0.0).fillna(0.0)
    chance = float((p * (1 - p) * if_alive**2).sum())
    return of_chances(total, chance, purchases, histories, interval)


def by_frequency(at_risk: pd.DataFrame) -> pd.DataFrame:
    """What stands to be lost among customers with 0, 1, … repeat purchases.

    `at_risk` is as `value_at_risk` returns it.

    Returns
    -------
    DataFrame indexed by repeat_purchases: `customers`, `p_leaves` (mean), `clv`, `value_at_risk`,
    `share` of the group's own value that is at risk.

    """
    table = at_risk.groupby(count_groups(at_risk["frequency"]), observed=False).agg(
        customers=("clv", "size"),
        p_leaves=("p_leaves", "mean"),
        clv=("clv", "sum"),
        value_at_risk=("value_at_risk", "sum"),
    )
    table.attrs = dict(at_risk.attrs)
    return table.assign(share=table["value_at_risk"] / table["clv"].where(table["clv"] > 0))


def _leaves_if_alive(histories: Histories, purchases: PurchaseModel, within: str) -> pd.Series:
    """P(leaves within the time | alive) of every customer; 0 where nobody is left to leave."""
    now, then = purchases.p_alive(histories), purchases.p_alive(histories, within)
    return (1 - then / now).fillna(0.0).rename("p_leaves")
