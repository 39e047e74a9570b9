"""Where value sits: the curve of concentration, groups, and how sure the values are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import message
from clv.report.plots import marks
from clv.report.words import Share, Text

POINTED_AT = 0.10  # of the customers, the best first


def lorenz(curve: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Curve of the share of value held by the best share of customers; the top tenth is marked.

    `curve`: `share_of_customers` (ascending, the best customers first), `share_of_value`.
    """
    ax = style.axes(ax, height=4.2)
    title = message("Share of value held by the best customers")
    if curve.empty:
        return style.no_data(ax, title)
    x, y = curve["share_of_customers"], curve["share_of_value"]
    ax.plot([0, 1], [0, 1], color=style.GREY, linewidth=1.5)
    ax.fill_between(x, y, x, color=style.ACCENT, alpha=0.10, linewidth=0)
    ax.plot(x, y, color=style.ACCENT, linewidth=2.5)
    held = float(np.interp(POINTED_AT, x, y))
    ax.plot(POINTED_AT, held, "o", color=style.ACCENT, markersize=9)
    sentence = Text("The top {part} hold {held}", {"part": Share(POINTED_AT), "held": Share(held)})
    marks.note(ax, sentence, (POINTED_AT, held), shift=(12, -6))
    marks.note(ax, "If all were worth the same", (0.62, 0.62), shift=(8, -14), color=style.MUTED)
    for axis in (ax.xaxis, ax.yaxis):
        style.scale(axis, "share", grid=axis is ax.yaxis)
    ax.set(xlim=(0, 1), ylim=(0, 1.02))
    return style.say(ax, title, x="share of customers, the best first", y="share of value")


def value_by_group(
    table: pd.DataFrame,
    *,
    value: str = "clv",
    unit: str = "",
    title: Text | str = message("Expected revenue by group"),
    x: Text | str = message("expected revenue"),
    ax: Axes | None = None,
) -> Axes:
    """Bars of one column for each group of the index, in the table's order.

    `table`: indexed by group; the column named by `value`, in `unit` (a currency, "share" …).
    """
    ax = style.axes(ax, height=1.2 + 0.36 * len(table))
    if table.empty:
        return style.no_data(ax, title)
    marks.bars(ax, table[value], style.shown(table[value], unit))
    return style.say(ax, title, x=x)


def value_interval(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Expected revenue per customer with its interval, by tenths of the customers.

    `table`: indexed by decile (1 is the best); columns `mean`, `low`, `high`.
    """
    ax = style.axes(ax)
    title = message("Expected revenue per customer, and how far it may be off")
    if table.empty:
        return style.no_data(ax, title)
    marks.spans(ax, table, unit)
    return style.say(
        ax, title, x="tenths of the customers, the best first", y="expected revenue per customer"
    )
