"""All findings as one page of decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from clv.report.findings.finding import SEVERITIES, Finding
from clv.report.languages import MISSING
from clv.report.messages import Messages
from clv.report.privacy import few
from clv.report.reasons import found_again
from clv.report.words import Money, Text, Value

WHO: Final[Messages] = {  # who does it
    "analysis": "Analysis",
    "care": "Customer care",
    "data": "Data",
    "finance": "Finance",
    "marketing": "Marketing",
    "sales": "Sales",
}
STAKES: Final[Messages] = {  # what the money of an action is
    "at_risk": "{amount} at risk",
    "brought": "{amount} of revenue in the year before",
    "missing": "{amount} of revenue missing",
    "each": "{amount} each",
    "expected": "{amount} expected",
}


@dataclass(frozen=True, slots=True)
class Action:
    """The next step of a finding: who does it, and how much money it is about."""

    found: Finding
    who: Text
    to_win: float = float("nan")  # or to keep
    stake: Value | str = MISSING

    @property
    def rank(self) -> tuple[int, float]:
        """The more urgent first, then the dearer."""
        return (list(SEVERITIES).index(self.found.severity), -np.nan_to_num(self.to_win))


def action(
    found: Finding,
    who: str,
    amount: float = float("nan"),
    stake: str = "expected",
    *,
    customers: float | None = None,
    currency: str | None = None,
) -> Action:
    """A finding as something that somebody does.

    `who`: a key of `WHO`; `amount` and `stake`: the money, and a key of `STAKES` that says what it
    is; `customers`: how many it is of, where that may be few.
    """
    if few(customers) or not np.isfinite(amount):
        return Action(found, Text(WHO[who]))
    said = Text(STAKES[stake], {"amount": Money(amount, currency)})
    # What is expected anyway is nothing to win.
    to_win = 0.0 if stake == "expected" else float(amount)
    return Action(found, Text(WHO[who]), to_win, said)


def no_forecast(reason: str) -> Finding:
    """Why nothing can be said of the future: the reason that scoring gave."""
    why = found_again(reason) or reason
    headline = Text("Nothing can be foreseen yet. {why}", {"why": why})
    longer = Text("Export a longer history, if there is one; else ask again in a few months.")
    return Finding(headline, pd.DataFrame(), "watch", longer)


def to_do(actions: Iterable[Action]) -> Finding:
    """What to do, the most urgent first and of these the dearest: the findings' next steps."""
    steps = sorted((each for each in actions if each.found.next_step), key=lambda each: each.rank)
    table = pd.DataFrame(
        {
            "next_step": [each.found.next_step for each in steps],
            "money": [each.stake for each in steps],
            "who": [each.who for each in steps],
            "urgency": [Text(SEVERITIES[each.found.severity]) for each in steps],
            "because": [each.found.headline for each in steps],
        },
        index=pd.RangeIndex(1, len(steps) + 1, name="order"),
        dtype=object,
    )
    if not steps:
        return Finding(Text("Nothing asks for a decision."), table, "good")
    first, *others = [each.found for each in steps]
    then = others[0].next_step if others else None
    urgent = sum(each.found.severity == "act" for each in steps)
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
