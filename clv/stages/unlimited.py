"""Customers of whom nobody can tell whether they still buy: for their silence there is no limit.

A limit that could not be learned is left out, not invented. Who has bought as often as the
customers it is missing for never counts as at risk, however long the silence: that is no rhythm.
"""

from __future__ import annotations

import pandas as pd

from clv.stages.thresholds import Thresholds

NO_LIMIT = "no_limit"
UNTIL_SILENT = ("active", "loyal", "advocate")  # stages that no window ends, only a silence


def unlimited(stages: pd.DataFrame, thresholds: Thresholds) -> pd.Series:
    """Which customers have no limit that says from which day of silence on they are at risk.

    Parameters
    ----------
    stages
        As `Lifecycle.stages` returns it.
    thresholds
        Those that the stages rest on.

    Returns
    -------
    Series
        By customer_id, bool; False of new customers, and of those who have just returned: their
        stage ends by a window.
    """
    held = stages["stage"].isin(UNTIL_SILENT)
    limited = thresholds.limited(stages["purchase_days"].where(held, 1))
    return (held & ~limited).rename(NO_LIMIT)
