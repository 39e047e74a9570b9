"""What must hold for a page to be believed: each check with its name, its state and its numbers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clv.customers.minimum import FEWEST_REPEAT_BUYERS
from clv.report.messages import message
from clv.report.words import Count, People, Text, Value
from clv.tables.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold; what `report.check` shows."""

    name: str  # a message
    passed: bool
    detail: Value | str


def every_row(log: Transactions) -> Check:
    """Whether accepted, set aside, dropped and left out add up to the rows that were read."""
    read = log.rows["in"]
    told = sum(log.rows.values()) - read
    detail = Text("{told} of {total} rows", {"told": Count(told), "total": Count(read)})
    return Check(message("Every row is accounted for"), told == read, detail)


def came_back(customers: pd.DataFrame) -> Check:
    """Whether enough customers have come back for a model; `customers`: as summarised."""
    found = int((customers["frequency"] > 0).sum())
    counted = {"found": People(found), "needed": Count(FEWEST_REPEAT_BUYERS)}
    detail = Text("{found} customers came back; a model needs {needed}", counted)
    return Check(message("Enough customers have come back"), found >= FEWEST_REPEAT_BUYERS, detail)


def no_empty_month(monthly: pd.DataFrame) -> Check:
    """Whether every month has a purchase; `monthly`: as `activity.purchases_per_month` gives it."""
    empty = int((monthly["new"] + monthly["repeat"] == 0).sum())
    detail = Text(
        "{count} month without a purchase", plural="{count} months without a purchase", count=empty
    )
    return Check(message("No month is empty"), empty == 0, detail)


def beats_rules(over: pd.DataFrame, verdict: Value | str) -> Check:
    """Whether the model beats every rule; `over`: as `holdout.over_baselines` returns it."""
    return Check(message("The model beats every rule"), bool(over["beaten"].all()), verdict)


def stages_tell_apart(behaviour: pd.DataFrame, verdict: Value | str) -> Check:
    """Whether better stages buy more; `behaviour`: as `validation.by_stage` returns it.

    That they foretell better than bands of silence is another question, with a finding of its own.
    """
    ordered = bool(behaviour.attrs["ordered"])
    return Check(message("The stages tell customers apart"), ordered, verdict)
