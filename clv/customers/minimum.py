"""The least that a model can be fitted on; below it, segments and stages are shown alone."""

from __future__ import annotations

import pandas as pd

from clv.errors import TooLittleToModel

FEWEST_REPEAT_BUYERS = 50


def enough_to_model(customers: pd.DataFrame) -> None:
    """Refuse to fit where the data cannot carry it, and say what is missing."""
    repeat = customers["frequency"] > 0
    if repeat.sum() < FEWEST_REPEAT_BUYERS:
        raise TooLittleToModel(
            f"Only {repeat.sum()} customers have bought on more than one day; a model needs "
            f"{FEWEST_REPEAT_BUYERS}. Segments and stages are shown without values."
        )
    if customers.loc[repeat, "monetary_value"].nunique() == 1:
        raise TooLittleToModel(
            "Every repeat purchase costs the same, so no model of spend can be fitted. "
            "Segments and stages are shown without values."
        )
