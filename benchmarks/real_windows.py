"""Does a total's interval hold what comes, on real purchases? Forecasts made every four weeks.

    python -m benchmarks.real_windows [--retail ORDERS.parquet]

For each day a forecast of the money of all known customers, with the models' own bounds and with
those widened by the errors of earlier forecasts (`clv.customers.rolling`), held against what came.
Only days with as many earlier forecasts as widening needs are counted, in both columns. Data:
CDNOW, and Online Retail II (UCI) where its orders are at hand. Named beforehand: intervals of
90 %; the widened one has to hold 80 % of the windows of each row.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

import clv
from benchmarks.markdown import table
from clv.customers import rolling
from clv.customers.hindsight import Hindsight, hindsight
from clv.errors import DidNotConverge, TooLittleToModel
from clv.tables.periods import horizon_days
from clv.tables.transactions import Transactions

BETWEEN = timedelta(weeks=4)  # one forecast and the next
HORIZONS = ("8W", "13W", "26W")
MODEL = "mbgnbd"
HELD = 0.80  # of the windows, by the widened interval
RETAIL_COLUMNS = {"customer_id": "customer_id", "date": "invoice_date", "amount": "amount"}


def main() -> None:
    """Print one row for each data set and horizon."""
    parser = argparse.ArgumentParser(description="Intervals of totals on real purchases.")
    parser.add_argument("--retail", type=Path, help="orders of Online Retail II, as Parquet")
    logs = {"CDNOW": clv.load("cdnow")}
    retail = parser.parse_args().retail
    if retail:
        logs["Online Retail II"] = clv.load(retail, columns=RETAIL_COLUMNS, refunds="set_aside")
    else:
        print("Online Retail II is left out: name its orders with --retail.\n")
    found = {(name, h): windows(log, h) for name, log in logs.items() for h in HORIZONS}
    print(table(pd.DataFrame([_row(*key, each) for key, each in found.items()]).fillna("")))


def windows(transactions: Transactions, horizon: str) -> pd.DataFrame:
    """Forecasts of one horizon every four weeks, the last that is over first.

    Returns
    -------
    DataFrame with one row per forecast: `made_on`, `error` (log of what came over what was
    forecast), `model` and `widened` (bool: what came lies within these bounds), `factor`, by which
    the widened upper bound exceeds the forecast.

    """
    ahead = timedelta(int(horizon_days(horizon)))
    day, rows = transactions.as_of - ahead, []
    with mock.patch.object(rolling, "hindsight", _remembered(hindsight)):
        # Neighbouring days share earlier forecasts: each is made once.
        while True:
            earlier = rolling.rolling_origins(transactions, MODEL, horizon=horizon, as_of=day)
            if len(earlier) < rolling.ENOUGH:
                return pd.DataFrame(rows)
            rows.append(_window(hindsight(transactions, MODEL, day, day + ahead), earlier))
            day -= BETWEEN


def _window(told: Hindsight, earlier: pd.DataFrame) -> dict[str, object]:
    """One forecast, held against what came."""
    wide = rolling.widened(told.revenue, earlier["error"])
    return {
        "made_on": told.made_on,
        "error": np.log(told.revenue_came / told.revenue.expected),
        "model": told.inside,
        "widened": wide.low <= told.revenue_came <= wide.high,
        "factor": wide.high / wide.expected,
    }


def _remembered(ask: Callable[..., Hindsight]) -> Callable[..., Hindsight]:
    """The same function, which answers and refuses a second time without any work."""
    answers: dict[tuple, Hindsight | Exception] = {}

    def answer(transactions: Transactions, *asked: object, **terms: object) -> Hindsight:
        if asked not in answers:
            try:
                answers[asked] = ask(transactions, *asked, **terms)
            except (TooLittleToModel, DidNotConverge) as fault:
                answers[asked] = fault
        if isinstance(answers[asked], Exception):
            raise answers[asked]
        return answers[asked]

    return answer


def _row(data: str, horizon: str, found: pd.DataFrame) -> dict[str, str]:
    """A row of the table that is printed."""
    if found.empty:
        return {"data": data, "horizon": horizon, "windows": "0"}
    least, most = np.expm1([found["error"].min(), found["error"].max()])
    return {
        "data": data,
        "horizon": horizon,
        "windows": f"{len(found)}",
        "came, against forecast": f"{least:+.0%} to {most:+.0%}",
        "held by the models' interval": f"{found['model'].mean():.0%}",
        "held by the widened": f"{found['widened'].mean():.0%}",
        "upper bound over forecast": f"{found['factor'].median():.2f}",
        f"at least {HELD:.0%}": "yes" if found["widened"].mean() >= HELD else "no",
    }


if __name__ == "__main__":
    main()
