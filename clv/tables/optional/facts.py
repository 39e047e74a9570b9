"""Facts: an optional table, clean and dated, with every row accounted for.

Rows in = accepted + quarantined + duplicates + outside the window, as with transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from clv.errors import BadParameter, ClvError, Message, NoRows, TooManyFaulty
from clv.tables import ambiguity, asides, cleaning, contracts, conversion, dialects, engine, sources
from clv.tables.conversion import RAW
from clv.tables.formats import Format
from clv.tables.optional import catalogue, keys, kinds, knowledge, oddities
from clv.tables.optional.kinds import STAMP, Written
from clv.tables.optional.layouts import Layout
from clv.tables.periods import as_date
from clv.tables.rules import Rule

JUDGED = ("file", "row", "reason", "text", "values", "trimmed", "composed")
KEPT = ("accepted", "duplicates", "outside_window")


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """What a company knows besides purchases, one row per fact, and the account of what came in.

    `table` is an Ibis table with the columns of its contract that were found. Where `known_at` is
    one of them, it holds every state of a fact that was known by `as_of`.
    """

    name: str
    table: ir.Table
    as_of: date  # nothing later is in the table
    source: str
    rows: Mapping[str, int]  # as of `Transactions`
    account: pd.DataFrame  # what, reason, rows
    quarantine: pd.DataFrame  # file, line, reason, column, text; values, where there are no lines
    messages: tuple[Message, ...]
    input_hashes: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Facts {self.name}: {self.rows['accepted']:,} until {self.as_of}>"

    def until(self, day: str | date | None = None) -> ir.Table:
        """The facts as they were known on a day, by default the last; one row each."""
        day = as_date(day) if day else self.as_of
        if day > self.as_of:
            raise BadParameter.from_value("as_of", str(day), f"a day until {self.as_of}")
        layout = catalogue.layout(self.name)
        known = self.table.filter(~knowledge.later(self.table, layout, day))
        # At as_of what may not be seen has been taken out already.
        seen = known if day == self.as_of else knowledge.hidden(known, layout, day)
        return knowledge.newest(seen, layout)

    def frame(self, day: str | date | None = None) -> pd.DataFrame:
        """The same as a frame that keeps its contract, sorted."""
        rows = self.until(day)
        frame = rows.order_by(*rows.columns).to_pyarrow().to_pandas()
        zoned = frame.select_dtypes("datetimetz")  # Spark knows no stamp without a zone
        frame = frame.assign(**{name: zoned[name].dt.tz_localize(None) for name in zoned})
        contract = catalogue.layout(self.name).contract(self.name, rows.columns)
        return contracts.check(frame, contract)

    def filled(self) -> frozenset[str]:
        """The columns that hold anything."""
        counts = {name: self.table[name].count() for name in self.table.columns}
        found = self.table.aggregate(**counts).to_pyarrow().to_pylist()[0]
        return frozenset(name for name, n in found.items() if n)


def load(
    name: str,
    source: sources.Source,
    *,
    as_of: str | date,
    columns: Mapping[str, str] | None = None,
    format: Mapping[str, str] | None = None,
    run_date: str | date | None = None,
    timezone: str = "UTC",
    max_faulty: float = 0.05,
) -> Facts:
    """Read an optional table, set aside what cannot be true, and account for every row.

    Parameters
    ----------
    name
        Which table it is, such as "leads"; its columns stand in `catalogue`.
    source, columns, format, timezone, max_faulty
        As of `clv.load`.
    as_of
        The last day to count: what happened, became known or changed later is not seen.
    run_date
        Days after it are faults. Where it is `as_of`, the table was exported by then, and values
        of which nothing says since when they hold are read too.
    """
    layout = catalogue.layout(name)
    day, last = as_date(as_of), as_date(run_date, "run_date") if run_date else None
    conversion.check_timezone(timezone)
    form = Format.from_mapping(format)
    with _about(name), sources.opened(source, layout.wanted(columns), form) as raw:
        rows = _converted(raw.table, layout, Written(form, timezone, dialects.of(raw.table)))
        found = _cleaned(raw, rows, layout, _Policy(day, last, max_faulty))
    return Facts(
        name=name,
        table=found.table,
        as_of=day,
        source=source if isinstance(source, str) else ", ".join(raw.files),
        rows=found.rows,
        account=asides.account(found.quarantine, {n: found.rows[n] for n in KEPT}),
        quarantine=found.quarantine,
        messages=tuple(replace(m, text=f"{name}: {m.text}") for m in found.messages),
        input_hashes=raw.hashes or {raw.files[0]: engine.fingerprint(found.table)},
    )


def load_all(tables: Mapping[str, Mapping[str, Any]], **declared: Any) -> dict[str, Facts]:  # noqa: ANN401
    """The optional tables of a study: of each its source and how that is written, as of `load`."""
    return {name: load(name, **arguments, **declared) for name, arguments in tables.items()}


@dataclass(frozen=True, slots=True)
class _Policy:
    """What was declared about days and faults."""

    as_of: date
    run_date: date | None
    max_faulty: float

    @property
    def current(self) -> bool:
        """Whether the table was exported by as_of, so that all of it was known then."""
        return self.run_date == self.as_of


@dataclass(frozen=True, eq=False, slots=True)
class _Cleaned:
    """Facts, and what became of every other row."""

    table: ir.Table
    rows: dict[str, int]
    quarantine: pd.DataFrame
    messages: list[Message]


@contextmanager
def _about(name: str) -> Iterator[None]:
    """Errors that say which table they are about."""
    try:
        yield
    except ClvError as error:
        text = f"{name}: {error}"
        found = {"quarantine": error.quarantine} if isinstance(error, TooManyFaulty) else {}
        raise type(error)(text, column=error.column, line=error.line, **found) from None


def _converted(rows: ir.Table, layout: Layout, written: Written) -> ir.Table:
    """Rows with the values of each column as its kind reads them, and with what came."""
    there = [name for name in layout.columns if name in rows.columns]
    ambiguity.refuse(
        rows,
        written.form,
        days=[name for name in there if layout.columns[name].kind is STAMP],
        numbers=[name for name in there if layout.columns[name].kind.numeric],
    )
    values = {RAW + name: rows[name] for name in there}
    for name in there:
        values |= kinds.converted(name, rows[name], layout.columns[name].kind, written)
    if "customer_id" in there:
        ids = conversion.identified(rows["customer_id"], written.dialect)
        values |= {name: ids[name] for name in ("trimmed", "composed")}
    return rows.mutate(**values)


def _cleaned(raw: sources.Raw, rows: ir.Table, layout: Layout, policy: _Policy) -> _Cleaned:
    """Accept, set aside or leave out each row, and say so."""
    there = [name for name in layout.columns if name in raw.table.columns]
    idle = [] if policy.current else knowledge.undated(layout, there)
    carried = [name for name in there if name not in idle]
    rules = (*layout.judges(there, policy.run_date), *keys.rules(layout, carried))
    told = asides.judged(rows, rules, numbered=raw.numbered)
    told = told.select(*(name for name in (*carried, *JUDGED) if name in told.columns))
    judged = _known(engine.stored(raw.con, "told", told), layout, carried, policy)
    quarantine = asides.quarantine(raw, judged, rules)
    counts = _counted(judged, quarantine)
    asides.refuse_misread(quarantine, counts["in"], rules, policy.max_faulty, _advice(layout))
    _refuse_nothing(counts, quarantine, rules)
    accepted = judged.filter(judged["reason"].isnull() & ~judged["twin"] & ~judged["later"])
    table = engine.stored(raw.con, "facts", accepted.select(*carried))
    messages = [
        *asides.told(quarantine, rules),
        *_set_apart(counts, policy.as_of),
        *(knowledge.left_out(name, layout, policy.as_of) for name in idle),
        *([] if policy.current else knowledge.without_a_day(accepted)),
        *oddities.messages(table, layout),
        *(asides.changed_ids(judged) if "trimmed" in judged.columns else []),
    ]
    engine.forget(judged)
    return _Cleaned(table, counts, quarantine, messages)


def _known(told: ir.Table, layout: Layout, carried: list[str], policy: _Policy) -> ir.Table:
    """Judged rows as they were known by as_of, and compared with each other as such."""
    rows = told.mutate(later=knowledge.later(told, layout, policy.as_of))
    seen = knowledge.hidden(
        knowledge.marked(rows, layout), layout, policy.as_of, current=policy.current
    )
    judged = engine.stored(told.get_backend(), "judged", keys.judged(seen, layout, carried))
    engine.forget(told)
    return judged


def _counted(judged: ir.Table, quarantine: pd.DataFrame) -> dict[str, int]:
    """Number of rows by what becomes of them: faulty before duplicate before outside the window."""
    good = judged.filter(judged["reason"].isnull())
    free = ~good["twin"]
    found = good.aggregate(
        accepted=(free & ~good["later"]).sum().fill_null(0),
        duplicates=good["twin"].sum().fill_null(0),
        outside_window=(free & good["later"]).sum().fill_null(0),
    )
    kept = found.to_pyarrow().to_pylist()[0]
    counts = {"accepted": kept.pop("accepted"), "quarantined": len(quarantine), **kept}
    return {"in": sum(counts.values()), **counts}


def _refuse_nothing(
    counts: Mapping[str, int], quarantine: pd.DataFrame, rules: tuple[Rule, ...]
) -> None:
    """Refuse a table of which every row is faulty, whatever is allowed."""
    if counts["quarantined"] == counts["in"]:
        told = " ".join(message.text for message in asides.told(quarantine, rules))
        raise NoRows(f"No row can be used. {told}")


def _set_apart(counts: Mapping[str, int], as_of: date) -> list[Message]:
    """Notes on rows that are neither faulty nor accepted."""
    found = []
    if n := counts["duplicates"]:
        text = f"Dropped: {asides.count(n)} that repeat another one."
        found.append(Message("warning", "duplicate-rows", text))
    if n := counts["outside_window"]:
        text = f"Left out: {asides.count(n)} after as_of {as_of}, or known only then."
        found.append(Message("info", "outside-window", text))
    if not counts["accepted"]:
        text = f"Nothing was known by as_of {as_of}."
        found.append(Message("warning", "nothing-known", text))
    return found


def _advice(layout: Layout) -> dict[str, str]:
    """What to do when a whole column seems misread."""
    words = {
        "not-a-date": cleaning.DECLARE["date-not-a-date"],
        "not-a-number": cleaning.DECLARE["amount-not-a-number"],
    }
    return {kinds.code(n, what): says for n in layout.columns for what, says in words.items()}
