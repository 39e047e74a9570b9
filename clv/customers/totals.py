"""What customers bring together, and how sure that is: by chance, and by what the models learned.

Given the parameters customers are independent: identical ones share a distribution, never a draw.
The parameters are uncertain for all at once, which a larger base does not average out; they move
the log of a sum (see `clv.customers.bootstrap`). The bounds hold both and nothing else: season,
campaigns and prices are unknown to the models (see `clv.customers.rolling`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clv.customers.bootstrap import Model, is_weak, log_factors, of_refits
from clv.customers.counts import Counts, Positions
from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel
from clv.customers.uncertainty import directions
from clv.errors import BadParameter
from clv.models.estimation import Array
from clv.models.intervals import quantile, tails
from clv.models.profile import within_reach

DRAWS = 400  # of every sum, at the least, for its quantiles
BEYOND = 40  # draws outside the bounds, at the least: twenty on each side tell where it ends
# In a large base a customer is drawn fewer times: sums of blocks are combined again with others.
BLOCKS, MANY, MOST_TIMES = 16, 100_000, 4
# Evenly spaced quantiles of a normal distribution: a deterministic sample of it.
NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 50) for i in range(50)])

Groups = Positions  # shape (n,): the group of each customer, 0, 1, …


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over customers, with the bounds that the models give to it; NaN where they cannot."""

    expected: float
    low: float
    high: float
    why: str = ""  # the verdict on the fit, where it is the reason that there are no bounds


def total_value(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    *,
    horizon: str = "12M",
    interval: float = 0.90,
    seed: int = 1,
    draws: int = DRAWS,
    by_refits: bool = True,
) -> Total:
    """Value of all customers together.

    `valued` is the table that `value_customers` returns, with or without a margin, for the same
    horizon; the order of its rows decides nothing. Bounds of more than 90 % take more than `draws`.
    `by_refits` is that of `bootstrap.log_factors`.
    """
    terms = {"horizon": horizon, "seed": seed, "draws": _enough(draws, interval)}
    terms |= {"by_refits": by_refits}
    sums = _values(valued, purchases, spend, _together(valued), **terms)
    return _total(float(valued["clv"].sum()), _bounds(sums[0], interval), purchases, spend)


def total_purchases(
    customers: pd.DataFrame,
    purchases: PurchaseModel,
    *,
    horizon: str = "12M",
    interval: float = 0.90,
    seed: int = 1,
    draws: int = DRAWS,
    by_refits: bool = True,
) -> Total:
    """Purchases of all customers together; `customers` is as `clv.customer_summary` returns it."""
    rng, draws = np.random.default_rng(seed), _enough(draws, interval)
    histories, groups = purchases.histories(customers), _together(customers)

    def expected(model: PurchaseModel) -> pd.Series:
        return model.expected_purchases(histories, horizon)

    def log_sums(model: PurchaseModel) -> Array:
        return _log_sums(expected(model), groups)

    apart = log_factors(log_sums, purchases, histories, draws, rng, by_refits=by_refits)
    counts = Counts.of(purchases, histories, horizon).of_customers(np.sort(histories.which))
    sums = np.exp(apart) * _chance(counts, lambda _, count: count, groups, draws, rng)
    return _total(float(expected(purchases).sum()), _bounds(sums[0], interval), purchases)


