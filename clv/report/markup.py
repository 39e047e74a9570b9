"""The templates of this folder as one Jinja environment that escapes everything from data."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clv.report.languages import Words
from clv.report.words import Count, Day, Text, Value

TEMPLATES = Path(__file__).parent / "template"
PAGE_TEMPLATE = "clv_report"


def globals_of(words: Words) -> dict[str, Any]:
    """What every template may call: `say` a message, `tell` a sentence with values and the like."""

    def tell(template: str, **values: Value | str | int) -> str:
        return Text(template, {name: _value(value) for name, value in values.items()}).render(words)

    return {
        "words": words,
        "say": words.text,
        "tell": tell,
        "day": lambda value: Day(value).render(words),
        "number": lambda value: Count(value).render(words),
        "stylesheet": stylesheet,
    }


@lru_cache
def environment() -> Environment:
    """The environment of the pieces and of the index; nbconvert makes its own for the page."""
    folders = [TEMPLATES / PAGE_TEMPLATE, TEMPLATES]
    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, words: Words, **context: object) -> str:
    """One template in one language."""
    return environment().get_template(template).render(**globals_of(words), **context)


@lru_cache
def stylesheet(name: str) -> Markup:
    """A stylesheet of ours, to stand inside a page; it holds nothing from data."""
    return Markup((TEMPLATES / PAGE_TEMPLATE / name).read_text(encoding="utf-8"))


def _value(value: Value | str | int) -> Value | str:
    return Count(value) if isinstance(value, int) else value
