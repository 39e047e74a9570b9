"""How far totals have missed before, and bounds that allow for such a miss.

Models know chance and how little they have learned, but not season, campaigns and prices. These
show in the errors of earlier forecasts whose time is over; a total's bounds are widened by them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clv.customers.hindsight import Hindsight, hindsight
from clv.customers.totals import Total
from clv.errors import DidNotConverge, TooLittleToModel
from clv.models import student
from clv.models.intervals import tails
from clv.tables.periods import horizon_days
from clv.tables.transactions import Transactions

MOST = 12  # origins
ENOUGH = 6  # origins without which it is not known how far a total may miss
LEARNING = 1 / 4  # of the horizon, that has been seen on the first origin
DRAWS = 100  # of a total that is only held against what came

COLUMNS = {
    "made_on": "datetime64[us]",
    "until": "datetime64[us]",
    "customers": "int64",
    "forecast": "float64",
    "low": "float64",
    "high": "float64",
    "came": "float64",
    "error": "float64",
    "inside": "bool",
    "purchases_forecast": "float64",
    "purchases_came": "int64",
}


def rolling_origins(
    transactions: Transactions,
    model: str,
    *,
    spend_basis: str = "repeat",
    horizon: str = "12M",
    as_of: str | date | None = None,
    unit: str = "W",
    interval: float = 0.90,
    seed: int = 1,
) -> pd.DataFrame:
    """The forecasts of revenue that would have been made on earlier days, and what came.

    Up to twelve days, evenly spread and whole weeks apart, from the first on which a quarter of the
    horizon had been seen (or on which the models could be fitted) to the last whose horizon is over
    on `as_of`. Each forecast is of the customers known on its day, by models fitted on what was
    visible on it.

    Returns
    -------
    DataFrame with one row per origin, the earliest first: `made_on`, `until` (days, inclusive),
    `customers`, `forecast`, `low`, `high` (revenue, undiscounted, with the bounds of the models),
    `came`, `error` (log(came / forecast); -inf where nothing came, or more was refunded than
    sold), `inside`, `purchases_forecast`, `purchases_came`.

    """
    end = transactions.window_end(as_of)
    first = transactions.table["date"].min().to_pyarrow().as_py()
    ahead = timedelta(int(horizon_days(horizon, end)))
    terms = {"spend_basis": spend_basis, "unit": unit, "interval": interval, "seed": seed}

    def made(days: list[date]) -> list[dict[str, object]]:
        return list(_made(transactions, model, days, ahead, **terms))

    days = origins(first + LEARNING * ahead, end - ahead)
    found = made(days)
    if 0 < len(found) < min(ENOUGH, len(days)):  # too young at first: spread over the rest
        found = made(origins(found[0]["made_on"], end - ahead))
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def origins(earliest: date, latest: date) -> list[date]:
    """Days to forecast on, the earliest first: whole weeks before the latest, evenly spread.

    >>> [str(day) for day in origins(date(2024, 3, 1), date(2024, 3, 29))]
    ['2024-03-01', '2024-03-08', '2024-03-15', '2024-03-22', '2024-03-29']
    """
    weeks = (latest - earliest).days // 7
    back = np.linspace(weeks, 0, min(MOST, weeks + 1)).round() if weeks >= 0 else ()
    return [latest - timedelta(weeks=int(number)) for number in back]


def _made(
    transactions: Transactions, model: str, days: list[date], ahead: timedelta, **terms: object
) -> Iterator[dict[str, object]]:
    """A row for each day on which the models could be fitted."""
    # It is their errors that widen a total. Refits of a dozen young bases would take minutes for
    # what the table says beside: whether the models' own bounds held.
    terms |= {"draws": DRAWS, "by_refits": False}
    for day in days:
        try:
            told = hindsight(transactions, model, day, day + ahead, **terms)
        except (TooLittleToModel, DidNotConverge):
            continue
        yield _row(told)


def _row(told: Hindsight) -> dict[str, object]:
    """One origin of the table."""
    with np.errstate(divide="ignore"):
        error = np.log(max(told.revenue_came, 0.0) / told.revenue.expected)
    return {
        "made_on": told.made_on,
        "until": told.until,
        "customers": told.customers,
        "forecast": told.revenue.expected,
        "low": told.revenue.low,
        "high": told.revenue.high,
        "came": told.revenue_came,
        "error": error,
        "inside": told.inside,
        "purchases_forecast": told.purchases.expected,
        "purchases_came": told.purchases_came,
    }


def widened(total: Total, errors: ArrayLike, interval: float = 0.90) -> Total:
    """The same sum with bounds that also allow for what the models do not know.

    On the log scale, so that bounds stay positive: half-width² = the models' own² + (t · RMS)²,
    where RMS is the root mean square of the `errors` of `rolling_origins` and t Student's quantile
    with as many degrees of freedom. Fewer than six errors widen nothing. Where nothing came of an
    earlier forecast, nothing may come of this one.

    Forecasts whose times overlap are not independent, and so many degrees of freedom promise too
    much while the history is short beside the horizon: in a simulation with independent weekly
    shocks, 90 % bounds of a forecast 12 months ahead held 73 % of outcomes after 78 weeks of
    history, 80 % after 104, 85 % after 156 and 88 % after 400.

    >>> wide = widened(Total(100.0, low=90.0, high=115.0), [0.1, -0.1] * 3)
    >>> round(wide.low, 1), round(wide.high, 1)
    (80.2, 127.0)
    """
    errors = np.asarray(errors, dtype=float)
    if len(errors) < ENOUGH or not total.expected > 0:
        return total
    _, upper = tails(interval)
    known = errors[np.isfinite(errors)]
    missed = student.quantile(upper, len(known)) * np.sqrt((known**2).mean()) if known.size else 0.0
    with np.errstate(divide="ignore"):  # a lower bound of 0 is as far away as can be
        low, expected, high = np.log([total.low, total.expected, total.high])
    down, up = np.hypot(np.maximum([expected - low, high - expected], 0), missed)
    low = total.expected * np.exp(-down) if len(known) == len(errors) else 0.0
    high = total.expected * np.exp(up)
    return replace(total, low=min(float(low), total.low), high=max(float(high), total.high))
