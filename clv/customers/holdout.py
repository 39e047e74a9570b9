"""May we believe it? A forecast made on an earlier day, held against what came afterwards.

A model is judged as it would have been used: fitted on what was visible on the calibration
day, it forecasts the purchase days of each known customer until the end of the holdout. Beside
it stand naive baselines, which need no model and which a model has to beat to be worth having.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.customers.minimum import enough_purchases
from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel, PurchaseModel
from clv.errors import BadParameter, DidNotConverge
from clv.tables.periods import UNIT_DAYS, as_date
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

MODELS: dict[str, type[PurchaseModel]] = {"bgnbd": BetaGeoModel, "mbgnbd": ModifiedBetaGeoModel}
BASELINES = ("nobody", "average", "own_rate", "last_period")


def backtest(
    transactions: Transactions,
    calibration_end: str | date,
    holdout_end: str | date,
    *,
    unit: str = "W",
) -> pd.DataFrame:
    """Forecast and outcome of every customer known at the calibration day.

    Parameters
    ----------
    transactions : Transactions
        As `clv.load` returns them.
    calibration_end, holdout_end : str or date
        Last day of either period, inclusive.
    unit : {"W", "D"}
        Unit in which the models count.

    Returns
    -------
    DataFrame indexed by customer_id: the calibration summary, `actual` (purchase days in the
    holdout), `actual_spend`, one column of expected purchases per model and baseline, and
    `log_score_<model>`, the logarithm of the probability that the model gave to what came. A
    model that could not be fitted has no columns.

    """
    start, until = holdout_days(transactions, calibration_end, holdout_end)
    before = customer_summary(transactions, start, unit=unit)
    enough_purchases(before)
    after = customer_summary(transactions, until, unit=unit).reindex(before.index)
    tested = before.assign(
        actual=after["frequency"] - before["frequency"],
        actual_spend=after["total_spend"] - before["total_spend"],
    )
    end = until.isoformat()
    for name, model in fit_each(before).items():
        tested[name] = model.expected_purchases(before, horizon=end)
        tested[f"log_score_{name}"] = _log_score(model, before, tested["actual"], end)
    return tested.assign(**_baselines(transactions, before, until, unit))


def holdout_days(
    transactions: Transactions, calibration_end: str | date, holdout_end: str | date
) -> tuple[date, date]:
    """The last day of either period, if there is a holdout and it has been seen to its end."""
    start = as_date(calibration_end, "calibration_end")
    until = as_date(holdout_end, "holdout_end")
    if not start < until <= transactions.as_of:
        allowed = f"a day after {start}, the calibration's last, and at most {transactions.as_of}"
        raise BadParameter.from_value("holdout_end", until.isoformat(), allowed)
    return start, until


def fit_each(customers: pd.DataFrame) -> dict[str, PurchaseModel]:
    """Every model that can be fitted on these customers, by name; refuses where none can."""
    fitted: dict[str, PurchaseModel] = {}
    refused: list[DidNotConverge] = []
    for name, family in MODELS.items():
        try:
            fitted[name] = family.fit(customers)
        except DidNotConverge as fault:
            refused.append(fault)
    if not fitted:
        raise refused[-1]
    return fitted


def _log_score(
    model: PurchaseModel, before: pd.DataFrame, actual: pd.Series, end: str
) -> np.ndarray:
    """Logarithm of the probability of each outcome; the higher, the less surprised."""
    most = int(actual.max())
    chances = model.purchase_count_distribution(before, horizon=end, most=most).to_numpy()
    came = chances[np.arange(len(actual)), actual.to_numpy()]
    return np.log(np.maximum(came, np.finfo(float).tiny))


def _baselines(
    transactions: Transactions, before: pd.DataFrame, holdout_end: date, unit: str
) -> dict[str, pd.Series]:
    """What one would say without a model; one Series by customer per baseline."""
    calibration_end = as_date(before.attrs["as_of"])
    days = (holdout_end - calibration_end).days
    periods = days / UNIT_DAYS[unit]
    one_day = 1 / UNIT_DAYS[unit]
    since = calibration_end - timedelta(days)
    average = periods * before["frequency"].sum() / before["T"].sum()
    return {
        "nobody": pd.Series(0.0, before.index),
        "average": pd.Series(average, before.index),
        "own_rate": periods * before["frequency"] / before["T"].clip(lower=one_day),
        "last_period": before["frequency"] - _frequency_by(transactions, before, since, unit),
    }


def _frequency_by(
    transactions: Transactions, before: pd.DataFrame, day: date, unit: str
) -> pd.Series:
    """Repeat purchase days up to an earlier day, 0 for whoever had not bought yet."""
    if pd.Timestamp(day) < before["first_purchase"].min():
        return pd.Series(0, before.index)
    earlier = customer_summary(transactions, day, unit=unit)["frequency"]
    return earlier.reindex(before.index).fillna(0)


def measures(test: pd.DataFrame) -> pd.DataFrame:
    """How far each model and each baseline of a backtest was off.

    The mean absolute error is shown but must never choose: it rewards whoever forecasts too
    little.

    Returns
    -------
    DataFrame indexed by model: `predicted_total`, `actual_total` (purchase days), `bias` (a
    share; NaN where nothing came), `rmse`, `mae` (purchase days per customer), and `log_score`,
    the mean over customers, NaN for baselines, which give no probabilities.

    """
    names = [name for name in (*MODELS, *BASELINES) if name in test]
    rows = {name: _measures(test, name) for name in names}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _measures(test: pd.DataFrame, name: str) -> dict[str, float]:
    """The measures of one model or baseline."""
    error = test[name] - test["actual"]
    predicted, actual = float(test[name].sum()), float(test["actual"].sum())
    scores = test.get(f"log_score_{name}", pd.Series(dtype=float))
    return {
        "predicted_total": predicted,
        "actual_total": actual,
        "bias": predicted / actual - 1 if actual else np.nan,
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(error.abs().mean()),
        "log_score": float(scores.mean()),
    }


def beats_baselines(measured: pd.DataFrame, model: str) -> bool:
    """Whether the squared error of a model is below that of every baseline."""
    rivals = measured.loc[measured.index.isin(BASELINES), "rmse"]
    return bool((measured.loc[model, "rmse"] < rivals).all())


def middle(transactions: Transactions) -> date:
    """The day in the middle of the history: half to learn from, half to be tested on.

    >>> import clv
    >>> str(middle(clv.load("cdnow-sample")))
    '1997-09-30'
    """
    first = customer_summary(transactions)["first_purchase"].min().date()
    return first + (transactions.as_of - first) // 2
