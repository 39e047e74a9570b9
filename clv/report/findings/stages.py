"""Where customers stand, who moved, and whether the stages mean anything."""

from __future__ import annotations

import pandas as pd

from clv.report.findings.finding import Finding, estimate, evidence, graded
from clv.report.labels import STAGES
from clv.report.privacy import few
from clv.report.words import Count, People, Share, Text
from clv.stages.validation import EXPECTED_ORDER

BUYING = ("onboarding", "active", "loyal", "advocate", "reactivated")
GONE = ("dormant", "churned")
QUIET = ("at_risk", *GONE)
LEAST_APART = 0.10  # share of later buyers, first stage against last


def stage_sizes(counts: pd.DataFrame) -> Finding:
    """How many customers are buying, at risk and gone.

    `counts`: indexed by stage; column `customers`, missing where a stage cannot be observed.
    """
    known = counts["customers"].dropna().astype(int)
    groups = {"buying": BUYING, "at_risk": ("at_risk",), "gone": GONE}
    sizes = {name: int(known.reindex(stages).sum()) for name, stages in groups.items()}
    total = sum(sizes.values())
    shown = evidence(known.to_frame().assign(share=known / max(known.sum(), 1)), share="share")
    if not total:
        return Finding(Text("Nobody has become a customer yet."), shown)
    if any(map(few, sizes.values())):
        told = Text("{total} customers are sorted into stages.", {"total": Count(total)})
        return Finding(told, shown)
    values = {name: Count(size) for name, size in sizes.items()}
    values |= {f"{name}_share": Share(size / total) for name, size in sizes.items()}
    headline = Text(
        "Of {total} customers, {buying} ({buying_share}) are buying, {at_risk} ({at_risk_share}) "
        "are at risk and {gone} ({gone_share}) are dormant or churned.",
        values | {"total": Count(total)},
    )
    if not sizes["at_risk"]:
        return Finding(headline, shown)
    write = Text(
        "Write to the {count} customer at risk this month.",
        plural="Write to the {count} customers at risk this month, the most valuable first.",
        count=sizes["at_risk"],
    )
    return Finding(headline, shown, graded(sizes["at_risk"] / total, watch=0.1, act=0.25), write)


def stage_moves(matrix: pd.DataFrame) -> Finding:
    """Who came, who came back and who went quiet between two dates.

    `matrix`: index stage_then (with `not_yet`), columns stage_now, customers, as
    `Lifecycle.moves` returns it.
    """
    flows = {
        "new": _flow(matrix, ["not_yet"], STAGES),
        "returned": _flow(matrix, QUIET, BUYING),
        "went_quiet": _flow(matrix, BUYING, QUIET),
    }
    shown = evidence(pd.DataFrame({"customers": flows}).rename_axis("move"))
    if not matrix.to_numpy().sum():
        return Finding(Text("There are no customers to follow yet."), shown)
    values = {name: People(flow) for name, flow in flows.items()}
    if flows["new"]:
        headline = Text(
            "{new} customers came, {returned} came back and {went_quiet} went quiet.", values
        )
    else:
        headline = Text(
            "{returned} customers came back and {went_quiet} went quiet; nobody new came.", values
        )
    won = flows["new"] + flows["returned"]
    severity = graded(flows["went_quiet"] - won, watch=1, act=max(won, 1), below="good")
    return Finding(headline, shown, severity, None if severity == "good" else _worst(matrix))


def _worst(matrix: pd.DataFrame) -> Text | None:
    """Where to look first: the largest of the moves into silence, if it is not one of a few."""
    losses = matrix.reindex(index=BUYING, columns=QUIET).stack()
    then, now = losses.idxmax()
    if few(losses.max()):
        return None
    return Text(
        "Look first at the largest loss: {count} customer from {then} to {now}.",
        {"then": Text(STAGES[then]), "now": Text(STAGES[now])},
        plural="Look first at the largest loss: {count} customers from {then} to {now}.",
        count=int(losses.max()),
    )


def _flow(matrix: pd.DataFrame, then: object, now: object) -> int:
    """Customers who went from any of some stages to any of others."""
    rows = [stage for stage in then if stage in matrix.index]
    return int(matrix.loc[rows, [stage for stage in now if stage in matrix.columns]].sum().sum())


def stage_separation(behaviour: pd.DataFrame) -> Finding:
    """Whether customers of better stages bought more afterwards.

    `behaviour`: indexed by stage; `customers`, `returned`, `share`, `low`, `high`, with
    `attrs["ordered"]`, as `stages.validation.later_behaviour` returns it.
    """
    shares = behaviour["share"].reindex(EXPECTED_ORDER).dropna()
    shown = evidence(behaviour[["customers", "returned", "share"]], share="share")
    if len(shares) < 2:
        return Finding(Text("Too few stages hold customers to compare them."), shown)
    seen = behaviour.loc[shares.index]
    values = {
        "first": Text(STAGES[str(shares.index[0])]),
        "high": _share(seen.iloc[0]),
        "last": Text(STAGES[str(shares.index[-1])]),
        "low": _share(seen.iloc[-1]),
    }
    if shares.iloc[0] - shares.iloc[-1] < LEAST_APART:
        blurred = Text(
            "The stages hardly tell customers apart: {high} of “{first}” bought again and {low} "
            "of “{last}”.",
            values,
        )
    elif not behaviour.attrs.get("ordered", shares.is_monotonic_decreasing):
        blurred = Text(
            "The stages tell customers apart, but not all in the expected order: {high} of "
            "“{first}” bought again and {low} of “{last}”.",
            values,
        )
    else:
        clear = Text(
            "The stages tell customers apart: {high} of “{first}” bought again and {low} of "
            "“{last}”.",
            values,
        )
        return Finding(clear, shown, "good")
    rank = Text("Choose whom to write to by chance and value, not by stage.")
    return Finding(blurred, shown, "watch", rank)


def _share(stage: pd.Series) -> Text:
    """The share of a stage that bought again, with its interval."""
    return estimate(*(Share(stage[name]) for name in ("share", "low", "high")))
