"""Where people get stuck before they buy: what was expected of each move, and what came."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report import passages
from clv.report.findings.data_words import named
from clv.report.findings.finding import Finding, Severity, evidence, guarded, share_through
from clv.report.messages import Messages, message
from clv.report.needs import needed
from clv.report.words import Count, Label, People, Quantity, Share, Text, Value
from clv.stages.bottlenecks import LEAST_MATURE, UNSEEN

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
OF_A_STAGE: Final[Messages] = {
    "bottleneck": "“{stage}” is a bottleneck: {share} of those who enter it reach “{reaches}” or "
    "further within {days}, where {expected} was expected.",
    "ok": "“{stage}” is no bottleneck: {share} of those who enter it reach “{reaches}” or further "
    "within {days}, where {expected} was expected.",
    "cannot_tell": "Whether “{stage}” is a bottleneck cannot be told yet: {share} of those who "
    "enter it reach “{reaches}” or further within {days}, where {expected} was expected.",
    "not_enough_data": "Too few have entered “{stage}” to judge it: {mature} did {days} ago or "
    "more, and it takes {least}.",
    "not_observable": "Whether “{stage}” is a bottleneck cannot be told: nothing shows who gets "
    "on from there.",
}
LEADS_NEEDED: Final = message(
    "Add a table of leads (the day each came, from where, and the day on which it qualified or was "
    "lost), and this page says where they get stuck, why, and for whom."
)
OUTCOME_NEEDED: Final = message("One of these would show where they get stuck, so add it: {needs}.")
LOOK_IN: Final = message(
    "Find out what holds back those in “{stage}” before more is spent on new ones."
)
STUCK: Final = "bottleneck"
LOOK: Final = message("Find out for whom and why leads get stuck before more is spent on new ones.")
LOOK_AT: Final = message("Find out why leads from “{worst}” get stuck before more is spent there.")
SEVERITIES: Final[dict[str, Severity]] = {"bottleneck": "act", "ok": "good"}


def bottleneck(table: pd.DataFrame, groups: pd.DataFrame, left_out: int = 0) -> Finding:
    """Whether people get stuck before they buy, where, and of which sources.

    Every move that the report judges has its sentence and its row. Where there are no leads, or
    nothing shows what becomes of them, it is said what would. Of the headline's values, `short`
    says in a few words where they get stuck, if they do.

    Parameters
    ----------
    table
        As `stages.bottlenecks.bottlenecks` returns it for the expectations of a report.
    groups
        As `stages.bottlenecks.of_groups` does for the sources of leads.
    left_out
        People who are no leads, but known before they bought, as `stages.leads.of_leads` finds.
    """
    first = (table["state"] == "lead") & ~table["state"].duplicated()
    leads, others = table[first], table[~first & (table["entries"] > 0)]
    told = [_of_leads(row, groups, left_out) for _, row in leads.iterrows()]
    told += [_of_others(row) for _, row in others.iterrows()]
    told = told or [_of_others(row) for _, row in table.iterrows()]
    headline, *rest = [each.headline for each in told]
    for each in rest:
        both = {"first": headline, "second": each}
        headline = Text("{first} {second}", {**each.values, **headline.values, **both})
    steps = [(each.severity, each.next_step) for each in told if each.next_step]
    grades = [each.severity for each in told]
    all_well = "good" if set(grades) == {"good"} else "info"
    severity: Severity = "act" if "act" in grades else all_well
    urgent = [step for grade, step in steps if grade == severity]
    return Finding(headline, _judged(table, groups), severity, urgent[0] if urgent else None)


def _of_leads(row: pd.Series, groups: pd.DataFrame, left_out: int) -> Finding:
    """Whether leads get stuck, and those of which source."""
    nothing = pd.DataFrame()
    if not row["entries"]:
        told = Text("These data hold no leads: whether any get stuck cannot be told.")
        return Finding(told, nothing, "info", Text(LEADS_NEEDED))
    if row["verdict"] == UNSEEN:
        told = Text("Whether leads get stuck cannot be told: nothing shows what becomes of them.")
        return Finding(_without(told, left_out), nothing, "info", _needed(row))
    values = _values(row)
    stuck = groups[groups["verdict"] == STUCK]
    if row["verdict"] != STUCK and len(stuck):
        worst = {"worst": named(stuck.index[0])}
        short = Text("Leads from “{worst}” get stuck.", worst)
        values |= {**worst, "own": share_through(stuck.iloc[0]), "short": short}
        headline = _without(Text(OF_A_SOURCE, values), left_out)
        return Finding(headline, nothing, "act", Text(LOOK_AT, worst))
    step = None
    if row["verdict"] == STUCK:
        step, values["short"] = Text(LOOK), Text("Leads get stuck.")
    headline = _without(Text(VERDICTS[row["verdict"]], values), left_out)
    return Finding(headline, nothing, SEVERITIES.get(row["verdict"], "info"), step)


def _of_others(row: pd.Series) -> Finding:
    """Whether a later stage is a bottleneck."""
    stage = {"stage": Label(row["state"])}
    values = _values(row) | stage | {"reaches": Label(row["reaches"])}
    step = None
    if row["verdict"] == STUCK:
        step = Text(LOOK_IN, stage)
        values["short"] = Text("“{stage}” is a bottleneck.", stage)
    if row["verdict"] == UNSEEN:
        step = _needed(row)
    told = Text(OF_A_STAGE[row["verdict"]], values)
    return Finding(told, pd.DataFrame(), SEVERITIES.get(row["verdict"], "info"), step)


def _needed(row: pd.Series) -> Text:
    """What would show whether people get stuck."""
    return Text(OUTCOME_NEEDED, {"needs": needed(row["needs"])})


def _values(row: pd.Series) -> dict[str, Value]:
    """What was expected of a move, and what came."""
    return {
        "share": share_through(row),
        "expected": Share(row["expected"]),
        "days": Quantity(row["days"], "days"),
        "mature": People(row["mature"]),
        "least": Count(LEAST_MATURE),
    }


def looks_into_it(table: pd.DataFrame, groups: pd.DataFrame) -> str | None:
    """Who finds out why people get stuck: marketing, whose leads they are, else sales.

    As `bottleneck`; None where nobody gets stuck.
    """
    stuck = table.loc[table["verdict"] == STUCK, "state"]
    if "lead" in set(stuck) or (groups["verdict"] == STUCK).any():
        return "marketing"
    return "sales" if len(stuck) else None


def _without(told: Text, left_out: int) -> Text:
    """What is said of leads, and of how many others nothing is."""
    if not left_out:
        return told
    return Text(
        "{told} Left out are {left_out} who have a customer record from before they bought, but "
        "no lead.",
        {**told.values, "told": told, "left_out": People(left_out)},
    )


def _judged(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """What was expected of each move, and of each source of leads, what came, and the verdict."""
    moves = [passages.move(*pair) for pair in zip(table["state"], table["reaches"], strict=True)]
    sources = [Text("Leads from “{source}”", {"source": named(g)}) for g in groups.index]
    both = pd.concat([table, groups]).set_axis(pd.Index([*moves, *sources], dtype=object))
    rows = both[both["entries"] > 0]
    shown = rows[["entries", "mature", "expected", "share", "low", "high"]]
    shown = guarded(shown, "entries", "mature")
    shown = shown.assign(days=[Quantity(days, "days") for days in rows["days"]])
    shown = shown.assign(verdict=rows["verdict"].map(Label)).rename_axis("move")
    unknown = shown["verdict"].map(lambda each: each.key == UNSEEN)
    shares = {name: shown[name].mask(unknown) for name in ("share", "low", "high")}
    units = dict.fromkeys(("expected", "share", "low", "high"), "share")
    shown = shown.assign(**shares).rename(columns={"entries": "customers"})
    told = evidence(shown, **units, customers="customers", mature="customers")
    told.attrs["labels"] = {"customers": "entered", "days": "within"}
    return told
