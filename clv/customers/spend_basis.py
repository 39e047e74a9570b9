"""Which purchases a model of spend learns from: chosen by how well either foresaw what was spent.

The papers leave out the first purchase, so that everybody who has bought once is expected to spend
the same. Where first purchases are like later ones, they tell one customer from another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from clv.customers.aftermath import aftermath
from clv.customers.choice import error_of_mean, origins
from clv.customers.measures import root_mean_square
from clv.customers.spend import BASES, GammaGammaModel
from clv.errors import DidNotConverge, TooLittleToModel
from clv.tables.periods import as_date
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

AS_IN_THE_PAPERS = "repeat"
TOO_FAR_OFF = 0.10  # a total missed by so much more is not worth a better ranking


@dataclass(frozen=True, slots=True)
class SpendBasis:
    """The basis to use, the reason in one sentence, and how either has fared.

    `table`, indexed by basis, tells of the customers who bought after the last origin, on days that
    took no part in the choice: `customers`, `log_error` (root mean square, of spend per purchase),
    `bias` (a share, of the money for the purchases that came) and `rank_correlation`; of the
    earlier origins `choosing_log_error` and `choosing_bias`; and `chosen` (bool).
    """

    name: str
    reason: str
    first_to_repeat: float  # mean first purchase of those who came back, over their mean repeat one
    table: pd.DataFrame = field(repr=False, compare=False)


def choose_basis(
    transactions: Transactions, as_of: str | date | None = None, *, unit: str = "W"
) -> SpendBasis:
    """The basis with the lower log error of spend per purchase over the earlier origins.

    Where the two are within one standard error, or the better one missed the total by far more, it
    is the one with the smaller bias.
    """
    until = transactions.as_of if as_of is None else as_date(as_of)
    customers = customer_summary(transactions, until, unit=unit)
    tests = list(_tests(transactions, customers, until))
    if len(tests) < 2:
        why = "the history is too short to test a model of spend on an earlier day of it"
        table = pd.DataFrame({"chosen": True}, pd.Index([AS_IN_THE_PAPERS], name="basis"))
        return SpendBasis(AS_IN_THE_PAPERS, why, first_to_repeat(customers), table)
    earlier = pd.concat(tests[:-1])
    name, why = choose(earlier)
    choosing = measures(earlier)[["log_error", "bias"]].add_prefix("choosing_")
    table = measures(tests[-1]).join(choosing)
    chosen = table.assign(chosen=table.index == name)
    return SpendBasis(name, why, first_to_repeat(customers), chosen)


def first_to_repeat(customers: pd.DataFrame) -> float:
    """Mean first purchase of the customers who came back, over their mean repeat purchase."""
    came_back = customers[customers["monetary_value"] > 0]
    return float(came_back["first_spend"].mean() / came_back["monetary_value"].mean())


def _tests(
    transactions: Transactions, customers: pd.DataFrame, until: date
) -> Iterator[pd.DataFrame]:
    """Spend of the customers who bought after each origin, earliest first.

    Columns: `purchases` that came, what was `spent` on each, and what either basis expected of it.
    """
    unit = customers.attrs["unit"]
    for start, end in origins(customers["first_purchase"].min().date(), until):
        before = customer_summary(transactions, start, unit=unit)
        came = aftermath(transactions, before, end)
        purchases = came["purchases"]
        spent = came["spend"] / purchases.where(purchases > 0)
        try:
            told = {
                each: GammaGammaModel.fit(before, each).expected_spend(before) for each in BASES
            }
        except (TooLittleToModel, DidNotConverge):
            continue
        yield pd.DataFrame({"purchases": purchases, "spent": spent, **told})[spent > 0]


def measures(test: pd.DataFrame) -> pd.DataFrame:
    """How far either basis was off: the first columns of `SpendBasis.table`."""
    came = (test["purchases"] * test["spent"]).sum()
    rows = {
        basis: {
            "customers": len(test),
            "log_error": root_mean_square(_log_error(test, basis)),
            "bias": float((test["purchases"] * test[basis]).sum() / came - 1),
            "rank_correlation": float(test[basis].rank().corr(test["spent"].rank())),
        }
        for basis in BASES
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("basis")


def _log_error(test: pd.DataFrame, basis: str) -> pd.Series:
    """Logarithm of what was expected over what was spent."""
    return np.log(test[basis] / test["spent"])


def choose(test: pd.DataFrame) -> tuple[str, str]:
    """The basis, and why in a sentence.

    Parameters
    ----------
    test : DataFrame
        Indexed by customer, a row per customer and origin: `purchases` that came, what was `spent`
        on each, and what `repeat` and `all` expected of it.

    """
    measured = measures(test)
    best, other = measured["log_error"].sort_values().index
    errors = measured["log_error"]
    saved = _log_error(test, other) ** 2 - _log_error(test, best) ** 2
    off = measured["bias"].abs()
    apart = f"({errors[best]:.4f} against {errors[other]:.4f})"
    if off[best] > off[other] + TOO_FAR_OFF:
        return other, (
            f"`{best}` foresaw spend with a smaller log error {apart}, but missed its total by "
            f"{measured.loc[best, 'bias']:+.1%} against {measured.loc[other, 'bias']:+.1%}"
        )
    if saved.mean() > error_of_mean(saved):
        return best, f"smaller log error of spend over the earlier origins {apart}"
    least = str(off.idxmin())
    return least, (
        f"log errors of spend within one standard error {apart}, and the smaller bias "
        f"({measured.loc[least, 'bias']:+.1%})"
    )
