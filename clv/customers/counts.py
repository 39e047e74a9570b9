"""How many purchases each customer may make: the chances of 0, 1, … and draws from them.

Who buys within the horizon was alive today, and goes on as anybody alive with the same frequency
and T: when the last purchase was decides whether there is a next one, not how many follow. So the
chances of 1, 2, … given one are computed for distinct (frequency, T), far fewer than histories.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.customers.histories import HISTORY, Histories
from clv.customers.purchases import PurchaseModel
from clv.models.estimation import Array

FEW_COUNTS, MOST_COUNTS = 15, 10_000  # purchases to look at, doubled for those who may make more
BEYOND = 1e-6  # chance of more purchases than were looked at
CELLS = 2_000_000  # of a table of chances at a time: memory stays small for any base

Positions = NDArray[np.int64]


def count_chances(
    purchases: PurchaseModel, histories: Histories, horizon: str
) -> Iterator[tuple[Positions, Array]]:
    """Some distinct histories at a time, and their chances of 0, 1, … purchases.

    Yields positions in `histories.columns`, shape (m,), and chances, shape (m, most + 1); every
    history comes once. What is missing to 1 lies beyond `most`.
    """
    counts = Counts.of(purchases, histories, horizon)
    size = np.diff(counts.start)[counts.pair]
    for most in np.unique(size):
        alike = np.flatnonzero(size == most)
        for rows in np.array_split(alike, 1 + len(alike) * most // CELLS):
            pair, buys = counts.pair[rows, None], counts.buys[rows, None]
            reached = counts.steps[counts.start[pair] + np.arange(most)] - pair
            yield rows, np.hstack([1 - buys, buys * np.diff(reached, axis=1, prepend=0.0)])


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Who of the distinct histories of a table buys, and how often those who do.

    The distribution functions given one purchase stand in one ascending array, that of the i-th
    pair of (frequency, T) between i and i + 1: one binary search inverts every customer's own.
    """

    buys: Array  # shape (k,): chance of at least one purchase
    pair: Positions  # shape (k,): the pair of (frequency, T) of each history
    steps: Array  # shape (cells,): pair + chance of at most 1, 2, … purchases, given one
    start: Positions  # shape (pairs + 1,): where each pair's steps begin

    @classmethod
    def of(cls, purchases: PurchaseModel, histories: Histories, horizon: str) -> Self:
        """The counts of purchases that a model holds possible."""
        alike = purchases.histories(_as_if_just_bought(histories))
        parts = list(_given_one(purchases, alike.distinct(), horizon))
        size = np.zeros(len(alike.customers), dtype=np.int64)
        for pairs, given in parts:
            size[pairs] = given.shape[1]
        start = np.concatenate([[0], np.cumsum(size)])
        steps = np.empty(start[-1])
        for pairs, given in parts:
            reached = np.minimum(np.cumsum(given, axis=1), 1.0)
            steps[start[pairs, None] + np.arange(given.shape[1])] = pairs[:, None] + reached
        buys = purchases.p_purchase(histories.distinct(), horizon).to_numpy()
        return cls(buys, alike.which, steps, start)

    def of_customers(self, which: Positions) -> Counts:
        """The same for customers one by one, whose histories are `which`."""
        return Counts(self.buys[which], self.pair[which], self.steps, self.start)

    def draw(self, rng: np.random.Generator) -> tuple[Positions, Positions]:
        """One possible future: positions of those who buy, and how often; most do not."""
        # Half the digits are enough to tell who buys, and drawn in half the time.
        who = np.flatnonzero(rng.random(len(self.buys), dtype=np.float32) < self.buys)
        pair = self.pair[who]
        fewer = np.searchsorted(self.steps, pair + rng.random(len(who)), side="right")
        first, end = self.start[pair], self.start[pair + 1]
        return who, np.minimum(fewer + 1, end) - first


def _as_if_just_bought(histories: Histories) -> pd.DataFrame:
    """Each history with its last purchase today, which leaves (frequency, T) and covariates."""
    frequency, _, T = histories.columns
    columns = (frequency, np.where(frequency > 0, T, 0.0), T)
    table = pd.DataFrame(dict(zip(HISTORY, columns, strict=True)) | dict(histories.covariates))
    table.attrs = dict(histories.attrs)
    return table


def _given_one(
    purchases: PurchaseModel, pairs: Histories, horizon: str
) -> Iterator[tuple[Positions, Array]]:
    """Some pairs at a time, and the chances of 1, 2, … purchases of those who make any.

    Yields positions, shape (m,), and chances, shape (m, most).
    """
    most, rest = FEW_COUNTS, np.arange(len(pairs.customers))
    while len(rest):
        left = []
        for some in np.array_split(rest, 1 + len(rest) * most // CELLS):
            asked = pairs.distinct(some)
            chances = purchases.purchase_count_distribution(asked, horizon, most).to_numpy()
            buys = np.maximum(purchases.p_purchase(asked, horizon), np.finfo(float).tiny)
            enough = (1 - chances.sum(axis=1) < BEYOND) | (most >= MOST_COUNTS)
            yield some[enough], (chances[:, 1:] / buys.to_numpy()[:, None])[enough]
            left.append(some[~enough])
        most, rest = 2 * most, np.concatenate(left)
