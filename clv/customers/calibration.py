"""Does a forecast mean what it says? Forecast and outcome of groups of customers side by side."""

from __future__ import annotations

import pandas as pd

from clv.customers.assumptions import count_groups
from clv.customers.concentration import in_tenths


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
    ranked = in_tenths(test, model)
    return _side_by_side(ranked, model, ranked["decile"])


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
