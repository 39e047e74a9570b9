"""All findings as one page of decisions."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from clv.report.findings.finding import SEVERITIES, Finding
from clv.report.words import Text


def to_do(findings: Iterable[Finding]) -> Finding:
    """What to do, the most urgent first: the next steps of the findings that have one."""
    order = list(SEVERITIES)
    steps = [found for found in findings if found.next_step]
    steps.sort(key=lambda found: order.index(found.severity))
    table = pd.DataFrame(
        {
            "next_step": [found.next_step for found in steps],
            "because": [found.headline for found in steps],
            "urgency": [Text(SEVERITIES[found.severity]) for found in steps],
        },
        index=pd.RangeIndex(1, len(steps) + 1, name="order"),
        dtype=object,
    )
    if not steps:
        return Finding(Text("Nothing asks for a decision."), table, "good")
    first, *others = steps
    then = others[0].next_step if others else None
    urgent = sum(found.severity == "act" for found in steps)
    if not urgent:
        calm = Text(
            "Nothing is urgent. Begin on Monday with this: {step}", {"step": first.next_step}
        )
        return Finding(calm, table, first.severity, then)
    headline = Text(
        "{count} thing is urgent. Begin on Monday with this: {step}",
        {"step": first.next_step},
        plural="{count} things are urgent. Begin on Monday with this: {step}",
        count=urgent,
    )
    return Finding(headline, table, "act", then)
