"""Layouts: the contract of a table, column by column, from which all that judges it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from clv.errors import ColumnsMissing
from clv.tables import contracts
from clv.tables.columns import Wanted
from clv.tables.contracts import Contract
from clv.tables.optional import stamps
from clv.tables.optional.kinds import MISSING, PERIOD, STAMP, Kind, code
from clv.tables.rules import Rule

KNOWN_AT = "known_at"  # when a row, as it stands, became known: any table may have it


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds, and from which day on its value is known."""

    kind: Kind
    needed: bool = False
    since: tuple[str, ...] = ()  # columns of which the first that is there dates the value
    before: str | None = None  # what holds until that day
    ahead: bool = False  # a day that is set before it comes, such as the end of a plan
    of: str | None = None  # the table whose ids these are


@dataclass(frozen=True, slots=True)
class Layout:
    """The contract of a table: one row per fact."""

    columns: Mapping[str, Column]
    event: str | None = None  # the column that says when a fact happened
    key: tuple[str, ...] = ()  # columns that no two facts share
    either: tuple[str, ...] = ()  # columns of which a row needs one
    orders: tuple[tuple[str, str], ...] = ()  # days of which the second cannot be the earlier one
    odd: tuple[tuple[str, str], ...] = ()  # days of which the second seldom is
    rules: tuple[Rule, ...] = ()  # what else cannot be
    keeps: Mapping[str, contracts.Rule] = field(default_factory=dict)  # the same, of frames

    def wanted(self, columns: Mapping[str, str] | None) -> Wanted:
        """What to read, under the names that a caller declares."""
        needed = [name for name, column in self.columns.items() if column.needed]
        optional = [name for name in self.columns if name not in needed]
        return replace(_Either.declared(columns, needed, optional), either=self.either)

    def day(self, rows: ir.Table, name: str) -> ir.DateColumn:
        """The day that a column of days or periods names."""
        periods = self.columns[name].kind is PERIOD
        return stamps.last_day(rows[name]) if periods else rows[name].date()

    def judges(self, there: Sequence[str], run_date: date | None) -> tuple[Rule, ...]:
        """Why a row with these columns is set aside, in the order in which reasons are sought."""
        found = list(self._missing(there))
        for name, column in self.columns.items():
            if name in there:
                found += [*column.kind.rules(name), *self._future(name, run_date)]
        for earlier, later in self.orders:
            if {earlier, later} <= set(there):
                says = f"is before `{earlier}`"
                early = _[later].date() < _[earlier].date()
                found.append(Rule(code(later, "before", earlier), later, says, early))
        return (*found, *(rule for rule in self.rules if rule.column in there))

    def _missing(self, there: Sequence[str]) -> list[Rule]:
        """Rules about what each row needs."""
        needed = [name for name, column in self.columns.items() if column.needed]
        rules = [Rule(code(n, "missing"), n, "is missing", _[n + MISSING]) for n in needed]
        choice = [name for name in self.either if name in there]
        if choice:
            first, *others = choice
            nothing = _[first + MISSING]
            for name in others:
                nothing = nothing & _[name + MISSING]
            says = " and ".join(["is missing", *(f"so is `{name}`" for name in others)])
            rules.append(Rule(code(first, "missing"), first, says, nothing))
        return rules

    def _future(self, name: str, run_date: date | None) -> list[Rule]:
        """A rule about days that cannot have come yet."""
        column = self.columns[name]
        if run_date is None or column.ahead or column.kind is not STAMP:
            return []
        says = "lies in the future, after run_date"
        return [
            Rule(code(name, "in-the-future"), name, says, _[name].date() > ibis.literal(run_date))
        ]

    def contract(self, name: str, there: Sequence[str]) -> Contract:
        """What a frame of these columns promises."""
        own = {n: column for n, column in self.columns.items() if n in there}
        rules = {f"{n} is known": _known(n) for n, column in own.items() if column.needed}
        rules |= {f"{n} is in order": _in_order(n, column.kind) for n, column in own.items()}
        rules |= {
            f"{later} is not before {earlier}": _not_before(earlier, later)
            for earlier, later in self.orders
            if {earlier, later} <= own.keys()
        }
        columns = {n: column.kind.allowed for n, column in own.items()}
        return Contract(f"The {name} table", columns, rules | self.keeps, key=None)


@dataclass(frozen=True, slots=True)
class _Either(Wanted):
    """Columns to read, of which some stand in for each other."""

    either: tuple[str, ...] = ()

    def named(self, found: Sequence[str], where: str) -> dict[str, str]:
        """Which column of a source holds what, if one that is needed in any case is there."""
        named = Wanted.named(self, found, where)
        if self.either and not named.keys() & set(self.either):
            raise ColumnsMissing.from_table(where, self.either[:1], found, mapping=self.mapping)
        return named


def _known(name: str) -> contracts.Rule:
    return lambda frame: frame[name].notna()


def _in_order(name: str, kind: Kind) -> contracts.Rule:
    def kept(frame: pd.DataFrame) -> pd.Series:
        there = frame[name].dropna()
        return kind.keeps(there).reindex(frame.index, fill_value=True).astype(bool)

    return kept


def _not_before(earlier: str, later: str) -> contracts.Rule:
    return lambda frame: ~(frame[later].dt.normalize() < frame[earlier].dt.normalize())
