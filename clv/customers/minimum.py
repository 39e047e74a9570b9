"""The least that a model can be fitted on; below it, segments and stages are shown alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.rfm import significant
from clv.errors import Message, TooLittleToModel

FEWEST_REPEAT_BUYERS = 50
ENOUGH_REPEAT_BUYERS = 300  # from here on nothing is said about their number


def enough_to_model(customers: pd.DataFrame) -> None:
    """Refuse to fit models of purchases and of spend where the data cannot carry both."""
    enough_purchases(customers)
    money = customers.loc[customers["frequency"] > 0, "monetary_value"].to_numpy(dtype=float)
    # Averages of equal prices differ behind their last digit.
    if np.unique(significant(money[money > 0])).size < 2:
        raise TooLittleToModel(
            "Every repeat purchase costs the same, so no model of spend can be fitted. "
            "Segments and stages are shown without values."
        )


def enough_purchases(customers: pd.DataFrame) -> None:
    """Refuse to fit a model of purchases where too few customers have come back."""
    repeat = int((customers["frequency"] > 0).sum())
    if repeat < FEWEST_REPEAT_BUYERS:
        raise TooLittleToModel(
            f"Only {repeat} repeat buyers (on more than one day); a model needs "
            f"{FEWEST_REPEAT_BUYERS}. Segments and stages are shown without values."
        )


def small_sample(customers: pd.DataFrame) -> tuple[Message, ...]:
    """A warning where a model can be fitted, but on customers so few that it may change soon."""
    repeat = int((customers["frequency"] > 0).sum())
    if not FEWEST_REPEAT_BUYERS <= repeat < ENOUGH_REPEAT_BUYERS:
        return ()
    text = (
        f"The models are fitted on {repeat} repeat buyers (on more than one day), a small sample: "
        f"below {ENOUGH_REPEAT_BUYERS}, values may move much with the next data."
    )
    return (Message("warning", "small-sample", text, "frequency"),)
