"""Formats: how a file is declared to write fields, numbers and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from clv.errors import BadParameter, UnknownParameter

ZONE = "(Z|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?) *$"  # written out at the end of a pattern
THOUSANDS = ("", ",", ".", " ", "'", "’", "_", "\u00a0", "\u202f")


@dataclass(frozen=True, slots=True)
class Format:
    """How a file writes fields, numbers and days; empty means: nothing declared."""

    delimiter: str = ","
    decimal: str = ""
    thousands: str = ""
    encoding: str = "utf-8"
    date_format: str = ""  # as in strptime; empty: ISO days or stamps

    @classmethod
    def from_mapping(cls, declared: Mapping[str, str] | None) -> Self:
        known = [field.name for field in fields(cls)]
        for name, value in (declared or {}).items():
            if name not in known:
                raise UnknownParameter.from_name("format", name, known)
            if not isinstance(value, str):
                raise BadParameter.from_value(f"format: {name}", value, "text in quotes")
        form = cls(**(declared or {}))
        for name, (holds, allowed) in form._rules().items():
            if not holds:
                raise BadParameter.from_value(f"format: {name}", getattr(form, name), allowed)
        return form

    def _rules(self) -> dict[str, tuple[bool, str]]:
        """Whether each value can be followed, and what would be allowed."""
        separate = self.thousands != (self.decimal or ".")
        return {
            "delimiter": (
                len(self.delimiter) == 1 and self.delimiter not in '"\r\n\0',
                "a single character",
            ),
            "decimal": (self.decimal in ("", ".", ","), "'.' or ','"),
            "thousands": (
                self.thousands in THOUSANDS and separate,
                "',', '.', \"'\" or a blank, and not the decimal mark",
            ),
            "encoding": (
                _is_text_encoding(self.encoding),
                "one that Python knows, such as 'cp1254'",
            ),
            "date_format": (
                not self.date_format or _is_date_format(self.date_format),
                "a pattern of day, month and year such as '%d.%m.%Y', without an offset or a zone; "
                "stamps such as 2024-01-31 22:12:33 UTC, or with +03:00, need none",
            ),
        }


def _is_text_encoding(name: str) -> bool:
    """Whether Python knows text encoded by that name."""
    try:
        return isinstance(" ".encode(name), bytes)
    except (LookupError, UnicodeError):
        return False


def _is_date_format(pattern: str) -> bool:
    """Whether a pattern names a whole day and no offset, which would be taken for letters."""
    names = [("%d", "%-d", "%j"), ("%m", "%-m", "%b", "%B", "%j"), ("%Y", "%y")]
    whole = all(any(n in pattern for n in name) for name in names)
    return whole and "%z" not in pattern.lower() and not re.search(ZONE, pattern)
