"""Currencies: amounts are added only where all of them are in one money."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from clv.errors import InputRefused
from clv.tables import asides


def single(purchases: ir.Table, declared: str | None) -> str | None:
    """The one currency that was declared or that a column names; several are refused."""
    if "currency" not in purchases.columns:
        return declared
    counts = purchases.group_by("currency").aggregate(rows=purchases.count())
    counts = counts.order_by(ibis.desc("rows"), "currency").to_pyarrow().to_pylist()
    if len(counts) > 1:
        found = ", ".join(f"{row['currency']} in {asides.count(row['rows'])}" for row in counts)
        raise InputRefused(
            f"`currency` holds {len(counts)} currencies ({found}); amounts are added, so export "
            "one of them, or convert the others.",
            column="currency",
        )
    (found,) = (row["currency"] for row in counts)
    if declared not in (None, found):
        raise InputRefused(
            f"`currency` is {found} in every purchase, but currency: {declared} is declared; "
            "correct one of the two.",
            column="currency",
        )
    return found
