"""A DataFrame as rows of written cells: labelled, formatted by unit and language, nobody named.

The result is plain data without markup (`{"heads", "columns", "rows", "left_out"}`); templates
turn it into an HTML table and escape every cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from clv.report import privacy, reasons, suppression, worth
from clv.report.labels import NAMES
from clv.report.languages import MISSING, Words
from clv.report.messages import Messages, message
from clv.report.words import (
    COUNTED,
    NOUNS,
    Count,
    Day,
    Number,
    People,
    Text,
    Value,
    decimals,
    noun,
    of_unit,
)

MOST = 20

# Columns of our own tables: without a margin pages say "expected revenue" and not "CLV".
COLUMNS: Messages = {
    "T": "Time since first purchase",
    "frequency": "Repeat purchase days",
    "recency": "First to last purchase",
    "monetary_value": "Spend per repeat purchase",
    "expected_spend": "Expected spend per purchase",
    "p_alive": "Probability of still being a customer",
    "p_purchase": "Probability of buying again",
    "clv": "Expected revenue",
    "clv_low": "Expected revenue, low",
    "clv_high": "Expected revenue, high",
}
OF_VALUE: Messages = {  # the same where a margin is known
    "clv": "Expected value",
    "clv_low": "Expected value, low",
    "clv_high": "Expected value, high",
    "value_at_risk": "Expected value at risk",
}
SHARES = ("p_alive", "p_purchase")
AMOUNTS = ("monetary_value", "expected_spend", "total_spend", "first_spend", "clv", "clv_low")
AMOUNTS += ("clv_high",)


def table(
    frame: pd.DataFrame,
    words: Words,
    *,
    labels: Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
    most: int = MOST,
) -> dict[str, Any]:
    """The first rows of a table in one language.

    `labels` and `units` of columns go before `frame.attrs["labels"]` and `["units"]`, and these
    before what the columns of our own tables are called and counted in. A table of groups is to be
    made `privacy.safe` before; here the counts of a crosstab are.
    """
    known_labels, known_units = _described(frame)
    labels, units = known_labels | (labels or {}), known_units | (units or {})
    flat, heads = _flat(frame)
    shown = flat.head(most)
    columns = [
        {"label": _heading(key, labels, units, words), "numeric": _is_numeric(flat[key])}
        for key in flat
    ]
    covered = _covered(frame)
    written = [
        _few_hidden(shown[key], words, covered[key], grid=privacy.is_grid(frame))
        if key in covered
        else _written(shown[key], units.get(key, ""), words)
        for key in flat
    ]
    return {
        "heads": heads,
        "columns": columns,
        "rows": [list(row) for row in zip(*written, strict=True)],
        "left_out": _left_out(len(shown), len(flat), words),
        "notes": _notes(frame, words),
    }


def chart_data(frame: pd.DataFrame, words: Words) -> dict[str, Any]:
    """What a chart is drawn from: the table itself where it is short, else its distribution."""
    if len(frame) <= MOST and not privacy.is_personal(frame):
        return table(frame, words)
    labels, units = _described(frame)
    numbers = frame.select_dtypes("number").astype(float)
    rows = [
        [
            _heading(name, labels, units, words),
            *(of_unit(number, units.get(name, "")).render(words) for number in _spread(column)),
        ]
        for name, column in numbers.items()
    ]
    heads = ["", message("Mean"), message("Lower quarter"), message("Median")]
    heads += [message("Upper quarter")]
    return {
        "heads": 1,
        "columns": [{"label": words.text(head), "numeric": head != ""} for head in heads],
        "rows": rows,
        "left_out": Text("A summary of {rows} rows.", {"rows": Count(len(frame))}).render(words),
        "notes": [],
    }


def _described(frame: pd.DataFrame) -> tuple[dict[str, Any], dict[str, str]]:
    """Labels and units that go with a table's columns: known ones, then those of its attrs."""
    units = dict.fromkeys(SHARES, "share")
    units |= dict.fromkeys(AMOUNTS, frame.attrs.get("currency") or "")
    labels = COLUMNS | (OF_VALUE if worth.of(frame) == worth.MARGIN else {})
    return labels | frame.attrs.get("labels", {}), units | frame.attrs.get("units", {})


def _spread(column: pd.Series) -> list[float]:
    """Mean, lower quarter, median and upper quarter."""
    return [column.mean(), *column.quantile([0.25, 0.5, 0.75])]


