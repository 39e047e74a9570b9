"""What the models take for granted, held against the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.customers.regularity import Regularity, gap_regularity
from clv.customers.rfm import significant
from clv.customers.spend import GammaGammaModel, spending_of
from clv.customers.stability import Stability, cohort_stability
from clv.errors import DidNotConverge, TooLittleToModel
from clv.models import gamma_gamma
from clv.models.intervals import quantile
from clv.tables.periods import unit_of

MOST_SHOWN = 7  # purchase counts from here on share one group
BINS = 40

Told = TypeVar("Told")


def gaps(days: pd.DataFrame, interval: float = 0.90) -> Regularity | None:
    """Do customers buy at random? `regularity.gap_regularity`, or nothing where too few have."""
    return _told(gap_regularity, days, interval)


def cohorts(customers: pd.DataFrame, family: type[PurchaseModel]) -> Stability | None:
    """Are customers of one kind? `stability.cohort_stability`, or nothing over too few cohorts."""
    return _told(cohort_stability, customers, family)


def _told(check: Callable[..., Told], *data: object) -> Told | None:
    """What a check says of the data, or nothing where they cannot carry it."""
    try:
        return check(*data)
    except (TooLittleToModel, DidNotConverge):
        return None


def spend_independence(customers: pd.DataFrame, basis: str = "repeat") -> pd.DataFrame:
    """Does spend depend on frequency? Correlations of customers' two averages.

    Gamma-Gamma multiplies two quantities that it takes as independent (Fader & Hardie 2013,
    note 025). A single large customer can fake a correlation, so it is also shown without the
    one who has spent most on purchases that count; `basis` is as in `GammaGammaModel`.

    Returns
    -------
    DataFrame indexed by measure (`pearson`, `spearman`, `eta_squared`): `value`,
    `without_largest`.

    """
    counted = _counted(customers, basis)
    if counted.empty:
        raise TooLittleToModel(
            "Nobody has a purchase that counts, so that spend could depend on nothing. Take a "
            'longer history, or basis="all".'
        )
    rest = counted.drop(index=counted["spent"].idxmax())
    return pd.DataFrame({"value": _dependence(counted), "without_largest": _dependence(rest)})


def _counted(customers: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Repeat purchases and mean spend of the customers with a purchase that counts."""
    spending = spending_of(customers, basis)
    counts = spending["count"] > 0
    table = spending.assign(frequency=customers["frequency"], spent=spending.prod(axis="columns"))
    return table[counts]


def _dependence(counted: pd.DataFrame) -> pd.Series:
    """Three measures of how far one column tells the other."""
    frequency = counted["frequency"]
    # Equal averages must be equal to the last digit, or rounding noise would rank them.
    money = pd.Series(significant(counted["mean"].to_numpy()), counted.index)
    between = money.groupby(count_groups(frequency), observed=True).transform("mean")
    measures = {
        "pearson": frequency.corr(money),
        "spearman": frequency.rank().corr(money.rank()),
        "eta_squared": between.var() / money.var(),
    }
    return pd.Series(measures).rename_axis("measure")


def count_groups(frequency: pd.Series, most: int = MOST_SHOWN) -> pd.Series:
    """Repeat purchase counts as ordered groups 0, 1, … and `most`+."""
    labels = [*(str(n) for n in range(most)), f"{most}+"]
    return pd.Series(
        pd.Categorical.from_codes(frequency.clip(upper=most).astype(int), labels, ordered=True),
        index=frequency.index,
        name="repeat_purchases",
    )


def spend_by_frequency(
    customers: pd.DataFrame, basis: str = "repeat", interval: float = 0.90
) -> pd.DataFrame:
    """Mean spend per purchase that counts, by number of repeat purchases.

    Returns
    -------
    DataFrame indexed by repeat_purchases: `customers`, `mean`, and `low`, `high`, the interval of
    the mean (NaN where there is a single customer).

    """
    counted = _counted(customers, basis)
    grouped = counted.groupby(count_groups(counted["frequency"]), observed=True)["mean"]
    table = grouped.agg(customers="size", mean="mean", sd="std")
    margin = quantile(interval) * table["sd"] / np.sqrt(table["customers"])
    return table.assign(low=table["mean"] - margin, high=table["mean"] + margin).drop(columns="sd")


def frequency_fit(purchases: PurchaseModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Customers by number of repeat purchases so far: as counted, and as the model expects.

    Returns
    -------
    DataFrame indexed by repeat_purchases (0 … 6, 7+): `actual`, `expected` customers.

    """
    unit_of(customers, purchases.unit)
    groups = count_groups(customers["frequency"])
    actual = groups.value_counts().sort_index()
    ages = customers["T"].value_counts()
    chances = purchases.count_distribution_after(ages.index.to_numpy(), most=MOST_SHOWN - 1)
    expected = ages.to_numpy() @ chances
    return pd.DataFrame(
        {"actual": actual, "expected": [*expected, len(customers) - expected.sum()]}
    )


def spend_fit(spend: GammaGammaModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Density of the average purchase: as observed, and as the model expects.

    Returns
    -------
    DataFrame indexed by amount (the middle of each of 40 bins up to the 99th percentile):
    `actual`, `expected` densities per unit of money; `attrs["basis"]` says whose average it is.

    """
    spending = spending_of(customers, spend.basis)
    paid = spending[spending["mean"] > 0]
    edges = np.linspace(0, paid["mean"].quantile(0.99), BINS + 1)
    counts, _ = np.histogram(paid["mean"], edges)
    width = edges[1]
    centres = edges[:-1] + width / 2
    shares = paid["count"].value_counts(normalize=True)
    grid = np.repeat(shares.index.to_numpy(), BINS), np.tile(centres, len(shares))
    densities = np.exp(gamma_gamma.log_likelihood(spend.params, *grid)).reshape(-1, BINS)
    table = pd.DataFrame(
        {"actual": counts / (len(paid) * width), "expected": shares.to_numpy() @ densities},
        index=pd.Index(centres, name="average_purchase"),
    )
    table.attrs["basis"] = spend.basis
    return table


def misplaced(fit: pd.DataFrame) -> float:
    """Share of customers who would have to move for `actual` and `expected` to be the same.

    `fit`: as `frequency_fit` or `spend_fit` returns it; only the proportions of a column count.

    >>> round(misplaced(pd.DataFrame({"actual": [50, 50], "expected": [40.0, 60.0]})), 4)
    0.1
    """
    shares = fit[["actual", "expected"]] / fit[["actual", "expected"]].sum()
    return float((shares["actual"] - shares["expected"]).abs().sum() / 2)
