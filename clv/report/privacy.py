"""Nobody is to be recognised on a page: no row of a single customer, no group of a handful.

A table that many people read holds groups. One that names customers is refused; groups of fewer
than five are merged into one, and what cannot be added up for them is withheld.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd
from pandas.api import types

from clv.errors import PageIncomplete, listed
from clv.report.labels import OTHER

FEWEST: Final = 5  # customers in a group or a cell whose numbers may be shown
COUNT: Final = "customers"  # the column that makes a table one of groups
# Parts of a group, counted too.
OF_THEM: Final = ("at_risk", "by_event", "by_rule", "hold_out", "mature", "still_open")

PERSONAL: Final = "customer_id"
NAMING: Final = (PERSONAL, "name", "first_name", "last_name", "email", "e-mail", "phone")
E_MAIL: Final = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.\w{2,}")

# What a group of groups has as the sum of its parts; anything else is an average or a bound.
ADDED = (COUNT, "returned", "total", "total_spend", "revenue", "expected_revenue")
ADDED += ("amount", "brought", "expected", "clv", "value_at_risk")
PARTS: Final = ("customer_share", "spend_share", "share_of_customers", "share_of_revenue")

# The share of a group's total that its largest customer holds: never shown itself.
LARGEST: Final = "largest_share"
AVERAGES: Final = ("mean", "mean_spend", "average")


# Single customers ---------------------------------------------------------------------------


def is_personal(frame: pd.DataFrame) -> bool:
    """Whether a table has a row, or a column, for each single customer.

    >>> is_personal(pd.DataFrame({"clv": [1.0]}, index=pd.Index(["0007"], name="customer_id")))
    True
    """
    return bool(_naming(frame))


def refuse_personal(frame: pd.DataFrame, what: str) -> None:
    """Raise where a table would put single customers on a page that many people read."""
    naming = _naming(frame)
    if naming:
        raise PageIncomplete(
            f"{what} would show single customers ({listed(naming)}) to every reader of the page; "
            "group them first, for example customers.groupby('segment')['clv'].sum(), "
            "or look at them with display(…) in a cell tagged `analyst-only`."
        )


def names_somebody(text: str) -> bool:
    """Whether a text that is not ours speaks of single customers: by their id or an address.

    >>> names_somebody("write to ayse@example.com"), names_somebody("5 customers @ 10 %")
    (True, False)
    """
    return PERSONAL in text or bool(E_MAIL.search(text))


def _naming(frame: pd.DataFrame) -> list[str]:
    """The names of a table's columns and levels that hold customers, or their addresses."""
    headers = [*frame.index.names, *frame.columns.names, *frame.columns]
    named = [str(name) for name in headers if str(name).casefold() in NAMING]
    flat = frame.reset_index() if frame.index.nlevels > 1 or _is_text(frame.index) else frame
    texts = {str(name): column for name, column in flat.items() if _is_text(column)}
    return named + [
        name for name, column in texts.items() if any(E_MAIL.search(str(text)) for text in column)
    ]


def _is_indexed(frame: pd.DataFrame) -> bool:
    """Whether the index of a table names its rows, and does not only count them."""
    return not isinstance(frame.index, pd.RangeIndex) or frame.index.name is not None


def _is_text(values: pd.Series | pd.Index) -> bool:
    return types.is_object_dtype(values.dtype) or types.is_string_dtype(values.dtype)


# Small groups -------------------------------------------------------------------------------


