"""Look-alikes: ids that may be one customer's, or many's, and equal rows; told, never merged."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from clv.errors import Message
from clv.tables import engine
from clv.tables.conversion import BLANKS, ODD
from clv.tables.sums import summed

SCIENTIFIC = "^[0-9]([.,][0-9]+)?[eE][+]?[0-9]+$"  # 1.2E+11, as a spreadsheet shows a long number
FORMULA = '^="(.*)"$'  # what keeps a spreadsheet from doing so
WHOLE = "^([0-9]+)[.]0+$"
MOST = 0.5  # share of equal rows
LARGE, EVERY = 1_000_000, 16  # of more rows, those of every 16th day are looked at


def lookalikes(rows: ir.Table, customers: ir.Table | None = None) -> tuple[Message, ...]:
    """Warnings about ids that differ in spelling only, and about ids that a spreadsheet cut.

    `customers`, where they are known already, have each id once.
    """
    if customers is not None:
        return (*_alike(customers), *_scientific(customers, rows))
    ids = engine.stored(rows.get_backend(), "ids", rows.select("customer_id").distinct())
    found = (*_alike(ids), *_scientific(ids, rows))
    engine.forget(ids)
    return found


def _alike(ids: ir.Table) -> tuple[Message, ...]:
    """A warning about ids that differ in leading zeros, case, blanks or a spreadsheet's marks.

    A pattern is looked for only where a quick look says that it may be there.
    """
    own = ids["customer_id"]
    plain = ibis.ifelse(own.re_search(ODD), own.re_replace(BLANKS, ""), own).lower()
    for marked, mark in ((FORMULA, "="), (WHOLE, ".")):
        there = plain.contains(mark) & plain.re_search(marked)
        plain = ibis.ifelse(there, plain.re_extract(marked, 1), plain)
    digits = plain.startswith("0") & plain.re_search("^[0-9]+$")
    plain = ibis.ifelse(digits, plain.re_replace("^0+", ""), plain)
    alike = ids.group_by(plain=plain).aggregate(ids=ids.count())
    n_ids = alike.filter(alike["ids"] > 1)["ids"].sum().to_pyarrow().as_py()
    if not n_ids:
        return ()
    text = (
        f"{n_ids:,} ids look like another one but for leading zeros, case, blanks inside or "
        'spellings of a spreadsheet such as 12.0 and ="12"; they count as different customers. If '
        "they are not, give each customer one id before the export."
    )
    return (Message("warning", "id-look-alike", text, "customer_id"),)


def _scientific(ids: ir.Table, rows: ir.Table) -> tuple[Message, ...]:
    """A warning about ids of which a spreadsheet has kept the first figures."""
    cut = ids.filter(ids["customer_id"].lower().contains("e"))
    cut = cut.filter(cut["customer_id"].re_search(SCIENTIFIC))
    n_ids = cut.count().to_pyarrow().as_py()
    if not n_ids:
        return ()
    n_rows = rows.semi_join(cut, "customer_id").count().to_pyarrow().as_py()
    text = (
        f"{n_ids:,} ids with {n_rows:,} purchases are numbers such as 1.2E+11, which is how "
        "a spreadsheet writes long ones: many customers may have become one. Export the ids as "
        "text, not through a spreadsheet."
    )
    return (Message("warning", "id-scientific", text, "customer_id"),)


def equal_rows(rows: ir.Table, kept: ir.Table) -> tuple[Message, ...]:
    """A warning where most rows are equal to another one in customer, day and amount.

    Two equal rows may be two purchases, so they count; most of a log can hardly be such pairs.
    `kept` are the same purchases, which may be summed by customer and day.
    """
    n_rows, n_days = (table.count().to_pyarrow().as_py() for table in (rows, kept))
    if summed(kept) and 2 * (n_rows - n_days) <= MOST * n_rows:  # of more days, most have one row
        return ()
    if n_rows > LARGE:  # equal rows are of one day
        rows = rows.filter(rows["date"].day_of_year() % EVERY == 0)
    counts = rows.group_by("customer_id", "date", "amount").aggregate(n=rows.count())
    several = counts["n"].sum(where=counts["n"] > 1)
    found = counts.aggregate(rows=counts["n"].sum(), equal=several).to_pyarrow().to_pylist()[0]
    share = (found["equal"] or 0) / (found["rows"] or 1)
    if share <= MOST:
        return ()
    text = (
        f"{share:.0%} of the rows are equal to another one in customer, day and amount, and all of "
        "them count: is a part of the log there twice? With order_id, rows that are there twice "
        "are found and dropped."
    )
    return (Message("warning", "equal-rows", text),)
