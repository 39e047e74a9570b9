"""Does a forecast mean what it says? Forecast and outcome of groups of customers side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.assumptions import count_groups

GROUPS = 10


def by_decile(test: pd.DataFrame, model: str) -> pd.DataFrame:
    """Mean forecast and mean outcome of a holdout, in tenths by the forecast, the highest first.

    Parameters
    ----------
    test : DataFrame
        As `clv.backtest` returns it.
    model : str
        Name of the model's or the baseline's column in it.

    Returns
    -------
    DataFrame indexed by decile (1 is the highest): `customers`, `predicted`, `actual`.

    """
    # Ties are broken by the id, so that the order of the rows decides nothing.
    ranked = test.sort_index().sort_values(model, ascending=False, kind="stable")
    decile = np.arange(len(ranked)) * GROUPS // len(ranked) + 1
    return _side_by_side(ranked, model, pd.Series(decile, ranked.index, name="decile"))


def by_frequency(test: pd.DataFrame, model: str) -> pd.DataFrame:
    """Mean forecast and mean outcome of a holdout, by repeat purchases before it.

    `test` and `model` as for `by_decile`.

    Returns
    -------
    DataFrame indexed by repeat_purchases (0 … 6, 7+): `customers`, `predicted`, `actual`.

    """
    return _side_by_side(test, model, count_groups(test["frequency"]))


def _side_by_side(test: pd.DataFrame, model: str, groups: pd.Series) -> pd.DataFrame:
    """Customers, mean forecast and mean outcome of each group."""
    return test.groupby(groups, observed=True).agg(
        customers=("actual", "size"), predicted=(model, "mean"), actual=("actual", "mean")
    )
