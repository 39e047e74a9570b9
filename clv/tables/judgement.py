"""Judgement: rows with nothing against them, kept in the engine, and the rows set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from clv.errors import SourceUnreadable
from clv.tables import asides, engine
from clv.tables.raw import Raw
from clv.tables.rules import Rule

PLACE = ("file", "row")
CARRIED = ("customer_id", "date", "amount", "margin", "known_at", "currency", "order_id", "same")
CHANGED = ("trimmed", "composed")
TOLD = (*PLACE, "reason", "text", "values")  # of rows set aside


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """Rows by whether anything was found against them.

    `sound` carries what is needed of nearly all rows and no more: where there are no orders, a row
    of a file is nameless there. `told` has everything of every row and is read when it is asked.
    """

    told: ir.Table
    sound: ir.Table
    aside: ir.Table  # with reason, text and, where rows have no place, values
    stored: tuple[ir.Table, ...]  # what can be forgotten when no row is needed any more

    def forget(self) -> None:
        """Give back the memory of all rows."""
        for table in self.stored:
            engine.forget(table)


def judged(raw: Raw, converted: ir.Table, rules: Sequence[Rule]) -> Judged:
    """Rows by whether anything is found against them, in the order of the rules.

    Of a file, rows at fault are read once more if there are any: they are few, and what is told of
    them is as large as all the rest. A database may change meanwhile; its rows are read once.
    """
    told = asides.judged(converted, rules, numbered=raw.numbered)
    there = [name for name in (*CARRIED, *CHANGED, *TOLD) if name in told.columns]
    if not raw.numbered:
        kept = engine.stored(raw.con, "judged", told.select(there))
        faulty = kept["reason"].notnull()
        return Judged(kept, kept.filter(~faulty), kept.filter(faulty), (kept,))
    sound = engine.stored(raw.con, "sound", _sound(raw, converted, rules))
    n_faulty = _count(raw.table) - _count(sound)
    faulty = told.filter(told["reason"].notnull()).select(there)
    aside = engine.stored(raw.con, "aside", faulty if n_faulty else faulty.limit(0))
    if _count(aside) != n_faulty:
        raise SourceUnreadable(f"{raw.files[0]} changed while it was read; read it again.")
    return Judged(told, sound, aside, (sound, aside))


def _sound(raw: Raw, converted: ir.Table, rules: Sequence[Rule]) -> ir.Table:
    """Rows with nothing against them, and what is carried on of them."""
    names = [*CARRIED]
    if "order_id" in converted.columns:  # an earlier row is told from a later one by its place
        names += PLACE
    if raw.table["customer_id"].type().is_string():
        names += CHANGED
    # A number is sooner told from null than a reason.
    fault = ibis.cases(*((rule.found, number) for number, rule in enumerate(rules)))
    rows = converted.mutate(fault=fault)
    return rows.filter(rows["fault"].isnull()).select(n for n in names if n in rows.columns)


def _count(rows: ir.Table) -> int:
    return rows.count().to_pyarrow().as_py()
