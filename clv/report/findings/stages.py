"""Where customers stand, and whether the stages mean anything."""

from __future__ import annotations

import pandas as pd

from clv.report.findings.finding import Finding, evidence, graded, share_of_buyers
from clv.report.labels import STAGES
from clv.report.privacy import few
from clv.report.words import Count, Share, Text
from clv.stages.rules import IN_RHYTHM, LAPSED, SILENT
from clv.stages.validation import LEAST_COMPARED, comparable, told_apart

LEAST_APART = 0.10  # share of later buyers, first stage against last


def stage_sizes(counts: pd.DataFrame, no_limit: int = 0) -> Finding:
    """How many customers are buying, at risk and gone, and of how many nobody can tell.

    `counts`: indexed by stage; column `customers`, missing where a stage cannot be observed;
    `no_limit`: customers for whose silence there is no limit, as `stages.unlimited` finds them.
    """
    known = counts["customers"].dropna().astype(int)
    groups = {"buying": IN_RHYTHM, "at_risk": ("at_risk",), "gone": LAPSED}
    sizes = {name: int(known.reindex(stages).sum()) for name, stages in groups.items()}
    total = sum(sizes.values())
    sizes = sizes | {"buying": sizes["buying"] - no_limit, "untold": no_limit}
    shown = _sizes(known, total)
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
    if no_limit:
        untold = Text(
            "{said} Of {untold} ({untold_share}) nobody can tell: for customers with as many "
            "purchases no limit of silence could be learned.",
            values | {"said": headline},
        )
        headline = untold
    if not sizes["at_risk"]:
        return Finding(headline, shown)
    write = Text(
        "Write to the customers at risk this month, the most valuable first, but to nobody held "
        "out."
    )
    return Finding(headline, shown, graded(sizes["at_risk"] / total, watch=0.1, act=0.25), write)


def _sizes(known: pd.Series, total: int) -> pd.DataFrame:
    """The stages with their share of all customers, which who has not bought yet is none of."""
    bought = known.index.isin([*IN_RHYTHM, *SILENT])
    share = (known / max(total, 1)).where(bought)
    shown = evidence(known.to_frame().assign(share=share), share="share")
    shown.attrs["labels"] = {"customers": "people", "share": "share_of_customers"}
    return shown


def stage_separation(behaviour: pd.DataFrame) -> Finding:
    """Whether customers of better stages bought more afterwards.

    `behaviour`: indexed by stage; `customers`, `returned`, `share`, `low`, `high`, with
    `attrs["ordered"]`, as `stages.validation.by_stage` returns it.
    """
    seen = comparable(behaviour)
    shares = [share_of_buyers(row) for row in behaviour.itertuples()]
    shown = evidence(behaviour[["customers"]].assign(share=shares))
    if len(seen) < 2:
        least = {"least": Count(LEAST_COMPARED)}
        few_told = Text("Too few stages hold {least} customers or more to compare them.", least)
        return Finding(few_told, shown)
    first, last = seen.iloc[0], seen.iloc[-1]
    values = {
        "first": Text(STAGES[str(first.name)]),
        "high": share_of_buyers(first),
        "last": Text(STAGES[str(last.name)]),
        "low": share_of_buyers(last),
    }
    if not told_apart(seen) and first["high"] - last["low"] >= LEAST_APART:
        blurred = Text(
            "Whether the stages tell customers apart cannot be told from so few: {high} of "
            "“{first}” bought again and {low} of “{last}”.",
            values,
        )
    elif first["share"] - last["share"] < LEAST_APART:
        blurred = Text(
            "The stages hardly tell customers apart: {high} of “{first}” bought again and {low} "
            "of “{last}”.",
            values,
        )
    elif not behaviour.attrs["ordered"]:
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
