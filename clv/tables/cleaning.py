"""Cleaning: from converted rows to purchases, with every row accounted for.

Rows in = accepted + quarantined + duplicates + outside the window. A row counts once: faulty
before duplicate before outside the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.errors import InputRefused, Message, NoRows, TooManyFaulty
from clv.tables import engine
from clv.tables.alerts import alerts
from clv.tables.rules import RULES, TORN
from clv.tables.sources import Raw

FATES = ("accepted", "quarantined", "duplicates", "outside_window")
ALL_RULES = {rule.code: rule for rule in (TORN, *RULES)}
DECLARE = {  # what to do when a whole column seems misread
    "date-not-a-date": "only ISO days such as 2024-01-31 go without a format (a bare integer, or "
    "3/4/2024, is ambiguous), so declare format: {date_format: '%d/%m/%Y'} or whatever it is",
    "amount-not-a-number": "declare format: {decimal: …, thousands: …}",
    "row-torn": "declare format: {delimiter: …}",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What was declared about days and amounts."""

    as_of: date | None = None  # None: the last day in the data
    run_date: date | None = None  # later days are faults
    zero_amounts: str = "set_aside"
    refunds: str = "set_aside"
    max_faulty: float = 0.05
    grain: str = "order"  # or order_line, where equal rows of one order are equal lines of it


@dataclass(frozen=True, eq=False, slots=True)
class Cleaned:
    """Purchases, and what became of every other row."""

    table: ir.Table  # customer_id, date, amount
    as_of: date
    rows: dict[str, int]
    account: pd.DataFrame  # what, reason, rows
    quarantine: pd.DataFrame  # file, line, reason, column, text
    messages: tuple[Message, ...]


def cleaned(raw: Raw, converted: ir.Table, policy: Policy) -> Cleaned:
    """Accept, set aside or leave out each row of `converted`, and say so."""
    judged = engine.stored(raw.con, "judged", _judged(converted, policy))
    quarantine = _quarantine(raw, judged)
    n_rows = judged.count().to_pyarrow().as_py() + len(raw.torn)
    _refuse_misread(quarantine, n_rows, policy)
    as_of = policy.as_of or _last_day(judged, quarantine, n_rows)
    fated = judged.mutate(fate=_fate(judged, as_of, policy.grain))
    account = _account(fated, len(raw.torn))
    rows = {
        what: int(account.loc[account["what"] == what, "rows"].sum()) for what in ("in", *FATES)
    }
    if not rows["accepted"]:
        raise NoRows(_nothing_left(rows, quarantine, as_of))
    accepted = fated.filter(fated["fate"] == "accepted").select("customer_id", "date", "amount")
    table = engine.stored(raw.con, "purchases", accepted)
    messages = _messages(table, judged, quarantine, rows, as_of)
    engine.forget(raw.con, "judged")
    return Cleaned(table, as_of, rows, account, quarantine, messages)


def _judged(converted: ir.Table, policy: Policy) -> ir.Table:
    """Rows with the first reason found against them, or null."""
    left_out = set()
    if "order_id" not in converted.columns:
        left_out.add("order-of-two-customers")
    if policy.zero_amounts == "purchase":
        left_out.add("zero-amount")
    reasons = [(rule.found, rule.code) for rule in RULES if rule.code not in left_out]
    rows = converted.mutate(run_date=ibis.literal(policy.run_date, "date"))
    return rows.mutate(reason=ibis.cases(*reasons)).drop(
        "run_date", "date_missing", "amount_missing"
    )


def _fate(judged: ir.Table, as_of: date, grain: str) -> ir.StringColumn:
    """What becomes of each row."""
    repeated = ibis.literal(False)
    if "order_id" in judged.columns and grain == "order":
        # Without an order's number two equal rows are two purchases; with it they are one.
        alike = ["order_id", "same", "customer_id", "date", "amount"]
        window = ibis.window(group_by=alike, order_by=["file", "row"])
        repeated = (judged["order_id"] != "") & (ibis.row_number().over(window) > 0)
    return ibis.cases(
        (judged["reason"].notnull(), "quarantined"),
        (repeated, "duplicates"),
        (judged["date"] > as_of, "outside_window"),
        else_="accepted",
    )


def _quarantine(raw: Raw, judged: ir.Table) -> pd.DataFrame:
    """Rows set aside for a reason of their own, each with its line and the text at fault."""
    aside = judged.filter(judged["reason"].notnull()).select("file", "row", "reason", "amount")
    found = aside.join(raw.table.rename(raw_amount="amount"), ["file", "row"])
    column = found["reason"].substitute({r.code: r.column for r in RULES})
    names = {"amount": "raw_amount"}
    columns = {rule.column for rule in RULES} & {*raw.table.columns}
    text = ibis.cases(
        *((column == name, found[names.get(name, name)].cast("string")) for name in sorted(columns))
    )
    rows = found.select("file", "row", "reason", "amount", column=column, text=text)
    frame = pd.concat([rows.to_pyarrow().to_pandas(), raw.torn])
    frame = frame.reset_index(drop=True)
    frame["line"] = raw.lines(frame)
    frame = frame.sort_values(["file", "line"], ignore_index=True)
    frame["file"] = frame["file"].map(dict(enumerate(raw.files)))
    return frame[["file", "line", "reason", "column", "text", "amount"]]


