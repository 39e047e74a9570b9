"""Why the expected value of all customers differs from that of an earlier report, exactly.

Three steps lead from one total to the other, and each customer's value is taken at every one of
them: the base as it was published; the same day as the data of today know it (what differs is a
correction of the data); today's histories under the models of then (what customers have done); and
today's models (what was learned anew). What customers have done has five causes:

- new: the value of those who have bought for the first time since;
- returned: those whom the models of then held for gone and now hold for customers (p_alive from
  below one half to above);
- lapsed: those whom they held for customers and now for gone, or of whom no purchase stands;
- frequency and price of all others: their value is purchases to come times the money of one, and
  each factor is valued at the mean of the other before and after (the Shapley value of a product).

How sure a part is: see `clv.customers.paired`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clv.customers import paired
from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.errors import BadParameter
from clv.models.estimation import Array
from clv.models.intervals import tails

PARTS = (  # in the order they are shown in
    "won_customers",
    "returned_customers",
    "lapsed_customers",
    "purchases_of_others",
    "spend_of_others",
    "models_anew",
    "data_corrected",
)
WON, RETURNED, LAPSED, PURCHASES, SPEND, MODELS, DATA = PARTS
HERE = 0.5  # who is at least that likely still a customer counts as one
MONEY = ("monetary_value", "total_spend", "first_spend", "clv")
CENT = 0.01
COLUMNS = {"amount": float, "low": float, "high": float, "customers": "int64"}
FILE = "value_bridge.parquet"


@dataclass(frozen=True, slots=True)
class Valued:
    """A base on a day: its histories with the value of each customer, and the models behind it."""

    customers: pd.DataFrame  # as `value_customers` returns it
    purchases: PurchaseModel
    spend: GammaGammaModel

    def restated(self, factor: float) -> Valued:
        """The same in a money of which `factor` make one of the old."""
        money = [name for name in MONEY if name in self.customers]
        scaled = self.customers.assign(**{name: self.customers[name] * factor for name in money})
        return Valued(scaled, self.purchases, replace(self.spend, v=self.spend.v * factor))


Tables = tuple[pd.DataFrame, ...]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Factors = Callable[[int, Valued], tuple[Array, Array]]


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms both bases were valued."""

    horizon: str = "12M"
    annual_discount_rate: float = 0.10
    margin: float | str | None = None  # a share, or the column that holds each customer's


def value_bridge(
    before: Valued,
    seen_again: pd.DataFrame,
    now: Valued,
    terms: Terms = Terms(),
    *,
    interval: float = 0.90,
    seed: int = 1,
    restated: float = 1.0,
) -> pd.DataFrame:
    """What made the total of today differ from that of an earlier report.

    Parameters
    ----------
    before, now
        Both bases, customers known by the same ids.
    seen_again
        The base of the earlier day as today's data know it: `customer_summary` up to that day.
    terms
        Those of both.
    interval
        Share of outcomes between low and high.
    restated
        Where amounts are in the money of their report's day, how many of today's make one of the
        earlier one; what prices alone have done to the total counts as spend.

    Returns
    -------
    DataFrame indexed by cause: `amount` (they add up to the difference to the cent), `low`, `high`
    (NaN where a model is too weakly identified to tell), `customers`. `attrs`: before, after,
    change_low, change_high, why (there are no bounds; else ""), start, end (ISO days), currency,
    value (what the money is: revenue, or margin).

    """
    old = before.restated(restated)
    tables = (old.customers, seen_again, now.customers)
    rows, size = _rows(tables)
    who = _who(tables, rows, size, old.purchases)
    factors = _remembered(tables, rows, size, terms, (old.purchases, now.purchases))

    def parts(old: Valued, new: Valued) -> Array:
        return _parts(old, new, who, factors)

    each, published = parts(old, now), np.zeros(size)
    published[rows[0]] = before.customers["clv"]
    # What the rules of today make of the earlier base, and those of then did not.
    each[:, PARTS.index(MODELS)] += np.multiply(*factors(0, old)) - restated * published
    each[:, PARTS.index(SPEND)] += (restated - 1) * published
    totals = before.customers["clv"].sum(), now.customers["clv"].sum()
    _refuse_gap(float(each.sum()), totals)
    sums, why = paired.sums(each, parts, (old, now), (rows[0], rows[2]), seed=seed)
    low, high = np.quantile(sums, tails(interval), axis=0, method="weibull")
    found = pd.DataFrame(
        {
            "amount": to_the_cent(each.sum(axis=0), totals[1] - totals[0]),
            "low": low[:-1],
            "high": high[:-1],
            "customers": _concerned(each, who),
        },
        index=pd.CategoricalIndex(PARTS, categories=PARTS, name="cause"),
    ).astype(COLUMNS)
    found.attrs = {
        "before": float(totals[0]),
        "after": float(totals[1]),
        "change_low": float(low[-1]),
        "change_high": float(high[-1]),
        "why": why,
        "start": before.customers.attrs["as_of"],
        "end": now.customers.attrs["as_of"],
        "currency": now.customers.attrs.get("currency"),
        "value": now.customers.attrs.get("value", "revenue"),
    }
    return found


def nothing() -> pd.DataFrame:
    """The bridge where there is no earlier report to lead from."""
    index = pd.CategoricalIndex([], categories=PARTS, name="cause")
    return pd.DataFrame(columns=list(COLUMNS), index=index).astype(COLUMNS)


