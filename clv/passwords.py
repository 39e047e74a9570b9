"""Passwords: found in a text that may hold a database's address, and masked wherever it is told."""

from __future__ import annotations

import re

MASK = "…"

# The password goes until the last @: it may hold any other sign, blanks and @ itself included. A
# path has made one slash of two. An example is no secret.
EXAMPLE = "postgresql://user:password@host/database"
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*:(?!//user:password@)/{1,2}[^\n:]*:[^\n]*@[^\s'\"`]*", re.IGNORECASE
)
_WORD = re.compile(r"password\s*=\s*('[^']*'|\"[^\"]*\"|[^\s'\"`]+)", re.IGNORECASE)


def held_by(text: str) -> bool:
    """Whether a password may stand in a text.

    >>> held_by("postgresql://shop:secret@host/db"), held_by("postgresql://shop@host/db")
    (True, False)
    """
    return masked(text) != text


def masked(text: str) -> str:
    """A text with every address that holds a password, and every password by name, left out.

    >>> masked("There is no study file postgresql://shop:secret@host/db.")
    'There is no study file …'
    >>> masked(f"Write {EXAMPLE}.")
    'Write postgresql://user:password@host/database.'
    """
    return _WORD.sub(f"password={MASK}", _ADDRESS.sub(MASK, text))