def _flat(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The table with its index as leading columns, and how many columns head a row."""
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    if not plain:
        # A categorical header, such as a crosstab's, takes no new label: hence plain objects.
        frame = frame.set_axis(frame.columns.astype(object), axis=1)
        # A level without a name heads its rows under an empty label.
        names = [name or " " * (n + 1) for n, name in enumerate(frame.index.names)]
        return frame.reset_index(names=names), frame.index.nlevels
    first_names = frame.shape[1] > 0 and not _is_numeric(frame.iloc[:, 0])
    return frame, int(first_names)


def _heading(key: object, labels: Mapping[str, Any], units: Mapping[str, str], words: Words) -> str:
    label = labels.get(key, key)
    if hasattr(label, "render"):
        name = label.render(words)
    else:
        name = words.label(label) if isinstance(label, str) else _cell(label, words)
    unit = units.get(key, "")
    if unit in NOUNS and unit not in COUNTED and unit != "purchases":
        return Text("{name} ({unit})", {"name": name, "unit": noun(unit, 100)}).render(words)
    return name


def _is_numeric(column: pd.Series) -> bool:
    return types.is_numeric_dtype(column) and not types.is_bool_dtype(column)


def _written(column: pd.Series, unit: str, words: Words) -> list[str]:
    """Every cell of a column as text, with the same number of decimals all the way down."""
    if _is_numeric(column):
        digits = _digits(column.to_numpy(dtype=float, na_value=np.nan), unit)
        return [of_unit(value, unit, digits).render(words) for value in column.astype(float)]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return [words.label(key) if isinstance(key, str) else _cell(key, words) for key in column]
    return [_cell(value, words) for value in column]


def _few_hidden(column: pd.Series, words: Words, covered: pd.Series, *, grid: bool) -> list[str]:
    """Counts of customers, none of which could name somebody: "<5", or a dash beside it.

    In a crosstab all hidden cells look alike: there, sums would tell more of one known to be small.
    """
    counts = column.to_numpy(dtype=float, na_value=np.nan)
    return [
        MISSING if dash and (grid or not privacy.few(count)) else People(count).render(words)
        for count, dash in zip(counts, covered.to_numpy()[: len(counts)], strict=True)
    ]


def _covered(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that count customers cell by cell, and which of their cells are hidden."""
    return suppression.hidden(frame) if privacy.is_grid(frame) else suppression.parts(frame)


def _digits(values: np.ndarray, unit: str) -> int:
    """Decimals for a whole column, from its unit and the size of its middle value."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if unit == "share":
        return int(sizes.size > 0 and (sizes.min() < 0.01 or np.median(sizes) < 0.1))
    if unit and unit not in NOUNS:
        return 2 if sizes.size and np.median(sizes) < 100 else 0
    return decimals(list(sizes))


def _cell(value: Any, words: Words) -> str:  # noqa: ANN401 -- whatever a table can hold
    """One value of no common kind."""
    if not hasattr(value, "render"):
        value = _spoken(value, words)
    return value if isinstance(value, str) else value.render(words)


def _spoken(value: Any, words: Words) -> Value | str:  # noqa: ANN401 -- as above
    if types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return words.text("yes") if value else words.text("no")
    if isinstance(value, date | pd.Period):
        return _when(value, words)
    if isinstance(value, int | float | np.number):
        return Number(float(value))
    # Names and reasons of ours are translated; anything else is data, and stays as it is.
    if str(value) in NAMES:
        return words.label(value)
    return reasons.found_again(str(value)) or words.isolated(str(value))


def _when(value: date | pd.Period, words: Words) -> Value | str:
    """A day, or a month, a quarter or a year."""
    if isinstance(value, pd.Period):
        return words.period(value.start_time.date(), value.freqstr[0])
    return Day(value, short=True)


def _notes(frame: pd.DataFrame, words: Words) -> list[str]:
    """What was done to a table so that nobody is recognised in it."""
    fewest = {"fewest": Count(privacy.FEWEST)}
    notes = []
    if frame.attrs.get("merged"):
        notes.append(
            Text("Groups of fewer than {fewest} customers are shown together as Other.", fewest)
        )
    covered = _covered(frame)
    if covered.any(axis=None) or frame.attrs.get("withheld"):
        notes.append(Text("Cells of fewer than {fewest} customers are not counted out.", fewest))
    if privacy.is_grid(frame) and covered.any(axis=None):
        notes.append(
            Text(
                "A dash stands for them, and for other cells, even empty ones, that would "
                "give them away."
            )
        )
    elif (covered & ~frame[list(covered)].map(_handful)).any(axis=None):
        notes.append(Text("A dash stands where a sum would give them away."))
    return [note.render(words) for note in notes]


def _handful(count: float) -> bool:
    return bool(pd.notna(count) and privacy.few(count))


def _left_out(shown: int, total: int, words: Words) -> str:
    if shown == total:
        return ""
    values = {"shown": Count(shown), "total": Count(total)}
    return Text("The first {shown} of {total} rows.", values).render(words)
