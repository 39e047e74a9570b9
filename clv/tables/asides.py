"""Rows set aside: judged by ordered rules, each with its line, its reason and its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.errors import Message, TooManyFaulty
from clv.tables.conversion import RAW
from clv.tables.raw import Raw
from clv.tables.rules import TORN, Rule

MISREAD = {  # what to do when a whole column seems misread
    "row-torn": "declare format: {delimiter: …}",
}


def judged(rows: ir.Table, rules: Sequence[Rule], *, numbered: bool = True) -> ir.Table:
    """Rows with the first reason found against them, or null, and the text that is at fault.

    Where rows have no number that could name them, `values` has all that they hold.
    """
    reasons = ibis.cases(*((rule.found, rule.code) for rule in rules))
    rows = rows.mutate(reason=reasons)
    told = {"text": _text(rows, rules)} | ({} if numbered else {"values": _values(rows, rules)})
    return rows.mutate(**told).drop(*(name for name in rows.columns if name.startswith(RAW)))


def _text(rows: ir.Table, rules: Sequence[Rule]) -> ir.StringColumn:
    """The value that a reason is about, as it came."""
    codes: dict[str, list[str]] = {}
    for rule in rules:
        codes.setdefault(rule.column, []).append(rule.code)
    cases = [
        (rows["reason"].isin(own), rows[RAW + name].cast("string")) for name, own in codes.items()
    ]
    return ibis.cases(*cases)


def _values(rows: ir.Table, rules: Sequence[Rule]) -> ir.StringColumn:
    """All values of a row with a reason."""
    names = dict.fromkeys(rule.column for rule in rules)
    told = [
        ibis.literal(f"{name}: ") + rows[RAW + name].cast("string").fill_null("") for name in names
    ]
    return ibis.cases((rows["reason"].notnull(), ibis.literal(", ").join(told)))


def quarantine(raw: Raw, judged: ir.Table, rules: Sequence[Rule]) -> pd.DataFrame:
    """Rows set aside: file, line, reason, column, text; values, where there are no lines."""
    found = judged.filter(judged["reason"].notnull())
    column = found["reason"].substitute({rule.code: rule.column for rule in rules})
    names = [name for name in ("text", "values") if name in found.columns]
    rows = found.select("file", "row", "reason", *names, column=column)
    frame = pd.concat([rows.to_pyarrow().to_pandas(), raw.torn], ignore_index=True)
    frame["line"] = raw.lines(frame)
    frame = frame.sort_values(["file", "line", *names[1:]], ignore_index=True)
    frame["file"] = frame["file"].map(dict(enumerate(raw.files)))
    return frame[["file", "line", "reason", "column", *names]]


def refuse_misread(
    quarantine: pd.DataFrame,
    n_rows: int,
    rules: Sequence[Rule],
    max_faulty: float,
    advice: Mapping[str, str] | None = None,
) -> None:
    """Refuse a table with so many faults that its format must have been misread."""
    codes = {rule.code: rule for rule in (TORN, *rules)}
    faulty = quarantine[quarantine["reason"].map(lambda code: codes[code].faulty).astype(bool)]
    if len(faulty) <= max_faulty * n_rows:
        return
    rule, known = codes[faulty["reason"].value_counts().index[0]], MISREAD | (advice or {})
    raise TooManyFaulty(
        f"{len(faulty):,} of {n_rows:,} rows are faulty, more than max_faulty allows "
        f"({max_faulty:g}): {found(faulty, rule)}; {known.get(rule.code, 'correct the export')}.",
        column=rule.column or None,
        line=first_line(faulty[faulty["reason"] == rule.code]),
        quarantine=quarantine,
    )


def told(quarantine: pd.DataFrame, rules: Sequence[Rule]) -> list[Message]:
    """A warning for each reason that was found."""
    known = {rule.code: rule for rule in (TORN, *rules)}.values()
    there = [rule for rule in known if (quarantine["reason"] == rule.code).any()]
    return [
        Message(
            "warning",
            rule.code,
            f"Set aside: {found(quarantine, rule)}.",
            rule.column or None,
            first_line(quarantine[quarantine["reason"] == rule.code]),
        )
        for rule in there
    ]


def found(quarantine: pd.DataFrame, rule: Rule) -> str:
    """How often a reason was found, and where first; a value that may name a customer is not told.

    Messages are read by more people than the quarantine, in which every value stands.
    """
    rows = quarantine[quarantine["reason"] == rule.code]
    first = rows.iloc[0]
    what = f"`{rule.column}` {rule.says}" if rule.column else rule.says
    line = "" if pd.isna(first["line"]) else f"line {first['line']}"
    told = rule.quoted and not pd.isna(first["text"]) and first["text"].strip()
    text = f"{first['text'][:60]!r}" if told else ""
    where = " ".join(part for part in (line, text) if part)
    return f"in {count(len(rows))} {what}{where and f' (first: {where})'}"


def first_line(rows: pd.DataFrame) -> int | None:
    """Line of the first of some rows, where they have lines."""
    return None if pd.isna(rows["line"].iloc[0]) else int(rows["line"].iloc[0])


def count(n_rows: int) -> str:
    """A number of rows in words."""
    return f"{n_rows:,} row{'s' * (n_rows != 1)}"


def changed_ids(*judged: ir.Table) -> list[Message]:
    """Notes on ids that were brought to one spelling, where it is known which."""
    n_trimmed = n_composed = 0
    for rows in judged:
        if "trimmed" in rows.columns:  # not where all of them are whole numbers
            found = rows.aggregate(trimmed=rows["trimmed"].sum(), composed=rows["composed"].sum())
            trimmed, composed = found.to_pyarrow().to_pylist()[0].values()
            n_trimmed, n_composed = n_trimmed + (trimmed or 0), n_composed + (composed or 0)
    notes = {
        "id-trimmed": (n_trimmed, "blanks or invisible spaces around `customer_id` were trimmed"),
        "id-normalised": (n_composed, "`customer_id` was brought to Unicode normal form NFC"),
    }
    return [
        Message("info", code, f"Changed: in {count(n)} {text}.", "customer_id")
        for code, (n, text) in notes.items()
        if n
    ]


def account(quarantine: pd.DataFrame, fates: Mapping[str, int]) -> pd.DataFrame:
    """Number of rows by what became of them and why: what, reason, rows.

    `fates` counts the rows that were not set aside.
    """
    reasons = quarantine["reason"].value_counts().sort_index()
    lines = [(what, "", n) for what, n in fates.items() if n]
    lines[1:1] = [("quarantined", reason, n) for reason, n in reasons.items()]
    whole = ("in", "", sum(n for _, _, n in lines))
    return pd.DataFrame([whole, *lines], columns=["what", "reason", "rows"])