def _refuse_misread(quarantine: pd.DataFrame, n_rows: int, policy: Policy) -> None:
    """Refuse a table with so many faults that its format must have been misread."""
    if policy.refunds == "refuse" and (quarantine["reason"] == "refund").any():
        raise InputRefused(
            f"{_found(quarantine, 'refund')}; `refunds` is 'refuse', so take them out or declare "
            "refunds: set_aside.",
            column="amount",
        )
    faulty = quarantine[quarantine["reason"].map(lambda code: ALL_RULES[code].faulty)]
    if len(faulty) <= policy.max_faulty * n_rows:
        return
    reason = faulty["reason"].value_counts().index[0]
    advice = DECLARE.get(reason, "correct the export")
    raise TooManyFaulty(
        f"{len(faulty):,} of {n_rows:,} rows are faulty, more than max_faulty allows "
        f"({policy.max_faulty:g}): {_found(faulty, reason)}; {advice}.",
        column=ALL_RULES[reason].column or None,
        line=int(faulty.loc[faulty["reason"] == reason, "line"].iloc[0]),
    )


def _found(quarantine: pd.DataFrame, reason: str) -> str:
    """How often a reason was found, and where first."""
    rows = quarantine[quarantine["reason"] == reason]
    first, rule = rows.iloc[0], ALL_RULES[reason]
    what = f"`{rule.column}` {rule.says}" if rule.column else rule.says
    text = "" if pd.isna(first["text"]) or not first["text"].strip() else f" {first['text'][:60]!r}"
    return f"in {_count(len(rows))} {what} (first: line {first['line']}{text})"


def _last_day(judged: ir.Table, quarantine: pd.DataFrame, n_rows: int) -> date:
    """Last day in the data that stands in a row without a fault."""
    faulty = [rule.code for rule in RULES if rule.faulty]
    sound = judged.filter(~judged["reason"].isin(faulty).fill_null(False))
    last = sound["date"].max().to_pyarrow().as_py()
    if last is None:
        raise NoRows(_nothing_left({"in": n_rows}, quarantine, None))
    return last


def _account(fated: ir.Table, n_torn: int) -> pd.DataFrame:
    """Number of rows by what became of them and why."""
    counts = fated.group_by(what="fate", reason=fated["reason"].fill_null("")).aggregate(
        rows=fated.count()
    )
    torn = pd.DataFrame({"what": ["quarantined"], "reason": [TORN.code], "rows": [n_torn]})
    account = pd.concat([counts.to_pyarrow().to_pandas(), torn[torn["rows"] > 0]])
    order = account["what"].map(FATES.index)
    account = account.assign(order=order).sort_values(["order", "reason"], ignore_index=True)
    whole = pd.DataFrame({"what": ["in"], "reason": [""], "rows": [account["rows"].sum()]})
    return pd.concat([whole, account.drop(columns="order")], ignore_index=True)


def _nothing_left(rows: dict[str, int], quarantine: pd.DataFrame, as_of: date | None) -> str:
    """Why not a single row is a purchase."""
    reasons = [_found(quarantine, reason) for reason in quarantine["reason"].unique()]
    if rows.get("outside_window"):
        reasons.append(f"{_count(rows['outside_window'])} after as_of {as_of}")
    return f"None of the {rows['in']:,} rows is a purchase: {'; '.join(reasons)}."


def _messages(
    table: ir.Table, judged: ir.Table, quarantine: pd.DataFrame, rows: dict[str, int], as_of: date
) -> tuple[Message, ...]:
    """What a reader should know about rows that were set aside, left out or changed."""
    messages = []
    for code, rule in ALL_RULES.items():
        own = quarantine[quarantine["reason"] == code]
        if len(own):
            share = _refund_share(own, table) if code == "refund" else ""
            text = f"Set aside: {_found(own, code)}{share}."
            line = None if pd.isna(own["line"].iloc[0]) else int(own["line"].iloc[0])
            messages.append(Message("warning", code, text, rule.column or None, line))
    if rows["duplicates"]:
        text = f"Dropped: {_count(rows['duplicates'])} that are exact duplicates within an order."
        messages.append(Message("warning", "duplicate-rows", text))
    if rows["outside_window"]:
        text = f"Left out: {_count(rows['outside_window'])} after as_of {as_of}."
        messages.append(Message("info", "outside-window", text, "date"))
    return (*messages, *_changed_ids(judged), *alerts(table, as_of))


def _count(n_rows: int) -> str:
    """A number of rows in words."""
    return f"{n_rows:,} row{'s' * (n_rows != 1)}"


def _refund_share(refunds: pd.DataFrame, table: ir.Table) -> str:
    """Refunds as a share of the accepted revenue."""
    revenue = table["amount"].sum().to_pyarrow().as_py()
    refunded = -refunds["amount"].sum()
    return f", {refunded / revenue:.2%} of revenue in all" if revenue else ""


def _changed_ids(judged: ir.Table) -> Sequence[Message]:
    """Notes on ids that were brought to one spelling."""
    counts = judged.aggregate(trimmed=judged["trimmed"].sum(), composed=judged["composed"].sum())
    n_trimmed, n_composed = counts.to_pyarrow().to_pylist()[0].values()
    notes = {
        "id-trimmed": (n_trimmed, "blanks or invisible spaces around `customer_id` were trimmed"),
        "id-normalised": (n_composed, "`customer_id` was brought to Unicode normal form NFC"),
    }
    return [
        Message("info", code, f"Changed: in {_count(n)} {text}.", "customer_id")
        for code, (n, text) in notes.items()
        if n
    ]
