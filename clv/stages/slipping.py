"""Customers of value who have slipped: buying a while ago, silent now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.stages.lifecycle import Lifecycle
from clv.stages.rules import IN_RHYTHM, SILENT
from clv.stages.signals import in_window

if TYPE_CHECKING:
    from datetime import date

OF_VALUE = (
    0.20  # the share of a year's buyers, those who paid most, who count as customers of value
)
YEAR = 365  # days


def slipped(
    life: Lifecycle,
    *,
    days: int = 90,
    values: pd.Series | None = None,
    leave_out: pd.Index | None = None,
) -> pd.DataFrame:
    """Customers of value who were buying `days` ago and have gone silent since.

    Of value is the fifth that had paid most in the year before that day; both stages are told by
    the limits of `life`.

    Parameters
    ----------
    life : Lifecycle
        As `clv.lifecycle` returns it.
    days : int
        How far to look back; no further than the first purchase.
    values : Series
        By customer_id: what each is still expected to bring.
    leave_out : Index, optional
        Customers who are not counted, such as those held out: nobody is to call them.

    Returns
    -------
    DataFrame indexed by the stage they are in now: `customers`, `brought` (what they had paid in
    the year before the earlier day), `expected` (the sum of `values`; NaN where they are not
    given). `attrs`: then, now (ISO days), days, of_value (customers of value who were buying then),
    held (what these had paid in that year).

    """
    then = life.ago(days)
    worth = _of_value(life, then).drop([] if leave_out is None else leave_out, errors="ignore")
    moved = pd.DataFrame(
        {
            "brought": worth,
            "expected": np.nan if values is None else values.reindex(worth.index),
            "then": life.stages(then)["stage"].reindex(worth.index).astype(str),
            "now": life.stages()["stage"].reindex(worth.index).astype(str),
        }
    )
    buying = moved[moved["then"].isin(IN_RHYTHM)]
    gone = buying[buying["now"].isin(SILENT)]
    stage = pd.Categorical(gone["now"], categories=SILENT, ordered=True)
    grouped = gone.groupby(stage, observed=False)
    table = pd.DataFrame(
        {
            "customers": grouped.size(),
            "brought": grouped["brought"].sum(),
            "expected": grouped["expected"].sum(min_count=1 if values is None else 0),
        }
    ).rename_axis("stage")
    table.attrs = {
        "then": then.isoformat(),
        "now": life.as_of.isoformat(),
        "days": (life.as_of - then).days,
        "of_value": len(buying),
        "held": float(buying["brought"].sum()),
    }
    return table


def _of_value(life: Lifecycle, day: date) -> pd.Series:
    """What the best fifth of a year's buyers had paid in the year before a day, by customer."""
    paid = in_window(life.purchase_days(day), day, YEAR)["money_in_window"]
    return paid[paid >= paid.quantile(1 - OF_VALUE)] if len(paid) else paid
