"""The distinct histories of a customer table: far fewer than its customers.

Whatever a purchase model says depends on (frequency, recency, T) and the model's covariates alone.
It is computed once for each distinct history and joined back to the customers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clv.customers import covariates
from clv.errors import ColumnsMissing, TableBroken
from clv.models.estimation import Array

HISTORY = ["frequency", "recency", "T"]
LARGEST_KEY = 2**63  # what a 64-bit integer can tell apart
LARGEST_CODE = 2**20  # below which whole numbers stand for themselves
POSSIBLE = 20  # keys per customer, of which a table is quicker than sorting those there are
DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """The distinct histories of a customer table, and whose they are.

    A model computes them once (`purchases.histories(customers)`) and takes them wherever it takes
    a table, so that several questions to a million customers cost one pass over them.
    """

    columns: tuple[Array, Array, Array]  # frequency, recency, T; each (k,), sorted in this order
    covariates: Mapping[str, Array]  # by column, (k,) each
    customers: NDArray[np.int64]  # shape (k,): how many customers share the history
    which: NDArray[np.int64]  # shape (n,): each customer's history
    index: pd.Index  # the n customers' names
    attrs: Mapping[Hashable, object] = field(default_factory=dict)  # the table's: unit, as_of

    @classmethod
    def of(cls, customers: pd.DataFrame, names: Sequence[str] = ()) -> Self:
        """The histories of a table and its covariates, checked at the door."""
        missing = [name for name in [*HISTORY, *names] if name not in customers.columns]
        if missing:
            raise ColumnsMissing.from_table("The customer table", missing, list(customers.columns))
        columns = [numbers(customers, name) for name in HISTORY]
        z = covariates.read(customers, names)
        which, one_of_each = _grouped([*columns, *z.T])
        histories = cls(
            columns=tuple(column[one_of_each] for column in columns),
            covariates=dict(zip(names, z[one_of_each].T, strict=True)),
            customers=np.bincount(which, minlength=len(one_of_each)),
            which=which,
            index=customers.index,
            attrs=dict(customers.attrs),
        )
        histories.check()
        return histories

    def check(self) -> None:
        """Refuse histories that no customer can have, naming whose they are."""
        frequency, recency, T = self.columns
        rules = {
            "frequency is a whole number, 0 or more": (
                (frequency >= 0) & (frequency == np.floor(frequency)) & np.isfinite(frequency)
            ),
            "0 <= recency <= T": (recency >= 0) & (recency <= T) & np.isfinite(T),
            "recency is 0 exactly where frequency is": (recency == 0) == (frequency == 0),
        }
        for rule, kept in rules.items():
            if not kept.all():
                wrong = self.index[~kept[self.which]]
                raise TableBroken(
                    f"The customer table breaks `{rule}` in {len(wrong):,} of {len(self.which):,} "
                    f"rows (first: {', '.join(map(str, wrong[:3]))}). `clv.customer_summary` makes "
                    "a table that holds to it."
                )

    def distinct(self, rows: ArrayLike | slice = slice(None)) -> Histories:
        """These histories, or some of them, as those of one customer each."""
        k = np.arange(len(self.customers))[rows].size
        return Histories(
            columns=tuple(column[rows] for column in self.columns),
            covariates={name: values[rows] for name, values in self.covariates.items()},
            customers=np.ones(k, dtype=np.int64),
            which=np.arange(k),
            index=pd.RangeIndex(k),
            attrs=self.attrs,
        )

    def spread(self, values: Array, name: str | None = None) -> pd.Series | pd.DataFrame:
        """What was computed for each history, shape (k,) or (k, m), as each customer's."""
        each = values[self.which]
        if each.ndim == 1:
            return pd.Series(each, self.index, name=name)
        return pd.DataFrame(each, self.index)


def numbers(customers: pd.DataFrame, name: str) -> Array:
    """A column of a customer table, shape (n,), if it holds numbers; NaN where one is missing."""
    column, read = customers[name], None
    if column.dtype.kind not in "mM":  # days and durations would be read as their microseconds
        with contextlib.suppress(TypeError, ValueError):
            read = column.to_numpy(float, na_value=np.nan)
    if read is None:
        raise TableBroken(
            f"The column `{name}` of the customer table holds {column.dtype} values, not numbers. "
            "`clv.customer_summary` makes a table of numbers.",
            column=name,
        )
    return read


def _grouped(columns: Sequence[Array]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of the distinct rows each row is, in sorted order, and the place of one of each."""
    n = len(columns[0])
    key, size = np.zeros(n, dtype=np.int64), 1
    for column in columns:
        code, n_codes = _coded(column)
        if size * n_codes >= LARGEST_KEY:
            key, size = _ranked(key, size)
        key *= n_codes
        key += code
        size *= n_codes
    which, n_distinct = _ranked(key, size)
    one_of_each = np.empty(n_distinct, dtype=np.int64)
    one_of_each[which] = np.arange(n)
    return which, one_of_each


def _coded(column: Array) -> tuple[NDArray[np.int64], int]:
    """The rank of each value of a column among the distinct ones, and their number.

    Counts and days, counted in days or in weeks, are whole numbers already.
    """
    for parts in (1, DAYS_A_WEEK):
        if column.min(initial=0) >= 0 and column.max(initial=0) < LARGEST_CODE / parts:
            whole = np.rint(column * parts).astype(np.int64)
            if (whole / parts == column).all():
                return _ranked(whole, int(whole.max(initial=0)) + 1)
    code, distinct = pd.factorize(column, sort=True, use_na_sentinel=False)
    return code, len(distinct)


def _ranked(key: NDArray[np.integer], size: int) -> tuple[NDArray[np.int64], int]:
    """The rank of each key, all below `size`, among the distinct ones, and their number.

    By a table of all possible keys where that is small, which needs no sorting.
    """
    if size > POSSIBLE * len(key):
        rank, distinct = pd.factorize(key, sort=True)
        return rank, len(distinct)
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    distinct = np.flatnonzero(seen)
    ranks = np.empty(size, dtype=np.int32)  # of the keys that were seen; half the memory of int64
    ranks[distinct] = np.arange(len(distinct))
    return ranks[key].astype(np.int64), len(distinct)
