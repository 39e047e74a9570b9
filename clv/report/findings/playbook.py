"""What to do in each stage: where the money rests, and the playbook's words for it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clv.growth.playbook import Playbook
from clv.report.named import Named
from clv.report.privacy import safe
from clv.report.words import Label, Money, Share, Text
from clv.report.worth import of, to_come


def money_by_stage(table: pd.DataFrame) -> Text:
    """With which stage most money rests; `table`: as `growth.playbook.plays` returns it."""
    if not _leads(table):
        return Text("There is no money to be shown by stage.")
    values = {
        "money": to_come(of(table)),
        "share": Share(float(table["share"].iloc[0])),
        "stage": Label(str(table.index[0])),
    }
    return Text(
        "Of {money} of those for whom there is a play, {share} rests with “{stage}”.", values
    )


def plays(table: pd.DataFrame, *, unit: str = "") -> Text:
    """How many customers have a play, and where most money rests among them.

    `table`: as `growth.playbook.plays` returns it; `unit`: the currency of its amounts.
    """
    count = int(table["customers"].sum())
    if not count:
        return Text("There is nobody to whom a play could be addressed.")
    if not _leads(table):
        return Text(
            "This month's play for {count} person, by stage.",
            plural="This month's plays for {count} people, by stage.",
            count=count,
        )
    values = {
        "stage": Label(str(table.index[0])),
        "amount": Money(float(table["amount"].iloc[0]), unit or None),
    }
    return Text(
        "This month's play for {count} person; there most money rests with “{stage}”: {amount}.",
        values,
        plural="This month's plays for {count} people; among them most money rests with "
        "“{stage}”: {amount}.",
        count=count,
    )


def _leads(table: pd.DataFrame) -> bool:
    """Whether the first stage may be named: it holds money, and a row of its own when shown."""
    if table.empty or not table["amount"].iloc[0] > 0:
        return False
    return table.index[0] in safe(table).index


def told(
    table: pd.DataFrame, book: Playbook, parts: Sequence[str] = ("do", "owner")
) -> pd.DataFrame:
    """The plays with parts of what the playbook says of each: aim, do, avoid, measure, owner.

    `table`: as `growth.playbook.plays` returns it.
    """
    words = {
        part: pd.Series(
            [_named(book, str(stage), part) for stage in table.index],
            index=table.index,
            dtype=object,
        )
        for part in parts
    }
    shown = table.assign(**words)
    shown.attrs = dict(table.attrs)
    return shown


def _named(book: Playbook, stage: str, part: str) -> Named:
    """What a playbook says of a stage, in its own words."""
    return Named(f"{stage}: {part}", getattr(book.plays[stage], part))
