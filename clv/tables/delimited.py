"""Delimited text: its bytes as plain UTF-8, its header, its rows as text, its line numbers."""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.errors import NoRows, SourceUnreadable
from clv.tables import engine

CHUNK = 1 << 20  # bytes
GZIP = b"\x1f\x8b"
TORN = {"file": "int64", "record": "int64", "reason": "str", "column": "str", "text": "str"}
SWALLOWING = ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM")  # DuckDB's words for a stray quote
MARKS = {  # byte order marks; the longer first, because UTF-32's begins like UTF-16's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def plain_text(path: Path, encoding: str, copy: Path) -> Path:
    """The file itself if it is plain UTF-8 throughout, else a copy that is."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") and not _is_packed(path):
        for _ in _decoded(path, encoding):
            pass
        return path
    with copy.open("w", encoding="utf-8", newline="") as target:
        target.writelines(_decoded(path, encoding))
    return copy


def _is_packed(path: Path) -> bool:
    """Whether the bytes are gzip's, whatever the name says."""
    with path.open("rb") as start:
        return start.read(2) == GZIP


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text of a plain or packed file, piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position, chunk = 0, b""  # bytes read so far
    try:
        with (gzip.open if _is_packed(path) else open)(path, "rb") as source:
            _refuse_other_mark(path.name, source.read(4), encoding)
            source.seek(0)
            while chunk := source.read(CHUNK):
                position += len(chunk)
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        at = position - len(error.object) + error.start
        raise SourceUnreadable(
            f"{path.name} is not {encoding} text: byte {at} is 0x{error.object[error.start]:02x}; "
            "declare format: {encoding: …}, for instance cp1254 or utf-16."
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceUnreadable(
            f"{path.name} is a gzip file that is cut or damaged ({error}); fetch it again."
        ) from None


def _refuse_other_mark(name: str, start: bytes, encoding: str) -> None:
    """Refuse bytes whose own mark contradicts the encoding that was declared or assumed."""
    mark = next((MARKS[mark] for mark in MARKS if start.startswith(mark)), None)
    family = codecs.lookup(encoding).name.removesuffix("-sig")
    if mark and not family.startswith(mark):
        raise SourceUnreadable(
            f"{name} begins with the byte order mark of {mark}, but was to be read as {encoding}; "
            f"declare format: {{encoding: {mark}}}."
        )


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a file, and how many physical lines they take with blanks before."""

    names: tuple[str, ...]
    lines: int


def header(path: Path, name: str, delimiter: str) -> Header:
    """First record of a file that is not blank."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        for record in reader:
            if record:
                names = tuple(unicodedata.normalize("NFC", field).strip() for field in record)
                return Header(names, reader.line_num)
    raise NoRows(f"{name} is empty; it must hold a header and at least one row.")


@dataclass(frozen=True, slots=True)
class File:
    """A text file to scan: its place among the files read, and what is known of its dialect."""

    index: int
    name: str  # as messages call it
    text: Path  # plain UTF-8
    header: Header
    delimiter: str


SCAN = """
CREATE TEMP TABLE raw_{index} AS
SELECT {index}::BIGINT AS file, row_number() OVER () AS row, {columns}
FROM read_csv($path, delim = $delimiter, skip = $skip, columns = {{{types}}}, header = false,
    auto_detect = false, quote = '"', escape = '"', rejects_limit = 0, store_rejects = true,
    rejects_table = 'torn_{index}', rejects_scan = 'scan_{index}') AS line
"""


def scanned(con: ibis.BaseBackend, file: File, named: Mapping[str, str]) -> ir.Table:
    """Rows with as many fields as the header: file, row, and the named columns as text.

    Columns go by position, so no name of a user's enters the statement.
    """
    names = file.header.names
    columns = [f'c{names.index(theirs)} AS "{ours}"' for ours, theirs in named.items()]
    if "order_id" in named:
        columns.append("hash(line) AS same")
    types = ", ".join(f"c{place}: 'VARCHAR'" for place in range(len(names)))
    statement = SCAN.format(index=file.index, columns=", ".join(columns), types=types)
    con.con.execute(
        statement,
        {
            "path": glob.escape(str(file.text)),
            "delimiter": file.delimiter,
            "skip": file.header.lines,
        },
    )
    return engine.table(con, f"raw_{file.index}")


def torn(con: ibis.BaseBackend, file: File) -> pd.DataFrame:
    """Records of a scanned file with too few or too many fields, as DuckDB counts them."""
    found = con.con.execute(
        "SELECT line, min(error_type::VARCHAR), min(csv_line) "
        f"FROM torn_{file.index} GROUP BY line ORDER BY line"
    ).fetchall()
    for record, kind, text in found:
        if kind in SWALLOWING and "\n" in text.strip():
            raise SourceUnreadable(
                f"{file.name} has a quote that opens on line {record} and swallows the lines "
                "after it; close it, or double it where it belongs to the value.",
                line=record,
            )
    rows = [(file.index, record, "row-torn", "", text) for record, _, text in found]
    return pd.DataFrame(rows, columns=list(TORN)).astype(TORN)


def forget(con: ibis.BaseBackend, n_files: int) -> None:
    """Give back the memory of scanned text."""
    for index in range(n_files):
        engine.forget(engine.table(con, f"raw_{index}"))


def no_torn() -> pd.DataFrame:
    """No torn record, in the columns that they have."""
    return pd.DataFrame(columns=list(TORN)).astype(TORN)


def line_numbers(
    path: Path, delimiter: str, rows: Collection[int], torn: Collection[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Physical lines on which rows begin, and those of torn records.

    Rows count from 1 after the header and leave out blank and torn records; records count from
    the header's last line on and leave out nothing. A quoted line break makes both differ from
    the lines that an editor shows.
    """
    wanted, torn, row = set(rows), set(torn), 0
    by_row: dict[int, int] = {}
    by_record: dict[int, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        next(record for record in reader if record)
        first, begins = reader.line_num + 1, reader.line_num + 1
        for number, record in enumerate(reader, first):
            row += bool(record) and number not in torn
            if number in torn:
                by_record[number] = begins
            elif record and row in wanted:
                by_row[row] = begins
            if len(by_row) + len(by_record) == len(wanted) + len(torn):
                break
            begins = reader.line_num + 1
    return by_row, by_record
