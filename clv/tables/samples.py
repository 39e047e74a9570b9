"""Samples: purchases to try everything on, known by a name instead of a path.

CDNOW, real purchases that come with the package's dependencies: all until 1998-06-30 of the 23,570
customers who first bought in the first quarter of 1997, and the tenth of them on which the papers
of Fader and Hardie were written. And a whole invented company, with every optional table.
"""

from __future__ import annotations

import hashlib
import io
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from clv.errors import SourceUnreadable
from clv.tables.company import company as invention
from clv.tables.company.company import Company

CDNOW_COLUMNS = ("customer_id", "date", "cds", "amount")
CDNOW_DECLARED = MappingProxyType(
    {
        "as_of": date(1998, 6, 30),
        "currency": "USD",
        "zero_amounts": "purchase",  # the published numbers count them
        "births": "observed",  # every customer joined within the first twelve weeks
    }
)


@dataclass(frozen=True, slots=True)
class Sample(ABC):
    """A file of text, how to read it, and what is known about it."""

    file: str
    declared: Mapping[str, object]
    header_lines: int
    date_format: str

    @abstractmethod
    def content(self) -> bytes:
        """What stands in the file."""

    @abstractmethod
    def read(self) -> pd.DataFrame:
        """Every column as text."""

    def tables(self) -> dict[str, dict[str, pd.DataFrame]]:
        """The optional tables that belong to it, each as `facts.load_all` takes it."""
        return {}

    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return hashlib.sha256(self.content()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cdnow(Sample):
    """A file of blank-separated text that lies inside the lifetimes package."""

    columns: tuple[str, ...] = CDNOW_COLUMNS

    @property
    def path(self) -> Path:
        """Where it lies; the package is not imported."""
        spec = find_spec("lifetimes")
        if spec is None:
            raise SourceUnreadable(
                "The CDNOW samples come with `lifetimes`: pip install lifetimes."
            )
        return Path(spec.submodule_search_locations[0]) / "datasets" / self.file

    def content(self) -> bytes:
        return self.path.read_bytes()

    def read(self) -> pd.DataFrame:
        return pd.read_csv(
            self.path, sep=r"\s+", names=self.columns, skiprows=self.header_lines, dtype=str
        )


@dataclass(frozen=True, slots=True)
class Invented(Sample):
    """The company of seed 1; its file stands nowhere and is written when it is asked for."""

    def content(self) -> bytes:
        return invention.written(_first().transactions)

    def read(self) -> pd.DataFrame:
        return pd.read_csv(io.BytesIO(self.content()), dtype=str)

    def tables(self) -> dict[str, dict[str, pd.DataFrame]]:
        return {name: {"source": table.copy()} for name, table in _first().tables.items()}


SAMPLES: Mapping[str, Sample] = {
    "cdnow": Cdnow("CDNOW_master.txt", CDNOW_DECLARED, header_lines=1, date_format="%Y%m%d"),
    "cdnow-sample": Cdnow(
        "CDNOW_sample.txt",
        CDNOW_DECLARED,
        header_lines=0,
        date_format="%Y%m%d",
        columns=("customer_id", "sample_id", *CDNOW_COLUMNS[1:]),
    ),
    "company": Invented("company.csv", invention.DECLARED, header_lines=1, date_format="%Y-%m-%d"),
}


def company(seed: int = 1, customers: int = invention.CUSTOMERS) -> Company:
    """A whole invented company with known truth: a roaster of coffee over three years.

    Parameters
    ----------
    seed
        Of all chance: the same seed gives the same company, to the byte.
    customers
        How many have bought, 100 or more; there are twice as many leads.

    Returns
    -------
    Company
        transactions (orders and refunds, as `clv.load` reads them); tables (every optional table
        by its name); truth (all parameters, who has left and when, how likely each step of a lead
        is, both outcomes of an experiment); study(folder) writes the tables and a study.yml.

    >>> found = company(seed=1, customers=100)
    >>> len(found.truth.customers), len(found.tables["leads"]), found.truth.bottleneck
    (100, 200, 'paid_ads')
    """
    return invention.draw(seed, customers)


@cache
def _first() -> Company:
    """The company that is known by its name."""
    return company()
