"""Transactions: a company's purchases, clean and dated, with every other row accounted for."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import duckdb
import ibis.expr.types as ir
import pandas as pd
import pyarrow.parquet as pq

from clv.errors import BadParameter, Message, SourceUnreadable
from clv.study_keys import NOMINAL
from clv.tables import ambiguity, cleaning, conversion, days, declared, engine, histories, sources
from clv.tables.columns import Wanted
from clv.tables.formats import Format
from clv.tables.lookalikes import equal_rows, lookalikes
from clv.tables.periods import as_date
from clv.tables.prices import Priced, priced
from clv.tables.samples import SAMPLES, Sample

MARKER = "transactions.json"  # a folder that holds it was written by `Transactions.save`
ROWS_A_GROUP = 122_880


@dataclass(frozen=True, eq=False)
class Transactions:
    """Purchases, and the account of everything that came in."""

    kept: ir.Table  # as `days.kept` has them in the engine, where ids may be whole numbers
    as_of: date  # last day counted
    currency: str | None
    prices: str  # nominal, or real: amounts in the money of as_of
    margin: float | str | None  # a share, or "margin", the column in which each row has its own
    births: str
    source: str
    rows: Mapping[str, int]  # in, accepted, quarantined, duplicates, outside_window
    account: pd.DataFrame  # what, reason, rows
    quarantine: pd.DataFrame  # file, line, reason, column, text
    messages: tuple[Message, ...]
    input_hashes: Mapping[str, str]
    settled: ir.Table | None = None  # where refunds are netted: what stands, and on which days
    whole: ir.Table | None = None  # where purchases are summed: every customer's history by as_of

    def __repr__(self) -> str:
        money = f", {self.currency}" if self.currency else ""
        return f"<Transactions {self.source}: {self.rows['accepted']:,} until {self.as_of}{money}>"

    @property
    def table(self) -> ir.Table:
        """An Ibis table: customer_id (text), date (day), amount (float).

        One row per customer and day, or per purchase where there are refunds or `known_at`; where a
        column of margins was declared, margin is the share that was kept.
        """
        return conversion.spelt(self.kept).mutate(amount=self.kept["amount"].cast("float64"))

    def days(self, as_of: str | date | None = None) -> ir.Table:
        """One row per customer and purchase day, refunds netted: customer_id, date, amount.

        Where rows have margins, margin is the share kept of the day's amount. Ids are as `kept`.
        """
        return days.until(self.kept, self.window_end(as_of), self.settled)

    def histories(self, as_of: str | date | None = None) -> ir.Table:
        """What each customer's purchase days come to, as of `histories.of`; ids as `kept`."""
        end = self.window_end(as_of)
        if end == self.as_of and self.whole is not None:
            return self.whole
        return histories.of(self.days(end))

    def purchase_days(self, as_of: str | date | None = None) -> pd.DataFrame:
        """The same as a frame: customer_id, date (datetime64), amount, sorted."""
        days = conversion.spelt(self.days(as_of)).order_by("customer_id", "date")
        days = days.mutate(
            date=days["date"].cast("timestamp"), amount=days["amount"].cast("float64")
        )
        return days.to_pyarrow().to_pandas()

    def window_end(self, as_of: str | date | None = None) -> date:
        """The last day to count: a day that these transactions have seen, by default the last."""
        if as_of is None:
            return self.as_of
        day = as_date(as_of)
        if not self._first <= day <= self.as_of:
            allowed = f"within the days seen, {self._first} to {self.as_of}"
            raise BadParameter.from_value("as_of", str(day), allowed)
        return day

    @cached_property
    def _first(self) -> date:
        """The day of the first purchase."""
        return self.kept.filter(self.kept["amount"] >= 0)["date"].min().to_pyarrow().as_py()

    def save(self, folder: str | Path) -> Path:
        """Write the purchases and their account so that `load(folder)` gives them back."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "transactions.parquet").open("wb") as file:
            _write_parquet(self.kept, file)
        self.quarantine.to_parquet(folder / "quarantine.parquet", index=False)
        facts = {
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "prices": self.prices,
            "margin": self.margin,
            "births": self.births,
            "source": self.source,
            "rows": dict(self.rows),
            "account": self.account.to_dict("records"),
            "messages": [asdict(message) for message in self.messages],
            "input_hashes": dict(self.input_hashes),
        }
        text = json.dumps(facts, indent=1, ensure_ascii=False)
        (folder / MARKER).write_text(text + "\n", encoding="utf-8")
        return folder


def _write_parquet(table: ir.Table, file: BinaryIO) -> None:
    """Write purchases in one order and one layout, so that equal ones give equal bytes."""
    rows = table.order_by(*table.columns)
    batches = engine.batches(rows, ROWS_A_GROUP)
    with pq.ParquetWriter(file, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def load(  # noqa: PLR0913 -- a keyword for each word of a study
    source: sources.Source | Transactions,
    *,
    columns: Mapping[str, str] | None = None,
    format: Mapping[str, str] | None = None,
    as_of: str | date | None = None,
    run_date: str | date | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    zero_amounts: str | None = None,
    refunds: str = "net",
    max_faulty: float = 0.05,
    births: str = "auto",
    grain: str = "order",
    prices: str | Mapping[str, str] = NOMINAL,
    margin: float | str | None = None,
) -> Transactions:
    """Read purchases, set aside what is none, and account for every row.

    Parameters
    ----------
    source
        "cdnow", "cdnow-sample", "company", a CSV or Parquet path or glob, a DataFrame, an Arrow
        table, a table or view of an SQLite or DuckDB file or of PostgreSQL ({"database": "shop.db",
        "table": "orders"}, {"database": "env:SHOP_DSN", "table": "orders"}), an Ibis table, Parquet
        read by Spark ({"spark": "orders/*.parquet"}), a folder written by `Transactions.save`, or
        `Transactions`, which come back as they are.
    columns
        Our names to the source's: {"customer_id": "Uid", "date": "Buy Ts", "amount": "Revenue"}.
    format
        delimiter, decimal, thousands, encoding, date_format (as in strptime; default: ISO).
    as_of
        Last day to count; default: the last day in the data that is not after `run_date`.
    run_date
        Days after it are faults; default: today, but no day where `as_of` is named.
    timezone
        Where the days of stamps with an offset begin and end; default: UTC, with a warning where
        the offsets are others.
    zero_amounts
        "set_aside" (default) or "purchase".
    refunds
        Negative amounts: "net" (default; taken from what was bought before), "set_aside", "refuse".
    max_faulty
        Share of faulty rows above which the table is refused.
    births
        Whether customers existed before the first row: "auto", "observed" or "unknown".
    grain
        "order" (default): equal rows with one order_id are duplicates; "order_line": they are not.
    prices
        "nominal" (default), or {"cpi": path}, a CSV table (month, index) of the prices by which
        amounts are restated to the money of `as_of`.
    margin
        The share of revenue that is kept, or the name of the column of each row's share.

    >>> load("cdnow-sample").rows["accepted"]
    6919
    """
    if isinstance(source, Transactions):
        return source
    if isinstance(source, (str, Path)) and (Path(source) / MARKER).is_file():
        return _restored(Path(source), as_of)
    sample = SAMPLES.get(source) if isinstance(source, str) else None
    given = {
        "as_of": as_of,
        "currency": currency,
        "zero_amounts": zero_amounts,
        "births": births,
        "refunds": refunds,
        "grain": grain,
        "prices": prices,
        "margin": margin,
    }
    known = declared.DEFAULTS | (sample.declared if sample else {}) | declared.named(given)
    policy = declared.policy(known, run_date, max_faulty)
    declared.refuse_unseen(sample, policy.as_of)
    zone = timezone or declared.TIMEZONE
    conversion.check_timezone(zone)
    form = Format(date_format=sample.date_format) if sample else Format.from_mapping(format)
    by_row = known["margin"] if isinstance(known["margin"], str) else None
    # A sample has the columns that it has, whatever the caller's own tables call theirs.
    wanted = sources.purchases(None if sample else columns, by_row)
    with _opened(source, sample, wanted, form) as raw:
        ambiguity.refuse(raw.table, form, days=("date", "known_at"), numbers=("amount",))
        doubts = () if timezone else ambiguity.undeclared_zone(raw.table, form, "date")
        found = cleaning.cleaned(raw, conversion.converted(raw, form, zone), policy)
        paid = priced(found.table, found.as_of, known["prices"], found.currency)
        kept, hashes, equal = _kept(raw, found, paid)
        whole, settled = days.histories(kept), days.settled(kept)
        # Whole numbers never look alike.
        alike = lookalikes(kept, whole) if raw.table["customer_id"].type().is_string() else ()
        netted = days.told(kept, settled)
    return Transactions(
        kept=kept,
        as_of=found.as_of,
        currency=found.currency,
        prices=paid.money,
        margin="margin" if by_row else known["margin"],
        births=known["births"],
        source=source if isinstance(source, str) else ", ".join(raw.files),
        rows=found.rows,
        account=found.account,
        quarantine=found.quarantine,
        messages=(*doubts, *found.messages, *alike, *equal, *netted, *paid.messages),
        input_hashes=hashes,
        settled=settled,
        whole=whole,
    )


def _opened(
    source: sources.Source, sample: Sample | None, wanted: Wanted, form: Format
) -> AbstractContextManager[sources.Raw]:
    """Rows of a sample or of the caller's own source."""
    if sample is None:
        return sources.opened(source, wanted, form)
    raw = sources.from_frame(sample.read(), wanted, sample.file, first_row=1 + sample.header_lines)
    return nullcontext(replace(raw, hashes={sample.file: sample.sha256()}))


