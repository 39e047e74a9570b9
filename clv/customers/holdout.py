"""May we believe it? A forecast made on an earlier day, held against what came afterwards.

A model is judged as it would have been used: fitted on what was visible on the calibration
day, it forecasts the purchase days of each known customer until the end of the holdout. Beside
it stand rules that need no model, and that a model has to beat to be worth having.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from clv.customers import baselines, coverage
from clv.customers.aftermath import aftermath
from clv.customers.baselines import BASELINES, NoChurnModel
from clv.customers.measures import bias, gini, root_mean_square, share_of_top
from clv.customers.minimum import enough_purchases
from clv.customers.purchases import (
    BetaGeoModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    PurchaseModel,
)
from clv.errors import BadParameter, DidNotConverge
from clv.tables.periods import as_date
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

MODELS: dict[str, type[PurchaseModel]] = {
    "bgnbd": BetaGeoModel,
    "mbgnbd": ModifiedBetaGeoModel,
    "pareto_nbd": ParetoNBDModel,
}
NO_CHURN = "nbd"  # the baseline that gives probabilities, so that log scores have a rival too


def backtest(
    transactions: Transactions,
    calibration_end: str | date,
    holdout_end: str | date,
    *,
    unit: str = "W",
    interval: float = coverage.INTERVAL,
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
    interval : float
        Share of outcomes that the models' intervals are to hold.

    Returns
    -------
    DataFrame indexed by customer_id: the calibration summary with its attrs, `actual` (purchase
    days in the holdout), `actual_spend`, one column of expected purchases per model and baseline
    and, for those that give probabilities, the columns of `coverage.judged`: `log_score_<model>`
    and so on. A model that could not be fitted has no columns.

    """
    start, until = holdout_days(transactions, calibration_end, holdout_end)
    before = customer_summary(transactions, start, unit=unit)
    enough_purchases(before)
    came = aftermath(transactions, before, until)
    tested = before.assign(actual=came["purchases"], actual_spend=came["spend"])
    terms = {"horizon": until.isoformat(), "interval": interval}
    models = fit_each(before) | _no_churn(before)
    foreseen = [_foreseen(tested, name, model, **terms) for name, model in models.items()]
    rules = baselines.forecasts(transactions, before, until)
    test = pd.concat([tested, *foreseen], axis="columns").assign(**rules)
    test.attrs = dict(before.attrs)
    return test


def _foreseen(
    tested: pd.DataFrame, name: str, model: PurchaseModel, *, horizon: str, interval: float
) -> pd.DataFrame:
    """What one model expected of each customer, and what its probabilities were worth."""
    judged = coverage.judged(model, tested, tested["actual"], horizon, interval=interval)
    expected = model.expected_purchases(tested, horizon).rename(name)
    return pd.concat([expected, judged.add_suffix(f"_{name}")], axis="columns")


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


def _no_churn(customers: pd.DataFrame) -> dict[str, PurchaseModel]:
    """The baseline in which nobody leaves, if it can be fitted."""
    try:
        return {NO_CHURN: NoChurnModel.fit(customers)}
    except DidNotConverge:
        return {}


def measures(test: pd.DataFrame) -> pd.DataFrame:
    """How far each model and each baseline of a backtest was off.

    The mean absolute error is shown but must never choose: it rewards whoever forecasts too
    little.

    Returns
    -------
    DataFrame indexed by model
        predicted_total, actual_total (purchase days), bias (a share; NaN where nothing came), rmse,
        mae (purchase days per customer), gini (of the ranking), top_decile_purchases and
        top_decile_spend (share of what came that the tenth of the customers with the highest
        forecasts brought); and, NaN for baselines that give no probabilities, log_score and rps
        (means), coverage (share of outcomes inside the interval), interval_mass (what the model
        itself expected of it) and pit_central (share whose randomised transform is central).

    """
    names = [name for name in (*MODELS, *BASELINES) if name in test]
    rows = {name: _measures(test, name) for name in names}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _measures(test: pd.DataFrame, name: str) -> dict[str, float]:
    """The measures of one model or baseline."""
    forecast, actual = test[name], test["actual"]
    error = forecast - actual
    return {
        "predicted_total": float(forecast.sum()),
        "actual_total": float(actual.sum()),
        "bias": bias(forecast, actual),
        "rmse": root_mean_square(error),
        "mae": float(error.abs().mean()),
        "gini": gini(forecast, actual),
        "top_decile_purchases": share_of_top(forecast, actual),
        "top_decile_spend": share_of_top(forecast, test["actual_spend"]),
        **_measures_of_chances(test, name),
    }


def _measures_of_chances(test: pd.DataFrame, name: str) -> dict[str, float]:
    """What its probabilities were worth; all NaN where it gives none."""
    judged = test.reindex(columns=[f"{column}_{name}" for column in coverage.JUDGED])
    judged.columns = coverage.JUDGED
    inside = test["actual"].between(judged["low"], judged["high"]).where(judged["low"].notna())
    return {
        "log_score": float(judged["log_score"].mean()),
        "rps": float(judged["rps"].mean()),
        "coverage": float(inside.astype(float).mean()),
        "interval_mass": float(judged["mass"].mean()),
        "pit_central": float(judged["central"].mean()),
    }


def over_baselines(measured: pd.DataFrame, model: str) -> pd.DataFrame:
    """Whether a model beats each baseline, and by how much; first where it does so least.

    Parameters
    ----------
    measured : DataFrame
        As `measures` or `clv.compare_models` returns it.
    model : str
        The model to judge.

    Returns
    -------
    DataFrame indexed by baseline: `beaten` (bool), `squared_error_saved` (the share of the
    baseline's squared error that the model does not make; negative where it makes more),
    `log_loss_saved` (the same of the negative log score; NaN for baselines without probabilities).

    """
    rivals = measured[measured.index.isin(BASELINES)].rename_axis("baseline")
    own = measured.loc[model]
    table = pd.DataFrame(
        {
            "beaten": own["rmse"] < rivals["rmse"],
            "squared_error_saved": 1 - (own["rmse"] / rivals["rmse"]) ** 2,
            "log_loss_saved": 1 - own["log_score"] / rivals["log_score"],
        }
    )
    return table.sort_values("squared_error_saved", kind="stable")


def middle(transactions: Transactions) -> date:
    """The day in the middle of the history: half to learn from, half to be tested on.

    >>> import clv
    >>> str(middle(clv.load("cdnow-sample")))
    '1997-09-30'
    """
    first = customer_summary(transactions)["first_purchase"].min().date()
    return first + (transactions.as_of - first) // 2