def few(count: float | None) -> bool:
    """Whether a number of customers is so small that it may point at somebody.

    >>> few(4), few(5), few(0)
    (True, False, False)
    """
    return count is not None and 0 < count < FEWEST


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of groups as it may be shown.

    Rows of 1 to 4 `customers` become one row, "Other", and so do the next smallest until it holds
    5. Counts and sums are added, averages withheld, and `attrs["merged"]` is set. Empty groups
    stay. Months and other times have no "Other": the numbers of a small one are withheld.
    """
    if COUNT in frame.columns and types.is_numeric_dtype(frame[COUNT]):
        timed = isinstance(frame.index, pd.DatetimeIndex | pd.PeriodIndex)
        return (_withheld if timed else _merged)(_without_largest(frame))
    if is_grid(frame):
        return frame
    return _without_small_cohorts(frame)


def is_grid(frame: pd.DataFrame) -> bool:
    """Whether a table is a crosstab of counts: every cell is a number of customers."""
    counted = all(types.is_integer_dtype(kind) for kind in frame.dtypes)
    return frame.columns.name is not None and counted and not frame.empty


def _merged(frame: pd.DataFrame) -> pd.DataFrame:
    small = _small(frame[COUNT].to_numpy(dtype=float, na_value=np.nan))
    if not small.any():
        return frame
    heads, plain = _headed(frame)
    rest, gone = plain[~small], plain[small]
    # Objects first: a sum, a name and an unknown have no type in common.
    rows = rest.astype(object).to_dict("records")
    if not few(gone[COUNT].sum()):  # else they are all there are, and nothing is said of them
        rows.append({name: _summed(gone[name], heads) for name in plain})
    table = pd.DataFrame(rows, columns=plain.columns).infer_objects()
    if _is_indexed(frame):
        table = table.set_index(heads).rename_axis(index=frame.index.names)
    table.attrs = frame.attrs | {"merged": True}
    return table


def _withheld(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows, the numbers of the small ones unknown."""
    small = frame[COUNT].map(few).to_numpy(dtype=bool)
    if not small.any():
        return frame
    numbers = frame.select_dtypes("number").astype(float)
    shown = frame.assign(**{name: column.mask(small) for name, column in numbers.items()})
    shown.attrs = frame.attrs | {"withheld": True}
    return shown


def _small(counts: np.ndarray) -> np.ndarray:
    """Which groups go into the one called "Other": the small ones, and more until there are 5."""
    small = (counts > 0) & (counts < FEWEST)
    order = np.argsort(np.where(counts > 0, counts, np.inf), kind="stable")
    for place in order[: int((counts > 0).sum())]:
        if not small.any() or counts[small].sum() >= FEWEST:
            break
        small[place] = True
    return small


def _headed(frame: pd.DataFrame) -> tuple[list[object], pd.DataFrame]:
    """The columns that name a row, and the table with its index among its columns."""
    if not _is_indexed(frame):
        return [name for name in frame.columns[:1] if _is_text(frame[name])], frame
    heads = [name or f" level {n}" for n, name in enumerate(frame.index.names)]
    plain = frame.set_axis(frame.columns.astype(object), axis=1)
    return heads, plain.reset_index(names=heads)


def _summed(column: pd.Series, heads: list[object]) -> object:
    """What stands in the row "Other": a sum, its name, or nothing."""
    if column.name in heads:
        return OTHER
    added = column.name in ADDED + PARTS and types.is_numeric_dtype(column)
    return column.sum() if added else None if _is_text(column) else np.nan


def _without_largest(frame: pd.DataFrame) -> pd.DataFrame:
    """Averages withheld where one customer makes up more than half of what is averaged."""
    if LARGEST not in frame:
        return frame
    dominated = frame[LARGEST] > 0.5
    averages = [name for name in frame if name in AVERAGES]
    shown = frame.assign(**{name: frame[name].mask(dominated) for name in averages})
    return shown.drop(columns=LARGEST)


def _without_small_cohorts(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares of cohorts whose size is known, withheld for the small ones.

    `attrs["size"]` holds it by cohort, `attrs["sizes"]` by column and cohort.
    """
    sizes = frame.attrs.get("sizes")
    if isinstance(sizes, dict):
        small = {
            name: [few(sizes.get(name, {}).get(str(cohort))) for cohort in frame.index]
            for name in frame
        }
        shown = frame.mask(pd.DataFrame(small, index=frame.index, columns=frame.columns))
        shown.attrs = frame.attrs | {"withheld": any(map(any, small.values()))}
        return shown
    sizes = frame.attrs.get("size")
    if not isinstance(sizes, dict):
        return frame
    withheld = [few(sizes.get(str(cohort))) for cohort in frame.index]
    return frame[~np.array(withheld, dtype=bool)] if any(withheld) else frame
