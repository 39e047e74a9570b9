"""What money to come is called: revenue, or value where a margin says what is kept of it.

Without a margin no page speaks of value, CLV or profit. A table of `clv.value_customers` knows
which it holds: `attrs["value"]` is "revenue" or "margin". Where nothing can be foreseen, "brought"
is what has come within the last year.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.messages import Messages
from clv.report.words import Label, Text

REVENUE: Final = "revenue"
MARGIN: Final = "margin"
BROUGHT: Final = "brought"

NOUN: Final[Messages] = {REVENUE: "revenue", MARGIN: "value", BROUGHT: "revenue"}
EXPECTED: Final[Messages] = {
    REVENUE: "expected revenue",
    MARGIN: "expected value",
    BROUGHT: "revenue of the last year",
}
COLUMN: Final = {REVENUE: "expected_revenue", MARGIN: "expected_value", BROUGHT: "revenue"}


def of(table: pd.DataFrame) -> str:
    """Which of them the money of a table is.

    >>> of(pd.DataFrame())
    'revenue'
    """
    return table.attrs.get("value", REVENUE)


def noun(worth: str) -> Text:
    """As in "$100 of revenue": revenue, or value."""
    return Text(NOUN[worth])


def to_come(worth: str) -> Text:
    """As in "a tenth of expected revenue": expected revenue, or expected value."""
    return Text(EXPECTED[worth])


def label(worth: str) -> Label:
    """The same as the name of a number: Expected revenue, or Expected value."""
    return Label(COLUMN[worth])
