"""Databases: tables that are read where they stand, their rows never copied out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import ibis.expr.types as ir

from clv.errors import BadParameter, UsageError
from clv.tables import dialects

EXTRAS = {"postgres": "postgres", "pyspark": "spark"}  # of the package, by engine


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """A table where it stands, and what messages call it."""

    table: ir.Table
    name: str
    row: str | None = None  # the column with each row's number, where rows have one


@contextmanager
def opened(source: Mapping[str, str] | ir.Table) -> Iterator[Standing]:
    """The table that a caller hands over, or that {database: …, table: …} names in PostgreSQL."""
    given = isinstance(source, ir.Table)
    engine = source.get_backend().name if given else "postgres"
    if engine not in dialects.DIALECTS:
        allowed = f"a table in one of {sorted(dialects.DIALECTS)}"
        raise BadParameter.from_value("source", f"a table in {engine}", allowed)
    name = getattr(source.op(), "name", "table") if given else source["table"]
    if engine not in EXTRAS:
        yield Standing(source, name)
        return
    own = module(engine)
    with own.reading(name):
        found = own.of_caller(source) if given else own.table(source["database"], name)
        yield Standing(found, name)


def module(engine: str) -> ModuleType:
    """The code of an engine that is an extra, if that is installed."""
    extra = EXTRAS[engine]
    try:
        return import_module(f"clv.tables.{extra}")
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"Reading this needs the package {missing.name}; install it with "
            f"pip install 'clv[{extra}]'."
        ) from None
