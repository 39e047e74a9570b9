"""Do the stages mean anything? Stages on one day, against what the customers bought after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter, TooLittleToModel
from clv.models.intervals import quantile, wilson
from clv.stages import rules
from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.stages.silence import MEANING
from clv.tables.periods import as_date

if TYPE_CHECKING:
    from clv.tables.transactions import Transactions

EXPECTED_ORDER = ("loyal", "active", *rules.SILENT)  # most to least likely to buy
ONE_DAY = (
    "The history is one day long: nothing can be judged by what came later. Take a longer history."
)
FIXED_BANDS = (30, 90, 180, 365)  # days of silence: what stages must not do worse than
INTERVAL = 0.90
LEAST_COMPARED = 20  # customers of a stage, below which its share is held against no other


def days_to_judge(life: Lifecycle) -> int:
    """How many days stages can be judged by: those within which a return counts, if there are.

    The history must hold them three times: once to learn limits from, twice to hold them against
    later purchases; at least 1. Refuses a history of a single day, which has nothing before its
    last.
    """
    seen = (pd.Timestamp(life.as_of) - life.days["date"].min()).days
    if seen < 1:
        raise TooLittleToModel(ONE_DAY)
    return max(min(life.thresholds.return_horizon, seen // 3), 1)


def followed(
    transactions: Transactions, fit_date: str | date, days: int = 90, **declared: object
) -> pd.DataFrame:
    """Everyone known on `fit_date`, and whether they bought in the `days` after it.

    Parameters
    ----------
    declared
        Of `clv.lifecycle`: tables, sector, settings. The limits are those learned at `fit_date`.

    Returns
    -------
    DataFrame
        Indexed by customer_id: stage, health (NaN: not known), band, bought. `attrs`: fitted_at,
        until (ISO days), days, horizon (days within which the limits promise a return), observable
        (the stages that can be seen).
    """
    start = as_date(fit_date, "fit_date")
    until = _end(transactions, start, days)
    life = lifecycle(transactions, as_of=start, framework=None, **declared)
    found = life.stages()[["stage"]].join(life.health()[["health", "band"]])
    found["bought"] = _returned(transactions, found.index, start, until)
    found.attrs = {
        "fitted_at": start.isoformat(),
        "until": until.isoformat(),
        "days": days,
        "horizon": life.thresholds.return_horizon,
        "observable": life.observable,
    }
    return found


def by_stage(followed: pd.DataFrame) -> pd.DataFrame:
    """Who bought afterwards, by the stage that was known before.

    Parameters
    ----------
    followed
        As `followed` returns it.

    Returns
    -------
    DataFrame
        Indexed by stage, observable ones in lifecycle order: customers, returned (those who
        bought), share (NaN without customers), low, high (Wilson interval, 90 %), promised (the
        chance below which a customer is put into the stage: within the thresholds' own horizon).
        `attrs`: those of `followed`; ordered: whether the shares fall from loyal to churned, the
        first by more than chance above the last (stages of fewer than 20 customers are passed
        over, and fewer than two say nothing: False); interval.
    """
    found = _shares(followed, "stage").loc[list(followed.attrs["observable"])]
    promised = found.index.map({state: p for state, (_, p) in MEANING.items()})
    found = found.assign(promised=promised.astype(float))
    compared = comparable(found)
    ordered = told_apart(compared) and bool(compared["share"].diff().dropna().lt(0).all())
    found.attrs = followed.attrs | {"ordered": ordered, "interval": INTERVAL}
    return found


def comparable(behaviour: pd.DataFrame) -> pd.DataFrame:
    """The rows of `by_stage` that hold enough customers, from most to least likely to buy."""
    enough = behaviour[behaviour["customers"] >= LEAST_COMPARED]
    return enough.loc[[stage for stage in EXPECTED_ORDER if stage in enough.index]]


def told_apart(compared: pd.DataFrame) -> bool:
    """Whether the first of some stages bought more than the last, beyond what chance explains."""
    return len(compared) > 1 and bool(compared["low"].iloc[0] > compared["high"].iloc[-1])


def by_health(followed: pd.DataFrame) -> pd.DataFrame:
    """Who bought afterwards, by the band of health that was known before.

    Returns
    -------
    DataFrame
        Indexed by band: customers, returned, share, low, high. `attrs`: those of `followed`; auc:
        the chance that one who bought was the healthier of two (NaN: nobody to tell it by), with
        auc_low and auc_high; interval.
    """
    known = followed.dropna(subset="health")
    found = _shares(known, "band")
    auc = _auc(known["health"], known["bought"])
    reach = quantile(INTERVAL) * _auc_error(auc, known["bought"])
    ends = {"auc_low": max(auc - reach, 0.0), "auc_high": min(auc + reach, 1.0)}
    found.attrs = followed.attrs | {"auc": auc, **ends, "interval": INTERVAL}
    return found


def against_fixed_bands(
    transactions: Transactions, fit_date: str | date, days: int = 90, **declared: object
) -> pd.DataFrame:
    """How well stages foretell a purchase, beside silence in bands of 30, 90, 180 and 365 days.

    Thresholds are learned at `fit_date`, the share of buyers per group in the `days` after it;
    both are tried on the groups at the end of these days, against the `days` after that. Judged
    are customers, by their purchases alone; `declared` are of `clv.lifecycle`: sector, settings.

    Returns
    -------
    DataFrame
        Indexed by grouping (stages, fixed_bands): groups, customers, log_loss (mean, lower is
        better), auc (chance that a buyer is ranked above a non-buyer).
    """
    start = as_date(fit_date, "fit_date")
    middle = start + timedelta(days=days)
    until = _end(transactions, middle, days)
    thresholds = lifecycle(transactions, as_of=start, **declared).thresholds
    life = lifecycle(transactions, as_of=middle, thresholds=thresholds, framework=None)
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


def _shares(followed: pd.DataFrame, groups: str) -> pd.DataFrame:
    """Customers and buyers of each group, and the share of these with its bounds."""
    grouped = followed.groupby(groups, observed=False)["bought"]
    found = grouped.agg(customers="size", returned="sum")
    share = found["returned"] / found["customers"]
    low, high = wilson(share, found["customers"], INTERVAL)
    return found.assign(share=share, low=low, high=high)


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


def _auc_error(auc: float, outcome: pd.Series) -> float:
    """Standard error of an area under the ROC curve (Hanley & McNeil 1982, Radiology 143(1))."""
    buyers, others = int(outcome.sum()), int((~outcome).sum())
    if not buyers or not others:
        return float("nan")
    both = auc / (2 - auc) - auc**2, 2 * auc**2 / (1 + auc) - auc**2
    spread = auc * (1 - auc) + (buyers - 1) * both[0] + (others - 1) * both[1]
    return float(np.sqrt(spread / (buyers * others)))
