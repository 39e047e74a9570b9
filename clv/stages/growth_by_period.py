"""Growth accounting by calendar period: who came, who came back, who lapsed, who stayed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from clv.customers.cohorts import period_ends
from clv.stages.growth_accounting import growth
from clv.stages.lifecycle import Lifecycle
from clv.tables.periods import as_date

MOST = 36  # periods: more cannot be read in one chart
MOVES = ["at_start", "new", "reactivated", "lapsed", "retained", "at_end"]


def growth_by_period(life: Lifecycle, period: str = "M") -> pd.DataFrame:
    """The account of the newest periods that are over, at most 36.

    Where births are unknown it begins after the warm-up, in which an old customer looks new.

    Returns
    -------
    DataFrame
        One row per period (a `PeriodIndex`), no row where none is over; columns (named `move`)
        at_start, new, reactivated, lapsed (those undone by refunds among them), retained, at_end:
        at_start + new + reactivated - lapsed = at_end. `attrs`: period, quick_ratio (by the
        period's ISO text, as of `growth_accounting.growth`).
    """
    first = life.days["date"].min().date()
    uncertain = life.thresholds.warm_up_end
    if uncertain is not None:
        end = pd.Period(uncertain, period).end_time.date()
        first = max(first, as_date(end) + timedelta(days=1))
    ends = period_ends(first, life.as_of, period)[-MOST - 1 :] if first <= life.as_of else []
    if len(ends) < 2:
        index = pd.PeriodIndex([], freq=period)
        return _named(pd.DataFrame(columns=MOVES, index=index, dtype=np.int64), period, {})
    account = growth(life.spells, ends)
    account.index = pd.PeriodIndex(account["end"], freq=period)
    account["lapsed"] += account["undone"]
    ratios = {str(end): float(ratio) for end, ratio in account["quick_ratio"].items()}
    return _named(account[MOVES], period, ratios)


def newest_ratio(table: pd.DataFrame) -> float:
    """The quick ratio of the newest period of such a table; NaN without a period."""
    return table.attrs["quick_ratio"][str(table.index[-1])] if len(table) else np.nan


def _named(table: pd.DataFrame, period: str, ratios: dict[str, float]) -> pd.DataFrame:
    found = table.rename_axis(columns="move").rename_axis("period")
    found.attrs = {"period": period, "quick_ratio": ratios}
    return found
