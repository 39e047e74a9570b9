"""What RFM says of customers against what the lifecycle says, and where the two disagree.

RFM compares customers with each other: a fifth of them is always the most recent, however long ago
everybody bought. The lifecycle compares a customer's silence with that of customers who have bought
as often. Where they disagree, one of these two views misses something.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.rfm import SEGMENTS
from clv.stages.rules import IN_RHYTHM, SILENT, STATES
from clv.stages.unlimited import NO_LIMIT

RECENT = ("champions", "loyal_customers", "potential_loyalists", "new_customers", "promising")
QUIET = ("at_risk", "cant_lose", "hibernating")


def segment_stages(
    segments: pd.Series, stages: pd.Series, no_limit: pd.Series | None = None
) -> pd.DataFrame:
    """Customers by segment (rows, best first) and stage (columns, in lifecycle order).

    Parameters
    ----------
    segments, stages
        By customer_id, of the same day. Who has not bought has no segment and is left out, and so
        are stages that hold nobody.
    no_limit
        By customer_id, as `unlimited` returns it: of whom nobody can tell whether they still buy.
        They have a column of their own, `no_limit`, the last one.
    """
    stage = stages.reindex(segments.index).astype("str")
    if no_limit is not None:
        stage = stage.mask(no_limit.reindex(segments.index).eq(True), NO_LIMIT)
    counts = pd.crosstab(segments.astype("str").rename("segment"), stage.rename("stage"))
    return counts.reindex(
        index=pd.Index(SEGMENTS, name="segment"),
        columns=pd.Index([state for state in (*STATES, NO_LIMIT) if state in counts], name="stage"),
        fill_value=0,
    )


def disagreement(matrix: pd.DataFrame) -> pd.DataFrame:
    """How many customers RFM and the lifecycle see alike, and how many they do not.

    RFM takes a side where a segment is recent or quiet; of those between, nothing is compared.

    Parameters
    ----------
    matrix
        As `segment_stages` returns it.

    Returns
    -------
    DataFrame
        Indexed by view, which add up to all customers: recent_but_overdue (recent beside others,
        silent for longer than their like usually are), quiet_but_in_rhythm (the other way round),
        alike (recent and in their rhythm, or quiet and overdue), not_compared (the rest);
        customers, share (of those compared).
    """
    parts = {
        "recent_but_overdue": _sum(matrix, RECENT, SILENT),
        "quiet_but_in_rhythm": _sum(matrix, QUIET, IN_RHYTHM),
        "alike": _sum(matrix, RECENT, IN_RHYTHM) + _sum(matrix, QUIET, SILENT),
    }
    compared = pd.Series(parts, name="customers")
    rest = int(matrix.to_numpy().sum()) - int(compared.sum())
    found = pd.DataFrame({"customers": compared, "share": compared / compared.sum()})
    found.loc["not_compared"] = {"customers": rest, "share": np.nan}
    return found.astype({"customers": int}).rename_axis("view")


def _sum(matrix: pd.DataFrame, segments: tuple[str, ...], stages: tuple[str, ...]) -> int:
    held = matrix.reindex(index=segments, columns=stages, fill_value=0)
    return int(held.to_numpy().sum())
