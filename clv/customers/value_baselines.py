"""Is a model of value worth its trouble? Its money beside the formula that everybody knows.

The formula: average purchase × purchases a year × lifetime in years. It knows nothing of customers
who have left, and little of new ones.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from clv.customers.aftermath import aftermath
from clv.customers.holdout import holdout_days
from clv.customers.measures import bias, gini, root_mean_square, share_of_top
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.tables.periods import horizon_days, in_periods, in_years, periods_per_year, unit_of
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

FULL_YEARS = 1.0  # who has been seen for less has bought within a year what was seen


def formula_clv(customers: pd.DataFrame, horizon: str) -> pd.Series:
    """Average purchase × purchases a year × lifetime in years, of each customer.

    The lifetime is the mean time from first to last purchase of the customers who came back; no
    more than the horizon of it is counted, so that it can be held against a model's value.

    >>> customers = pd.DataFrame(
    ...     {"frequency": [0, 3], "recency": [0, 52.0], "T": [26.0, 104.0], "total_spend": [9, 80]}
    ... )
    >>> customers.attrs["unit"] = "W"
    >>> formula_clv(customers, "12M").round(2).tolist()
    [8.97, 40.0]
    """
    year = periods_per_year(unit_of(customers))
    seen = (customers["T"] / year).clip(lower=FULL_YEARS)
    purchases = customers["frequency"] + 1
    average, yearly = customers["total_spend"] / purchases, purchases / seen
    ahead = in_years(horizon_days(horizon, customers.attrs.get("as_of")))
    lifetime = customers.loc[customers["frequency"] > 0, "recency"].mean() / year
    return (average * yearly * min(lifetime, ahead)).rename("formula_clv")


def value_backtest(
    transactions: Transactions,
    calibration_end: str | date,
    holdout_end: str | date,
    *,
    model: type[PurchaseModel],
    basis: str = "repeat",
    unit: str = "W",
) -> pd.DataFrame:
    """Revenue foreseen of every customer known at the calibration day, and what came.

    Returns
    -------
    DataFrame indexed by customer_id: `model` (expected purchases × expected spend), `formula`,
    `average` (the mean revenue per customer and day so far, for everybody alike), `nobody`, and
    `actual`; undiscounted, so that it can be held against what was paid.

    """
    start, until = holdout_days(transactions, calibration_end, holdout_end)
    before = customer_summary(transactions, start, unit=unit)
    purchases, spend = model.fit(before), GammaGammaModel.fit(before, basis)
    horizon, periods = until.isoformat(), in_periods((until - start).days, unit)
    repeat = before["total_spend"].sum() - before["first_spend"].sum()
    return pd.DataFrame(
        {
            "model": purchases.expected_purchases(before, horizon) * spend.expected_spend(before),
            "formula": formula_clv(before, horizon),
            "average": periods * repeat / before["T"].sum(),
            "nobody": 0.0,
            "actual": aftermath(transactions, before, until)["spend"],
        }
    )


def value_measures(test: pd.DataFrame) -> pd.DataFrame:
    """How far the model and the formula were off, in money.

    Parameters
    ----------
    test : DataFrame
        As `value_backtest` returns it.

    Returns
    -------
    DataFrame indexed by method: predicted_total, actual_total, bias (a share), rmse, mae (money
    per customer), gini (of the ranking), top_decile_spend (share of what came that the tenth of
    the customers with the highest forecasts brought).

    """
    actual = test["actual"]
    rows = {
        method: {
            "predicted_total": float(forecast.sum()),
            "actual_total": float(actual.sum()),
            "bias": bias(forecast, actual),
            "rmse": root_mean_square(forecast - actual),
            "mae": float((forecast - actual).abs().mean()),
            "gini": gini(forecast, actual),
            "top_decile_spend": share_of_top(forecast, actual),
        }
        for method, forecast in test.drop(columns="actual").items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("method")
