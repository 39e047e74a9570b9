"""Ready-made summaries: frequency, recency, T and mean spend of each customer, computed elsewhere.

They pass the same kind of door as transactions: every row is accepted, or set aside with its line,
its reason and its text. What a summary does not tell, such as days, is not made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from ibis import _

from clv.errors import Message, NoRows
from clv.study_keys import SUMMARY
from clv.tables import ambiguity, asides, conversion, declared, dialects, engine, sources
from clv.tables.columns import Wanted
from clv.tables.contracts import ROUNDING
from clv.tables.conversion import RAW
from clv.tables.formats import Format
from clv.tables.lookalikes import lookalikes
from clv.tables.periods import UNIT_DAYS, known_unit
from clv.tables.rules import LARGEST_AMOUNT, RULES, Rule

FIRST_DAY = date(1970, 1, 1)  # no purchase stands on it or before
NUMBERS = SUMMARY[1:]
COUNTED = NUMBERS[:-1]  # of every customer; money only of those who came back
LESS = Message(
    "info",
    "summary-only",
    "A ready-made summary tells no days and no first purchase: stages, tests on earlier days and "
    "every page that shows purchases are left out, and M ranks the spend on repeat purchases. They "
    "need `transactions`.",
)


@dataclass(frozen=True, eq=False, slots=True)
class Summaries:
    """Customers as a summary has them, and the account of everything that came in."""

    customers: pd.DataFrame  # as of `customer_summary`, without the columns that need days
    as_of: date  # the day until which T counts
    currency: str | None
    source: str
    rows: Mapping[str, int]  # as of `Transactions`
    account: pd.DataFrame  # what, reason, rows
    quarantine: pd.DataFrame  # file, line, reason, column, text
    messages: tuple[Message, ...]
    input_hashes: Mapping[str, str]


def load(
    source: sources.Source,
    *,
    columns: Mapping[str, str] | None = None,
    format: Mapping[str, str] | None = None,
    as_of: str | date | None = None,
    run_date: str | date | None = None,
    currency: str | None = None,
    max_faulty: float = 0.05,
    unit: str = "W",
) -> Summaries:
    """Read a customer summary, set aside what cannot be true, and account for every row.

    Parameters
    ----------
    source, columns, format, max_faulty
        As of `clv.load`; the columns are customer_id, frequency, recency, T and monetary_value.
    as_of
        The day until which T counts; default: `run_date`.
    run_date
        The last day that `as_of` may be; default: today.
    unit
        What recency and T are counted in: "D" or "W".
    """
    given = declared.DEFAULTS | declared.named({"as_of": as_of, "currency": currency})
    policy = declared.policy(given, run_date, max_faulty)
    end = policy.as_of or policy.run_date
    rules, form = _rules(UNIT_DAYS[known_unit(unit)], end), Format.from_mapping(format)
    with sources.opened(source, Wanted.declared(columns, SUMMARY), form) as raw:
        rows = asides.judged(_converted(raw.table, form), rules, numbered=raw.numbered)
        judged = engine.stored(raw.con, "judged", rows)
        quarantine = asides.quarantine(raw, judged, rules)
    accepted = judged.filter(judged["reason"].isnull())
    n_accepted = accepted.count().to_pyarrow().as_py()
    asides.refuse_misread(quarantine, n_accepted + len(quarantine), rules, max_faulty)
    if not n_accepted:
        told = " ".join(message.text for message in asides.told(quarantine, rules))
        raise NoRows(f"No row is a customer. {told}")
    customers = _customers(accepted)
    customers.attrs.update(unit=unit, as_of=end.isoformat(), currency=currency)
    notes = (*asides.changed_ids(judged), *lookalikes(accepted), *_idle_money(accepted), LESS)
    return Summaries(
        customers=customers,
        as_of=end,
        currency=currency,
        source=source if isinstance(source, str) else ", ".join(raw.files),
        rows=_rows(n_accepted, len(quarantine)),
        account=asides.account(quarantine, {"accepted": n_accepted}),
        quarantine=quarantine,
        messages=(*asides.told(quarantine, rules), *notes),
        input_hashes=raw.hashes or {raw.files[0]: engine.fingerprint(accepted.select(*SUMMARY))},
    )


def _converted(rows: ir.Table, form: Format) -> ir.Table:
    """Ids as text and the rest as numbers, null where nothing sensible is there."""
    ambiguity.refuse(rows, form, days=(), numbers=NUMBERS)
    numbers = {name: conversion.number(rows[name], form, name) for name in NUMBERS}
    missing = {f"{name}_missing": conversion.missing(rows[name]) for name in NUMBERS}
    return rows.mutate(
        **{RAW + name: rows[name] for name in SUMMARY},
        **conversion.identified(rows["customer_id"], dialects.of(rows)),
        **numbers,
        **missing,
    )


def _rules(unit_days: int, end: date) -> tuple[Rule, ...]:
    """Why a row cannot be a customer's history, in the order in which reasons are looked for."""
    came_back = _.frequency > 0
    return (
        *_id_rules(),
        *(rule for name in COUNTED for rule in _number_rules(name)),
        Rule(
            "frequency-not-whole",
            "frequency",
            "is not a whole number of repeat purchases",
            _.frequency % 1 != 0,
        ),
        Rule(
            "t-too-long",
            "T",
            "reaches back beyond 1970: is it counted in another unit?",
            _["T"] * unit_days >= (end - FIRST_DAY).days,
        ),
        Rule(
            "recency-beyond-t",
            "recency",
            "is larger than `T`: a last purchase after the end",
            _.recency > _["T"],
        ),
        Rule(
            "recency-without-repeat",
            "recency",
            "is above 0 where `frequency` is 0, so without a repeat purchase",
            (_.recency > 0) & ~came_back,
        ),
        Rule(
            "repeat-without-recency",
            "recency",
            "is 0 where `frequency` is above 0: purchases of one day are one purchase",
            (_.recency == 0) & came_back,
        ),
        Rule(
            "frequency-exceeds-days",
            "frequency",
            "is more than the days of `recency`: is it counted in another unit?",
            _.frequency > _.recency * unit_days + ROUNDING,
        ),
        *_money_rules(),
    )


