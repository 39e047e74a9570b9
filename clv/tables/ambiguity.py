"""Ambiguity: what only a whole column shows, and what is refused because nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir
import numpy as np

from clv.errors import InputRefused, Message
from clv.tables.conversion import number
from clv.tables.dialects import ISO_AWAY, ISO_LOCAL, ISO_OFFSET
from clv.tables.formats import Format

# A thousand here and one and a bit there; 0.750 is neither, because no thousands begin with 0.
THOUSAND = "^[+-]?[1-9][0-9]{0,2}[.][0-9]{3}$"
EITHER_MARK = "^[+-]?([0-9]{1,3}|[1-9][0-9]{0,2}[.][0-9]{3})$"


def refuse(rows: ir.Table, form: Format, days: Sequence[str], numbers: Sequence[str]) -> None:
    """Refuse columns of text that can be read in two ways under a declared format."""
    if not form.date_format:
        for name in _texts(rows, days):
            _refuse_mixed_offsets(rows, name)
    if not form.decimal + form.thousands:
        for name in _texts(rows, numbers):
            _refuse_either_mark(rows, name, form)


def undeclared_zone(rows: ir.Table, form: Format, day: str) -> tuple[Message, ...]:
    """A warning about stamps of elsewhere whose days are cut at midnight UTC by default."""
    asked = [] if form.date_format else _texts(rows, [day])
    if not any(_any(rows, rows[name].strip().re_search(ISO_AWAY)) for name in asked):
        return ()
    text = (
        f"`{day}` holds stamps with an offset from UTC and no time zone is declared, so days end "
        "at midnight UTC; declare timezone: Europe/Istanbul, or wherever the shop keeps its days "
        "(UTC if that is meant)."
    )
    return (Message("warning", "timezone-not-declared", text, day),)


def _texts(rows: ir.Table, names: Sequence[str]) -> list[str]:
    """The columns that are there and hold text."""
    return [name for name in names if name in rows.columns and rows[name].type().is_string()]


def _refuse_mixed_offsets(rows: ir.Table, name: str) -> None:
    """Refuse stamps of which some have an offset."""
    text = rows[name].strip()
    if _any(rows, text.re_search(ISO_LOCAL)) and _any(rows, text.re_search(ISO_OFFSET)):
        raise InputRefused(
            f"`{name}` holds stamps with an offset and others without one; "
            "write all of them with an offset, or all of them in local time.",
            column=name,
        )


def _refuse_either_mark(rows: ir.Table, name: str, form: Format) -> None:
    """Refuse numbers that may all be thousands, or all have decimals.

    What is no number under a decimal point decides nothing: 99,90 rather shows that it is none.
    """
    text, read = rows[name].strip(), number(rows[name], form, name)
    if _any(rows, (read.abs() < np.inf) & ~text.re_search(EITHER_MARK)):
        return
    if _any(rows, text.re_search(THOUSAND)):
        raise InputRefused(
            f"`{name}` is ambiguous: every value looks like 1.234, where the point may mark "
            "thousands or decimals; declare format: {decimal: …, thousands: …}.",
            column=name,
        )


def _any(rows: ir.Table, holds: ir.BooleanValue) -> bool:
    """Whether a row is found of which it holds; the first one ends the search."""
    return rows.filter(holds).limit(1).count().to_pyarrow().as_py() > 0
