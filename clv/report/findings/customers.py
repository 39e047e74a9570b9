"""What the log and the people in it say: faults, one-time buyers, cohorts, concentration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clv.customers.concentration import lorenz
from clv.models.intervals import wilson
from clv.report import worth
from clv.report.findings.finding import Finding, estimate, evidence, graded
from clv.report.labels import english
from clv.report.messages import Messages
from clv.report.words import Count, Share, Text, Value

NOT_FAULTY = ("zero-amount", "refund")  # set aside, but nothing is wrong with them
TOP = 0.10
HELD_BY = (0.01, 0.05, 0.10, 0.20, 0.50)  # shares of customers in the evidence
EARLY = (1, 2, 3)  # periods after the first purchase by which cohorts are compared
WHOSE: Messages = {"total_spend": "revenue so far"}


def data_health(account: pd.DataFrame, rows: Mapping[str, int]) -> Finding:
    """How many rows are faulty, and what to mend first.

    `account`: `what`, `reason`, `rows`; `rows`: with `in`; both as `Transactions` has them.
    """
    total = rows["in"]
    setting_aside = (account["what"] == "quarantined") & ~account["reason"].isin(NOT_FAULTY)
    faults = account[setting_aside].sort_values("rows", ascending=False)
    faulty = int(faults["rows"].sum())
    shown = evidence(account[account["what"] != "in"], rows="rows")
    if not total:
        return Finding(Text("The log holds no rows."), shown, "act")
    if not faulty:
        none = Text("None of {total} rows is faulty.", {"total": Count(total)})
        return Finding(none, shown, "good", Text("Read on: the log can carry the analysis."))
    headline = Text(
        "{count} of {total} rows ({share}) is faulty and was set aside.",
        {"total": Count(total), "share": Share(faulty / total)},
        plural="{count} of {total} rows ({share}) are faulty and were set aside.",
        count=faulty,
    )
    worst = faults.iloc[0]
    mend = Text(
        "Mend the export first where it loses most: “{reason}” ({rows} of them).",
        {"reason": Text(english(worst["reason"])), "rows": Count(worst["rows"])},
    )
    severity = graded(faulty / total, watch=0.01, act=0.05, below="good")
    return Finding(headline, shown, severity, mend)


def one_time_buyers(customers: pd.DataFrame) -> Finding:
    """How many customers have bought on one day only.

    `customers`: one row per customer; column `frequency`.
    """
    total, once = len(customers), int((customers["frequency"] == 0).sum())
    table = pd.DataFrame({"customers": [once, total - once]}, index=["bought_once", "came_back"])
    shown = evidence(table.assign(share=table["customers"] / max(total, 1)), share="share")
    if not total:
        return Finding(Text("There are no customers yet."), shown)
    if not once:
        return Finding(Text("Every customer has come back at least once."), shown, "good")
    headline = Text(
        "{count} of {total} customers ({share}) has bought only once.",
        {"total": Count(total), "share": Share(once / total)},
        plural="{count} of {total} customers ({share}) have bought only once.",
        count=once,
    )
    win = Text(
        "Win the second purchase: write to those who have bought only once, but to nobody held out."
    )
    severity = graded(once / total, watch=0.5, act=0.8)
    return Finding(headline, shown, severity, None if severity == "info" else win)


def cohort_trend(retention: pd.DataFrame) -> Finding:
    """Whether the newest cohort buys as often early on as those before it.

    `retention`: as `clv.cohort_retention` returns it, with `attrs["size"]`.
    """
    early = retention.reindex(columns=EARLY).dropna()
    size = pd.Series(retention.attrs.get("size", {}), dtype=float)
    size = size.reindex(early.index.astype(str)).fillna(1).to_numpy()
    bought = early.mean(axis=1)
    shown = evidence(bought.rename("share").to_frame().assign(customers=size), share="share")
    if len(early) < 2:
        return Finding(Text("There are not two cohorts yet that can be compared."), shown)
    newest, before = float(bought.iloc[-1]), float(np.average(bought[:-1], weights=size[:-1]))
    noise = 2 * np.sqrt(before * (1 - before) * (1 / size[-1] + 1 / size[:-1].sum()))
    # Wilson's interval for one month of the cohort is wide enough for the mean of three.
    seen = estimate(Share(newest), *map(Share, wilson(newest, size[-1])))
    return _trend(newest, before, noise, {"newest": seen, "before": Share(before)}, shown)


def _trend(
    newest: float, before: float, noise: float, values: dict[str, Value], shown: pd.DataFrame
) -> Finding:
    """The newest cohort against the earlier ones; what chance alone could do is no trend."""
    if abs(newest - before) <= noise:
        same = Text(
            "The newest cohort comes back as earlier ones did: {newest} buy in an average "
            "month of their first three, against {before}.",
            values,
        )
        return Finding(same, shown)
    if newest > before:
        more = Text(
            "The newest cohort comes back more than earlier ones: {newest} buy in an "
            "average month of their first three, against {before}.",
            values,
        )
        return Finding(more, shown, "good")
    less = Text(
        "The newest cohort comes back less than earlier ones: {newest} buy in an average "
        "month of their first three, against {before}.",
        values,
    )
    look = Text("Find out what changed for new customers: channel, offer, first delivery.")
    severity = graded(1 - newest / before, watch=0.0, act=0.25)
    return Finding(less, shown, severity, look)


def concentration(customers: pd.DataFrame, *, by: str = "clv") -> Finding:
    """How much of the value the best tenth of the customers hold.

    `customers`: one row per customer; the column named by `by`, `clv` or `total_spend`.
    """
    curve = lorenz(customers[by])
    held = np.interp(HELD_BY, curve["share_of_customers"], curve["share_of_value"])
    table = pd.DataFrame({"share_of_customers": HELD_BY, "share_of_value": held})
    shown = evidence(table, share_of_customers="share", share_of_value="share")
    whose = Text(WHOSE[by]) if by in WHOSE else worth.to_come(worth.of(customers))
    if not customers[by].sum() > 0:
        return Finding(Text("There is no {value} to divide.", {"value": whose}), shown)
    top = float(np.interp(TOP, curve["share_of_customers"], curve["share_of_value"]))
    headline = Text(
        "The top {part} of customers hold {held} of {value}.",
        {"part": Share(TOP), "held": Share(top), "value": whose},
    )
    keep = Text(
        "Know this {count} customer by name: nobody is dearer to lose.",
        plural="Know these {count} customers by name: nobody is dearer to lose.",
        count=int(np.ceil(TOP * len(customers))),
    )
    return Finding(headline, shown, graded(top, watch=0.8, act=np.inf), keep)
