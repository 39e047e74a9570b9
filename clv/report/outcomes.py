"""What one customer may do, in words: a mean is no outcome, and most outcomes are nothing."""

from __future__ import annotations

import pandas as pd

from clv.report.words import Interval, Text, of_unit

LIKELY_NONE = 0.95  # chance of no purchase from which on nothing is to be counted on


def table(typical: pd.DataFrame, *, currency: str | None = None) -> pd.DataFrame:
    """Means with their error, and outcomes in words, of a typical customer of each group.

    Parameters
    ----------
    typical : DataFrame
        As `customers.typical.of_tenths` returns it.

    Returns
    -------
    DataFrame, indexed alike: `expected_purchases`, its standard error and `clv`, all of the mean;
    `outcome_purchases` and `outcome_money`, what a single customer may do.

    """
    unit = currency or ""
    counted, money = ["purchases_low", "purchases_high", "purchases_most"], ["clv_low", "clv_high"]
    told = pd.DataFrame(
        {
            "expected_purchases": typical["expected_purchases"],
            "expected_purchases_se": typical["expected_purchases_se"],
            "outcome_purchases": _said(typical, counted, ""),
            "clv": typical["clv"],
            "outcome_money": _said(typical, [*money, "clv_most"], unit),
        }
    )
    told.attrs = typical.attrs | {"units": {"clv": unit}}
    return told


def outcome(low: float, high: float, most: float, *, none: float, unit: str) -> Text | Interval:
    """The bounds of an outcome in words; `none` is the chance of no purchase at all.

    >>> str(outcome(0, 0, 2, none=0.97, unit=""))
    'most likely none; at most 2 in 99 of 100 cases'
    """
    if none >= LIKELY_NONE:
        return Text(
            "most likely none; at most {most} in 99 of 100 cases", {"most": of_unit(most, unit, 0)}
        )
    return Interval(of_unit(low, unit, 0), of_unit(high, unit, 0))


def _said(typical: pd.DataFrame, bounds: list[str], unit: str) -> list[Text | Interval]:
    """The outcome of each row."""
    rows = typical[[*bounds, "p_none"]].itertuples(index=False)
    return [outcome(*row[:3], none=row[3], unit=unit) for row in rows]
