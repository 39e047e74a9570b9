"""Cleaning: from converted rows to purchases, with every row accounted for.

Rows in = accepted + quarantined + duplicates + outside the window. A row counts once: faulty
before duplicate before outside the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.errors import InputRefused, Message, NoRows
from clv.tables import asides, currencies, judgement, orders, refunds
from clv.tables.alerts import alerts, by_day
from clv.tables.isolated import alone, isolated
from clv.tables.judgement import Judged
from clv.tables.raw import Raw
from clv.tables.rules import ALL_RULES, OF_TEXT, REFUND, RULES, Rule

PURCHASE = ("customer_id", "date", "amount", "margin", "known_at")
FATES = ("accepted", "quarantined", "duplicates", "outside_window")
DECLARE = {  # what to do when a whole column seems misread
    "date-not-a-date": "only ISO days such as 2024-01-31 go without a format (a bare integer, or "
    "3/4/2024, is ambiguous), so declare format: {date_format: '%d/%m/%Y'} or whatever it is, "
    "years of two digits as %y",
    "amount-not-a-number": "declare format: {decimal: …, thousands: …}",
    "margin-not-a-share": "write shares such as 0.35, or name one share for all: margin: 0.35",
    "date-impossible": "correct the export; where years have two digits, as in 31.01.24, declare "
    "them by %y: format: {date_format: '%d.%m.%y'}",
    "currency-not-a-code": "write codes of three letters such as TRY in the export (of others, TL, "
    "₺ and € are known)",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What was declared about days and amounts."""

    as_of: date | None = None  # None: the last day in the data
    run_date: date | None = None  # later days are faults
    zero_amounts: str = "set_aside"
    refunds: str = "net"
    max_faulty: float = 0.05
    grain: str = "order"  # or order_line, where equal rows of one order are equal lines of it
    currency: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Cleaned:
    """Purchases, and what became of every other row."""

    table: ir.Table  # customer_id, date, amount and, where the source has them, margin, known_at
    as_of: date
    currency: str | None
    rows: dict[str, int]
    account: pd.DataFrame  # what, reason, rows
    quarantine: pd.DataFrame  # file, line, reason, column, text; values, where there are no lines
    messages: tuple[Message, ...]
    forget: Callable[[], None]  # gives back the memory of what `table` is read from


def cleaned(raw: Raw, converted: ir.Table, policy: Policy) -> Cleaned:
    """Accept, set aside or leave out each row of `converted`, and say so."""
    rules = _applied(policy, converted)
    dated = converted.mutate(run_date=ibis.literal(policy.run_date, "date"))
    judged = judgement.judged(raw, dated, rules)
    sound, shared = orders.parted(judged.sound, policy.as_of)
    quarantine = _quarantine(raw, judged.aside, shared)
    n_rows = len(quarantine) + sound.count().to_pyarrow().as_py()
    _refuse(quarantine, n_rows, policy)
    as_of = policy.as_of or _last_day(raw, judged.told, sound, policy.run_date)
    if as_of is None:
        raise NoRows(_nothing_left({"in": n_rows}, quarantine, None))
    fated = sound.mutate(fate=_fate(sound, as_of, policy.grain))
    account = _account(fated, quarantine)
    rows = {fate: _count(account, fate) for fate in ("in", *FATES)}
    if not rows["accepted"]:
        raise NoRows(_nothing_left(rows, quarantine, as_of))
    whole = rows["accepted"] == n_rows - len(quarantine)
    accepted = sound if whole else fated.filter(fated["fate"] == "accepted")
    currency = currencies.single(accepted, policy.currency)
    has_refunds = _count(account, "accepted", REFUND.code) > 0
    table = _purchases(accepted, marked=has_refunds)
    messages = _messages(table, judged, quarantine, rows, as_of)
    return Cleaned(table, as_of, currency, rows, account, quarantine, messages, judged.forget)


def _quarantine(raw: Raw, faulty: ir.Table, shared: ir.Table | None) -> pd.DataFrame:
    """Rows set aside for what they hold, and those whose order stands under two customers."""
    if shared is not None:
        names = [name for name in judgement.TOLD if name in faulty.columns]
        faulty = ibis.union(faulty.select(names), shared.select(names))
    return asides.quarantine(raw, faulty, ALL_RULES)


def _applied(policy: Policy, converted: ir.Table) -> list[Rule]:
    """The rules by which rows are judged one by one."""
    left_out = {
        "zero-amount": policy.zero_amounts == "purchase",
        "refund": policy.refunds == "net",
        **dict.fromkeys(OF_TEXT, not converted["customer_id"].type().is_string()),
    }
    return [r for r in RULES if r.column in converted.columns and not left_out.get(r.code)]


def _refuse(quarantine: pd.DataFrame, n_rows: int, policy: Policy) -> None:
    """Refuse refunds where that was declared, and a table that must have been misread."""
    if policy.refunds == "refuse" and (quarantine["reason"] == REFUND.code).any():
        raise InputRefused(
            f"{asides.found(quarantine, REFUND)}; `refunds` is 'refuse', so take them out or "
            "declare refunds: net.",
            column="amount",
        )
    asides.refuse_misread(quarantine, n_rows, ALL_RULES, policy.max_faulty, DECLARE)


