"""Spells as arrays: who was in which state from when to when, and what followed.

A subject is under watch at t where entry < t <= exit, so that the move which ends a spell is seen
on its last moment, and who is first seen late counts from then on (delayed entry).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

OPEN = -1  # in place of the state that followed: still there when last seen


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """One row for each spell, every array of shape (n,)."""

    subject: NDArray[np.generic]  # whose spell it is
    origin: Numbers  # the state, 0, 1, …
    destination: Numbers  # the state that followed, or OPEN
    entry: Array
    exit: Array
    weight: Array  # how many subjects with this very history a row stands for

    @classmethod
    def of(
        cls,
        origin: ArrayLike,
        destination: ArrayLike,
        entry: ArrayLike,
        exit: ArrayLike,
        *,
        subject: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Spells from anything like arrays, checked.

        Without `subject` every row is a subject of its own; without `weights` each stands for one.
        A subject's rows must have the same weight.
        """
        origin = np.asarray(origin, dtype=np.int64)
        spells = cls(
            subject=np.arange(len(origin)) if subject is None else np.asarray(subject),
            origin=origin,
            destination=np.asarray(destination, dtype=np.int64),
            entry=np.asarray(entry, dtype=float),
            exit=np.asarray(exit, dtype=float),
            weight=np.ones(len(origin)) if weights is None else np.asarray(weights, dtype=float),
        )
        spells._check()
        return spells

    @property
    def ended(self) -> Mask:
        """Whether each was seen to end."""
        return self.destination != OPEN

    def __len__(self) -> int:
        return len(self.origin)

    def where(self, kept: Mask) -> Self:
        """The rows that are kept."""
        return type(self)(*(getattr(self, field.name)[kept] for field in fields(self)))

    def after(self, start: float) -> Self:
        """What of the spells lies after a time."""
        later = self.where(self.exit > start)
        return replace(later, entry=np.maximum(later.entry, start))

    def of_those_in(self, state: int, at: float) -> Self:
        """All spells of the subjects who are seen in a state at a time."""
        there = (self.origin == state) & (self.entry <= at) & (at < self.exit)
        return self.where(np.isin(self.subject, self.subject[there]))

    def _check(self) -> None:
        """Refuse rows that cannot be, naming the rule and the first of them."""
        rules = {
            "origin is 0 or more": self.origin >= 0,
            f"destination is another state, or {OPEN}": (self.destination >= OPEN)
            & (self.destination != self.origin),
            "entry < exit": np.isfinite(self.entry) & (self.entry < self.exit),
            "weight > 0": self.weight > 0,
        }
        for rule, kept in rules.items():
            if not kept.all():
                wrong = np.flatnonzero(~kept)
                raise BadParameter(
                    f"The spells break `{rule}` in {len(wrong):,} of {len(self):,} rows "
                    f"(first: {wrong[0]}). Leave such rows out, or mend them."
                )
