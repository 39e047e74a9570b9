"""What stands beside the purchases: the optional tables of a study, read in one call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clv import study_sources
from clv.errors import SourceUnreadable
from clv.tables import sources
from clv.tables.optional import facts, saved
from clv.tables.optional.facts import Facts
from clv.tables.samples import SAMPLES
from clv.tables.transactions import MARKER

if TYPE_CHECKING:
    from clv.tables.summaries import Summaries
    from clv.tables.transactions import Transactions


def load_tables(
    tables: Mapping[str, sources.Source | Mapping[str, Any]] | str | Path,
    transactions: Transactions | Summaries,
    *,
    run_date: str | date | None = None,
    timezone: str = "UTC",
    max_faulty: float = 0.05,
) -> dict[str, Facts]:
    """Read what a company knows besides its purchases, until the last day of those.

    Parameters
    ----------
    tables
        Of each table, by its name (leads, touchpoints, subscriptions, support_tickets, …), a path,
        a DataFrame or another source of `clv.load`, or a mapping that also says how it is written:
        {"leads": {"path": "leads.csv", "columns": {…}, "format": {…}}}. Or the folder in which
        `clv run` hands over what it has cleaned.
    transactions
        The purchases, as `clv.load` returns them. Those of a sample bring its own tables along.
    run_date, timezone, max_faulty
        As of `clv.load`. Where `run_date` is the purchases' `as_of`, the tables were exported by
        then, and values of which nothing says since when they hold are read too.

    Returns
    -------
    dict
        The facts of each table, by its name: what `clv.lifecycle` takes as `tables`.

    >>> import clv
    >>> found = clv.samples.company(seed=1, customers=100)
    >>> log = clv.load(found.transactions, as_of="2024-12-31")
    >>> load_tables({"leads": found.tables["leads"]}, log)
    {'leads': <Facts leads: 200 until 2024-12-31>}
    """
    if isinstance(tables, (str, Path)):
        return _saved(Path(tables))
    named = transactions.source if isinstance(transactions.source, str) else ""
    own = SAMPLES[named].tables() if named in SAMPLES else {}
    return facts.load_all(
        own | {name: _arguments(table) for name, table in tables.items()},
        as_of=transactions.as_of,
        run_date=run_date,
        timezone=timezone,
        max_faulty=max_faulty,
    )


def _saved(folder: Path) -> dict[str, Facts]:
    """The tables of a folder into which purchases and their tables were saved."""
    if not (folder / MARKER).is_file():
        raise SourceUnreadable(
            f"{folder} holds no saved tables; name each table: {{'leads': 'leads.csv'}}."
        )
    return saved.read(folder)


def _arguments(table: sources.Source | Mapping[str, Any]) -> dict[str, Any]:
    """A table as `facts.load` takes it."""
    if not isinstance(table, Mapping):
        return {"source": table}
    return dict(table) if "source" in table else study_sources.loadable(table)
