"""Where leads get stuck: whether, because of whom or of what, and for which reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from clv.report.findings.finding import Finding, Severity, estimate, evidence
from clv.report.messages import Messages, message
from clv.report.privacy import few
from clv.report.words import Count, Label, Number, People, Quantity, Share, Text, Value, Words
from clv.stages.bottlenecks import LEAST_MATURE, REACHED, RULE
from clv.stages.diagnoses import LANDMARK, NO_RESPONSE, OTHER
from clv.stages.obstacles import OWN

CHANCE = 0.05  # chance of a difference as large where there is none
UNKNOWN = "unknown"
FIRST = 3  # reasons that are summed up
OURS = (OTHER, UNKNOWN, "all", *OWN)  # names beside the words of the data

VERDICTS: Final[Messages] = {
    "bottleneck": "Leads get stuck: {share} of them become prospects or buy within {days}, where "
    "{expected} was expected.",
    "ok": "Leads as a whole do not get stuck: {share} of them become prospects or buy within "
    "{days}, where {expected} was expected.",
    "cannot_tell": "Whether leads get stuck cannot be told yet: {share} of them become prospects "
    "or buy within {days}, where {expected} was expected.",
    "not_enough_data": "Too few leads to judge: {mature} came {days} ago or more, and it takes "
    "{least}.",
}
OF_A_SOURCE: Final = message(
    "Leads from “{worst}” get stuck: {own} of them become prospects or buy within {days}, where "
    "{expected} was expected; of all leads it is {share}."
)
GIVEN_UP: Final[Messages] = {
    "lead": "Of {total} leads that were given up, {share} were lost for the reason “{reason}”; the "
    "first {count} reasons make up {together}.",
    "prospect": "Of {total} prospects that were given up, {share} were lost for the reason "
    "“{reason}”; the first {count} reasons make up {together}.",
}
SHARE_OF: Final = {"lead": "share_of_entries", "prospect": "share_of_prospects"}
LOOK: Final = message("Find out for whom and why leads get stuck before more is spent on new ones.")
LOOK_AT: Final = message("Find out why leads from “{worst}” get stuck before more is spent there.")
SEVERITIES: Final[dict[str, Severity]] = {"bottleneck": "act", "ok": "good"}


@dataclass(frozen=True, slots=True)
class Told:
    """A word that the data bring along, such as the source of a lead: said as it is.

    It may look like a name of ours; that is no reason to translate it.

    >>> str(Told("paid_ads"))
    'Paid ads'
    """

    word: str

    def __str__(self) -> str:
        said = self.word.replace("_", " ").strip()
        return said[:1].upper() + said[1:]

    def render(self, words: Words) -> str:
        return words.isolated(str(self))


def bottleneck(table: pd.DataFrame, groups: pd.DataFrame, left_out: int = 0) -> Finding:
    """Whether leads get stuck, and of which sources; where there are none, what would show it.

    Parameters
    ----------
    table
        As `stages.bottlenecks.bottlenecks` returns it for one expectation.
    groups
        As `stages.bottlenecks.of_groups` does for the sources of leads.
    left_out
        People who are no leads, but known before they bought, as `stages.leads.of_leads` finds.
    """
    row = table.iloc[0]
    shown = _judged(pd.concat([table.set_axis(["all"]), groups]))
    if not row["entries"]:
        told = Text("These data hold no leads: whether any get stuck cannot be told.")
        need = Text(
            "Add a table of leads (the day each came, from where, and the day on which it "
            "qualified or was lost), and this page says where they get stuck, why, and for whom."
        )
        return Finding(told, shown, "info", need)
    values = {
        "share": _share(row),
        "expected": Share(row["expected"]),
        "days": Quantity(row["days"], "days"),
        "mature": Count(row["mature"]),
        "least": Count(LEAST_MATURE),
    }
    stuck = groups[groups["verdict"] == "bottleneck"]
    if row["verdict"] != "bottleneck" and len(stuck):
        worst = {"worst": _named(stuck.index[0]), "own": _share(stuck.iloc[0])}
        headline = _without(Text(OF_A_SOURCE, values | worst), left_out)
        return Finding(headline, shown, "act", Text(LOOK_AT, {"worst": worst["worst"]}))
    step = Text(LOOK) if row["verdict"] == "bottleneck" else None
    severity = SEVERITIES.get(row["verdict"], "info")
    headline = _without(Text(VERDICTS[row["verdict"]], values), left_out)
    return Finding(headline, shown, severity, step)


def _without(told: Text, left_out: int) -> Text:
    """What is said of leads, and of how many others nothing is."""
    if not left_out:
        return told
    return Text(
        "{told} Left out are {left_out} who have a customer record from before they bought, but "
        "no lead.",
        {**told.values, "told": told, "left_out": People(left_out)},
    )


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """What was expected of each group of leads, what came, and the verdict."""
    rows = table[table["entries"] > 0].rename(columns={"entries": "customers"})
    shown = rows[["customers", "mature", "expected", "share", "low", "high", "verdict"]]
    shown = _in_words(shown.assign(verdict=shown["verdict"].map(Label))).rename_axis("source")
    units = dict.fromkeys(("expected", "share", "low", "high"), "share")
    return evidence(shown, **units, customers="customers", mature="customers")


def lead_sources(table: pd.DataFrame, *, days: int) -> Finding:
    """Whether it depends on where leads come from how many get through.

    `table`: as `stages.diagnoses.quality` returns it.
    """
    shown = evidence(
        _in_words(_counted(table)), **dict.fromkeys(("part", "share", "low", "high"), "share")
    )
    named = table.drop(index=[OTHER, UNKNOWN], errors="ignore").dropna(subset="share")
    if len(named) < 2:
        told = Text("Sources of leads cannot be compared: fewer than two are known.")
        return Finding(told, shown)
    best, worst = named.iloc[0], named.iloc[-1]
    if not table.attrs["p"] < CHANCE:
        told = Text("Leads of all sources get through equally often, as far as chance allows.")
        return Finding(told, shown)
    told = Text(
        "It matters who comes in: within {days} {high} of the leads from “{best}” get through, but "
        "only {low} of those from “{worst}”, which brings {part} of all leads.",
        {
            "days": Quantity(days, "days"),
            "best": _named(best.name),
            "high": _share(best),
            "worst": _named(worst.name),
            "low": _share(worst),
            "part": Share(worst["part"]),
        },
    )
    step = Text(
        "Find out what “{worst}” promises, and to whom, before its budget is renewed.",
        {"worst": _named(worst.name)},
    )
    return Finding(told, shown, "watch", step)


def lead_calls(table: pd.DataFrame) -> Finding:
    """Whether it depends on how soon leads are called how many get through.

    `table`: as `stages.diagnoses.process` returns it.
    """
    known = table[table.index.get_level_values(0) == "response"].droplevel(0)
    shown = evidence(_counted(known).rename_axis("called"))
    shown.attrs["units"] = dict.fromkeys(("part", "share", "low", "high"), "share")
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
        "called on the first day and {never} if not called at all.",
        {
            "week": Quantity(LANDMARK, "days"),
            "soon": _share(first),
            "never": _share(never),
        },
    )
    step = Text(
        "Call half of the new leads, drawn by lot, on the day they come: the best leads may have "
        "been called first, and only a trial tells."
    )
    return Finding(told, shown, "watch", step)


def loss_reasons(
    pareto: pd.DataFrame, incidence: pd.DataFrame, of: Literal["lead", "prospect"] = "lead"
) -> Finding:
    """For which reasons most leads, or prospects, are lost, and what share of all of them that is.

    `pareto`, `incidence`: as the functions of `stages.obstacles` return them, both of one stage.
    """
    table = pareto.rename(columns={"losses": "customers"}).join(incidence["share"])
    table = table[["customers", "part", "cumulative", "share"]].astype({"share": float})
    shown = evidence(
        _in_words(table).rename_axis("reason"),
        customers="customers", part="share", cumulative="share", share="share",
    )  # fmt: skip
    shown.attrs["labels"] = {"part": "share_of_losses", "share": SHARE_OF[of]}
    if table.empty:
        return Finding(Text("No lead has been lost for a reason that was written down."), shown)
    total, first = int(table["customers"].sum()), table.iloc[0]
    if few(first["customers"]):
        return Finding(Text("Too few leads were lost for a reason to tell which matters."), shown)
    told = Text(
        GIVEN_UP[of],
        {
            "total": Count(total),
            "share": Share(first["part"]),
            "reason": _named(first.name),
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
        _in_words(parts), **dict.fromkeys(("share", "elsewhere", "part", "low", "high"), "share")
    )
    shown.attrs["labels"] = {"share": _named(worst), "part": "accounts_for"}
    obstacle = parts["part"].idxmin()
    told = Text(
        "Leads from “{group}” get through in {share} of cases, all others in {elsewhere}: {gap} "
        "points less, of which “{obstacle}” accounts for {part}.",
        {
            "group": _named(worst),
            "share": Share(reached.loc[worst, "share"]),
            "elsewhere": Share(reached.loc[worst, "elsewhere"]),
            "gap": _points(behind[worst]),
            "obstacle": _named(obstacle),
            "part": _points(parts.loc[obstacle, "part"]),
        },
    )
    if parts.loc[obstacle, "high"] >= 0:  # as the bounds say, no obstacle is one for certain
        return Finding(told, shown)
    step = Text(
        "Begin with “{obstacle}” among leads from “{group}”.",
        {"obstacle": _named(obstacle), "group": _named(worst)},
    )
    return Finding(told, shown, "watch", step)


def _named(word: object) -> Value:
    """A source or a reason: a word of the data, said as it is, or one of ours."""
    ours = Label(str(word).removeprefix(RULE))
    return ours if word in OURS else Told(str(word))


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Sources or reasons as `_named` says them."""
    return table.set_axis(pd.Index(map(_named, table.index), dtype=object))


def _points(share: float) -> Number:
    """A difference of shares in percentage points."""
    return Number(100 * abs(share), 0)


def _share(row: pd.Series) -> Value:
    return estimate(*(Share(row[name]) for name in ("share", "low", "high")))


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Groups of leads, their number under the name that keeps small ones from being shown."""
    return table.rename(columns={"entries": "customers"})[
        ["customers", "part", "share", "low", "high"]
    ]
