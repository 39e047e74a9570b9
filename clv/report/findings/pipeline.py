"""Why leads get stuck: because of whom or of what, and for which reasons."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.findings.data_words import UNKNOWN, in_words, named
from clv.report.findings.finding import Finding, evidence, guarded, share_through
from clv.report.messages import Messages
from clv.report.privacy import few
from clv.report.words import Count, Number, Quantity, Share, Text
from clv.stages.bottlenecks import REACHED, Expectation
from clv.stages.diagnoses import LANDMARK, NO_RESPONSE, OTHER

CHANCE = 0.05  # chance of a difference as large where there is none
FIRST = 3  # reasons that are summed up

GIVEN_UP: Final[Messages] = {
    "lead": "Of {total} leads that were given up, {share} were lost for the reason “{reason}”; the "
    "first {count} reasons make up {together}.",
    "prospect": "Of {total} prospects that were given up, {share} were lost for the reason "
    "“{reason}”; the first {count} reasons make up {together}.",
}
COUNTED: Final = {"lead": "leads", "prospect": "prospects"}  # what a column of them is called


def lead_sources(table: pd.DataFrame, *, days: int) -> Finding:
    """Whether it depends on where leads come from how many get through.

    `table`: as `stages.diagnoses.quality` returns it.
    """
    shown = evidence(
        in_words(_counted(table)).rename_axis("source"),
        **dict.fromkeys(("part", "share", "low", "high"), "share"),
    )
    shown.attrs["labels"] = {"customers": COUNTED["lead"]}
    known = table.drop(index=[OTHER, UNKNOWN], errors="ignore").dropna(subset="share")
    if len(known) < 2:
        told = Text("Sources of leads cannot be compared: fewer than two are known.")
        return Finding(told, shown)
    best, worst = known.iloc[0], known.iloc[-1]
    if not table.attrs["p"] < CHANCE:
        told = Text("Leads of all sources get through equally often, as far as chance allows.")
        return Finding(told, shown)
    told = Text(
        "It matters who comes in: within {days} {high} of the leads from “{best}” get through, but "
        "only {low} of those from “{worst}”, which brings {part} of all leads.",
        {
            "days": Quantity(days, "days"),
            "best": named(best.name),
            "high": share_through(best),
            "worst": named(worst.name),
            "low": share_through(worst),
            "part": Share(worst["part"]),
        },
    )
    step = Text(
        "Find out what “{worst}” promises, and to whom, before its budget is renewed.",
        {"worst": named(worst.name)},
    )
    return Finding(told, shown, "watch", step)


def lead_calls(table: pd.DataFrame) -> Finding:
    """Whether it depends on how soon leads are called how many get through.

    `table`: as `stages.diagnoses.process` returns it.
    """
    known = table[table.index.get_level_values(0) == "response"].droplevel(0)
    shown = evidence(_counted(known).rename_axis("called"))
    shown.attrs["units"] = dict.fromkeys(("part", "share", "low", "high"), "share")
    shown.attrs["labels"] = {"customers": COUNTED["lead"]}
    waited = known.drop(index=NO_RESPONSE, errors="ignore")
    if waited.empty or NO_RESPONSE not in known.index:
        told = Text("How soon leads are called is not known: it takes touchpoints of type call.")
        return Finding(told, shown)
    first, never = waited.iloc[0], known.loc[NO_RESPONSE]
    if not known["p"].iloc[0] < CHANCE or first["share"] <= never["share"]:
        told = Text("Leads that are called soon get through no more often than the others.")
        return Finding(told, shown)
    told = Text(
        "It matters how they are treated: of leads still open after {week}, {soon} get through if "
        "called on the first day and {never} if not called in the first {week}.",
        {
            "week": Quantity(LANDMARK, "days"),
            "soon": share_through(first),
            "never": share_through(never),
        },
    )
    step = Text(
        "Call half of the new leads, drawn by lot, on the day they come: the best leads may have "
        "been called first, and only a trial tells."
    )
    return Finding(told, shown, "watch", step)


def loss_reasons(pareto: pd.DataFrame, incidence: pd.DataFrame, expected: Expectation) -> Finding:
    """For which reasons most leads, or prospects, are lost, and what share of all by a day.

    Those of whom it is still open what becomes of them are in no such share of lost or kept: it is
    what is to be expected of all, as `incidence` tells.

    `pareto`, `incidence`: as the functions of `stages.obstacles` return them, both of the stage
    and the days of `expected`.
    """
    table = pareto.rename(columns={"losses": "customers"}).join(incidence["share"])
    table = table[["customers", "part", "cumulative", "share"]].astype({"share": float})
    shown = evidence(
        in_words(table).rename_axis("reason"),
        customers="customers", part="share", cumulative="share", share="share",
    )  # fmt: skip
    days = {"days": Quantity(expected.days, "days")}
    shown.attrs["labels"] = {
        "customers": COUNTED[expected.state],
        "part": "share_of_losses",
        "share": Text("Lost for it within {days}", days),
    }
    if table.empty:
        return Finding(Text("No lead has been lost for a reason that was written down."), shown)
    total, first = int(table["customers"].sum()), table.iloc[0]
    if few(first["customers"]):
        return Finding(Text("Too few leads were lost for a reason to tell which matters."), shown)
    told = Text(
        GIVEN_UP[expected.state],
        {
            "total": Count(total),
            "share": Share(first["part"]),
            "reason": named(first.name),
            "count": Count(min(FIRST, len(table))),
            "together": Share(table["cumulative"].iloc[min(FIRST, len(table)) - 1]),
        },
    )
    return Finding(told, shown)


def channel_gap(gap: pd.DataFrame) -> Finding:
    """Which source of leads falls furthest behind the others, and through which obstacle.

    `gap`: as `stages.obstacles.gap` returns it.
    """
    empty = evidence(pd.DataFrame(columns=["share", "elsewhere", "part"]))
    if gap.empty:
        return Finding(
            Text("Sources of leads cannot be compared: fewer than two are known."), empty
        )
    reached = gap.xs(REACHED, level="outcome")
    behind = (reached["share"] - reached["elsewhere"]).dropna()
    if behind.empty:
        return Finding(
            Text("Sources of leads cannot be compared: fewer than two are known."), empty
        )
    worst = str(behind.idxmin())
    parts = gap.loc[worst].drop(index=REACHED)
    shown = evidence(
        in_words(parts), **dict.fromkeys(("share", "elsewhere", "part", "low", "high"), "share")
    )
    shown.attrs["labels"] = {"share": named(worst), "part": "accounts_for"}
    obstacle = parts["part"].idxmin()
    told = Text(
        "Leads from “{group}” get through in {share} of cases, all others in {elsewhere}: {gap} "
        "points less, of which “{obstacle}” accounts for {part}.",
        {
            "group": named(worst),
            "share": Share(reached.loc[worst, "share"]),
            "elsewhere": Share(reached.loc[worst, "elsewhere"]),
            "gap": _points(behind[worst]),
            "obstacle": named(obstacle),
            "part": _points(parts.loc[obstacle, "part"]),
        },
    )
    if parts.loc[obstacle, "high"] >= 0:  # as the bounds say, no obstacle is one for certain
        return Finding(told, shown)
    step = Text(
        "Begin with “{obstacle}” among leads from “{group}”.",
        {"obstacle": named(obstacle), "group": named(worst)},
    )
    return Finding(told, shown, "watch", step)


def _points(share: float) -> Number:
    """A difference of shares in percentage points."""
    return Number(100 * abs(share), 0)


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Groups of leads, their number under the name that keeps small ones from being shown."""
    found = table.rename(columns={"entries": "customers"})
    return guarded(found[["customers", "part", "share", "low", "high"]], "customers")
