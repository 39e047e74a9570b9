"""What the RFM segments hold: customers, money, and the grid of scores behind them."""

from __future__ import annotations

import pandas as pd

SCORES = range(1, 6)  # worst to best


def segments(scored: pd.DataFrame) -> pd.DataFrame:
    """Each segment in numbers; one that holds nobody is a row of zeros.

    Parameters
    ----------
    scored : DataFrame
        As `clv.rfm` returns it; with `clv` the value to come is summed too.

    Returns
    -------
    DataFrame indexed by segment, best first: `customers`, `customer_share`, `total_spend`,
    `spend_share`, `mean_spend` (NaN without customers), `largest_share` of a segment's spend that
    one customer holds, and `clv` where it is known.

    """
    grouped = scored.groupby("segment", observed=False)
    table = grouped.agg(customers=("total_spend", "size"), total_spend=("total_spend", "sum"))
    told = table.assign(
        customer_share=table["customers"] / table["customers"].sum(),
        spend_share=table["total_spend"] / table["total_spend"].sum(),
        mean_spend=table["total_spend"] / table["customers"].where(table["customers"] > 0),
        largest_share=grouped["total_spend"].max() / table["total_spend"],
    )
    if "clv" in scored:
        told["clv"] = grouped["clv"].sum()
    told.attrs = dict(scored.attrs)
    return told


def grid(scored: pd.DataFrame) -> pd.DataFrame:
    """Customers by recency score (index R) and frequency score (columns F), each 1 to 5."""
    counts = pd.crosstab(scored["R"], scored["F"])
    return counts.reindex(index=SCORES, columns=SCORES, fill_value=0).rename_axis(
        index="R", columns="F"
    )
