"""Whether the data themselves have changed since an earlier report: rows, amounts, recency.

Days since then are held against as many days a year before (52 weeks, so that season and weekdays
match), or where the log does not reach so far, against those right before. What counts is how large
a difference is and whether the sample carries it: with enough rows any difference is significant,
and with few of them a large one may be chance. It is told only where its whole interval is large,
and of fewer than 30 no interval is known.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.models.estimation import Array
from clv.models.intervals import quantile
from clv.tables import tallies
from clv.tables.periods import as_date
from clv.tables.transactions import Transactions

ROWS, AMOUNTS, RECENCY = "rows_a_week", "usual_amount", "days_since_last"
MEASURES = (ROWS, AMOUNTS, RECENCY)
LEAST_WEEKS, MOST_WEEKS = 4, 52  # fewer tell nothing of how much weeks differ
YEAR = timedelta(weeks=52)
LARGE_RATIO = 1.5  # of rows a week, up or down
FEWEST = 30  # rows, or customers: fewer do not tell how much they differ from one to the next
LARGE_SHIFT = 0.33  # Cliff's delta (Romano et al. 2006: medium from there, large from 0.474)
COLUMNS = {
    "before": float,
    "now": float,
    "effect": float,
    "low": float,
    "high": float,
    "rows_before": "int64",
    "rows_now": "int64",
    "large": bool,
}


def drift(transactions: Transactions, since: str | date, *, interval: float = 0.99) -> pd.DataFrame:
    """How the purchases since an earlier report differ from those of comparable days before it.

    Parameters
    ----------
    since
        The as-of day of the earlier report.
    interval
        Share of outcomes between low and high.

    Returns
    -------
    DataFrame indexed by measure, empty where four weeks have not passed since or are not known
    before: `before`, `now` (mean rows a week, median amount, median days since the last purchase of
    those who bought in the period), `effect` with `low` and `high` (of rows the ratio; else Cliff's
    delta: how much more often a value of now exceeds one of before than the other way round; low
    and high are NaN where too few rows or customers are known),
    `rows_before`, `rows_now` (on which it rests: rows, or customers), `large` (the whole interval
    is). `attrs`: start, middle, end (ISO days; the days since begin after `middle`, those before
    end on `start`), weeks.

    """
    end, (before_ends, weeks) = transactions.as_of, _comparable(transactions, as_date(since))
    if weeks < LEAST_WEEKS:
        return nothing()
    span, ends = timedelta(weeks=weeks), (before_ends, end)
    before, now = (tallies.rows_by_week(transactions, day, weeks) for day in ends)
    paid = [tallies.amounts(transactions, day - span, day) for day in ends]
    silent = [tallies.silences(transactions, day - span, day) for day in ends]
    rows = [
        _row((before.mean(), now.mean()), ratio(before, now, interval), (before.sum(), now.sum())),
        *(
            _row([_median(each) for each in pair], cliffs_delta(*pair, interval),
                 [each.sum() for each in pair], large=LARGE_SHIFT, same=0.0)
            for pair in (paid, silent)
        ),
    ]  # fmt: skip
    found = pd.DataFrame(rows, index=pd.Index(MEASURES, name="measure"), columns=list(COLUMNS))
    found = found.astype(COLUMNS)
    found.attrs = {"start": before_ends.isoformat(), "middle": (end - span).isoformat()}
    found.attrs |= {"end": end.isoformat(), "weeks": weeks}
    return found


def ratio(before: Array, now: Array, interval: float = 0.99) -> tuple[float, float, float]:
    """Ratio of two means of weekly counts, with its interval: effect, low, high.

    Weeks differ by more than chance (season, campaigns): their own variance counts, and at the
    least that of a Poisson count. Low and high are NaN where neither side has 30 rows: one side may
    have few, or none, if the other says that this is not usual.

    >>> [round(each, 2) for each in ratio(np.full(9, 100), np.full(9, 150))]
    [1.5, 1.34, 1.68]
    """
    means = np.array([before.mean(), now.mean()])
    if not means[0] > 0:
        return np.nan, np.nan, np.nan
    effect = float(means[1] / means[0])
    if max(before.sum(), now.sum()) < FEWEST:
        return effect, np.nan, np.nan
    if not means[1] > 0:
        return 0.0, 0.0, 0.0
    variance = sum(
        max(each.var(ddof=1), each.mean()) / (len(each) * each.mean() ** 2)
        for each in (before, now)
    )
    times = float(np.exp(quantile(interval) * np.sqrt(variance)))
    return effect, effect / times, effect * times


def cliffs_delta(
    before: pd.Series, now: pd.Series, interval: float = 0.99
) -> tuple[float, float, float]:
    """How much more often a value of `now` is above one of `before` than below, with its interval.

    From -1 (always below) to 1 (always above): Cliff, N. (1993), "Dominance Statistics",
    Psychological Bulletin 114(3), 494-509. Both are counts by value. The variance is that of an
    area under a ROC curve, of which this is 2 A - 1: DeLong, DeLong & Clarke-Pearson (1988),
    Biometrics 44(3), 837-845. It is 0 where the sides do not overlap, which few values on a side
    often do by chance: low and high are NaN where either side has fewer than 30.

    >>> [round(each, 2) for each in cliffs_delta(pd.Series({1.0: 50}), pd.Series({2.0: 50}))]
    [1.0, 1.0, 1.0]
    """
    values = before.index.union(now.index)
    x, y = (each.reindex(values, fill_value=0).to_numpy(float) for each in (before, now))
    if min(x.sum(), y.sum()) < 1:
        return np.nan, np.nan, np.nan

    def dominates(counts: Array) -> Array:
        """At each value, how much oftener it lies above one of the counts than below."""
        below = np.cumsum(counts) - counts
        return (2 * below + counts) / counts.sum() - 1

    of_y, of_x = dominates(x), dominates(y)
    delta = float((y * of_y).sum() / y.sum())
    if min(x.sum(), y.sum()) < FEWEST:
        return delta, np.nan, np.nan
    spread = sum(
        (n * (d - (n * d).sum() / n.sum()) ** 2).sum() / (n.sum() * (n.sum() - 1))
        for n, d in ((y, of_y), (x, of_x))
    )
    half = quantile(interval) * np.sqrt(spread)
    return delta, float(max(delta - half, -1)), float(min(delta + half, 1))


def _row(
    values: list[float] | tuple[float, float],
    effect: tuple[float, float, float],
    rows: list[int] | tuple[int, int],
    *,
    large: float = float(np.log(LARGE_RATIO)),
    same: float | None = None,
) -> dict[str, object]:
    """One measure; `same` is the effect of no difference, None for a ratio."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.log(effect[1:]) if same is None else effect[1:]
    cells = (*values, *effect, *map(int, rows), bool(low >= large or high <= -large))
    return dict(zip(COLUMNS, cells, strict=True))


def _comparable(transactions: Transactions, then: date) -> tuple[date, int]:
    """The last day of what is held against the days since, and how many weeks both have."""
    first = tallies.first_day(transactions)
    weeks = min((transactions.as_of - then).days // 7, MOST_WEEKS)
    year_before = transactions.as_of - YEAR
    if year_before <= then and first <= year_before - timedelta(weeks=weeks):
        return year_before, weeks
    return then, min(weeks, (then - first).days // 7)


def _median(counts: pd.Series) -> float:
    """The value in the middle of counts by value, sorted; NaN without any."""
    so_far = counts.cumsum()
    return float(counts.index[so_far.searchsorted(so_far.iloc[-1] / 2)]) if len(counts) else np.nan


def nothing() -> pd.DataFrame:
    """The table where nothing can be compared."""
    return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="measure")).astype(COLUMNS)
