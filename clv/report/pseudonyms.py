"""Pseudonyms: names for customers on a page, which only who holds the key can trace back.

A pseudonym is a keyed hash of the id (HMAC-SHA-256, RFC 2104). The key stands in the environment
and is scoped to a study, so that the same customer has another name in every study.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable

import pandas as pd

from clv.report.privacy import PERSONAL

KEY = "CLV_PSEUDONYM_KEY"
LETTERS = 10  # of base 32: 50 bits, so that two of a million customers hardly ever share a name


def scoped(study: str) -> dict[str, str]:
    """The environment of a study's notebooks: its own key, made from that of everybody.

    Nothing where there is no key.
    """
    key = os.environ.get(KEY, "")
    return {KEY: _digest(key, f"study: {study}").hex()} if key else {}


def fingerprint(study: str) -> str | None:
    """What tells whether pages were made with the same key; None where there is none."""
    key = scoped(study).get(KEY, "")
    return _digest(key, "fingerprint").hex()[:8] if key else None


def pseudonymous(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of customers under their pseudonyms; as it is without a key, or without customers."""
    key = os.environ.get(KEY, "")
    if not key or PERSONAL not in [*frame.index.names, *frame.columns]:
        return frame
    if PERSONAL in frame.columns:
        named = frame.assign(**{PERSONAL: _names(key, frame[PERSONAL])})
        return named.rename(columns={PERSONAL: "pseudonym"})
    levels = {name: frame.index.get_level_values(name) for name in frame.index.names}
    levels[PERSONAL] = _names(key, levels[PERSONAL])
    names = ["pseudonym" if name == PERSONAL else name for name in levels]
    if len(levels) == 1:
        return frame.set_axis(pd.Index(levels[PERSONAL], name=names[0]))
    return frame.set_axis(pd.MultiIndex.from_arrays(list(levels.values()), names=names))


def _names(key: str, ids: Iterable[object]) -> list[str]:
    """The pseudonym of each id."""
    hashes = (_digest(key, str(known)) for known in ids)
    return [base64.b32encode(found).decode("ascii")[:LETTERS] for found in hashes]


def _digest(key: str, text: str) -> bytes:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