def by(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    column: str,
    *,
    horizon: str = "12M",
    interval: float = 0.90,
    seed: int = 1,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Value of each segment, cohort or stage: of the customers who share a value of a column.

    `valued` is as for `total_value`, and so is the chance of each customer, draw by draw. Expected
    values add up to that of the base; bounds do not, because chance evens out between groups.

    Returns
    -------
    DataFrame indexed by the column's values, in their order: `customers`, `expected`, `low`,
    `high`; these two NaN where the models cannot give bounds.

    """
    if column not in valued:
        raise BadParameter.from_value("column", column, "a column of the customer table")
    terms = {"horizon": horizon, "seed": seed, "draws": _enough(draws, interval)}
    grouped = valued.groupby(column, observed=True, dropna=False)
    sums = _values(valued, purchases, spend, grouped.ngroup().to_numpy(), **terms)
    low, high = _bounds(sums, interval)
    table = grouped.agg(customers=("clv", "size"), expected=("clv", "sum"))
    table.attrs = dict(valued.attrs)
    return table.assign(low=low, high=high)


def of_chances(
    total: Callable[[PurchaseModel], float],
    chance: float,
    purchases: PurchaseModel,
    histories: Histories,
    interval: float,
    *,
    most: float = np.inf,
) -> Total:
    """A sum over so many customers that its chance is about normal, with bounds from 0 to `most`.

    Parameters
    ----------
    total
        Takes the model and returns the sum to expect.
    chance : float
        Variance of the sum, given the parameters.
    purchases, histories
        The model and the histories of the base it was fitted to.

    """
    expected = float(total(purchases))
    if is_weak(purchases):
        apart = of_refits(lambda model: _log(total(model)), purchases, histories)
        sums = expected * np.exp(apart)[:, None] + np.sqrt(chance) * NORMAL
        bounds = _bounds(sums.ravel(), interval) if sums.size else np.full(2, np.nan)
    else:
        moves = directions(total, purchases)
        half = quantile(interval) * np.sqrt(chance + (moves**2).sum())
        bounds = np.array([expected - half, expected + half])
    return _total(expected, np.clip(bounds, 0.0, most), purchases)


def _total(expected: float, bounds: Array, *models: Model) -> Total:
    """A sum with its bounds; where these are not known, the verdict on the models says why."""
    low, high = bounds.tolist()
    if np.isfinite(low):
        return Total(expected, low, high)
    return Total(expected, low, high, " ".join(m.estimation.why for m in models if is_weak(m)))


def _enough(draws: int, interval: float) -> int:
    """How many draws tell where the bounds are, if not those asked for; at 0.90, 400."""
    return max(draws, int(np.ceil(BEYOND / (1 - within_reach(interval)) - 1e-6)))


def _bounds(sums: Array, interval: float) -> Array:
    """Low and high of drawn sums, shape (..., draws): one more draw lies between them so often.

    The usual quantiles of 400 draws would hold it 89.55 times in a hundred, not 90.
    """
    return np.quantile(sums, tails(interval), axis=-1, method="weibull")


def _together(customers: pd.DataFrame) -> Groups:
    """All customers in one group."""
    return np.zeros(len(customers), dtype=np.int64)


def _values(
    valued: pd.DataFrame,
    purchases: PurchaseModel,
    spend: GammaGammaModel,
    groups: Groups,
    *,
    horizon: str,
    seed: int,
    draws: int,
    by_refits: bool = True,
) -> Array:
    """Possible values of each group, shape (groups, draws)."""
    rng, histories = np.random.default_rng(seed), purchases.histories(valued)
    whole = valued["expected_purchases"] * valued["expected_spend"]
    # What a unit of undiscounted revenue is worth: its present value, times the margin if any.
    worth = (valued["clv"] / whole).fillna(1)

    def of_purchases(model: PurchaseModel) -> Array:
        expected = model.expected_purchases(histories, horizon)
        return _log_sums(expected * valued["expected_spend"] * worth, groups)

    def of_spend(model: GammaGammaModel) -> Array:
        spent = model.expected_spend(valued)
        return _log_sums(valued["expected_purchases"] * spent * worth, groups)

    how = {"draws": draws, "rng": rng, "by_refits": by_refits}
    log_factor = log_factors(of_purchases, purchases, histories, **how)
    log_factor += log_factors(of_spend, spend, valued, **how)
    unit = (spend.scale(valued) * worth).to_numpy()
    # In an order that rests on what customers are: whose draw is whose must not depend on rows.
    order = np.lexsort((groups, unit, histories.which))
    counts = Counts.of(purchases, histories, horizon).of_customers(histories.which[order])
    frequency, unit = valued["frequency"].to_numpy()[order], unit[order]

    def money(who: Positions, count: Positions) -> Array:
        return unit[who] * spend.draw_factors(frequency[who], count, rng)

    return np.exp(log_factor) * _chance(counts, money, groups[order], draws, rng)


def _chance(
    counts: Counts,
    worth: Callable[[Positions, Positions], Array],
    groups: Groups,
    draws: int,
    rng: np.random.Generator,
) -> Array:
    """Possible sums of each group, given the parameters, shape (groups, draws).

    `worth` says what positions who buy so often bring. One draw of all customers at a time: memory
    stays that of a few columns, and for most customers, who buy nothing, nothing is drawn.

    A large base is drawn `times` as seldom. Each customer belongs to one of 16 blocks, and a sum of
    one draw of each block, from rows picked at random, is as good a sum as that of one row: an
    incomplete U-statistic (Blom 1976, "Some Properties of Incomplete U-Statistics", Biometrika
    63(3)). Sums that share blocks are not independent: simulated, 400 of them made of 100 rows tell
    the 5 % quantile as well as 230 independent sums do, where the rows alone tell as 100. Of 64
    blocks they tell it as 240, of 4 as 210: more than 16 gain next to nothing.
    """
    n_groups = groups.max(initial=0) + 1
    cells = groups * BLOCKS + np.arange(len(groups)) % BLOCKS
    times = min(1 + len(groups) // MANY, MOST_TIMES)
    sums = np.empty((-(-draws // times), n_groups * BLOCKS))
    for row in sums:
        who, count = counts.draw(rng)
        row[:] = np.bincount(cells[who], worth(who, count), minlength=len(row))
    by_block = sums.reshape(-1, n_groups, BLOCKS)
    orders = rng.permuted(np.tile(np.arange(len(sums)), (BLOCKS, times, 1)), axis=-1)
    picked = orders.reshape(BLOCKS, -1)[:, :draws]
    return sum(by_block[picked[block], :, block] for block in range(BLOCKS)).T


def _log_sums(values: ArrayLike, groups: Groups) -> Array:
    """Logarithm of the sum of each group."""
    return _log(np.bincount(groups, values, minlength=1))


def _log(sums: ArrayLike) -> Array:
    """Logarithm of sums; of nothing, that of a number too small to matter."""
    return np.log(np.maximum(sums, np.finfo(float).tiny))
