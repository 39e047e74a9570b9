"""What the models take for granted, held against the data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.customers.purchases import PurchaseModel
from clv.customers.rfm import significant
from clv.customers.spend import GammaGammaModel
from clv.tables.periods import unit_of

MOST_SHOWN = 7  # purchase counts from here on share one group
BINS = 40


def spend_independence(customers: pd.DataFrame) -> pd.DataFrame:
    """Does spend depend on frequency? Correlations of repeat buyers' two averages.

    Gamma-Gamma multiplies two quantities that it takes as independent (Fader & Hardie 2013,
    note 025). A single large customer can fake a correlation, so it is also shown without the
    one who has spent most on repeat purchases.

    Returns
    -------
    DataFrame indexed by measure (`pearson`, `spearman`, `eta_squared`): `value`,
    `without_largest`.

    """
    repeat = customers.loc[customers["frequency"] > 0, ["frequency", "monetary_value"]]
    rest = repeat.drop(index=repeat.prod(axis="columns").idxmax())
    return pd.DataFrame({"value": _dependence(repeat), "without_largest": _dependence(rest)})


def _dependence(repeat: pd.DataFrame) -> pd.Series:
    """Three measures of how far one column tells the other."""
    frequency = repeat["frequency"]
    # Equal averages must be equal to the last digit, or rounding noise would rank them.
    money = pd.Series(significant(repeat["monetary_value"].to_numpy()), repeat.index)
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


def spend_by_frequency(customers: pd.DataFrame) -> pd.DataFrame:
    """Mean spend per repeat purchase, by number of repeat purchases.

    Returns
    -------
    DataFrame indexed by repeat_purchases: `customers`, `mean`, and `low`, `high`, the 90 %
    interval of the mean.

    """
    repeat = customers.loc[customers["frequency"] > 0]
    grouped = repeat.groupby(count_groups(repeat["frequency"]), observed=True)["monetary_value"]
    table = grouped.agg(customers="size", mean="mean", sd="std")
    margin = 1.645 * table["sd"] / np.sqrt(table["customers"])
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
    """Density of the average purchase of repeat buyers: as observed, and as the model expects.

    Returns
    -------
    DataFrame indexed by amount (the middle of each of 40 bins up to the 99th percentile):
    `actual`, `expected` densities per unit of money.

    """
    repeat = customers.loc[customers["monetary_value"] > 0, ["frequency", "monetary_value"]]
    edges = np.linspace(0, repeat["monetary_value"].quantile(0.99), BINS + 1)
    counts, _ = np.histogram(repeat["monetary_value"], edges)
    width = edges[1]
    centres = edges[:-1] + width / 2
    frequencies = repeat["frequency"].value_counts(normalize=True)
    grid = pd.DataFrame(
        {
            "frequency": np.repeat(frequencies.index.to_numpy(), BINS),
            "monetary_value": np.tile(centres, len(frequencies)),
        }
    )
    densities = np.exp(spend.log_likelihood(grid).to_numpy()).reshape(len(frequencies), BINS)
    return pd.DataFrame(
        {
            "actual": counts / (len(repeat) * width),
            "expected": frequencies.to_numpy() @ densities,
        },
        index=pd.Index(centres, name="average_purchase"),
    )
