"""What results.json tells of the time since an earlier run, in the words of any language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clv.report.privacy import few
from clv.report.words import Count, Day, Label, Money, Share, Text, Words
from clv.runs.comparison import SIGNS

MOST_PARTS = 3
MOST_FORECASTS = 4
LEAST_SHARE = 0.001  # of the earlier total: a smaller part has changed nothing


def bridge(results: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    """Why the expected total moved: the totals, and the parts that moved it most.

    Returns
    -------
    dict
        `since` (ISO day), `text` ("from $608,925 to $590,665"), `parts` with `sign`, `label`,
        `text`, `customers` and `tone` each; None where there is no earlier total.

    """
    told = results.get("bridge")
    if not told:
        return None
    money, least = told["currency"], LEAST_SHARE * abs(told["before"])
    largest = sorted(told["parts"], key=lambda part: -abs(part["amount"]))
    shown = [p for p in largest if abs(p["amount"]) > least and not few(p["customers"])]
    totals = {name: Money(told[name], money) for name in ("before", "after")}
    return {
        "since": told["start"],
        "text": Text("from {before} to {after}", totals).render(words),
        "parts": [_part(part, money, words) for part in shown[:MOST_PARTS]],
    }


def _part(part: Mapping[str, Any], money: str | None, words: Words) -> dict[str, str]:
    more, amount = part["amount"] > 0, Money(part["amount"], money)
    counted = Text("{count} customer", plural="{count} customers", count=part["customers"])
    return {
        "sign": SIGNS[1 if more else -1],
        "label": Label(part["name"]).render(words),
        "text": (Text("+{amount}", {"amount": amount}) if more else amount).render(words),
        "customers": counted.render(words),
        "tone": "good" if more else "act",
    }


def forecasts(results: Mapping[str, Any], words: Words) -> dict[str, Any] | None:
    """The totals of earlier reports, the newest first: what was said, and what came.

    Returns
    -------
    dict
        `title`, `lines` (each with `text`, `verdict` and `tone`) and `tested`, a sentence about
        forecasts that were made again on earlier days; None where there is nothing to tell.

    """
    kept = results.get("forecasts") or []
    told = _tested(results.get("tested"), words)
    if not kept and not told:
        return None
    judged = [one for one in kept if one["inside"] is not None]
    held = {"held": Count(sum(one["inside"] for one in judged))}
    title = Text("Published totals, held against what came")
    if judged:
        title = Text(
            "{held} of {count} published total held",
            held,
            plural="{held} of {count} published totals held",
            count=len(judged),
        )
    newest = sorted(kept, key=lambda one: (one["inside"] is None, one["made_on"]), reverse=True)
    return {
        "title": title.render(words),
        "lines": [_line(one, words) for one in newest[:MOST_FORECASTS]],
        "tested": told,
    }


def _line(one: Mapping[str, Any], words: Words) -> dict[str, str]:
    names = ("expected", "low", "high", "came")
    values = {name: Money(one[name], one["currency"]) for name in names if one[name] is not None}
    values |= {"day": Day(one["made_on"]), "until": Day(one["until"])}
    said = Text("{day}: {expected} until {until}", values)
    if "low" in values and "high" in values:
        said = Text("{day}: {expected} ({low} to {high}) until {until}", values)
    if "came" not in values:
        return {"text": said.render(words), "verdict": "", "came": "", "tone": "info"}
    shown = {"text": said, "came": Text("{came} came", values)}
    if one["inside"] is not None:
        held = one["inside"]
        shown["verdict"] = Text("within the interval") if held else Text("outside the interval")
    elif not one["over"]:
        shown["verdict"] = Text("so far")
    told = {name: text.render(words) for name, text in shown.items()}
    tone = {True: "good", False: "act", None: "info"}[one["inside"]]
    return {"verdict": "", **told, "tone": tone}


def _tested(tested: Mapping[str, Any] | None, words: Words) -> str:
    """How far forecasts were off that today's models would have made on earlier days."""
    if not tested:
        return ""
    values = {"missed": Share(tested["missed"]), "inside": Count(tested["inside"])}
    return Text(
        "Made again on {count} earlier day, the forecast missed what came by {missed}; the models' "
        "own bounds held {inside} times.",
        values,
        plural="Made again on {count} earlier days, the forecast missed what came by {missed} in "
        "the middle; the models' own bounds held {inside} times.",
        count=tested["origins"],
    ).render(words)
