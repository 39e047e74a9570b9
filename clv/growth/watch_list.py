"""The watch list: customers of value who are still there and may leave soon, the dearest first.

It is sorted by value at risk, P(alive) · P(leaves within the time | alive) · value if alive
(`customers.departure`), and by nothing else: stages explain a row, they do not place it. A tenth of
the list is left alone, so that the next list can tell what contacting the others has brought.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.customers.departure import SOON, value_at_risk
from clv.customers.purchases import PurchaseModel
from clv.errors import BadParameter
from clv.growth.hold_out import SHARE, held_out
from clv.stages.thresholds import Thresholds
from clv.tables.periods import as_date, horizon_days

OWN_RHYTHM = 3  # pauses from which on a customer's own rhythm is known
LONG_PAUSE = np.log(10)  # of their mean: nine of ten are shorter, at random moments

HALF = 0.5  # of all value at risk: what a list of no given length holds
EXPLAINED = ("stage", "reason", "since_last")  # of a customer's place in the lifecycle, where known
COLUMNS = [
    *EXPLAINED,
    "p_alive",
    "p_leaves",
    "p_purchase",
    "clv",
    "value_at_risk",
    "expected_spend",
    "contact_cost",
    "break_even_lift",
    "next_contact",
    "hold_out",
    "listed_on",
    "until",
]


def watch_list(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    thresholds: Thresholds,
    *,
    within: str = SOON,
    most: int | None = None,
    contact_cost: float = 0.0,
    margin: float | str | None = None,
    seed: int = 1,
    share_held_out: float = SHARE,
) -> pd.DataFrame:
    """Whom to watch: one row per customer, by value at risk, the most first.

    Parameters
    ----------
    valued : DataFrame
        As `clv.value_customers` returns it; with the columns of a stage, these are shown.
    purchases
        The model that it was valued with.
    thresholds
        Of the lifecycle: they say when a silence begins to mean something.
    within : str
        The time in which a customer may leave, such as "90D".
    most : int, optional
        Length of the list; None: as few as hold half of all value at risk.
    contact_cost : float
        What contacting one customer costs; nobody is listed of whom less is at risk.
    margin : float or str, optional
        As for `clv.value_customers`. Without it a purchase is taken to bring all its revenue.
    seed : int
        Of the hold-out, as `hold_out.held_out` takes it.
    share_held_out : float
        Share of the customers who are never to be contacted.

    Returns
    -------
    DataFrame indexed by customer_id: stage, reason, since_last (where known), `p_alive`; `p_leaves`
    and `p_purchase` (the chances to leave and to buy within the time); `clv` and `value_at_risk`;
    `expected_spend`; `contact_cost`, `break_even_lift` (by how much a contact must raise the chance
    to buy to pay for itself; above 1 it cannot); `next_contact` (NaT for those held out),
    `hold_out`, `listed_on` and `until` (the last day of the time). `attrs`: those of `valued`,
    within, seed, contact_cost, margin, value_at_risk (of all customers, listed or not), customers.

    """
    if not 0 <= contact_cost < np.inf:
        raise BadParameter.from_value("contact_cost", contact_cost, "an amount from 0 on")
    at_risk = value_at_risk(valued, purchases, within=within)
    listed = at_risk.loc[_dearest(at_risk["value_at_risk"], contact_cost, most)]
    today = as_date(valued.attrs["as_of"])
    days = int(horizon_days(within, today))
    kept = listed[margin] if isinstance(margin, str) else (1.0 if margin is None else margin)
    alone = held_out(listed.index, seed=seed, share=share_held_out)
    table = listed.assign(
        p_purchase=purchases.p_purchase(listed, within),
        contact_cost=float(contact_cost),
        break_even_lift=_break_even(contact_cost, kept * listed["expected_spend"]),
        next_contact=_next_contact(listed, thresholds, today).mask(alone),
        hold_out=alone,
        listed_on=pd.Timestamp(today).as_unit("us"),
        until=pd.Timestamp(today + timedelta(days)).as_unit("us"),
    )
    table = table[[name for name in COLUMNS if name in table]]
    table.attrs = valued.attrs | {
        "within": within,
        "seed": seed,
        "contact_cost": float(contact_cost),
        "margin": margin,
        "value_at_risk": float(at_risk["value_at_risk"].sum()),
        "customers": len(valued),
    }
    return table


def by_stage(watched: pd.DataFrame) -> pd.DataFrame:
    """The list in numbers: how many, and what is at risk with them, by the stage they stand in.

    Returns
    -------
    DataFrame indexed by stage, in lifecycle order, stages without anybody left out: `customers`,
    `hold_out` (how many of them are left alone), `clv`, `value_at_risk`, `p_leaves` (mean).

    """
    table = watched.groupby("stage", observed=True).agg(
        customers=("clv", "size"),
        hold_out=("hold_out", "sum"),
        clv=("clv", "sum"),
        value_at_risk=("value_at_risk", "sum"),
        p_leaves=("p_leaves", "mean"),
    )
    table.attrs = {key: watched.attrs.get(key) for key in ("currency", "value")}
    return table


def _dearest(at_risk: pd.Series, contact_cost: float, most: int | None) -> pd.Index:
    """The customers of whom most is at risk; equal ones by their id."""
    ranked = at_risk.sort_index().sort_values(ascending=False, kind="stable")
    if most is None:
        most = int(np.searchsorted(ranked.cumsum(), HALF * ranked.sum())) + 1
    worth = ranked[:most]
    return worth.index[worth > contact_cost]


def _break_even(contact_cost: float, brings: pd.Series) -> pd.Series:
    """Share of contacts that must bring a purchase each; no number where a purchase brings none."""
    return (contact_cost / brings.where(brings > 0)).rename("break_even_lift")


def _next_contact(listed: pd.DataFrame, thresholds: Thresholds, today: date) -> pd.Series:
    """The day from which a silence says something of this customer; tomorrow where it does.

    Before that day most customers come back by themselves. It is the day from which the lifecycle
    calls customers like them at risk or, where sooner, the one that nine of ten of their own pauses
    would not have reached.
    """
    limit = thresholds.after("at_risk", listed["frequency"] + 1)
    limit = np.where(np.isnan(limit), thresholds.return_horizon, limit)
    pause = (listed["last_purchase"] - listed["first_purchase"]).dt.days / listed["frequency"]
    own = (LONG_PAUSE * pause).where(listed["frequency"] >= OWN_RHYTHM, np.inf)
    due = listed["last_purchase"] + pd.to_timedelta(np.ceil(np.fmin(limit, own)), unit="D")
    return due.clip(lower=pd.Timestamp(today) + pd.Timedelta(days=1)).astype("datetime64[us]")
