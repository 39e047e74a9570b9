"""Declared: what a caller says about purchases, put together with what is known and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from clv import study_keys
from clv.errors import BadParameter
from clv.study_keys import NOMINAL
from clv.tables.cleaning import Policy
from clv.tables.periods import as_date
from clv.tables.samples import Sample

CHOICES = {
    "zero_amounts": ("set_aside", "purchase"),
    "refunds": ("net", "set_aside", "refuse"),
    "grain": ("order", "order_line"),
    "births": ("auto", "observed", "unknown"),
}
CHECKS = {"prices": study_keys.prices, "margin": study_keys.margin}
TIMEZONE = "UTC"  # where none is declared
DEFAULTS = {
    "as_of": None,
    "currency": None,
    "zero_amounts": "set_aside",
    "refunds": "net",
    "grain": "order",
    "births": "auto",
    "prices": NOMINAL,
    "margin": None,
}


def named(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the caller named; in a notebook's parameters what is empty stands for the default."""
    said = {name: value for name, value in given.items() if value not in (None, "", "auto", {})}
    for name in CHOICES.keys() & said.keys():
        if said[name] not in CHOICES[name]:
            raise BadParameter.from_value(name, said[name], f"one of {list(CHOICES[name])}")
    return said | {name: CHECKS[name](name, said[name]) for name in CHECKS.keys() & said.keys()}


def policy(known: Mapping[str, Any], run_date: str | date | None, max_faulty: float) -> Policy:
    """How rows are judged; the clock is read only where neither as_of nor run_date is named."""
    if not (isinstance(max_faulty, (int, float)) and 0 <= max_faulty <= 1):
        raise BadParameter.from_value("max_faulty", max_faulty, "a share from 0 to 1")
    as_of = as_date(known["as_of"]) if known["as_of"] else None
    last = as_date(run_date, "run_date") if run_date else None
    if not (as_of or last):
        last = date.today()
    if as_of and last and as_of > last:
        raise BadParameter.from_value("as_of", str(as_of), f"a day that is over on run_date {last}")
    judged = {name: known[name] for name in ("zero_amounts", "refunds", "grain", "currency")}
    return Policy(as_of, last, max_faulty=max_faulty, **judged)


def refuse_unseen(sample: Sample | None, as_of: date | None) -> None:
    """Refuse a day after a sample's end: its silence there is nobody's silence."""
    if sample and as_of > sample.declared["as_of"]:
        allowed = f"a day until {sample.declared['as_of']}, where this sample ends"
        raise BadParameter.from_value("as_of", str(as_of), allowed)
