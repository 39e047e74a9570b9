"""Where leads came from, when they were called, why they were lost: what the diagnoses ask for.

Leads are known by the same ids as in the spells, by all that they have ever had: their customer's,
or `lead:` and their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clv.stages import records
from clv.tables.optional.facts import Facts

Tables = Mapping[str, Facts]

CALL = "call"  # the type of touchpoints that the company makes
NOBODY = pd.Series(dtype="str")
BY_EVENT = ("lead", "opportunity")  # what ends the spell of a lead that somebody gave up


def sources(tables: Tables) -> pd.Series:
    """The source of each one's first lead, by customer_id; empty where no lead names any."""
    told = tables["leads"].frame() if "leads" in tables else pd.DataFrame()
    if "source" not in told:
        return pd.Series(dtype="str")
    who = _leads(tables)[["lead_id", "customer_id"]].drop_duplicates()
    leads = told[["lead_id", "created_at", "source"]].dropna(subset="source").merge(who)
    first = leads.sort_values("created_at", kind="stable").drop_duplicates("customer_id")
    return first.set_index("customer_id")["source"]


def of_leads(spells: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """The spells of those who are leads, where a table of leads says so; else all spells.

    A customer record makes a lead of whoever has one before a purchase, and often it is made
    *because* somebody buys: such people say nothing of how leads fare. `attrs`: left_out (how many
    of them there are).
    """
    if "leads" not in tables:
        return spells
    real = spells["customer_id"].isin(_leads(tables)["customer_id"])
    own = spells[real]
    others = spells.loc[~real & (spells["state"] == "lead"), "customer_id"]
    own.attrs = spells.attrs | {"left_out": int(others.nunique())}
    return own


def calls(tables: Tables) -> pd.DataFrame:
    """One row per call with somebody who is known: customer_id, date."""
    if "touchpoints" not in tables:
        return pd.DataFrame({"customer_id": NOBODY, "date": pd.to_datetime([])})
    touches = tables["touchpoints"].frame()
    made = touches[touches["type"] == CALL].dropna(subset="customer_id")
    days = made["timestamp"].dt.floor("D")
    return pd.DataFrame({"customer_id": made["customer_id"], "date": days})


def losses(spells: pd.DataFrame, tables: Tables) -> pd.Series:
    """Why each spell of a lead or prospect was lost, under the labels of `spells`.

    The last reason that was given by the end of the spell; missing where somebody lost a lead
    without saying why. Spells that a silence ended are left out: nobody gave a reason.
    """
    lost = spells["next_state"].eq("lost_lead") & spells["cause"].isin(BY_EVENT)
    ends = spells.loc[lost, ["customer_id", "stop"]].rename_axis("spell").reset_index()
    given = _reasons(tables)
    if given.empty:
        return pd.Series(np.nan, ends["spell"], dtype=object)
    told = ends.merge(given, on="customer_id")
    told = told[told["day"] <= told["stop"]].sort_values("day", kind="stable")
    last = told.drop_duplicates("spell", keep="last").set_index("spell")["reason"]
    return last.reindex(ends["spell"]).rename("reason")


def _reasons(tables: Tables) -> pd.DataFrame:
    """Every reason with whose it is and since when it is known: customer_id, day, reason."""
    leads = _leads(tables)
    tables_of = {"disqualified_at": leads}
    if "opportunities" in tables:
        deals = records.states(tables["opportunities"], others=("lost_reason",))
        tables_of["closed_at"] = records.whose(deals, leads if "leads" in tables else None)
    found = [
        pd.DataFrame(
            {
                "customer_id": rows["customer_id"],
                "day": pd.to_datetime(_day(rows, column), unit="D"),
                "reason": rows["lost_reason"],
            }
        )
        for column, rows in tables_of.items()
        if "lost_reason" in rows
    ]
    return pd.concat(found).dropna() if found else pd.DataFrame()


def _day(rows: pd.DataFrame, column: str) -> pd.Series:
    """Since when a loss is known: its own day, or that of the status, or of the row if later."""
    names = [name for name in (column, "status_at") if name in rows]
    days = [rows[name] for name in names] or [rows["created_at"]]
    return days[0].fillna(days[-1]).clip(lower=rows["seen"])


def _leads(tables: Tables) -> pd.DataFrame:
    """Every state of the leads, each with the customer it was then."""
    if "leads" not in tables:
        return pd.DataFrame({"customer_id": NOBODY, "lead_id": NOBODY})
    return records.named(records.states(tables["leads"], others=("lost_reason",)))
