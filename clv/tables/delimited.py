"""Delimited text: its header, its rows as text, its line numbers."""

from __future__ import annotations

import csv
import glob
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd

from clv.errors import ColumnsMissing, NoRows, SourceUnreadable, listed
from clv.tables import engine, quotes
from clv.tables.encodings import Text

ROWS_AT_ONCE = 10_000
DELIMITERS = ",;\t|"
ENDS = {"\r\n": "CR LF", "\n": "LF", "\r": "CR"}
TORN = {"file": "int64", "record": "int64", "reason": "str", "column": "str", "text": "str"}
SWALLOWING = ("UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM")  # DuckDB's words for a stray quote


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a file, and how many physical lines they take with blanks before."""

    names: tuple[str, ...]
    lines: int


def header(path: Path, name: str, delimiter: str) -> Header:
    """First record of a file that is not blank."""
    with path.open(encoding="utf-8-sig", newline="") as text, quotes.endless_fields():
        reader = csv.reader(text, delimiter=delimiter)
        begins = 1
        for record in reader:
            if any(quotes.LINE_BREAK.search(field) and delimiter in field for field in record):
                raise _swallowing(name, begins)
            if record:
                names = tuple(unicodedata.normalize("NFC", field).strip() for field in record)
                _refuse_other_delimiter(names, name)
                return Header(names, reader.line_num)
            begins = reader.line_num + 1
    raise NoRows(f"{name} is empty; it must hold a header and at least one row.")


def _refuse_other_delimiter(names: Sequence[str], name: str) -> None:
    """Refuse a header that is one name and holds what elsewhere stands between names."""
    marks = [mark for mark in DELIMITERS if mark in names[0]] if len(names) == 1 else []
    if marks:
        mark = max(marks, key=names[0].count)
        told = "\\t" if mark == "\t" else mark
        raise ColumnsMissing(
            f"{name} has a single column, {listed(names)}; if a {told} stands between its fields, "
            f'declare format: {{delimiter: "{told}"}}.'
        )


@dataclass(frozen=True, slots=True)
class File:
    """A text file to scan: its place among the files read, and what is known of its dialect."""

    index: int
    name: str  # as messages call it
    text: Text
    header: Header
    delimiter: str
    named: Mapping[str, str]  # our names of the columns that are read to the header's

    @property
    def places(self) -> dict[str, int]:
        """Our names of the columns that are read to their places."""
        return {ours: self.header.names.index(theirs) for ours, theirs in self.named.items()}


SCAN = """
CREATE TEMP TABLE raw_{index} AS
SELECT {index}::BIGINT AS file, row_number() OVER () AS row, {columns}
FROM read_csv($path, delim = $delimiter, skip = $skip, columns = {{{types}}}, header = false,
    auto_detect = false, quote = '"', escape = '"', rejects_limit = 0, store_rejects = true,
    rejects_table = 'torn_{index}', rejects_scan = 'scan_{index}')
"""


def scanned(con: ibis.BaseBackend, file: File) -> tuple[ir.Table, pd.DataFrame]:
    """Rows with as many fields as the header (file, row, columns as text), and torn records.

    Columns go by position, so no name of a user's enters the statement.
    """
    names = file.header.names
    columns = [f'c{place} AS "{ours}"' for ours, place in file.places.items()]
    if "order_id" in file.named:
        # By name, because another file may have the same columns in another order.
        whole = sorted(range(len(names)), key=lambda place: names[place])
        columns.append(f"hash({', '.join(f'c{place}' for place in whole)}) AS same")
    if file.text.quoted:
        columns.append(f"{quotes.suspected(len(names))} AS suspected")
    types = ", ".join(f"c{place}: 'VARCHAR'" for place in range(len(names)))
    values = {
        "path": glob.escape(str(file.text.path)),
        "delimiter": file.delimiter,
        "skip": file.header.lines,
    }
    try:
        con.con.execute(
            SCAN.format(index=file.index, columns=", ".join(columns), types=types), values
        )
    except duckdb.InvalidInputException:
        _refuse_mixed_ends(file)
        raise
    torn = _torn(con, file)
    return engine.table(con, f"raw_{file.index}"), torn


def _torn(con: ibis.BaseBackend, file: File) -> pd.DataFrame:
    """Records of a scanned file with too few or too many fields, as DuckDB counts them."""
    found = con.con.execute(
        "SELECT line, bool_or(error_type::VARCHAR IN $swallowing), min(csv_line) "
        f"FROM torn_{file.index} GROUP BY line ORDER BY line",
        {"swallowing": SWALLOWING},
    ).fetchall()
    if file.text.quoted:
        _refuse_swallowing(con, file, found)
        con.con.execute(f"ALTER TABLE raw_{file.index} DROP COLUMN suspected")
    rows = [(file.index, record, "row-torn", "", text) for record, _, text in found]
    return pd.DataFrame(rows, columns=list(TORN)).astype(TORN)


def _refuse_swallowing(
    con: ibis.BaseBackend, file: File, found: Sequence[tuple[int, bool, str]]
) -> None:
    """Refuse a file in which a stray quote has taken lines away, and name the first."""
    shape = (len(file.header.names), list(file.places.values()), file.delimiter)
    torn = [
        record
        for record, unclosed, text in found
        if quotes.LINE_BREAK.search(text.strip()) and (unclosed or quotes.in_text(text, *shape))
    ]
    whole = con.con.execute(
        f"SELECT row, suspected FROM raw_{file.index} WHERE suspected IS NOT NULL ORDER BY row"
    )
    rows: list[int] = []
    while not rows and (some := whole.fetchmany(ROWS_AT_ONCE)):
        rows = [row for row, values in some if quotes.swallow(values, *shape)]
    if rows or torn:
        records = {record for record, _, _ in found}
        by_row, by_record = line_numbers(file.text.path, file.delimiter, rows[:1], records)
        raise _swallowing(
            file.name,
            min([by_row.get(row, row) for row in rows[:1]] + [by_record[r] for r in torn[:1]]),
        )


def _swallowing(name: str, line: int) -> SourceUnreadable:
    """What is said of a stray quote."""
    return SourceUnreadable(
        f"{name} has a quote that opens on line {line} and swallows the lines after it; close it, "
        "or double it where it belongs to the value.",
        line=line,
    )


def _refuse_mixed_ends(file: File) -> None:
    """Refuse lines that end in two ways, which DuckDB does not read, and name the first.

    Within a value, between quotes, another end does no harm.
    """
    first, inside = "", False
    with file.text.path.open(encoding="utf-8-sig", newline="") as text:
        for number, line in enumerate(text, 1):
            inside ^= line.count('"') % 2 == 1
            end = line[len(line.rstrip("\r\n")) :]
            first = first or end
            if end not in ("", first) and not inside:
                raise SourceUnreadable(
                    f"{file.name} ends its first line with {ENDS[first]} and line {number} with "
                    f"{ENDS[end]}; save it with one kind of line end.",
                    line=number,
                )


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
    with path.open(encoding="utf-8-sig", newline="") as text, quotes.endless_fields():
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
