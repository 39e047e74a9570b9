"""Look-alikes: ids that may be one customer's, told and never merged."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from clv.errors import Message
from clv.tables.conversion import BLANKS


def lookalikes(rows: ir.Table) -> tuple[Message, ...]:
    """A warning about ids that differ only in leading zeros, in case or in blanks inside."""
    ids = rows.select("customer_id").distinct()
    plain = ids["customer_id"].re_replace(BLANKS, "").lower()
    digits = plain.re_search("^[0-9]+$")
    plain = ibis.ifelse(digits, plain.re_replace("^0+", ""), plain)
    alike = ids.group_by(plain=plain).aggregate(
        ids=ids.count(), one=ids["customer_id"].min(), other=ids["customer_id"].max()
    )
    alike = alike.filter(alike["ids"] > 1)
    found = alike.aggregate(
        ids=alike["ids"].sum(), one=alike["one"].min(), other=alike["other"].argmin(alike["one"])
    )
    n_ids, one, other = found.to_pyarrow().to_pylist()[0].values()
    if not n_ids:
        return ()
    text = (
        f"{n_ids:,} ids look like another one but for leading zeros, case or blanks inside (such "
        f"as {one!r} and {other!r}); they count as different customers. If they are not, give "
        "each customer one id before the export."
    )
    return (Message("warning", "id-look-alike", text, "customer_id"),)
