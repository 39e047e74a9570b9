"""Contracts: what each table promises, checked once at the door and trusted inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.errors import ColumnsMissing, TableBroken
from clv.tables.periods import UNIT_DAYS

if TYPE_CHECKING:
    import pandera.pandas as pa

Rule = Callable[[pd.DataFrame], pd.Series]  # true in each row that keeps it; NaN keeps no rule
ROWS_NAMED = 5
ROUNDING = 1e-9  # days


@dataclass(frozen=True, slots=True)
class Contract:
    """Columns a table must have, with their meaning, and rules that each row must keep."""

    name: str
    columns: Mapping[str, str]
    rules: Mapping[str, Rule]
    key: str | None = "customer_id"  # what the index holds, for the rules to see as a column

    def schema(self) -> pa.DataFrameSchema:
        """The contract in pandera's words."""
        import pandera.pandas as pa  # half a second that importing clv should not cost

        checks = [pa.Check(rule, error=sentence) for sentence, rule in self.rules.items()]
        return pa.DataFrameSchema({name: pa.Column(nullable=True) for name in self.columns}, checks)


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """The frame itself, if it keeps its contract; else an error that names rows and counts.

    Rows are counted from 1 and not named by the index, which may hold ids of customers.

    >>> broken = pd.DataFrame({"customer_id": ["a"], "date": ["1997-01-01"], "amount": [np.inf]})
    >>> check(broken, TRANSACTIONS)
    Traceback (most recent call last):
    clv.errors.TableBroken: The transactions table breaks `amount is finite` in 1 of 1 rows
    (first: 1).
    """
    from pandera.errors import SchemaErrors

    missing = [name for name in contract.columns if name not in frame.columns]
    if missing:
        raise ColumnsMissing.from_table(contract.name, missing, list(frame.columns), mapping={})
    rows = frame.reset_index(drop=True)  # pandera counts badly where the index repeats itself
    if contract.key:
        rows[contract.key] = frame.index
    try:
        contract.schema().validate(rows, lazy=True)
    except SchemaErrors as errors:
        raise TableBroken(_told(contract, errors.failure_cases, len(frame))) from None
    return frame


def _told(contract: Contract, failures: pd.DataFrame, n_rows: int) -> str:
    """One sentence for each broken rule."""
    sentences = []
    for rule, cases in failures.groupby("check", sort=False):
        rows = cases["index"].drop_duplicates().astype(int)
        first = ", ".join(str(row + 1) for row in rows[:ROWS_NAMED])
        sentences.append(
            f"{contract.name} breaks `{rule}` in {len(rows)} of {n_rows} rows (first: {first})."
        )
    return " ".join(sentences)


def _by_row(frame: pd.DataFrame, kept: np.ndarray) -> pd.Series:
    """One truth value a row, under the rows' names."""
    return pd.Series(kept, index=frame.index)


def _no_more_than_days(frame: pd.DataFrame) -> pd.Series:
    """Whether there was a day for each repeat purchase; unknown units are not judged."""
    days = frame["recency"] * UNIT_DAYS.get(frame.attrs.get("unit"), np.inf)
    return (frame["frequency"] == 0) | (frame["frequency"] <= days + ROUNDING)


TRANSACTIONS = Contract(
    "The transactions table",
    columns={"customer_id": "text", "date": "day of purchase", "amount": "money spent"},
    rules={
        "customer_id is not blank": lambda f: f["customer_id"].fillna("").str.len() > 0,
        "date is known": lambda f: f["date"].notna(),
        "amount is finite": lambda f: _by_row(f, np.isfinite(f["amount"])),
    },
    key=None,
)
SUMMARY = Contract(
    "The customer summary",
    columns={
        "frequency": "repeat purchase days",
        "recency": "periods from first to last purchase",
        "T": "periods from first purchase to the end of the window",
        "monetary_value": "mean spend per repeat purchase day",
    },
    rules={
        "customer_id has no duplicate": lambda f: ~f["customer_id"].duplicated(keep=False),
        "frequency is a whole number, not negative": lambda f: (
            (f["frequency"] >= 0) & (f["frequency"] % 1 == 0)
        ),
        "0 <= recency <= T": lambda f: f["recency"].between(0, f["T"]),
        "recency is 0 exactly where frequency is 0": lambda f: (
            (f["recency"] == 0) == (f["frequency"] == 0)
        ),
        "frequency is not more than recency in days": _no_more_than_days,
        "monetary_value >= 0 where frequency > 0": lambda f: (
            (f["frequency"] == 0) | (f["monetary_value"] >= 0)
        ),
    },
)
SCORED = Contract(
    "The scored table",
    columns=SUMMARY.columns
    | {
        "p_alive": "probability of being a customer still",
        "expected_purchases": "purchase days expected over the horizon",
        "expected_spend": "mean money expected per purchase day",
        "clv": "discounted money expected over the horizon",
    },
    rules=SUMMARY.rules
    | {
        "0 <= p_alive <= 1": lambda f: f["p_alive"].between(0, 1),
        "expected_purchases >= 0": lambda f: f["expected_purchases"] >= 0,
        "expected_spend >= 0": lambda f: f["expected_spend"] >= 0,
        "clv >= 0": lambda f: f["clv"] >= 0,
    },
)
