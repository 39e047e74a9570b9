"""Samples: real purchases that come with the package's dependencies, found without importing them.

CDNOW: every purchase until 1998-06-30 of the 23,570 customers who first bought in the first
quarter of 1997, and the tenth of them on which the papers of Fader and Hardie were written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from clv.errors import SourceUnreadable

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
class Sample:
    """A file of blank-separated text, how to read it, and what is known about it."""

    file: str
    columns: tuple[str, ...]
    header_lines: int
    date_format: str = "%Y%m%d"
    declared: Mapping[str, object] = field(default_factory=lambda: CDNOW_DECLARED)

    @property
    def path(self) -> Path:
        """Where the file stands inside the lifetimes package, which is not imported."""
        spec = find_spec("lifetimes")
        if spec is None:
            raise SourceUnreadable(
                "The CDNOW samples come with `lifetimes`: pip install lifetimes."
            )
        return Path(spec.submodule_search_locations[0]) / "datasets" / self.file

    def read(self) -> pd.DataFrame:
        """Every column as text."""
        return pd.read_csv(
            self.path, sep=r"\s+", names=self.columns, skiprows=self.header_lines, dtype=str
        )

    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


SAMPLES = {
    "cdnow": Sample("CDNOW_master.txt", CDNOW_COLUMNS, header_lines=1),
    "cdnow-sample": Sample(
        "CDNOW_sample.txt", ("customer_id", "sample_id", *CDNOW_COLUMNS[1:]), header_lines=0
    ),
}
