"""How earlier forecasts of the total have fared, held against the bounds that they gave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.choice import name_of
from clv.customers.hindsight import Hindsight, last_forecast
from clv.customers.purchases import PurchaseModel
from clv.customers.rolling import widened
from clv.customers.totals import Total
from clv.tables.transactions import Transactions


def held(origins: pd.DataFrame, interval: float = 0.90) -> pd.DataFrame:
    """Earlier forecasts with their bounds, as the models gave them and as widened by the others.

    A forecast is widened by what the *other* ones missed, so that none vouches for itself.

    Parameters
    ----------
    origins : DataFrame
        As `rolling.rolling_origins` returns it.

    Returns
    -------
    The same table with `missed`, the share by which the forecast was too high (positive) or too
    low, `widened_low`, `widened_high` and `inside_widened` (bool) added. Where the others are too
    few to widen anything, these bounds are those of the models.

    """
    rows = [
        widened(Total(row.forecast, row.low, row.high), origins["error"].drop(row.Index), interval)
        for row in origins.itertuples()
    ]
    bounds = pd.DataFrame(rows, origins.index, ["expected", "low", "high"], dtype=float)
    return origins.assign(
        missed=np.exp(-origins["error"]) - 1,
        widened_low=bounds["low"],
        widened_high=bounds["high"],
        inside_widened=origins["came"].between(bounds["low"], bounds["high"]),
    )


def latest(
    origins: pd.DataFrame, transactions: Transactions, purchases: PurchaseModel, **terms: object
) -> Hindsight | None:
    """The last forecast whose time is over: as far ahead as the next one, where there is such.

    Otherwise the history is halved, by a model of the kind of `purchases`; None where even that is
    too short. `terms` are those of `hindsight.last_forecast`.
    """
    if origins.empty:
        return last_forecast(transactions, name_of(purchases), **terms)
    row = origins.iloc[-1]
    return Hindsight(
        made_on=row["made_on"].date(),
        until=row["until"].date(),
        customers=int(row["customers"]),
        purchases=Total(row["purchases_forecast"], low=np.nan, high=np.nan),
        purchases_came=int(row["purchases_came"]),
        revenue=Total(row["forecast"], row["low"], row["high"]),
        revenue_came=float(row["came"]),
    )
