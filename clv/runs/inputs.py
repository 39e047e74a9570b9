"""Inputs: everything that a study names, read and clean, with every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from clv.errors import Message
from clv.report import alerts
from clv.report.alerts import Alert
from clv.study import Study
from clv.tables import declared, summaries, transactions
from clv.tables.optional import links
from clv.tables.optional.beside import load_tables
from clv.tables.optional.facts import Facts
from clv.tables.summaries import Summaries
from clv.tables.transactions import Transactions

Cleaned = Transactions | Summaries


@dataclass(frozen=True, eq=False, slots=True)
class Inputs:
    """A study's purchases, or its ready-made summary, and its optional tables."""

    cleaned: Cleaned
    tables: Mapping[str, Facts]
    links: tuple[Message, ...] = ()  # whether the ids of one table stand in another

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is to be said of all of them."""
        own = [message for table in self.tables.values() for message in table.messages]
        return (*self.cleaned.messages, *own, *self.links)

    @property
    def hashes(self) -> dict[str, str]:
        """What each input is known by."""
        own = {
            f"{name}: {file}": known
            for name, table in self.tables.items()
            for file, known in table.input_hashes.items()
        }
        return dict(self.cleaned.input_hashes) | own

    @property
    def rows(self) -> dict[str, dict[str, int]]:
        """How many rows of each optional table came in, and what became of them."""
        return {name: dict(table.rows) for name, table in self.tables.items()}

    @property
    def accounts(self) -> dict[str, pd.DataFrame]:
        """The account of each file of rows: `account`, and `account_leads` of an optional table."""
        own = {f"account_{name}": table.account for name, table in self.tables.items()}
        return {"account": self.cleaned.account} | own

    @property
    def set_aside(self) -> dict[str, pd.DataFrame]:
        """The rows set aside: `quarantine`, and `quarantine_leads` of an optional table."""
        own = {f"quarantine_{name}": table.quarantine for name, table in self.tables.items()}
        return {"quarantine": self.cleaned.quarantine} | own

    @property
    def alerts(self) -> list[Alert]:
        """What a reader must know of the data before anything is concluded from them."""
        return alerts.about(self.cleaned, self.tables, self.links)


def read(study: Study) -> Inputs:
    """Everything that a study names; what cannot be read is refused, whichever table it is."""
    cleaned = _cleaned(study)
    # As with purchases: the clock is read only where neither day is named.
    run_date = study.run_date or (None if study.as_of else date.today().isoformat())
    tables = load_tables(
        study.table_arguments(),
        cleaned,
        run_date=run_date,
        timezone=study.timezone or declared.TIMEZONE,
        max_faulty=study.max_faulty,
    )
    known = links.messages(tables, cleaned) if isinstance(cleaned, Transactions) else ()
    return Inputs(cleaned, tables, known)


def _cleaned(study: Study) -> Cleaned:
    """The study's transactions, or its ready-made summary, cleaned."""
    if study.summary:
        return summaries.load(study.source, **study.summary_arguments())
    return transactions.load(study.source, **study.load_arguments())
