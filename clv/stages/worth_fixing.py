"""What is most worth fixing: money per stage for one more purchase among a hundred customers.

Every stage is asked the same: if one percentage point more of the customers who now stand in it
bought within the horizon, what would that bring? One purchase each, at the margin and at their own
expected spend, nothing carried over to later purchases, and as if the customers who can be won were
like the average of the stage. Where the value of a chain of stages is differentiated by one of its
chances instead, one purchase is credited with all that ever follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.errors import BadParameter
from clv.stages import rules

if TYPE_CHECKING:
    from clv.stages.lifecycle import Lifecycle

POINT = 0.01
IN_TALKS = ("lead", "prospect")  # what the first purchase of one of these brings is that of others
NOT_ASKED = ("reached", "lost_lead")  # of whom nobody knows whether they want anything


def at_stake(life: Lifecycle, chance: pd.Series) -> pd.DataFrame:
    """Everyone who may buy, with what a purchase of theirs brings, from purchases alone.

    Parameters
    ----------
    life
        As `clv.lifecycle` returns it.
    chance
        The share of each stage that bought within the horizon, by stage.

    Returns
    -------
    DataFrame
        Indexed by customer_id: stage; p_purchase, that share; expected_spend: the customer's own
        mean per purchase day; of leads and prospects the mean of all first purchase days.
    """
    stages = life.stages()["stage"]
    stages = stages[~stages.isin(NOT_ASKED)]
    days = life.days.sort_values("date")
    spend = days.groupby("customer_id")["amount"].mean().reindex(stages.index)
    first = days.drop_duplicates("customer_id")["amount"].mean()
    return pd.DataFrame(
        {
            "stage": stages,
            "p_purchase": stages.astype(str).map(chance),
            "expected_spend": spend.mask(stages.isin(IN_TALKS), first),
        }
    )


def margin_of(life: Lifecycle, margin: float | str | None) -> float | None:
    """The share of all revenue that is kept: the one declared, or that of the rows together."""
    if not isinstance(margin, str):
        return margin
    amount = life.days["amount"]
    return float(np.average(life.days[margin], weights=amount)) if amount.sum() > 0 else None


def worth_fixing(customers: pd.DataFrame, *, margin: float | None = None) -> pd.DataFrame:
    """Money that one more percentage point of P(purchase) is worth, by stage, most first.

    Parameters
    ----------
    customers
        One row per customer: stage; p_purchase, the chance to buy within the horizon;
        expected_spend per purchase (NaN: not known; it counts as the mean of the stage).
    margin
        Share of the spend that is kept; without it the money is revenue.

    Returns
    -------
    DataFrame
        Indexed by stage: customers, p_purchase (mean), expected_spend (mean), one_point (money),
        effort: how much more often than today they would have to buy for it (0.1: a tenth more).
        `attrs`: margin (None: the money is revenue). All of it holds if the marginal customer is
        like the average: to be said beside the money.
    """
    if margin is not None and not 0 < margin <= 1:
        raise BadParameter.from_value("margin", margin, "a share above 0, at most 1")
    stage = pd.Categorical(customers["stage"], categories=rules.STATES, ordered=True)
    table = customers.groupby(stage, observed=True).agg(
        customers=("p_purchase", "size"),
        p_purchase=("p_purchase", "mean"),
        expected_spend=("expected_spend", "mean"),
    )
    kept = 1.0 if margin is None else margin
    table["one_point"] = table["customers"] * POINT * table["expected_spend"] * kept
    table["effort"] = POINT / table["p_purchase"]
    table = table.sort_values("one_point", ascending=False, kind="stable").rename_axis("stage")
    table.attrs = {"margin": margin}
    return table
