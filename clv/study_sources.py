"""Where a study's tables are and how they are written: the keys that name files and databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clv import passwords
from clv.errors import BadParameter, UnknownParameter, UsageError

SAMPLES = ("cdnow", "cdnow-sample", "company")  # transactions that are no path
SOURCES = f"a path, a glob, {', '.join(SAMPLES)}, {{database: …, table: …}} or {{spark: …}}"
NO_PASSWORD = "an address stands in an environment variable, because a password never belongs here"
PARTS = {
    "database": "an SQLite or DuckDB file, or env:NAME with the environment variable that holds "
    "the address of a PostgreSQL database, because a password never belongs here",
    "table": "a table's name",
    "spark": "a path or a glob of Parquet files",
}
FORMAT = ("delimiter", "decimal", "thousands", "encoding", "date_format")
TABLES = (  # the optional ones
    "customers",
    "id_map",
    "touchpoints",
    "leads",
    "opportunities",
    "stage_history",
    "subscriptions",
    "payments",
    "support_tickets",
    "referrals",
    "surveys",
    "reviews",
    "marketing_costs",
    "service_costs",
    "experiments",
    "targets",
)

Check = Callable[[str, Any], Any]  # of a key and its value; raises an error with its sentence


class Faults(BadParameter):
    """Several faults in the value of one key, each with the inner key that it is about."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(" · ".join(text for _, text in found))
        self.found = found


def each(key: str, value: object, check: Check, known: tuple[str, ...], such: str) -> dict:
    """A mapping of known names whose values pass a check; all that do not are named at once."""
    if not isinstance(value, Mapping):
        raise BadParameter.from_value(key, value, f"a mapping such as {such}")
    passed, faults = {}, []
    for name, entry in value.items():
        try:
            if known and name not in known:
                raise UnknownParameter.from_name(f"`{key}`", str(name), known)
            passed[name] = check(f"{key}: {name}", entry)
        except Faults as several:
            faults += [(str(name), text) for _, text in several.found]
        except UsageError as fault:
            faults.append((str(name), str(fault)))
    if faults:
        raise Faults(faults)
    return passed


def texts(*known: str, such: str) -> Check:
    """A mapping of names, known ones if any are given, to text."""
    return lambda key, value: each(key, value, _text, known, such)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadParameter.from_value(key, value, "text; put it in quotes")
    return value


def source(key: str, value: object) -> str | dict[str, str]:
    """A path, a glob, or a table of a database; what may hold a password is never echoed."""
    if isinstance(value, Mapping):
        return _database(key, dict(value))
    if (
        not isinstance(value, str)
        or not value.strip()
        or "://" in value
        or passwords.held_by(value)
    ):
        raise BadParameter(f"`{key}` must be {SOURCES}; {NO_PASSWORD}.")
    return value


def _database(key: str, value: dict[str, Any]) -> dict[str, str]:
    """A table of a database, or Parquet files for Spark, by their own keys."""
    wanted = ("spark",) if "spark" in value else ("database", "table")
    faults = [
        (str(name), str(UnknownParameter.from_name(f"`{key}`", str(name), wanted)))
        for name in value
        if name not in wanted
    ]
    for name in wanted:
        text = value.get(name)
        if not isinstance(text, str) or not text.strip() or passwords.held_by(text):
            faults.append((name, f"`{key}: {name}` must be {PARTS[name]}."))
    if faults:
        raise Faults(faults)
    return value


def tables(key: str, value: object) -> dict[str, Any]:
    """The optional tables, each a path, or a mapping that also says how it is written."""
    return each(key, value, _table, TABLES, "{leads: data/leads.csv}")


def _table(key: str, value: object) -> str | dict[str, Any]:
    """Where one table is: a path, {path: …}, {database: …, table: …} or {spark: …}."""
    if not isinstance(value, Mapping):
        return source(key, value)
    where = {name: entry for name, entry in value.items() if name not in WRITTEN}
    path = where.get("path") if where.keys() <= {"path"} else where
    faults = []
    for check, part, entry in [
        (source, key, path),
        *((WRITTEN[name], f"{key}: {name}", value[name]) for name in WRITTEN if name in value),
    ]:
        try:
            check(part, entry)
        except UsageError as fault:
            faults.append((key, str(fault)))
    if faults:
        raise Faults(faults)
    return dict(value)


def loadable(table: Mapping[str, Any]) -> dict[str, Any]:
    """Of an optional table what to load, and the keywords that say how it is written.

    >>> loadable({"path": "leads.csv", "columns": {"lead_id": "Id"}})
    {'source': 'leads.csv', 'columns': {'lead_id': 'Id'}}
    """
    written = {key: table[key] for key in WRITTEN if key in table}
    where = {key: entry for key, entry in table.items() if key not in written}
    return {"source": where.get("path", where), **written}


def placed(value: str | Mapping[str, str], move: Callable[[str], str]) -> str | dict[str, str]:
    """A source whose path is seen from elsewhere; names of samples and of variables stay."""
    if isinstance(value, str):
        return value if value in SAMPLES else move(value)
    files = {
        name: move(text)
        for name, text in value.items()
        if name in ("spark", "database") and not text.startswith(REMOTE)
    }
    return {**value, **files}


REMOTE = ("env:", "postgres:", "postgresql:")  # how a database begins that is no file
WRITTEN = {  # how a table is written
    "columns": texts(such="{customer_id: Uid}"),
    "format": texts(*FORMAT, such='{delimiter: ";"}'),
}
