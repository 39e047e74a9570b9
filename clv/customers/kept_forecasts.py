"""Published forecasts of the total, held against what has come since.

A forecast is of the customers known on its day, and of money discounted to that day. What came is
told by today's data in the same way: each day's money of these customers, discounted, times what is
kept of it. Refunds and corrections that have come since are in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clv.errors import BadParameter
from clv.tables import tallies
from clv.tables.periods import as_date, horizon_days, in_years
from clv.tables.transactions import Transactions

SAID = {
    "made_on": "datetime64[us]",
    "until": "datetime64[us]",
    "expected": "float64",
    "low": "float64",
    "high": "float64",
    "currency": "str",
}
COLUMNS = {
    **SAID,
    "through": "datetime64[us]",
    "came": "float64",
    "missed": "float64",
    "over": "bool",
    "inside": "boolean",
}
FILE = "kept_forecasts.parquet"


def until(made_on: str | date, horizon: str) -> date:
    """The last day of a forecast's horizon.

    >>> until("1997-09-30", "39W")
    datetime.date(1998, 6, 30)
    """
    day = as_date(made_on)
    return day + timedelta(int(horizon_days(horizon, day)))


def held(said: Iterable[Mapping[str, Any]], transactions: Transactions) -> pd.DataFrame:
    """Forecasts beside what has come of them by the last day of the transactions.

    Parameters
    ----------
    said
        Each with the columns of `SAID` (days as ISO text), `annual_discount_rate`, `margin` (a
        share; text where each row has its own; None) and, where amounts are restated, `restated`:
        how many of today's money make one of the forecast's.
    transactions
        As they are known today.

    Returns
    -------
    DataFrame with one row per forecast, the earliest first: those of `SAID`, `through` (the last
    day counted), `came`, `missed` (the share by which too much was foreseen; negative, too little),
    `over` (whether the horizon is), `inside` (whether what came lies within the interval; unknown
    before the end and without an interval). What came is NaN, and inside unknown, where today's
    transactions no longer reach back to the day of the forecast.

    """
    rows = sorted(said, key=lambda one: (one["made_on"], one["until"]))
    found = [_held(one, transactions) for one in rows]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def _held(one: Mapping[str, Any], transactions: Transactions) -> dict[str, Any]:
    """One forecast of the table."""
    through = min(as_date(one["until"]), transactions.as_of)
    over = as_date(one["until"]) <= transactions.as_of
    brought = came(
        transactions,
        one["made_on"],
        through,
        annual_discount_rate=one["annual_discount_rate"],
        margin=one["margin"],
    ) / one.get("restated", 1.0)
    low, high = (np.nan if one[side] is None else one[side] for side in ("low", "high"))
    known = over and not np.isnan([brought, low, high]).any()
    return {
        **{name: one[name] for name in SAID},
        "through": through,
        "came": brought,
        "missed": one["expected"] / brought - 1 if over and brought > 0 else np.nan,
        "over": over,
        "inside": low <= brought <= high if known else None,
    }


def came(
    transactions: Transactions,
    made_on: str | date,
    through: str | date,
    *,
    annual_discount_rate: float = 0.0,
    margin: float | str | None = None,
) -> float:
    """What the customers known on a day have brought from then until another, discounted to it.

    What has since been refunded or corrected of purchases before that day counts in full. NaN where
    the transactions do not reach back to the day.
    """
    start, by_margin = as_date(made_on), isinstance(margin, str)
    try:
        before = tallies.money_by_day(transactions, start, by_margin=by_margin)
    except BadParameter:
        return float("nan")
    daily = tallies.money_by_day(transactions, through, known_on=start, by_margin=by_margin)
    kept = margin if isinstance(margin, int | float) else 1.0
    ahead = in_years((daily["date"] - pd.Timestamp(start)).dt.days)
    present = np.power(1 + annual_discount_rate, -ahead.clip(lower=0.0))
    # Money of the days before is there twice and goes, but for what has changed of it since.
    return float(((daily["money"] * present).sum() - before["money"].sum()) * kept)


# From hand to hand --------------------------------------------------------------------------


def nothing() -> pd.DataFrame:
    """The table where nothing has been published yet."""
    return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def save(forecasts: pd.DataFrame, folder: Path) -> None:
    """Write the table so that `published(folder)` gives it back."""
    folder.mkdir(parents=True, exist_ok=True)
    forecasts.to_parquet(folder / FILE, index=False)


def published(folder: str) -> pd.DataFrame:
    """The table that was handed over; an empty one without a folder, or where there is none."""
    file = Path(folder) / FILE
    return pd.read_parquet(file).astype(COLUMNS) if folder and file.is_file() else nothing()
