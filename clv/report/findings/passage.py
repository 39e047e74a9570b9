"""Who moved from stage to stage, how long that takes, and from which day on they count as lost."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report import passages
from clv.report.findings.finding import Finding, estimate, evidence, sure
from clv.report.languages import MISSING
from clv.report.messages import message
from clv.report.privacy import few
from clv.report.words import Count, Label, Names, Number, People, Quantity, Share, Text
from clv.stages.rules import LOST
from clv.stages.silence import LEAST_CUSTOMERS
from clv.stages.thresholds import Thresholds

BACK = ("recovery", "re_entry")
LEADS_LOST = ("loss",)
FORWARD = ("forward", "skip")
HALF = 0.50  # of new customers: where fewer buy again, something stands in their way
SECOND = "first_to_second"
MORE = 1.10  # times as many as in the period before: worth a look
SOON = 90  # days
LEAST_RETURNS = 50  # to learn limits of silence from
OF_TABLES = ("lead_ttl", "payment_grace", "health_red")  # thresholds of other things than purchases
OF_CUSTOMERS: Final = message(
    "In the last {span} {lost} customers slipped away, {back} came back and {on} moved forward; in "
    "the {span} before it was {lost_then}, {back_then} and {on_then}."
)
WITH_LEADS: Final = message(
    "In the last {span} {lost} customers slipped away and {back} came back; {leads} leads were "
    "lost, and {on} people moved forward. In the {span} before it was {lost_then} and {back_then} "
    "customers, {leads_then} leads and {on_then} people."
)


def moved(kinds: pd.DataFrame) -> Finding:
    """Which customers slipped away and came back, and who moved forward, beside the period before.

    Leads that were lost are no customers and are counted apart.

    `kinds`: as `stages.transitions.by_kind` returns it.
    """
    shown = _of_kinds(kinds)
    span = Quantity(kinds.attrs["days"], "days")
    groups = {"lost": ("lapse",), "back": BACK, "leads": LEADS_LOST, "on": FORWARD}
    now = {name: _count(kinds, "customers", group) for name, group in groups.items()}
    then = {f"{name}_then": _count(kinds, "before", group) for name, group in groups.items()}
    if not any((now | then).values()):
        return Finding(Text("Nobody moved in the last {span}.", {"span": span}), shown)
    values = {name: People(count) for name, count in (now | then).items()} | {"span": span}
    headline = Text(WITH_LEADS if now["leads"] or then["leads_then"] else OF_CUSTOMERS, values)
    if now["lost"] <= MORE * then["lost_then"]:
        return Finding(headline, shown)
    return Finding(headline, shown, "watch", _largest(kinds))


def _count(kinds: pd.DataFrame, column: str, group: tuple[str, ...]) -> int:
    return int(kinds[column].reindex(group).fillna(0).sum())


def _largest(kinds: pd.DataFrame) -> Text | None:
    """Where to look first: the most frequent way to slip away, if it is not one of a few."""
    lapse = kinds.loc["lapse"]
    if few(lapse["most"]):
        return None
    return Text(
        "Look first at the largest loss: {count} customer from {then} to {now}.",
        {"then": Label(lapse["state"]), "now": Label(lapse["next_state"])},
        plural="Look first at the largest loss: {count} customers from {then} to {now}.",
        count=int(lapse["most"]),
    )


def _of_kinds(kinds: pd.DataFrame) -> pd.DataFrame:
    """Moves by kind as they are read: now, before, the change and the most frequent one."""
    frequent = [
        None if pd.isna(row.most) else passages.move(row.state, row.next_state)
        for row in kinds.itertuples()
    ]
    small = kinds["before"].map(few)
    table = kinds[["customers"]].assign(
        before=[People(count) for count in kinds["before"]],
        change=[
            None if hidden else Number(n) for n, hidden in zip(kinds["change"], small, strict=True)
        ],
        most_often=frequent,
    )
    shown = evidence(table, customers="customers")
    shown.attrs["labels"] = {"customers": "people"}
    return shown


def onward(table: pd.DataFrame) -> Finding:
    """How many have moved on from each stage within ninety days of entering it.

    `table`: as `stages.onward.onward` returns it for some days, 90 among them.
    """
    shown = _waiting(table)
    soon = table[(table["days"] == SOON) & table["share"].notna()]
    if soon.empty:
        told = Text("Too few customers have moved on from any stage to tell how long it takes.")
        return Finding(told, shown)
    parts = [
        Text("{stage} {share}", {"stage": Label(row.stage), "share": Share(row.share)})
        for row in soon.itertuples()
    ]
    headline = Text(
        "Within {span} of entering the stage, this share has moved on or come back: {parts}.",
        {"span": Quantity(SOON, "days"), "parts": Names(parts)},
    )
    return Finding(headline, shown)


def _waiting(table: pd.DataFrame) -> pd.DataFrame:
    """Who has moved on by which day; who has not is not always in the same stage still."""
    shown = passages.by_days(table)
    shown.attrs["labels"]["still_open"] = "still_waiting"
    return shown


def second_purchase(table: pd.DataFrame) -> Finding:
    """How many new customers buy a second time, and how many get stuck after the first purchase.

    `table`: as `stages.onward.second_purchase` returns it.
    """
    shown = _waiting(table.assign(stage=SECOND)).rename_axis("move") if len(table) else table
    known = table.dropna(subset="share")
    if known.empty:
        told = Text("Nobody has been a customer long enough to tell who buys a second time.")
        return Finding(told, shown)
    last, first = known.iloc[-1], known.iloc[0]
    if few(last["moved"]):
        told = Text("Too few new customers have bought a second time to tell how many do.")
        return Finding(told, shown)
    soon = known[known["days"] <= SOON].iloc[-1] if first["days"] <= SOON else first
    headline = Text(
        "Of new customers {soon} buy a second time within {days}, and {late} within {more}; the "
        "others had not by then.",
        {
            "soon": Share(soon["share"]),
            "days": Quantity(soon["days"], "days"),
            "late": estimate(Share(last["share"]), Share(last["low"]), Share(last["high"])),
            "more": Quantity(last["days"], "days"),
        },
    )
    if last["share"] >= HALF:
        return Finding(headline, shown)
    step = Text(
        "Give new customers a reason for a second purchase in the first {days}.",
        {"days": Quantity(soon["days"], "days")},
    )
    return Finding(headline, shown, "watch", step)


def lost_by_rule(ruled: pd.DataFrame, thresholds: Thresholds) -> Finding:
    """From which day on customers count as lost, and how many come back before it.

    `ruled`: as `stages.onward.before_the_limit` returns it; `thresholds`: by which the stages were
    told.
    """
    rows = [
        {
            "stage": row.state,
            "counts_as": Label(row.next_state),
            "limit": passages.limit(thresholds, row.next_state),
            "stay": passages.stay(row),
            "came_back_before": sure(Share(row.share), Share(row.low), Share(row.high)),
        }
        for row in ruled[ruled["next_state"].isin(LOST)].itertuples()
    ]
    columns = ["stage", "counts_as", "limit", "stay", "came_back_before"]
    shown = evidence(pd.DataFrame(rows, columns=columns).set_index("stage"))
    shown.attrs["labels"] = {"stay": "stay_until_limit"}
    risk = ruled[ruled["state"] == "at_risk"]
    if risk.empty or risk["share"].isna().all():
        return Finding(Text("Nobody has been silent long enough to count as lost."), shown)
    first = risk.iloc[0]
    headline = Text(
        "{share} of the customers at risk come back before they count as {worse}, which they do "
        "after {limit}.",
        {
            "share": estimate(Share(first["share"]), Share(first["low"]), Share(first["high"])),
            "worse": Label(first["next_state"]),
            "limit": passages.limit(thresholds, first["next_state"]) or MISSING,
        },
    )
    return Finding(headline, shown)


def limits(thresholds: Thresholds) -> Finding:
    """What the limits of silence rest on, and how many of them hold."""
    basis = pd.Series([limit.basis for limit in thresholds.limits])
    sizes = {
        "learned": int((basis == "learned").sum()),
        "pooled": int((basis == "pooled").sum()),
        "set": int((basis == "set").sum()),
    }
    shown = evidence(thresholds.table().set_index("threshold").drop(index=[*OF_TABLES]))
    values = {name: Count(size) for name, size in sizes.items()}
    values |= {
        "customers": Count(thresholds.customers),
        "gaps": Count(thresholds.gaps),
        "all": Count(len(basis)),
        "none": Count(len(basis) - sum(sizes.values())),
    }
    headline = Text(
        "Of {all} limits, learned from {gaps} returns of {customers} customers, {learned} hold by "
        "themselves and {pooled} together with a neighbouring group; set by hand: {set}; left out, "
        "each for the reason that the table gives: {none}.",
        values,
    )
    enough = thresholds.gaps >= LEAST_RETURNS and thresholds.customers >= LEAST_CUSTOMERS
    return Finding(headline, shown, "info" if enough else "watch")