def save(bridge: pd.DataFrame, folder: Path) -> None:
    """Write a bridge so that `read(folder)` gives it back."""
    folder.mkdir(parents=True, exist_ok=True)
    bridge.to_parquet(folder / FILE)


def read(folder: str) -> pd.DataFrame:
    """The bridge that was handed over; an empty one without a folder, or where there is none."""
    file = Path(folder) / FILE
    return pd.read_parquet(file) if folder and file.is_file() else nothing()


def to_the_cent(amounts: np.ndarray, total: float) -> np.ndarray:
    """Amounts in whole cents that add up to the total in whole cents: largest remainders first.

    >>> to_the_cent(np.array([1.004, 1.004, 1.004]), 3.012).tolist()
    [1.01, 1.0, 1.0]
    """
    cents = np.asarray(amounts, dtype=float) * 100
    whole = np.floor(cents)
    missing = round(total * 100) - int(whole.sum())
    order = np.argsort(whole - cents, kind="stable")
    steps = np.bincount(order[np.arange(abs(missing)) % len(order)], minlength=len(order))
    return (whole + np.sign(missing) * steps) / 100


def _refuse_gap(found: float, totals: tuple[float, float]) -> None:
    """Refuse bases of which today's was valued on other terms: the parts would not add up."""
    wanted = totals[1] - totals[0]
    if not np.isclose(found, wanted, rtol=0, atol=1e-9 * max(map(abs, totals)) + CENT):
        raise BadParameter(
            f"The parts come to {found:,.2f} and the totals differ by {wanted:,.2f}: today's "
            "customers were valued on other terms; pass the horizon, rate and margin of their clv."
        )


# Customer by customer -----------------------------------------------------------------------


def _rows(tables: Tables) -> tuple[tuple[IntArray, ...], int]:
    """The row of each table's customers among those of all tables, and how many rows there are."""
    ids = pd.Index(pd.concat([table.index.to_series() for table in tables]).unique())
    return tuple(ids.get_indexer(table.index) for table in tables), len(ids)


def _who(
    tables: Tables, rows: Sequence[IntArray], size: int, model: PurchaseModel
) -> dict[str, BoolArray]:
    """Of each customer of either day: new, returned, lapsed or none of these, by today's data."""
    known, stands, was, stays = np.zeros((4, size), dtype=bool)
    for place, there, here in ((1, known, was), (2, stands, stays)):
        there[rows[place]] = True
        here[rows[place]] = model.p_alive(tables[place]) >= HERE
    return {
        WON: stands & ~known,
        RETURNED: known & ~was & stays,
        LAPSED: known & (~stands | (was & ~stays)),
    }


def _remembered(
    tables: Tables,
    rows: Sequence[IntArray],
    size: int,
    terms: Terms,
    models: Sequence[PurchaseModel],
) -> Factors:
    """The two factors of each customer's value: discounted purchases, and what one brings.

    `tables` are the earlier base as published, as seen again, and that of today, asked for by their
    place. Who is not in one has 0. What a model says is kept: it is asked for again with each other
    model that is nudged.
    """
    names = sorted({name for model in models for name in model.coefficients})
    histories = [Histories.of(table, names) for table in tables]

    def spread(place: int, values: pd.Series) -> Array:
        every = np.zeros(size)
        every[rows[place]] = values
        return every

    @lru_cache(maxsize=6)
    def purchases(place: int, model: PurchaseModel) -> Array:
        asked = (histories[place], terms.horizon, terms.annual_discount_rate)
        return spread(place, model.discounted_purchases(*asked))

    @lru_cache(maxsize=6)
    def money(place: int, model: GammaGammaModel) -> Array:
        customers, margin = tables[place], terms.margin
        kept = customers[margin] if isinstance(margin, str) else 1.0 if margin is None else margin
        return spread(place, model.expected_spend(customers) * kept)

    return lambda place, by: (purchases(place, by.purchases), money(place, by.spend))


def _parts(old: Valued, new: Valued, who: Mapping[str, BoolArray], factors: Factors) -> Array:
    """What each customer adds to each part, shape (customers, parts)."""
    (bought_then, paid_then), (bought, paid) = factors(1, old), factors(2, old)
    was, by_models_of_then = bought_then * paid_then, bought * paid
    other = ~np.logical_or.reduce(list(who.values()))
    found = {name: (by_models_of_then - was) * whose for name, whose in who.items()} | {
        PURCHASES: (bought - bought_then) * (paid + paid_then) / 2 * other,
        SPEND: (paid - paid_then) * (bought + bought_then) / 2 * other,
        MODELS: np.multiply(*factors(2, new)) - by_models_of_then,
        DATA: was - np.multiply(*factors(0, old)),
    }
    return np.column_stack([found[name] for name in PARTS])


def _concerned(each: Array, who: Mapping[str, BoolArray]) -> list[int]:
    """How many customers each part speaks of."""
    column = dict(zip(PARTS, each.T, strict=True))
    others = int(((column[PURCHASES] != 0) | (column[SPEND] != 0)).sum())
    counted = {name: int(whose.sum()) for name, whose in who.items()}
    counted |= {PURCHASES: others, SPEND: others}
    changed = {name: int((np.abs(column[name]) >= CENT / 2).sum()) for name in (MODELS, DATA)}
    return [(counted | changed)[name] for name in PARTS]
