"""Alerts: what the floors below warn of, as sentences for every reader of a report.

A warning tells the people who keep the data what stands in which cell. Here it is said by its
code: in three languages, without an id and without the text of a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from clv.errors import Message
from clv.report.messages import Messages, message
from clv.report.needs import table_name
from clv.report.words import Count, Day, Number, Quantity, Share, Text, Value
from clv.tables.optional.facts import Facts
from clv.tables.rules import RULES
from clv.tables.summaries import Summaries
from clv.tables.transactions import Transactions

ALERTS: Final[Messages] = {  # by the code of the warning
    # transactions
    "stale": "The newest purchase is long before the day for which this report is made: ask for a "
    "newer export.",
    "isolated-days": "A few purchases stand far apart from all others in time: check their dates.",
    "empty-months": "Whole months hold no purchase: check whether a part was not exported.",
    "amount-jump": "The usual amount jumps from one month to the next: check for another currency, "
    "or for cents.",
    "amount-outlier": "One amount is a million times the usual one: check it, for it decides every "
    "average.",
    "amount-skew": "A few very large amounts decide every average.",
    "id-look-alike": "Some customer ids differ only in leading zeros, case or blanks, and count as "
    "different customers.",
    "id-scientific": "Some customer ids look like numbers that a spreadsheet has rounded: "
    "different customers may have become one.",
    "equal-rows": "Many rows are exactly equal and have no order id: check whether they were "
    "exported twice.",
    "timezone-not-declared": "Times of day come with their time zone, but none is declared for the "
    "study: purchases around midnight may count on the wrong day.",
    "refunds-netted": "Refunds are more than half of revenue: check the sign of the amounts.",
    "nominal-money": "Amounts are as they were paid, in years of rising prices: sums and averages "
    "mix moneys of different worth.",
    # a ready-made summary
    "spend-without-repeat": "Spend is told of customers without a repeat purchase: it must be the "
    "mean of repeat purchases alone, or values are off.",
    # the models
    "small-sample": "Fewer than 300 customers have come back: the models rest on a small sample, "
    "and their numbers can move a lot from one month to the next.",
    # optional tables
    "undated": "Values are left out of which nothing says since when they hold.",
    "nothing-known": "Nothing was known yet on the day of this report.",
    "joins-nothing": "None of its customers stands among the purchases: check whether both write "
    "their ids in the same way.",
    "unknown": "Some words mean nothing here, and are not counted.",
}
OTHER: Final = message("Something is odd about the data.")
DRIFT: Final[dict[tuple[str, bool], str]] = {  # by what has changed, and whether it has grown
    ("rows_a_week", True): message(
        "In the {weeks} until {day} there are {now} rows a week, {share} more than the {before} of "
        "as many comparable weeks before: check whether something was exported twice, or find out "
        "what has grown."
    ),
    ("rows_a_week", False): message(
        "In the {weeks} until {day} there are {now} rows a week, {share} fewer than the {before} "
        "of as many comparable weeks before: check whether a part was not exported, or find out "
        "what has shrunk."
    ),
    ("usual_amount", True): message(
        "In the {weeks} until {day} the usual amount is {now}, {share} above the {before} of as "
        "many comparable weeks before: check for another currency, for cents or for taxes."
    ),
    ("usual_amount", False): message(
        "In the {weeks} until {day} the usual amount is {now}, {share} below the {before} of as "
        "many comparable weeks before: check for another currency, for cents or for taxes."
    ),
    ("days_since_last", True): message(
        "Buyers of the {weeks} until {day} bought last {now} days before its end, and those of as "
        "many comparable weeks {before} days: check whether the last days were exported."
    ),
    ("days_since_last", False): message(
        "Buyers of the {weeks} until {day} bought last {now} days before its end, and those of as "
        "many comparable weeks {before} days: check whether the earlier weeks are whole."
    ),
}
COUNTED: Final[Messages] = {  # what became of rows, by its name among the counts
    "quarantined": "Set aside as faulty: {count} of {total} rows ({share}).",
    "duplicates": "Dropped because they repeat another row: {count} of {total} rows ({share}).",
}
NOT_FAULTY: Final = tuple(rule.code for rule in RULES if not rule.faulty)
REFUSED: Final[Messages] = {  # why a run was not published, by the code of its error
    "usage": "What was typed cannot be followed.",
    "unknown-parameter": "A parameter is named that nothing knows.",
    "bad-parameter": "A parameter has a value that it cannot take.",
    "study-invalid": "The study file cannot be read as one.",
    "unit-unknown": "The unit of time does not fit the model.",
    "input-refused": "The data were refused.",
    "source-unreadable": "The data cannot be read.",
    "columns-missing": "The data lack a column.",
    "no-rows": "No row of the data can be used.",
    "too-many-faulty": "Too many rows are faulty: the data seem to be misread.",
    "table-broken": "A table breaks its contract.",
    "too-little-to-model": "There is too little data for a model.",
    "did-not-converge": "A model could not be fitted.",
    "notebook-failed": "A notebook did not run to its end.",
    "time-is-up": "It took longer than it was given.",
    "out-of-memory": "It ran out of memory.",
    "secret-told": "It would have told a secret, or who somebody is.",
    "page-incomplete": "A page lacks something that a reader needs.",
    "could-not-publish": "The report could not be put in its place.",
    "interrupted": "It was stopped before its end.",
}
FAULT: Final = message("It is a fault of the program.")


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to know about the data before anything is concluded from them."""

    code: str
    sentence: Value
    table: str = ""  # the optional table, or the model, that it is about

    @property
    def label(self) -> Value:
        """What it is about, in a word."""
        return table_name(self.table) if self.table else Text("Data")