def _id_rules() -> tuple[Rule, ...]:
    """What an id cannot be, and that a customer has one row."""
    return (
        *(rule for rule in RULES if rule.column == "customer_id"),
        Rule(
            "customer-id-ambiguous",
            "customer_id",
            "is a duplicate: rows of one customer that differ",
            _differs(),
        ),
        Rule(
            "customer-id-duplicate",
            "customer_id",
            "is a duplicate: a row that is there before",
            ibis.row_number().over(ibis.window(group_by="customer_id", order_by=["file", "row"]))
            > 0,
        ),
    )


def _money_rules() -> tuple[Rule, ...]:
    """What mean spend cannot be."""
    came_back, mean = _.frequency > 0, _.monetary_value
    return (
        Rule(
            "monetary-value-missing",
            "monetary_value",
            "is missing for a repeat buyer",
            _.monetary_value_missing & came_back,
        ),
        Rule(
            "monetary-value-not-a-number",
            "monetary_value",
            "cannot be read as a number",
            (mean.isnull() | (mean.abs() == np.inf)) & ~_.monetary_value_missing,
        ),
        Rule(
            "monetary-value-not-positive",
            "monetary_value",
            "is negative, or 0 for a repeat buyer",
            (mean < 0) | ((mean == 0) & came_back),
        ),
        Rule("monetary-value-too-large", "monetary_value", "is beyond 1e15", mean > LARGEST_AMOUNT),
    )


def _differs() -> ibis.Deferred:
    """Whether the rows of one customer tell different histories."""
    own, found = ibis.window(group_by="customer_id"), ibis.literal(False)
    for name in NUMBERS:
        value = _[name].fill_null(-1)
        found = (value.min().over(own) < value.max().over(own)) | found
    return found


def _number_rules(name: str) -> tuple[Rule, ...]:
    """What every customer has, and never below 0."""
    code = name.lower()
    no_number = _[name].isnull() | (_[name].abs() == np.inf)
    return (
        Rule(f"{code}-missing", name, "is missing", _[f"{name}_missing"]),
        Rule(f"{code}-not-a-number", name, "cannot be read as a number", no_number),
        Rule(f"{code}-negative", name, "is negative", _[name] < 0),
    )


def _customers(accepted: ir.Table) -> pd.DataFrame:
    """The customers by id, without a mean spend where there was no repeat purchase."""
    table = accepted.select(*SUMMARY).order_by("customer_id")
    customers = table.to_pyarrow().to_pandas().set_index("customer_id")
    mean = customers["monetary_value"].where(customers["frequency"] > 0)
    return customers.assign(frequency=customers["frequency"].astype("int64"), monetary_value=mean)


def _idle_money(accepted: ir.Table) -> list[Message]:
    """A warning where spend is told of customers without a repeat purchase."""
    idle = (accepted["frequency"] == 0) & (accepted["monetary_value"] > 0)
    n_rows = accepted.filter(idle).count().to_pyarrow().as_py()
    if not n_rows:
        return []
    text = (
        f"In {asides.count(n_rows)} `monetary_value` is above 0 where `frequency` is 0; it is left "
        "out there. It must be the mean of repeat purchases alone: if first ones are in it, "
        "values are off."
    )
    return [Message("warning", "spend-without-repeat", text, "monetary_value")]


def _rows(accepted: int, quarantined: int) -> dict[str, int]:
    """The counts of all fates, also of those that rows of a summary cannot have."""
    return {
        "in": accepted + quarantined,
        "accepted": accepted,
        "quarantined": quarantined,
        "duplicates": 0,
        "outside_window": 0,
    }
