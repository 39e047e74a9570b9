"""Money: what winning and serving customers costs, and what was planned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.tables.company.funnel import Funnel
from clv.tables.company.world import World, month_of, months

CLICKS = 12  # for each lead
IMPRESSIONS = 40  # for each click
NEWSLETTER = 300.0  # a month
A_TICKET, AN_ORDER = 9.0, 3.5


def marketing_costs(world: World, funnel: Funnel) -> pd.DataFrame:
    """The table of marketing costs: of each source by its leads of a month, and the newsletter."""
    ends = months()
    counts = {
        name: np.bincount(month_of(funnel.created[funnel.source == name]), minlength=len(ends))
        for name in world.sources
    }
    parts = [
        pd.DataFrame(
            {
                "date": ends,
                "channel": name,
                "cost": leads * world.sources[name].cost,
                "campaign_id": name + "-" + ends.strftime("%Y-%m"),
                "impressions": leads * CLICKS * IMPRESSIONS,
                "clicks": leads * CLICKS,
                "kind": "acquisition",
            }
        )
        for name, leads in counts.items()
    ]
    mail = {"date": ends, "channel": "email", "cost": NEWSLETTER, "kind": "retention"}
    table = pd.concat([*parts, pd.DataFrame(mail)])
    return table.sort_values(["date", "channel"], ignore_index=True)


def service_costs(transactions: pd.DataFrame, tickets: pd.DataFrame) -> pd.DataFrame:
    """The table of service costs: support by customer and month, and sending parcels by month."""
    by = [tickets["customer_id"], tickets["created_at"].dt.strftime("%Y-%m").rename("period")]
    support = tickets.groupby(by).size().mul(A_TICKET).rename("cost").reset_index()
    bought = transactions.loc[~transactions["is_refund"], "date"]
    sent = bought.dt.strftime("%Y-%m").value_counts().sort_index().mul(AN_ORDER)
    parcels = sent.rename("cost").rename_axis("period").reset_index()
    parts = [support.assign(kind="support"), parcels.assign(kind="parcels")]
    table = pd.concat(parts)[["customer_id", "period", "cost", "kind"]]
    return table.sort_values(["period", "kind", "customer_id"], ignore_index=True)


def targets() -> pd.DataFrame:
    """The table of targets: by quarter, shares of leads and of opportunities, and orders."""
    quarters = months()[2::3].to_period("Q").strftime("%Y-Q%q")
    goals = {("share", "prospect"): 0.4, ("share", "customer"): 0.2, ("retention", "loyal"): 0.7}
    parts = [
        pd.DataFrame({"metric": m, "stage": s, "period": quarters, "target": goal, "owner": "sam"})
        for (m, s), goal in goals.items()
    ]
    return pd.concat(parts, ignore_index=True)
