"""Was the watch list right? A list made on an earlier day, beside simpler ones of its length.

What one can see afterwards is who bought nothing within the time, not who has left for good. A list
of those who have long been silent is therefore right most often, and warns of those who are gone.
So two more things are told of each list: how early it came, and how much money had come from those
on it who then stayed away.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.customers import choice
from clv.customers.aftermath import aftermath
from clv.customers.departure import SOON, value_at_risk
from clv.customers.minimum import enough_to_model
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.spend_basis import choose_basis
from clv.customers.value import value_customers
from clv.errors import DidNotConverge, TooLittleToModel
from clv.growth.watch_list import HALF
from clv.models.intervals import wilson
from clv.tables.periods import horizon_days
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

YEAR = 365  # days: whoever bought within them counts as a customer when the list is made
GROUPS = 5  # of a list, by the chance that the model gave
LISTS = ("watch_list", "top_spenders", "silent", "longest_silent")  # ours, then the simpler ones


def earlier_list(
    transactions: Transactions,
    model: str = "auto",
    *,
    spend_basis: str = "auto",
    within: str = SOON,
    horizon: str = "12M",
    annual_discount_rate: float = 0.10,
    unit: str = "W",
    most: int | None = None,
) -> pd.DataFrame:
    """The customers of the day on which the time of a list that ends now began, and what they did.

    The models are chosen and fitted on what was visible on that day; `model` and `spend_basis` are
    those of a study, "auto" or a name. Customers are all who had bought within the year before it.

    Returns
    -------
    DataFrame indexed by customer_id: `since_last` (days), `brought` (money within the year before),
    `p_purchase`, `value_at_risk`, `stayed_away` (bought nothing within the time) and, for each of
    `LISTS`, whether they would have stood on it. `attrs`: listed_on, until (ISO days), days,
    currency. Without rows where the history is too short or too thin for it.

    """
    days = int(horizon_days(within))
    start = transactions.as_of - timedelta(days)
    try:
        before = customer_summary(transactions, start, unit=unit)
        enough_to_model(before)
        purchases = _family(transactions, start, model, unit).fit(before)
        spend = GammaGammaModel.fit(before, _basis(transactions, start, spend_basis, unit))
    except (TooLittleToModel, DidNotConverge):
        return _nobody(transactions, start, days)
    terms = {"horizon": horizon, "annual_discount_rate": annual_discount_rate, "interval": None}
    valued = value_customers(before, purchases, spend, **terms)
    brought = _brought(transactions, start)
    at_risk = value_at_risk(valued, purchases, within=within)
    since = (pd.Timestamp(start) - before["last_purchase"]).dt.days
    known = pd.DataFrame(
        {
            "since_last": since,
            "brought": brought.reindex(before.index, fill_value=0.0),
            "p_purchase": purchases.p_purchase(before, within),
            "value_at_risk": at_risk["value_at_risk"],
            "stayed_away": aftermath(transactions, before, transactions.as_of)["purchases"] == 0,
        }
    )[since < YEAR].sort_index()
    found = known.assign(**_lists(known, days, most))
    found.attrs = _facts(transactions, start, days)
    return found


def _family(transactions: Transactions, start: date, model: str, unit: str) -> type[PurchaseModel]:
    """The model that was named, or the one that would have been chosen on that day."""
    if model != "auto":
        return choice.family(model)
    return choice.family(choice.chosen(choice.compare_models(transactions, start, unit=unit)).name)


def _basis(transactions: Transactions, start: date, spend_basis: str, unit: str) -> str:
    """The basis of spend that was named, or the one that would have been chosen on that day."""
    if spend_basis != "auto":
        return spend_basis
    return choose_basis(transactions, start, unit=unit).name


def beside_simpler(found: pd.DataFrame) -> pd.DataFrame:
    """How right, how complete and how early each list was, beside everybody.

    Parameters
    ----------
    found : DataFrame
        As `earlier_list` returns it.

    Returns
    -------
    DataFrame indexed by list (`watch_list`; `top_spenders`, who had brought most in the year;
    `silent`, who had been silent for the time or longer, the dearest first; `longest_silent`;
    `all_of_them`, the base of every list): `customers`, `stayed_away` (customers), `precision` with
    `low` and `high` (share of the list who stayed away, Wilson, 90 %), `expected` (the share by the
    model), `recall` (share of all who stayed away), `brought` (what those of the list who stayed
    away had brought), `lead_days` (of these, median days until their silence was as long as the
    time: below 0, it came too late).

    """
    whole = found.assign(all_of_them=True)
    rows = {name: _measured(whole, name) for name in (*LISTS, "all_of_them") if len(found)}
    columns = ["customers", "stayed_away", "precision", "low", "high", "expected", "recall"]
    columns += ["brought", "lead_days"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("list")
    return _with_facts(table.astype({"customers": "int64", "stayed_away": "int64"}), found)


def calibration(found: pd.DataFrame, groups: int = GROUPS) -> pd.DataFrame:
    """Whether customers of the list stayed away as often as the model had expected.

    Returns
    -------
    DataFrame indexed by group, the likeliest to stay away last: `customers`, `expected` and `came`
    (shares who stay away), `low` and `high` of `came` (Wilson, 90 %).

    """
    listed = found[found["watch_list"].astype(bool)]
    away = 1 - listed["p_purchase"]
    place = away.rank(method="first").sub(1) * min(groups, len(listed)) // max(len(listed), 1) + 1
    told = pd.DataFrame({"away": away, "came": listed["stayed_away"]})
    table = told.groupby(place.astype("int64")).agg(
        customers=("away", "size"), expected=("away", "mean"), came=("came", "mean")
    )
    low, high = wilson(table["came"], table["customers"])
    return _with_facts(table.assign(low=low, high=high).rename_axis("group"), found)


def _lists(known: pd.DataFrame, days: int, most: int | None) -> dict[str, np.ndarray]:
    """Who would have stood on each list; all are as long as the first, if so many can be found."""
    at_risk = known["value_at_risk"].sort_values(ascending=False, kind="stable")
    if most is None:
        most = int(np.searchsorted(at_risk.cumsum(), HALF * at_risk.sum())) + 1
    silent = known[known["since_last"] >= days]
    ranked = {
        "watch_list": at_risk,
        "top_spenders": known["brought"].sort_values(ascending=False, kind="stable"),
        "silent": silent["brought"].sort_values(ascending=False, kind="stable"),
        "longest_silent": known["since_last"].sort_values(ascending=False, kind="stable"),
    }
    return {name: known.index.isin(order.index[:most]) for name, order in ranked.items()}


def _measured(found: pd.DataFrame, name: str) -> dict[str, float]:
    """One list, held against what came."""
    listed = found[found[name]]
    away = listed[listed["stayed_away"]]
    share = len(away) / len(listed) if len(listed) else np.nan
    low, high = wilson(share, len(listed))
    everyone = int(found["stayed_away"].sum())
    return {
        "customers": len(listed),
        "stayed_away": len(away),
        "precision": share,
        "low": float(low),
        "high": float(high),
        "expected": float((1 - listed["p_purchase"]).mean()),
        "recall": len(away) / everyone if everyone else np.nan,
        "brought": float(away["brought"].sum()),
        "lead_days": float((found.attrs["days"] - away["since_last"]).median()),
    }


def _brought(transactions: Transactions, start: date) -> pd.Series:
    """What each customer had brought in the year up to a day."""
    log = transactions.purchase_days(start)
    year = log[log["date"] > pd.Timestamp(start - timedelta(YEAR))]
    return year.groupby("customer_id")["amount"].sum()


def _nobody(transactions: Transactions, start: date, days: int) -> pd.DataFrame:
    """No customers, with every column."""
    columns = {"since_last": "int64", "brought": float, "p_purchase": float, "value_at_risk": float}
    columns |= {"stayed_away": bool, **dict.fromkeys(LISTS, bool)}
    found = pd.DataFrame(columns=list(columns)).astype(columns).rename_axis("customer_id")
    found.attrs = _facts(transactions, start, days)
    return found


def _facts(transactions: Transactions, start: date, days: int) -> dict[str, object]:
    until = transactions.as_of.isoformat()
    told = {"listed_on": start.isoformat(), "until": until, "days": days}
    return told | {"currency": transactions.currency}


def _with_facts(table: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    table.attrs = dict(found.attrs)
    return table
