"""Do the stages mean anything? Stages on one day, against what the customers bought after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.customers.uncertainty import wilson
from clv.errors import BadParameter
from clv.stages import rules
from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.stages.silence import MEANING
from clv.tables.periods import as_date

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

EXPECTED_ORDER = ("loyal", "active", "at_risk", "dormant", "churned")  # most to least likely to buy
FIXED_BANDS = (30, 90, 180, 365)  # days of silence: what stages must not do worse than
INTERVAL = 0.90


def later_behaviour(
    transactions: Transactions, fit_date: str | date, days: int = 90
) -> pd.DataFrame:
    """Who bought in the `days` after `fit_date`, by the stage that was known on it.

    Returns
    -------
    DataFrame
        Indexed by stage, observable ones in lifecycle order: customers, returned (those who
        bought), share (NaN without customers), low, high (Wilson interval, 90 %), promised (the
        chance below which a customer is put into the stage: within the thresholds' own horizon).
        `attrs`: fitted_at, until, ordered (whether the shares fall from loyal to churned; stages
        without customers are passed over, and fewer than two say nothing: False), interval.
    """
    start = as_date(fit_date, "fit_date")
    until = _end(transactions, start, days)
    life = lifecycle(transactions, as_of=start)
    stages = life.stages()["stage"]
    returned = _returned(transactions, stages.index, start, until)
    found = returned.groupby(stages, observed=False).agg(customers="size", returned="sum")
    found = found.loc[list(rules.OBSERVABLE)]
    share = found["returned"] / found["customers"]
    low, high = wilson(share, found["customers"], INTERVAL)
    promised = found.index.map({state: p for state, (_, p) in MEANING.items()})
    found = found.assign(share=share, low=low, high=high, promised=promised)
    shares = found["share"].reindex(EXPECTED_ORDER).dropna()
    found.attrs = {
        "fitted_at": start.isoformat(),
        "until": until.isoformat(),
        "ordered": len(shares) > 1 and bool(shares.diff().dropna().lt(0).all()),
        "interval": INTERVAL,
    }
    return found


def against_fixed_bands(
    transactions: Transactions, fit_date: str | date, days: int = 90
) -> pd.DataFrame:
    """How well stages foretell a purchase, beside silence in bands of 30, 90, 180 and 365 days.

    Thresholds are learned at `fit_date`, the share of buyers per group in the `days` after it;
    both are tried on the groups at the end of these days, against the `days` after that.

    Returns
    -------
    DataFrame
        Indexed by grouping (stages, fixed_bands): groups, customers, log_loss (mean, lower is
        better), auc (chance that a buyer is ranked above a non-buyer).
    """
    start = as_date(fit_date, "fit_date")
    middle = start + timedelta(days=days)
    until = _end(transactions, middle, days)
    thresholds = lifecycle(transactions, as_of=start).thresholds
    life = lifecycle(transactions, as_of=middle, thresholds=thresholds)
    before, after = _groups(life, start), _groups(life, middle)
    learned = _returned(transactions, before.index, start, middle)
    outcome = _returned(transactions, after.index, middle, until)
    rows = {}
    for grouping in before:
        chance = after[grouping].map(_rates(learned, before[grouping]))
        rows[grouping] = {
            "groups": after[grouping].nunique(),
            "customers": len(after),
            "log_loss": _log_loss(chance.to_numpy(), outcome.to_numpy()),
            "auc": _auc(chance, outcome),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("grouping")


def _end(transactions: Transactions, start: date, days: int) -> date:
    """The last day of the time looked at after `start`, if the transactions reach it."""
    until = start + timedelta(days=days)
    if days < 1 or until > transactions.as_of:
        allowed = f"1 or more days, and end by {transactions.as_of}, where the transactions end"
        raise BadParameter.from_value("days", days, allowed)
    return until


def _returned(
    transactions: Transactions, customers: pd.Index, start: date, until: date
) -> pd.Series:
    """Whether each customer bought after `start` and up to `until`."""
    days = transactions.purchase_days(until)
    buyers = days.loc[days["date"] > pd.Timestamp(start), "customer_id"]
    return pd.Series(customers.isin(buyers), index=customers)


def _groups(life: Lifecycle, day: date) -> pd.DataFrame:
    """The two groupings of the customers of one day, as numbers in order."""
    stages = life.stages(day)
    band = np.searchsorted(FIXED_BANDS, stages["since_last"], side="left")
    return pd.DataFrame({"stages": stages["stage"].cat.codes, "fixed_bands": band}, stages.index)


def _rates(returned: pd.Series, group: pd.Series) -> pd.Series:
    """Share of buyers per group; one that nobody was in takes the rate of the group before it.

    One buyer and one non-buyer are added to each group, so that no share is quite 0 or 1.
    """
    counts = returned.groupby(group).agg(["sum", "size"])
    rates = (counts["sum"] + 1) / (counts["size"] + 2)
    return rates.reindex(range(max(len(rules.STATES), len(FIXED_BANDS) + 1))).ffill().bfill()


def _log_loss(chance: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float:
    return float(-np.log(np.where(outcome, chance, 1 - chance)).mean())


def _auc(chance: pd.Series, outcome: pd.Series) -> float:
    """Area under the ROC curve, from ranks; NaN where all or none bought."""
    buyers, others = int(outcome.sum()), int((~outcome).sum())
    if not buyers or not others:
        return float("nan")
    ranks = chance.rank()[outcome].sum()
    return float((ranks - buyers * (buyers + 1) / 2) / (buyers * others))
