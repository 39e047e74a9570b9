"""What the segments say: who are the best, who has gone quiet, who moved, and what RFM misses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.migration import NOT_YET_A_CUSTOMER
from clv.report import suppression
from clv.report.findings.finding import Finding, evidence, graded
from clv.report.labels import SEGMENTS
from clv.report.privacy import FEWEST, few
from clv.report.words import Day, People, Share, Text
from clv.stages.segment_stages import QUIET, RECENT, disagreement

GONE_QUIET = ("at_risk", "cant_lose")
MOST_MOVES = 5  # in the evidence


def champions(segments: pd.DataFrame) -> Finding:
    """How few customers are the best ones, and how much they have brought.

    `segments`: indexed by segment; columns `customers`, `total_spend`.
    """
    share = segments[["customers", "total_spend"]] / segments[["customers", "total_spend"]].sum()
    best = share.loc["champions"]
    shares = {"share_of_customers": share["customers"], "share_of_revenue": share["total_spend"]}
    table = pd.DataFrame({"customers": segments["customers"], **shares}).rename_axis("segment")
    shown = evidence(table, **dict.fromkeys(shares, "share"))
    count = int(segments.loc["champions", "customers"])
    if not count:
        return Finding(Text("No customer is a champion yet."), shown, "watch")
    if few(count):
        return Finding(Text("Hardly any customer is a champion yet."), shown, "watch")
    headline = Text(
        "{count} champion, {part} of all customers, has brought {held} of all revenue.",
        {"part": Share(best["customers"]), "held": Share(best["total_spend"])},
        plural="{count} champions, {part} of all customers, have brought {held} of all revenue.",
        count=count,
    )
    keep = Text("Thank them and let them in early; they need no discount to come back.")
    return Finding(headline, shown, "info", keep)


def segment_attention(
    segments: pd.DataFrame, matrix: pd.DataFrame, *, currency: str | None = None
) -> Finding:
    """How many frequent buyers have gone quiet, what they have brought, and whom to win back.

    `segments`: indexed by segment; columns `customers`, `total_spend`. `matrix`: index segment,
    columns stage, customers, as `stages.segment_stages` returns it.
    """
    quiet = segments.reindex([name for name in GONE_QUIET if name in segments.index])
    table = quiet[["customers", "total_spend"]].rename_axis("segment")
    table = table.assign(share_of_revenue=table["total_spend"] / segments["total_spend"].sum())
    shown = evidence(table, share_of_revenue="share", total_spend=currency)
    count, share = int(quiet["customers"].sum()), float(table["share_of_revenue"].sum())
    if not count:
        return Finding(Text("No frequent buyer has gone quiet."), shown, "good")
    if few(count):
        return Finding(Text("Hardly any frequent buyer has gone quiet."), shown, "good")
    headline = Text(
        "{count} customer who used to buy often has gone quiet; {share} of all revenue came "
        "from them.",
        {"share": Share(share)},
        plural="{count} customers who used to buy often have gone quiet; {share} of all revenue "
        "came from them.",
        count=count,
    )
    churned = int(matrix.reindex(GONE_QUIET).get("churned", pd.Series(dtype=float)).sum())
    left, severity = count - churned, graded(share, watch=0.02, act=0.10)
    if not left or few(left):  # nothing to be decided in a hurry
        severity = "watch" if severity == "act" else severity
    hidden = suppression.hidden(matrix).reindex(GONE_QUIET, fill_value=False)
    secret = few(churned) or bool(hidden.get("churned", pd.Series(dtype=bool)).any())
    return Finding(headline, shown, severity, _win_back(left, churned, secret=secret))


def _win_back(left: int, churned: int, *, secret: bool) -> Text:
    """Whom to win back: those who have not churned, of whom hardly anybody returns.

    Their number would tell how many have churned, which may be `secret`.
    """
    if not churned:
        return Text("Win them back now, those who bought most often first.")
    if not left or few(left):
        return Text("Take them off paid campaigns: nearly all of them have churned.")
    if secret:
        return Text("Win back now those who have not churned, who bought most often first.")
    return Text(
        "Win back now the {count} of them who has not churned, and take the others off paid "
        "campaigns.",
        plural="Win back now the {count} of them who have not churned, who bought most often "
        "first, and take the others off paid campaigns.",
        count=left,
    )


def segment_moves(matrix: pd.DataFrame) -> Finding:
    """Who slipped and who came up between two days, by the same cut points.

    `matrix`: index segment_then (with `not_yet`), columns segment_now, customers, with `attrs`
    start, as `customers.migration.segment_moves` returns it.
    """
    moves = matrix.rename_axis(index="segment_then", columns="segment_now").stack()
    moves = moves.rename("customers").reset_index()
    # No number of a cell that the crosstab hides: with one of them the others can be worked out.
    moves["hidden"] = suppression.hidden(matrix).to_numpy().ravel()
    then, now = moves["segment_then"], moves["segment_now"]
    change = now.map(_warmth) - then.map(_warmth)
    stood = then != NOT_YET_A_CUSTOMER
    slipped = moves[stood & (change < 0)].sort_values("customers", ascending=False)
    groups = {
        "slipped": slipped["customers"],
        "risen": moves.loc[stood & (change > 0), "customers"],
        "stood": moves.loc[stood, "customers"],
        "came": moves.loc[~stood, "customers"],
    }
    counts = {name: int(customers.sum()) for name, customers in groups.items()}
    left = moves[stood & (then != now) & (moves["customers"] >= FEWEST) & ~moves["hidden"]]
    largest = left.drop(columns="hidden").nlargest(MOST_MOVES, "customers")
    shown = evidence(largest.reset_index(drop=True))
    if not counts["stood"]:
        return Finding(Text("There are no customers to follow yet."), shown)
    values = {name: People(count) for name, count in counts.items()}
    headline = Text(
        "Of {stood} customers of {day}, {slipped} have slipped and {risen} have come up since; "
        "{came} are new.",
        values | {"day": Day(matrix.attrs["start"])},
    )
    worse = counts["slipped"] - counts["risen"]
    severity = graded(worse, watch=1, act=max(counts["risen"], 1), below="good")
    return Finding(headline, shown, severity, None if severity == "good" else _worst(slipped))


def _warmth(segment: str) -> int:
    """2 for who bought lately, 0 for who is long gone, 1 between."""
    return 2 if segment in RECENT else 0 if segment in QUIET else 1


def _worst(slipped: pd.DataFrame) -> Text | None:
    """Where to look first: the largest slip, if its number is not hidden."""
    worst = slipped.iloc[0]
    if worst["hidden"]:
        return None
    return Text(
        "Look first at the largest slip: {count} customer from {then} to {now}.",
        {
            "then": Text(SEGMENTS[worst["segment_then"]]),
            "now": Text(SEGMENTS[worst["segment_now"]]),
        },
        plural="Look first at the largest slip: {count} customers from {then} to {now}.",
        count=int(worst["customers"]),
    )


def segment_stages(matrix: pd.DataFrame) -> Finding:
    """Where RFM and the lifecycle disagree, and which of the two to believe.

    `matrix`: index segment, columns stage, customers, as `stages.segment_stages` returns it.
    """
    table = disagreement(matrix)
    shown = evidence(table, share="share")
    counts = table["customers"]
    overdue, early = counts["recent_but_overdue"], counts["quiet_but_in_rhythm"]
    compared = counts.drop("not_compared").sum()
    if not compared:
        return Finding(Text("There is no customer on whom RFM takes a side."), shown)
    if not overdue and not early:
        same = Text("Wherever RFM takes a side, the lifecycle says the same.")
        return Finding(same, shown, "good")
    headline = _apart(overdue, early, People(compared), Share(table.loc["alike", "share"]))
    if overdue >= early:
        follow = Text(
            "Go by the stage and write to those who are overdue now: for RFM somebody is always "
            "the most recent, even where everybody has gone."
        )
    else:
        follow = Text(
            "Go by the stage and spare those in their rhythm the discount: they have not been "
            "silent for longer than usual."
        )
    apart = 1 - table.loc["alike", "share"]
    return Finding(headline, shown, graded(apart, watch=0.05, act=np.inf), follow)


def _apart(overdue: int, early: int, compared: People, alike: Share) -> Text:
    """The customers of whom the two views say different things."""
    values = {"compared": compared, "alike": alike}
    values |= {"overdue": People(overdue), "early": People(early)}
    if not early:
        return Text(
            "RFM takes a side on {compared} customers, and the lifecycle says the same of {alike} "
            "of them. But {overdue} whom RFM still calls recent have been silent for longer than "
            "customers like them usually are.",
            values,
        )
    if not overdue:
        return Text(
            "RFM takes a side on {compared} customers, and the lifecycle says the same of {alike} "
            "of them. But {early} whom RFM calls quiet are within their usual rhythm.",
            values,
        )
    return Text(
        "RFM takes a side on {compared} customers, and the lifecycle says the same of {alike} of "
        "them. But {overdue} whom RFM still calls recent have been silent for longer than "
        "customers like them usually are, and {early} whom it calls quiet are within their usual "
        "rhythm.",
        values,
    )