def _kept(
    raw: sources.Raw, found: cleaning.Cleaned, paid: Priced
) -> tuple[ir.Table, dict[str, str], tuple[Message, ...]]:
    """Purchases as they are kept, what they are known by, and what is said of equal rows."""
    kept, hashes = days.kept(paid.table), raw.hashes or _digests(raw, paid.table)
    equal = () if "order_id" in raw.table.columns else equal_rows(found.table, kept)
    found.forget()
    return kept, {**hashes, **paid.hashes}, equal


def _digests(raw: sources.Raw, table: ir.Table) -> dict[str, str]:
    """What the purchases of a source without files are known by."""
    if not raw.numbered:
        return {raw.files[0]: engine.fingerprint(table)}
    buffer = io.BytesIO()
    _write_parquet(table, buffer)
    return {raw.files[0]: hashlib.sha256(buffer.getbuffer()).hexdigest()}


def _restored(folder: Path, as_of: str | date | None) -> Transactions:
    """What `Transactions.save` wrote; everything but the day was settled when it was cleaned."""
    try:
        facts = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        quarantine = pd.read_parquet(folder / "quarantine.parquet")
        path = str(folder / "transactions.parquet")
        kept = engine.of_parquet(engine.connect(), "purchases", [path])
    except duckdb.OutOfMemoryException:  # nothing is wrong with the folder
        raise
    except (OSError, ValueError, duckdb.Error) as error:
        raise SourceUnreadable(
            f"{folder} was not saved whole ({error}); load the raw purchases and save them again."
        ) from None
    if as_of and as_date(as_of).isoformat() != facts["as_of"]:
        allowed = f"{facts['as_of']!r}, the day that {folder} was cleaned for"
        raise BadParameter.from_value("as_of", str(as_of), allowed)
    kept = kept.drop(*engine.PARQUET_OWN)
    return Transactions(
        kept=kept,
        settled=days.settled(kept),
        as_of=as_date(facts.pop("as_of")),
        account=pd.DataFrame(facts.pop("account")),
        quarantine=quarantine,
        messages=tuple(Message(**entry) for entry in facts.pop("messages")),
        **facts,
    )
