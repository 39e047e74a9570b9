"""The marks of a message: English that is written in one place and translated in another.

What is said where it stands, as in `Text("…")` or `report.chart(…, caption="…")`, needs no mark.
"""

from __future__ import annotations

from typing import TypeAlias

# The values of a dict so annotated are messages; a pair is a singular and its plural.
Messages: TypeAlias = dict[str, str | tuple[str, str]]


def message(english: str) -> str:
    """Mark a sentence for the translators; nothing else happens.

    >>> message("Next step")
    'Next step'
    """
    return english
