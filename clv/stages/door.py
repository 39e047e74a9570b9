"""What may be handed to `clv.lifecycle`, so that a wrong thing is refused by name at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clv.errors import BadParameter
from clv.stages.thresholds import Thresholds
from clv.tables.optional.facts import Facts
from clv.tables.transactions import Transactions


def check(transactions: object, tables: object, thresholds: object) -> None:
    """Refuse purchases, tables or thresholds that no function of `clv` has made."""
    if not isinstance(transactions, Transactions):
        _refuse("transactions", transactions, "purchases as `clv.load(…)` returns them")
    if tables is not None and not _facts(tables):
        told = "tables as `clv.load_tables({'leads': …}, transactions)` returns them"
        _refuse("tables", tables, told)
    if thresholds and not isinstance(thresholds, (Thresholds, str, Path)):
        _refuse("thresholds", thresholds, "the path of a thresholds.json, or `life.thresholds`")


def _facts(tables: object) -> bool:
    return isinstance(tables, Mapping) and all(isinstance(each, Facts) for each in tables.values())


def _refuse(name: str, value: object, allowed: str) -> None:
    """A value may be a table of a million rows: its kind is named, and not what it holds."""
    inner = value.values() if isinstance(value, Mapping) else ()
    kinds = sorted({type(each).__name__ for each in inner if not isinstance(each, Facts)})
    kind = type(value).__name__ + (f" of {', '.join(kinds)}" if kinds else "")
    raise BadParameter(f"`{name}` must be {allowed}; got a {kind}.")