def alerts(
    messages: Iterable[Message], account: pd.DataFrame, rows: Mapping[str, int], table: str = ""
) -> list[Alert]:
    """What a reader must know of some rows, each thing once.

    `messages`: warnings and others; `account`: `what`, `reason`, `rows`; `rows`: with `in`. Rows
    set aside are told in one sentence, because the account has their reasons.
    """
    reasons = set(account["reason"])
    codes = dict.fromkeys(
        m.code for m in messages if m.level == "warning" and m.code not in reasons
    )
    found = [Alert(code, _told(code, rows), table) for code in codes]
    aside = (account["what"] == "quarantined") & ~account["reason"].isin(NOT_FAULTY)
    faulty = int(account.loc[aside, "rows"].sum())
    if faulty:
        sentence = _counted("quarantined", faulty, rows["in"])
        found.insert(0, Alert("quarantined", sentence, table))
    return found


def about(
    cleaned: Transactions | Summaries,
    tables: Mapping[str, Facts],
    links: Iterable[Message] = (),
) -> list[Alert]:
    """The alerts of all that a study has read; `links`: as `links.messages` returns them."""
    found = alerts(cleaned.messages, cleaned.account, cleaned.rows)
    for name, table in tables.items():
        own = [message for message in links if message.text.startswith(f"{name}: ")]
        found += alerts([*table.messages, *own], table.account, table.rows, name)
    return found


def of_models(messages: Iterable[Message]) -> list[Alert]:
    """The alerts of models that were fitted, but stand on little."""
    return [Alert(one.code, Text(ALERTS.get(one.code, OTHER)), "model") for one in messages]


def of_drift(drift: pd.DataFrame | None) -> list[Alert]:
    """The alerts of data that have changed much since an earlier report, and surely so.

    `drift`: as `customers.drift.drift` returns it; None without such a report.
    """
    if drift is None or drift.empty:
        return []
    facts, large = drift.attrs, drift[drift["large"]]
    span = {"weeks": Quantity(facts["weeks"], "weeks"), "day": Day(facts["end"])}
    return [
        Alert(
            f"drift-{name.replace('_', '-')}",
            Text(DRIFT[name, row["now"] > row["before"]], span | _values(name, row)),
        )
        for name, row in large.iterrows()
    ]


def _values(name: str, row: pd.Series) -> dict[str, Value]:
    """A measure before and now and, but for days, by what share it differs."""
    digits = None if name == "usual_amount" else 0
    numbers: dict[str, Value] = {side: Number(row[side], digits) for side in ("before", "now")}
    if name == "days_since_last":
        return numbers
    return numbers | {"share": Share(abs(row["now"] / row["before"] - 1), 0)}


def table(found: Iterable[Alert]) -> pd.DataFrame:
    """Alerts as a page shows them: what each is about, and its sentence."""
    rows = [(alert.label, alert.sentence) for alert in found]
    return pd.DataFrame(
        rows or [(Text("Data"), Text("Nothing is odd about them."))], columns=["about", "alert"]
    )


def refused(code: str, line: int | None) -> Text:
    """Why a run was not published, without the cell that made it so.

    >>> str(refused("too-many-faulty", 41))
    'Too many rows are faulty: the data seem to be misread. (too-many-faulty, line 41)'
    """
    said = Text(REFUSED.get(code, FAULT))
    values = {"said": said, "code": code}
    if line is None:
        return Text("{said} ({code})", values)
    return Text("{said} ({code}, line {line})", values | {"line": Count(line)})


def _told(code: str, rows: Mapping[str, int]) -> Value:
    if code == "duplicate-rows":
        return _counted("duplicates", rows["duplicates"], rows["in"])
    ending = next((name for name in ALERTS if code.endswith(f"-{name}")), "")
    return Text(ALERTS.get(code) or ALERTS.get(ending, OTHER))


def _counted(what: str, count: int, total: int) -> Text:
    values = {"total": Count(total), "share": Share(count / max(total, 1)), "count": Count(count)}
    return Text(COUNTED[what], values)
