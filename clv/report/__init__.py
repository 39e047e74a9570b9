"""Pictures, words and pages: how tables become an answer that anybody can read.

The verbs of a notebook are handed out lazily, so that importing this room costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clv.report.verbs import chart, check, finding, headline, start, table

__all__ = ["start", "headline", "finding", "chart", "table", "check"]  # noqa: RUF022 -- as used


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("clv.report.verbs"), name)
    raise AttributeError(f"module 'clv.report' has no attribute {name!r}")
