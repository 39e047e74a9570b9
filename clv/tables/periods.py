"""Durations and days: the one place that turns "12M" into days and days into other spans.

A week is 7 days, a month 30.4375 and a year 365.25, so that twelve months are one year and four
years are 1461 days whatever the calendar says.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter, UnitUnknown

UNIT_DAYS = {"D": 1, "W": 7}  # units of fixed length, in which a model may count

HORIZON_DAYS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}
DAYS_PER_YEAR = HORIZON_DAYS["Y"]
LONGEST_YEARS = 100

Days = TypeVar("Days", float, NDArray[np.float64], pd.Series)  # a number, or one for each row

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([DWMY])", re.ASCII)
_ALLOWED = "a length such as '39W', '12M', '365D' or '2Y', or an end date such as '2025-12-31'"


def as_date(day: str | date, name: str = "as_of") -> date:
    """Calendar day from ISO text, a date or a stamp; `name` is the parameter to blame.

    >>> as_date("1997-09-30")
    datetime.date(1997, 9, 30)
    """
    if isinstance(day, datetime) and not pd.isna(day):
        return day.date()
    if isinstance(day, date) and not pd.isna(day):
        return day
    try:
        return datetime.strptime(day, "%Y-%m-%d").date()
    except (TypeError, ValueError):
        raise BadParameter.from_value(name, day, "a day such as '2024-12-31'") from None


def horizon_days(horizon: str, as_of: str | date | None = None) -> float:
    """Length of a horizon in days; an end date is counted from `as_of`.

    >>> horizon_days("2Y")
    730.5
    """
    text = horizon.strip() if isinstance(horizon, str) else horizon
    length = _LENGTH.fullmatch(text) if isinstance(text, str) else None
    days = float(length[1]) * HORIZON_DAYS[length[2]] if length else _days_until(horizon, as_of)
    if not 0 < days <= LONGEST_YEARS * DAYS_PER_YEAR:
        allowed = f"longer than 0 and at most {LONGEST_YEARS} years"
        raise BadParameter.from_value("horizon", horizon, allowed)
    return days


def _days_until(horizon: str | date, as_of: str | date | None) -> float:
    """Days from `as_of` to an end date."""
    if isinstance(horizon, (int, float)) or (isinstance(horizon, str) and horizon.isdigit()):
        meant = f"{_ALLOWED}; did you mean '{horizon}W' or '{horizon}M'"
        raise BadParameter.from_value("horizon", horizon, meant)
    try:
        end = as_date(horizon.strip() if isinstance(horizon, str) else horizon)
    except BadParameter:
        raise BadParameter.from_value("horizon", horizon, _ALLOWED) from None
    if as_of is None:
        allowed = "a length such as '12M' where no as_of is known to count an end date from"
        raise BadParameter.from_value("horizon", horizon, allowed)
    return float((end - as_date(as_of)).days)


def horizon_periods(horizon: str, unit: str, as_of: str | date | None = None) -> float:
    """Length of a horizon in periods of `unit`.

    >>> horizon_periods("1Y", "W") == 365.25 / 7
    True
    """
    return in_periods(horizon_days(horizon, as_of), unit)


def in_periods(days: Days, unit: str) -> Days:
    """Days as periods of `unit`.

    >>> in_periods(273, "W")
    39.0
    """
    return days / UNIT_DAYS[known_unit(unit)]


def in_months(days: Days) -> Days:
    """Days as months, of which twelve are a year."""
    return days / HORIZON_DAYS["M"]


def in_years(days: Days) -> Days:
    """Days as years.

    >>> in_years(1461)
    4.0
    """
    return days / DAYS_PER_YEAR


def periods_per_year(unit: str) -> float:
    """How many periods of `unit` a year has.

    >>> periods_per_year("D")
    365.25
    """
    return in_periods(DAYS_PER_YEAR, unit)


def known_unit(unit: str) -> str:
    """The unit itself, if it is one of fixed length."""
    if unit not in UNIT_DAYS:
        raise BadParameter.from_value("unit", unit, f"one of {list(UNIT_DAYS)}")
    return unit


def unit_of(table: pd.DataFrame, unit: str | None = None) -> str:
    """Unit of time that a table counts in: its attribute, or the one that the caller passes."""
    own = table.attrs.get("unit")
    if own is None and unit is None:
        raise UnitUnknown(
            "The table does not say what unit of time it counts in; pass unit='D' or unit='W', "
            "or set customers.attrs['unit']."
        )
    if own is not None and unit is not None and own != unit:
        raise UnitUnknown(
            f"The table counts in unit {own!r}, not {unit!r}; summarise again in {unit!r}, "
            "or leave `unit` out."
        )
    return known_unit(unit if own is None else own)
