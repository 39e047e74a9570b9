"""Contents: what a file holds, and whether its name says so."""

from __future__ import annotations

from pathlib import Path

from clv.errors import SourceUnreadable

TEXT, GZIP, PARQUET = "text", "gzip", "Parquet"
ARCHIVE = "a zip archive or a spreadsheet"
STARTS = {
    b"\x1f\x8b": GZIP,
    b"PAR1": PARQUET,
    b"PK\x03\x04": ARCHIVE,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a spreadsheet of old Excel",
    b"SQLite format 3\0": "an SQLite database",
}
GZIP_ENDINGS = (".gz", ".gzip")
PARQUET_ENDINGS = (".parquet", ".pq")
STEPS = {  # what to do about a file that holds this under another name
    TEXT: "name it with .csv at the end",
    GZIP: "name it with .gz at the end",
    PARQUET: "name it with .parquet at the end",
    ARCHIVE: "unpack it, or export it as CSV or Parquet",
    "an SQLite database": "name a table of it: {database: …, table: …}",
}


def is_parquet(path: Path) -> bool:
    """Whether a file is named as Parquet."""
    return path.name.lower().endswith(PARQUET_ENDINGS)


def is_packed(path: Path) -> bool:
    """Whether the bytes are gzip's, whatever the name says."""
    return _kind(path) == GZIP


def refuse_other(path: Path) -> None:
    """Refuse a file that is not what its name says, and name both."""
    named = TEXT
    if is_parquet(path):
        named = PARQUET
    elif path.name.lower().endswith(GZIP_ENDINGS):
        named = GZIP
    kind = _kind(path)
    if kind != named and path.stat().st_size:
        step = STEPS.get(kind, "export it as CSV or Parquet")
        raise SourceUnreadable(
            f"{path.name} is named as {named}, but its content is {kind}; {step}."
        )


def _kind(path: Path) -> str:
    """What a file holds, by how it begins; text, where nothing says otherwise."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((kind for begins, kind in STARTS.items() if start.startswith(begins)), TEXT)
