"""Fates: what became of the rows that came in, why, and how to mend what was set aside."""

from __future__ import annotations

from typing import Final

import pandas as pd

from clv.report.labels import FATES
from clv.report.messages import Messages, message
from clv.report.words import Count, Label, Names, Text, Value

LINES_SHOWN = 3
ENDINGS: Final[Messages] = {  # of the reasons in optional tables, after the name of their column
    "missing": "{column} is missing",
    "control": "{column} holds control characters",
    "too-long": "{column} is too long",
    "not-a-date": "{column} is not a date",
    "impossible": "{column} is an impossible date",
    "in-the-future": "{column} lies in the future",
    "not-a-flag": "{column} is neither yes nor no",
    "not-a-number": "{column} is not a number",
    "infinite": "{column} is infinite",
    "too-large": "{column} is too large",
    "out-of-range": "{column} is out of its range",
    "off-scale": "{column} is off the scale of its kind",
    "unknown": "{column} is none of the words allowed",
    "ambiguous": "{column} stands in rows that differ",
    "not-a-period": "{column} is no year, quarter or month",
    "not-whole": "{column} is not a whole number",
    "own": "{column} is the same as the other id of its row",
}
BEFORE: Final = message("{column} is before {other}")
MEND: Final[Messages] = {  # by the ending of a reason
    "missing": "Fill it in where the data come from.",
    "control": "Take characters that nobody sees out of the export.",
    "not-a-date": "Correct these days, or declare date_format if all are written so.",
    "impossible": "Correct these days where the data come from.",
    "in-the-future": "Correct these days, or name a later run_date.",
    "not-a-number": "Correct these numbers, or declare decimal and thousands.",
    "two-customers": "Find out whose order it is.",
    "row-torn": "Put texts that hold the delimiter in quotes.",
    "zero-amount": "Nothing is wrong: declare zero_amounts: purchase if they are to count.",
    "refund": "Nothing is wrong: declare refunds: net if they are to be subtracted.",
}
MEND_OTHERS: Final = message("Correct these rows where the data come from.")


def fate(code: str) -> Value:
    """What became of a row, or why it was set aside; reasons of optional tables by their column.

    >>> str(fate("created-at-not-a-date")), str(fate("closed-at-before-created-at"))
    ('created_at is not a date', 'closed_at is before created_at')
    """
    if code in FATES:
        return Label(code)
    for ending, sentence in ENDINGS.items():
        if code.endswith(f"-{ending}"):
            return Text(sentence, {"column": _column(code.removesuffix(f"-{ending}"))})
    column, found, other = code.partition("-before-")
    if found:
        return Text(BEFORE, {"column": _column(column), "other": _column(other)})
    return Label(code)


def set_aside(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Why rows were set aside: reason, rows, example lines and what to do, most rows first.

    `quarantine`: `reason`, `line`, as in `transactions.quarantine`. What stands in the lines is
    not told: it may be somebody's.
    """
    found = [
        {
            "reason": fate(reason),
            "rows": len(rows),
            "lines": _lines(rows),
            "next_step": _mend(reason),
        }
        for reason, rows in quarantine.groupby("reason")
    ]
    table = pd.DataFrame(found, columns=["reason", "rows", "lines", "next_step"])
    table = table.sort_values("rows", ascending=False, kind="stable", ignore_index=True)
    table.attrs = {"units": {"rows": "rows"}}
    return table


def _lines(rows: pd.DataFrame) -> Names | None:
    """The first lines of some rows, where they have lines."""
    known = rows["line"].dropna().head(LINES_SHOWN)
    return Names([Count(line) for line in known]) if len(known) else None


def _mend(reason: str) -> Text:
    ending = next((name for name in MEND if reason.endswith(name)), "")
    return Text(MEND.get(ending, MEND_OTHERS))


def _column(code: str) -> str:
    return code.replace("-", "_")
