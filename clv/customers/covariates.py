"""What else is known of customers, as numbers that a purchase model can weigh.

A column of the customer table that was known when the customer joined: a channel, an age. What
the model explains, and what happened later, does not belong here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.errors import BadParameter, TableBroken, listed
from clv.models.estimation import Array

NO_NEWS = 1e-9  # so little variation, relative to what is there, is rounding
FAR_AWAY = 10  # times its own range from 0 a column drags alpha out of any climb's reach
NEWCOMER = pd.Index(["the new customer"])
LARGEST_EFFECT = 700.0  # on the log of a rate: a number holds no factor of e^710


def named(covariates: Sequence[str] | None, taken: Collection[str]) -> tuple[str, ...]:
    """The names of the columns; `taken` are words that mean something else to the model."""
    if isinstance(covariates, str):
        allowed = f"a list of columns, such as [{covariates!r}]"
        raise BadParameter.from_value("covariates", covariates, allowed)
    names = tuple(dict.fromkeys(covariates or ()))
    for name in names:
        if name in taken:
            allowed = f"columns that are not called {listed(taken)}, the model's own words"
            raise BadParameter.from_value("covariates", name, allowed)
    return names


def read(customers: pd.DataFrame, names: Sequence[str]) -> Array:
    """The columns as numbers, shape (n, c), checked at the door."""
    values = np.empty((len(customers), len(names)))
    for i, name in enumerate(names):
        if not pd.api.types.is_numeric_dtype(customers[name]):
            raise TableBroken(
                f"The covariate `{name}` holds {customers[name].dtype} values, not numbers. Make "
                f"it numbers: customers.assign(**pd.get_dummies(customers[[{name!r}]], "
                "drop_first=True)), and name the new columns.",
                column=name,
            )
        values[:, i] = customers[name].to_numpy(float, na_value=np.nan)
        known = np.isfinite(values[:, i])
        if not known.all():
            wrong = customers.index[~known]
            raise TableBroken(
                f"The covariate `{name}` is missing or infinite in {len(wrong):,} of "
                f"{len(customers):,} rows (first: {', '.join(map(str, wrong[:3]))}). Fill it in, "
                "or leave these customers out.",
                column=name,
            )
    return values


def of_newcomer(told: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """What is told of a customer who is in no table yet: a value for each of the names."""
    given = dict(told or {})
    if given.keys() != set(names):
        wanted = ", ".join(f"{name!r}: …" for name in names)
        allowed = f"{{{wanted}}}" if wanted else "left out: the model has no coefficients"
        raise BadParameter.from_value("covariates", told, allowed)
    values = read(pd.DataFrame(given, NEWCOMER), names)
    return dict(zip(names, values[0].tolist(), strict=True))


def side_by_side(columns: Mapping[str, Array], weights: NDArray[np.int64]) -> Array:
    """The columns as a matrix, shape (k, c), if each of them says something of its own.

    `columns` are of shape (k,); `weights` counts the customers who share a row, shape (k,).
    """
    names, values = list(columns), np.column_stack(list(columns.values()))
    if not values.size:
        return values
    for name in names:
        _check_range(name, float(columns[name].min()), float(columns[name].max()))
    centred = values - np.average(values, axis=0, weights=weights)
    spread = np.sqrt(np.average(centred**2, axis=0, weights=weights))
    standard = np.sqrt(weights / weights.sum())[:, None] * centred / spread
    correlation = standard.T @ standard
    for i, name in enumerate(names):
        if np.linalg.eigvalsh(correlation[: i + 1, : i + 1])[0] < NO_NEWS:
            raise TableBroken(
                f"The covariate `{name}` follows from {listed(names[:i])}: no data can tell their "
                "effects apart. Leave one of them out (pd.get_dummies: drop_first=True).",
                column=name,
            )
    return values


def effect(
    coefficients: Mapping[str, float],
    columns: Mapping[str, Array],
    index: pd.Index,
    which: NDArray[np.int64],
) -> Array:
    """What the columns, shape (k,) each, add to the log of a purchase rate, if that is possible.

    `which` says the row of each of the n customers in `index`, who are named where it is not.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        moved = sum(weight * columns[name] for name, weight in coefficients.items())
    far = ~(np.abs(moved) <= LARGEST_EFFECT)
    if far.any():
        wrong = index[np.atleast_1d(far)[which]]
        several = len(coefficients) > 1
        raise TableBroken(
            f"The covariate{'s' if several else ''} {listed(coefficients)} "
            f"{'move' if several else 'moves'} the purchase rate of {len(wrong):,} of "
            f"{len(index):,} customers by a factor that no number can hold (first: "
            f"{', '.join(map(str, wrong[:3]))}). Give them in the units that the model was fitted "
            "on.",
            column=next(iter(coefficients)),
        )
    return moved


def _check_range(name: str, low: float, high: float) -> None:
    """Refuse a column that hardly varies from where it begins."""
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    if high - low <= NO_NEWS * nearest:
        raise TableBroken(
            f"The covariate `{name}` is {low:g} for every customer: there is nothing to compare. "
            "Leave it out.",
            column=name,
        )
    if nearest > FAR_AWAY * (high - low):
        middle = (low + high) / 2
        raise TableBroken(
            f"The covariate `{name}` runs from {low:g} to {high:g}, far from 0, where the model's "
            f"alpha would stand. Count from the middle: customers.assign({name}="
            f"customers[{name!r}] - {middle:g}).",
            column=name,
        )
