"""Agreements: contracts for the machine that some cafés and offices rent, and their payments.

The rent is paid apart: orders of coffee alone stand among the transactions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.tables.company.orders import Buyers
from clv.tables.company.world import LAST, NEVER, Renewal, Texts, dates, pick

PLANS = {"basic": 29.0, "plus": 59.0, "pro": 119.0}  # rent of 30 days
CHOSEN = {"basic": 0.5, "plus": 0.35, "pro": 0.15}
PAYS_AFTER = 3.0  # mean days
FAILS, FAILS_LAST = 0.02, 0.35  # share of the payments; of the last one before the end


def subscriptions(who: Buyers, customer_id: Texts, rng: np.random.Generator) -> pd.DataFrame:
    """The table of contracts, each from the first order on."""
    own = np.flatnonzero(who.contract)
    plan = pick(rng, CHOSEN, len(own))
    return pd.DataFrame(
        {
            "customer_id": customer_id[own],
            "start": dates(who.first[own]),
            "end": dates(who.contract_end[own]),
            "plan": plan,
            "mrr": pd.Series(PLANS)[plan].to_numpy(),
        }
    )


def payments(
    renewal: Renewal, who: Buyers, terms: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """The table of payments: one at the end of each period that is over."""
    own = np.flatnonzero(who.contract)
    first, end = who.first[own], np.minimum(who.contract_end[own], LAST)
    number = (end - first) // renewal.days
    row = np.repeat(np.arange(len(own)), number)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + 1
    due = first[row] + renewal.days * rank
    final = due == who.contract_end[own][row]
    failed = rng.random(len(row)) < np.where(final, FAILS_LAST, FAILS)
    paid = due + np.floor(rng.gamma(2.0, PAYS_AFTER / 2, len(row))).astype(np.int64)
    table = pd.DataFrame(
        {
            "customer_id": terms["customer_id"].to_numpy()[row],
            "due_at": dates(due),
            "paid_at": dates(np.where(failed, NEVER, paid)),
            "amount": terms["mrr"].to_numpy()[row],
            "failed": failed,
        }
    )
    return table.sort_values(["due_at", "customer_id"], ignore_index=True)
