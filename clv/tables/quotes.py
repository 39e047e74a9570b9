"""Quotes: a stray one swallows whole lines up to the next, and no reader of CSV can object.

`c0,"24 inch,2024-01-05,10` opens a value that ends at the next quote, however many lines below. The
record then has as many fields as it should, and every line between is gone, uncounted. What gives
it away is how it reads without its quotes: as several whole lines.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

LINE_BREAK = re.compile("\r\n|\n|\r")


def suspected(n_fields: int) -> str:
    """SQL: the fields c0, c1, … of a record as a list where one may hold whole lines, else null.

    Whatever has swallowed the end of one line and the start of another holds as many delimiters
    as a line has.
    """
    names = [f"c{place}" for place in range(n_fields)]
    broken = "(contains({0}, chr(10)) OR contains({0}, chr(13)))"
    held = "length({0}) - length(replace({0}, $delimiter, ''))"
    found = " OR ".join(f"({broken} AND {held} >= {n_fields - 1})".format(n) for n in names)
    return f"CASE WHEN {found} THEN [{', '.join(names)}] END"


def swallow(values: Sequence[str], n_fields: int, read: Sequence[int], delimiter: str) -> bool:
    r"""Whether a record, read without its quotes, is several lines that look alike.

    `read` are the places of the columns that are read: a note may have as many delimiters as a
    line, but no number or day where the line has one.

    >>> swallow(["c0", "24 inch,2024-01-05,10\nc1,24", "2024-01-05", "10"], 4, [0, 2, 3], ",")
    True
    >>> swallow(["c0", "please ring, twice\nor knock, or wait", "2024-01-05"], 3, [0, 2], ",")
    False
    """
    whole = [line for line in _unquoted(values, delimiter) if len(line) == n_fields]
    return any(_alike(one, other, read) for one, other in pairwise(whole))


def in_text(text: str, n_fields: int, read: Sequence[int], delimiter: str) -> bool:
    """The same of a record as it stands in the file."""
    with endless_fields():
        records = list(csv.reader(io.StringIO(text.strip(), newline=""), delimiter=delimiter))
    return any(swallow(record, n_fields, read, delimiter) for record in records)


@contextmanager
def endless_fields() -> Iterator[None]:
    """Let Python's reader take a value of any length, as DuckDB does."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _unquoted(values: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    """Fields of the lines that a record would be without its quotes."""
    line: list[str] = []
    for value in values:
        first, *others = LINE_BREAK.split(value or "")
        line += first.split(delimiter) if others else [first]
        for other in others:
            yield line
            line = other.split(delimiter)
    yield line


def _alike(one: Sequence[str], other: Sequence[str], read: Sequence[int]) -> bool:
    """Whether two lines have numbers, days and words in the same columns, where they have any."""
    pairs = [(one[place].strip(), other[place].strip()) for place in read]
    kinds = [tuple(_is_figures(text) for text in pair) for pair in pairs if all(pair)]
    return bool(kinds) and all(a == b for a, b in kinds)


def _is_figures(text: str) -> bool:
    """Whether text is a number, a day or a stamp."""
    letters = {letter for letter in text if letter.isalpha()}
    return letters <= {"T", "Z"} and any(letter.isdigit() for letter in text)
