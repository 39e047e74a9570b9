"""Prices: in whose money amounts are, that of the day they were paid or that of as_of.

A table of consumer prices restates each amount by index(month of as_of) / index(month of purchase):
what is then expected, discounted and added is real money, and the yearly rate a real rate.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from clv.errors import InputRefused, Message, SourceUnreadable, UsageError, listed
from clv.study_keys import NOMINAL
from clv.tables import engine
from clv.tables.periods import in_months

MONTH = r"^(\d{4}-(?:0[1-9]|1[0-2]))(?:-\d{2})?$"
COLUMNS = ("month", "index")
NAMED = 6  # months, in a sentence about those that are missing
YEAR = 366  # days; beyond it nominal money is no longer one money
# Currencies whose consumer prices rose by more than a fifth in 2023 or in 2024: International
# Monetary Fund, World Economic Outlook, October 2024, statistical appendix, table A7.
INFLATIONARY = frozenset(
    {
        *("AOA", "ARS", "BIF", "EGP", "ETB", "GHS", "HTG", "IRR", "LAK", "LBP", "MMK", "MWK"),
        *("NGN", "PKR", "SDG", "SLE", "SRD", "SSP", "TRY", "VES", "ZWG", "ZWL"),
    }
)


@dataclass(frozen=True, eq=False, slots=True)
class Priced:
    """Purchases in one money or in that of their days, and what is to be said of it."""

    table: ir.Table
    money: Literal["nominal", "real"]
    messages: tuple[Message, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)  # of the table of prices


def priced(
    table: ir.Table, as_of: date, prices: str | Mapping[str, str], currency: str | None
) -> Priced:
    """Purchases as their prices were declared: nominal, or restated to the money of `as_of`."""
    first = table["date"].min().to_pyarrow().as_py()
    if prices == NOMINAL:
        return Priced(table, "nominal", _eroded(first, as_of, currency))
    path = Path(prices["cpi"])
    content = _bytes(path)
    factors = _factors(read(content, path.name), first, as_of, path.name)
    text = (
        f"Restated: amounts are in the money of {as_of:%Y-%m}, multiplied by "
        f"{factors.min():,.2f} to {factors.max():,.2f} according to {path.name}."
    )
    return Priced(
        _restated(table, factors),
        "real",
        (Message("info", "prices-restated", text, "amount"),),
        {path.name: hashlib.sha256(content).hexdigest()},
    )


def read(content: bytes, name: str) -> pd.Series:
    """The price index by month, as text such as 2024-01; every row must hold both."""
    rows = _rows(content, name)
    month = rows["month"].str.strip().str.extract(MONTH)[0]
    index = pd.to_numeric(rows["index"], errors="coerce")
    _refuse(name, rows["month"], month.isna(), "must be a month such as 2024-01")
    _refuse(name, rows["index"], ~index.between(0, float("inf"), "neither"), "must be positive")
    _refuse(name, rows["month"], month.duplicated(), "stands there twice")
    return index.set_axis(month)


def _rows(content: bytes, name: str) -> pd.DataFrame:
    """What stands in a table of prices, as text."""
    try:
        header, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig").rstrip()))
    except (ValueError, csv.Error) as error:  # no text, or nothing at all
        raise SourceUnreadable(f"{name} cannot be read as a table of prices: {error}.") from None
    names = [column.strip() for column in header]
    if [names.count(column) for column in COLUMNS] != [1, 1]:
        raise InputRefused(
            f"{name} has the columns {listed(names)}; a table of prices needs {listed(COLUMNS)}, "
            "separated by commas."
        )
    for line, fields in enumerate(lines, 2):
        if len(fields) != len(names):
            told = f"line {line} has {len(fields)} fields where the header has {len(names)}"
            raise InputRefused(f"{name}: {told}; a decimal mark is a point.", line=line)
    return pd.DataFrame(lines, columns=names, dtype=str)


def _bytes(path: Path) -> bytes:
    """What stands in the file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(
            f"There is no file {path}; name a CSV file with the columns month and index, or "
            "declare prices: nominal."
        ) from None
    except OSError as error:
        raise SourceUnreadable(f"{path} cannot be read: {error.strerror}.") from None


def _refuse(name: str, values: pd.Series, wrong: pd.Series, rule: str) -> None:
    """Refuse a table of prices in which a value breaks a rule, naming the first and its line."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        line = row + 2  # after the header
        raise InputRefused(
            f"{name}: `{values.name}` {rule}; got {values.iloc[row]!r} in line {line}.",
            column=str(values.name),
            line=line,
        )


def _factors(index: pd.Series, first: date, as_of: date, name: str) -> pd.Series:
    """What amounts of each month from the first purchase to as_of are to be multiplied by."""
    months = pd.period_range(first, as_of, freq="M").strftime("%Y-%m")
    missing = months.difference(index.index)
    if len(missing):
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise InputRefused(
            f"{name} lacks {listed(missing[:NAMED])}{more}; it must hold every month from the "
            f"first purchase, {first}, to as_of, {as_of}. Complete it, or name an earlier as_of.",
            column="month",
        )
    return index[months[-1]] / index[months]


def _restated(table: ir.Table, factors: pd.Series) -> ir.Table:
    """The same purchases with their amounts in the last month's money."""
    con = table.get_backend()
    months = [int(month.replace("-", "")) for month in factors.index]
    columns = {"month": pa.array(months, pa.int32()), "factor": factors.to_numpy()}
    by_month = engine.of_arrow(con, "price_factors", pa.table(columns))
    month = (table["date"].year() * 100 + table["date"].month()).cast("int32")
    found = table.mutate(month=month).join(by_month, "month")
    return found.mutate(amount=found["amount"] * found["factor"]).select(*table.columns)


def _eroded(first: date, as_of: date, currency: str | None) -> tuple[Message, ...]:
    """An alert about money that has lost its value between the first purchase and the last."""
    days = (as_of - first).days
    if currency not in INFLATIONARY or days <= YEAR:
        return ()
    text = (
        f"Amounts are in nominal {currency} over {in_months(days):.0f} months, in which prices may "
        "have risen by a fifth a year or more: sums and averages mix moneys of different worth. "
        "Declare prices: {cpi: FILE} to restate them."
    )
    return (Message("warning", "nominal-money", text, "amount"),)
