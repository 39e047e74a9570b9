"""What a log says of itself: whether it can carry the analysis, and how long customers pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from clv.customers.minimum import FEWEST_REPEAT_BUYERS
from clv.report.alerts import Alert
from clv.report.findings.finding import Finding, evidence
from clv.report.messages import message
from clv.report.privacy import few
from clv.report.words import Count, Day, Quantity, Share, Text
from clv.tables.births import Births

MORE: Final = message(
    "Take a longer history; until then segments and stages are shown, without values."
)
LOOK: Final = message("Go through the alerts below with whoever keeps the data, then read on.")
SPARSE: Final = 365  # days of gap from which on most pauses are longer than a year


def verdict(customers: pd.DataFrame, rows: Mapping[str, int], alerts: Sequence[Alert]) -> Finding:
    """Whether a log can carry the analysis, and what to look at first.

    `customers`: one row each; `frequency`, `first_purchase`, `last_purchase`; `rows`: with `in`
    and `accepted`; `alerts`: as `alerts.about` returns them.
    """
    repeat = int((customers["frequency"] > 0).sum())
    days = (customers["last_purchase"].max() - customers["first_purchase"].min()).days + 1
    found = {"in": rows["in"], "accepted": rows["accepted"]}
    shown = evidence(pd.DataFrame({"rows": found}).rename_axis("what"), rows="rows")
    values = {
        "repeat": Count(repeat),
        "needed": Count(FEWEST_REPEAT_BUYERS),
        "total": Count(len(customers)),
        "weeks": Quantity(round(days / 7), "weeks"),
    }
    if repeat < FEWEST_REPEAT_BUYERS:
        return Finding(_too_little(repeat, values), shown, "act", Text(MORE))
    if alerts:
        odd = Text(
            "This log can carry the analysis, once {count} alert has been looked at.",
            plural="This log can carry the analysis, once {count} alerts have been looked at.",
            count=len(alerts),
        )
        return Finding(odd, shown, "watch", Text(LOOK))
    fine = Text(
        "This log can carry the analysis: {repeat} of {total} customers have come back within "
        "{weeks}, and nothing about it is odd.",
        values,
    )
    return Finding(fine, shown, "good", Text("Read on with the next page."))


def _too_little(repeat: int, values: Mapping[str, object]) -> Text:
    if few(repeat):
        return Text(
            "This log cannot carry a model: hardly any customer has come back, and a model needs "
            "{needed}.",
            values,
        )
    return Text(
        "This log cannot carry a model: {repeat} of {total} customers have come back, and a model "
        "needs {needed}.",
        values,
    )


def first_seen(found: Births) -> Finding:
    """Whether every customer's first purchase is in the log; `found`: as `births` returns it."""
    reason = pd.DataFrame({"reason": [found.reason]})
    if found.observed:
        every = Text("The log begins with its customers: no one seems to be older than it.")
        return Finding(every, reason, "good")
    older = Text(
        "The log may begin in the middle: who is first seen until {day} may have bought before.",
        {"day": Day(found.warm_up_end)},
    )
    care = Text("Do not read the first months as growth: new customers are overstated there.")
    return Finding(older, reason, "watch", care)


def usual_gap(gaps: pd.DataFrame) -> Finding:
    """Within how many days most customers who come back do so.

    `gaps`: `at_least`, `below` (days), `purchase_days`, as `first_look.gaps` returns them.
    """
    shown = evidence(gaps)
    if gaps.empty:
        return Finding(Text("No customer has come back yet."), shown, "watch")
    share = gaps["purchase_days"].cumsum() / gaps["purchase_days"].sum()
    half = share.searchsorted(0.5)
    usual = gaps["below"].iloc[half]
    if usual > SPARSE:
        rare = Text("Most returns take longer than a year: look far ahead, and judge late.")
        return Finding(rare, shown, "watch")
    soon = Text(
        "Of all returns, {share} come within {days} of the purchase before.",
        {"share": Share(share.iloc[half]), "days": Quantity(usual - 1, "days")},
    )
    wait = Text("Do not call a customer lost before that time has passed.")
    return Finding(soon, shown, "info", wait)
