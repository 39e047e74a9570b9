"""Ambiguity: what only a whole column shows, and what is refused because nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from clv.errors import InputRefused
from clv.tables.conversion import EITHER_MARK, missing
from clv.tables.dialects import ISO_LOCAL, ISO_OFFSET
from clv.tables.formats import Format


def refuse(rows: ir.Table, form: Format, days: Sequence[str], numbers: Sequence[str]) -> None:
    """Refuse columns of text that can be read in two ways under a declared format."""
    if not form.date_format:
        _refuse_mixed_offsets(rows, _texts(rows, days))
    if form.delimiter != "," and not form.decimal + form.thousands:
        _refuse_either_mark(rows, _texts(rows, numbers))


def _texts(rows: ir.Table, names: Sequence[str]) -> list[str]:
    """The columns that hold text."""
    return [name for name in names if rows[name].type().is_string()]


def _refuse_mixed_offsets(rows: ir.Table, names: Sequence[str]) -> None:
    """Refuse stamps of which some have an offset."""
    asked = {}
    for name in names:
        text = rows[name].strip()
        asked[name] = text.re_search(ISO_LOCAL).any() & text.re_search(ISO_OFFSET).any()
    for name in _true(rows, asked):
        raise InputRefused(
            f"`{name}` holds stamps with an offset and others without one; "
            "write all of them with an offset, or all of them in local time.",
            column=name,
        )


def _refuse_either_mark(rows: ir.Table, names: Sequence[str]) -> None:
    """Refuse numbers that may all be thousands, or all have decimals."""
    asked = {}
    for name in names:
        fits = rows[name].strip().re_search(EITHER_MARK) | missing(rows[name])
        asked[name] = fits.all() & rows[name].contains(".").any()
    for name in _true(rows, asked):
        raise InputRefused(
            f"`{name}` is ambiguous: every value looks like 1.234, where the point may mark "
            "thousands or decimals; declare format: {decimal: …, thousands: …}.",
            column=name,
        )


def _true(rows: ir.Table, asked: dict[str, ir.BooleanScalar]) -> list[str]:
    """The names of what holds."""
    found = rows.aggregate(**asked).to_pyarrow().to_pylist()[0] if asked else {}
    return [name for name, holds in found.items() if holds]
