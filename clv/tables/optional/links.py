"""Links: whether the ids of one table stand in another, and whether their days go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import ibis.expr.types as ir

from clv.errors import Message
from clv.tables import engine
from clv.tables.optional import catalogue
from clv.tables.optional.catalogue import TRANSACTIONS
from clv.tables.optional.facts import Facts
from clv.tables.optional.kinds import code
from clv.tables.transactions import Transactions


def messages(tables: Mapping[str, Facts], transactions: Transactions) -> tuple[Message, ...]:
    """Notes on ids that their own table does not know; the rows stay."""
    others = {name: facts.table for name, facts in tables.items()}
    others[TRANSACTIONS] = transactions.table.filter(transactions.table["amount"] >= 0)
    found = []
    for name, facts in tables.items():
        for column, other in _linked(facts):
            if other in others:
                key = _key(other)
                n_ids, n_unknown = _counts(facts.table[column], others[other][key])
                found += _told(name, column, other, n_ids, n_unknown)
    return tuple(found)


def _linked(facts: Facts) -> Iterator[tuple[str, str]]:
    """Columns that hold ids of another table, and which."""
    for name, column in catalogue.layout(facts.name).columns.items():
        if column.of and name in facts.table.columns:
            yield name, column.of


def _key(name: str) -> str:
    """The column of ids by which others name the rows of a table."""
    return "customer_id" if name == TRANSACTIONS else catalogue.layout(name).key[0]


def _counts(ids: ir.StringColumn, known: ir.StringColumn) -> tuple[int, int]:
    """Number of different ids, and of those that are not known.

    Two tables may stand in two engines: the fewer, those of the facts, go where the others are.
    """
    here = ids.name("id").as_table().distinct().filter(lambda t: t["id"].notnull())
    con = known.as_table().get_backend()
    sent = engine.of_arrow(con, "ids", here.to_pyarrow())
    there = known.name("id").as_table().distinct()
    unknown = sent.anti_join(there, "id")
    return sent.count().to_pyarrow().as_py(), unknown.count().to_pyarrow().as_py()


def _told(name: str, column: str, other: str, n_ids: int, n_unknown: int) -> list[Message]:
    """A note on some ids that are not known, a warning where that is all of them."""
    if not n_unknown:
        return []
    if n_unknown == n_ids:
        text = (
            f"{name}: none of the {n_ids:,} ids in `{column}` stands in {other}; are they the "
            "same kind of id, written in the same way?"
        )
        return [Message("warning", code(column, "joins-nothing"), text, column)]
    text = f"{name}: {n_unknown:,} of {n_ids:,} ids in `{column}` do not stand in {other}."
    return [Message("info", code(column, "not-there"), text, column)]