def _last_day(raw: Raw, told: ir.Table, sound: ir.Table, run_date: date) -> date | None:
    """Last day in the data by which a row with nothing against it was known; none without one.

    What becomes known only after the run's day is not seen by then. A last day that stands alone,
    far from all others, may be mistyped and decides nothing: it is asked back.
    """
    rows = sound.mutate(date=_since)
    days, counts = by_day(rows.filter(rows["date"] <= run_date))
    if not len(days):
        return None
    apart = isolated(days, counts)
    if not apart[-1]:
        return days[-1].item()
    apart &= days > days[~apart][-1]
    rows = told.filter(told["reason"].isnull()).mutate(date=_since)
    late = rows["date"].between(days[apart][0].item(), run_date)
    first = rows.filter(late).select("file", "row")
    first = first.order_by("file", "row").limit(1).to_pyarrow().to_pandas()
    line = asides.first_line(first.assign(line=raw.lines(first.assign(record=None))))
    where = "" if line is None else f" (first: line {line})"
    raise InputRefused(
        f"The last day, by which everything is told, would be {days[-1]}, but a date may be "
        f"mistyped: {alone(days, counts, apart)}{where}. Correct the date or name as_of.",
        column="date",
        line=line,
    )


def _since(rows: ir.Table) -> ir.DateColumn:
    """The day from which a row can be seen: its own, or that on which it became known."""
    if "known_at" not in rows.columns:
        return rows["date"]
    return ibis.greatest(rows["date"], rows["known_at"].fill_null(rows["date"]))


def _fate(sound: ir.Table, as_of: date, grain: str) -> ir.StringColumn:
    """What becomes of each row that is not set aside."""
    return ibis.cases(
        (orders.repeated(sound, grain), "duplicates"),
        (_since(sound) > as_of, "outside_window"),
        else_="accepted",
    )


def _purchases(accepted: ir.Table, *, marked: bool) -> ir.Table:
    """Accepted rows with the columns that are carried on, more of them where refunds are netted."""
    if "known_at" in accepted.columns:
        accepted = accepted.mutate(known_at=_since(accepted))
    names = [*PURCHASE, *(["order_id"] if marked else [])]
    rows = accepted.select(*(name for name in names if name in accepted.columns))
    return refunds.mark(rows) if marked else rows


def _account(fated: ir.Table, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Number of rows by what became of them and why; refunds that are netted by themselves."""
    netted = (fated["fate"] == "accepted") & (fated["amount"] < 0)
    reason = ibis.ifelse(netted, REFUND.code, "")
    counts = fated.group_by(what="fate", reason=reason).aggregate(rows=fated.count())
    reasons = quarantine["reason"].value_counts()
    aside = {"what": "quarantined", "reason": reasons.index, "rows": reasons.to_numpy()}
    account = pd.concat([counts.to_pyarrow().to_pandas(), pd.DataFrame(aside)])
    order = account["what"].map(FATES.index)
    account = account.assign(order=order).sort_values(["order", "reason"], ignore_index=True)
    whole = pd.DataFrame({"what": ["in"], "reason": [""], "rows": [account["rows"].sum()]})
    return pd.concat([whole, account.drop(columns="order")], ignore_index=True)


def _count(account: pd.DataFrame, what: str, reason: str | None = None) -> int:
    """Number of rows in the account."""
    own = account["what"] == what
    return int(
        account.loc[own if reason is None else own & (account["reason"] == reason), "rows"].sum()
    )


def _nothing_left(rows: dict[str, int], quarantine: pd.DataFrame, as_of: date | None) -> str:
    """Why not a single row is a purchase."""
    there = [rule for rule in ALL_RULES if (quarantine["reason"] == rule.code).any()]
    reasons = [asides.found(quarantine, rule) for rule in there]
    if rows.get("outside_window"):
        reasons.append(f"{asides.count(rows['outside_window'])} after as_of {as_of}")
    return f"None of the {rows['in']:,} rows is a purchase: {'; '.join(reasons)}."


def _messages(
    table: ir.Table, judged: Judged, quarantine: pd.DataFrame, rows: dict[str, int], as_of: date
) -> tuple[Message, ...]:
    """What a reader should know about rows that were set aside, left out or changed."""
    messages = asides.told(quarantine, ALL_RULES)
    back = judged.aside.filter(judged.aside["reason"] == REFUND.code)
    messages = [_with_share(m, back, table) if m.code == REFUND.code else m for m in messages]
    if rows["duplicates"]:
        n = asides.count(rows["duplicates"])
        text = f"Dropped: {n} that are exact duplicates within an order."
        messages.append(Message("warning", "duplicate-rows", text))
    if rows["outside_window"]:
        known = ", or known only then" if "known_at" in table.columns else ""
        text = f"Left out: {asides.count(rows['outside_window'])} after as_of {as_of}{known}."
        messages.append(Message("info", "outside-window", text, "date"))
    if refunds.marked(table):
        table = table.filter(table["amount"] >= 0)
    changed = [*asides.changed_ids(judged.sound, judged.aside)]
    return (*messages, *changed, *alerts(table, as_of))


def _with_share(message: Message, back: ir.Table, table: ir.Table) -> Message:
    """What is said of refunds that were set aside, with their share of the accepted revenue."""
    aside = back["amount"].sum().to_pyarrow().as_py()
    revenue = table["amount"].sum().to_pyarrow().as_py()
    share = f", {-aside / revenue:.2%} of revenue in all." if revenue else "."
    return replace(message, text=message.text.removesuffix(".") + share)
