"""Where value sits: the curve of concentration, groups, and how sure the values are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clv.report import style, worth
from clv.report.messages import Messages, message
from clv.report.plots import marks
from clv.report.words import Share, Text

POINTED_AT = 0.10  # of the customers, the best first
MOST_NUMBERED = 6  # bars with room for a number on each
MOST_NAMED = 12  # bars with room for a number below each

# By what the money is: revenue, or value where a margin is known.
BY_GROUP: Messages = {"revenue": "Expected revenue by group", "margin": "Expected value by group"}
BY_SEGMENT: Messages = {
    "revenue": "Expected revenue by segment",
    "margin": "Expected value by segment",
}
BY_PERIOD: Messages = {
    "revenue": "Expected revenue, period by period",
    "margin": "Expected value, period by period",
}
FROM_TODAY: Messages = {"month": "months from today", "quarter": "quarters from today"}


def lorenz(curve: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Curve of the share of value held by the best share of customers; the top tenth is marked.

    `curve`: `share_of_customers` (ascending, the best customers first), `share_of_value`.
    """
    ax = style.axes(ax, height=4.2)
    title = message("Share of the total held by the best customers")
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
    return style.say(ax, title, x="share of customers, the best first", y="share of the total")


def value_by_group(
    table: pd.DataFrame,
    *,
    value: str = "clv",
    unit: str = "",
    title: Text | str = "",
    x: Text | str = "",
    ax: Axes | None = None,
) -> Axes:
    """Bars of one column for each group of the index, in the table's order.

    `table`: indexed by group; the column named by `value`, in `unit` (a currency, "share" …).
    """
    ax = style.axes(ax, height=1.2 + 0.36 * len(table))
    title = title or BY_GROUP[worth.of(table)]
    if table.empty:
        return style.no_data(ax, title)
    marks.bars(ax, table[value], style.shown(table[value], unit))
    return style.say(ax, title, x=x or worth.to_come(worth.of(table)))


def value_by_segment(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Bars of what each segment is expected to bring, with the bounds of its sum.

    `table`: indexed by segment; columns `expected`, `low`, `high`, unknown where withheld.
    """
    ax = style.axes(ax, height=1.2 + 0.36 * len(table))
    title = BY_SEGMENT[worth.of(table)]
    if table.empty:
        return style.no_data(ax, title)
    places, ends = range(len(table)), table[["expected", "high"]].max(axis=1)
    ax.barh(places, table["expected"], height=0.7, color=style.ACCENT)
    ax.hlines(places, table["low"], table["high"], color=style.INK, linewidth=1.5)
    for place, end, number in zip(places, ends, style.shown(table["expected"], unit), strict=True):
        marks.note(ax, number, (end, place), shift=(6, 0))
    ax.set_yticks(places, style.names(table.index))
    ax.set_ylim(max(len(table), marks.FEWEST_PLACES) - 0.5, -0.5)
    ax.set_xlim(0, 1.2 * max(ends.max(), 1e-9))
    style.no_scale(ax.xaxis)
    ax.spines["left"].set_visible(False)
    return style.say(ax, title, x=worth.to_come(worth.of(table)))


def value_by_period(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Bars of what is expected to come in each month, or quarter, from today on.

    `table`: indexed by month or quarter (1, 2, …, named so); column `expected`.
    """
    ax = style.axes(ax)
    title = BY_PERIOD[worth.of(table)]
    if table.empty:
        return style.no_data(ax, title)
    drawn = ax.bar(table.index, table["expected"], 0.8, color=style.ACCENT)
    if len(table) <= MOST_NUMBERED:
        numbers = style.shown(table["expected"], unit)
        ax.bar_label(drawn, numbers, padding=3, color=style.INK, fontsize=style.SMALL)
        style.no_scale(ax.yaxis)
    else:
        style.scale(ax.yaxis, unit)
    ax.spines["left"].set_visible(False)
    every = -(-len(table) // MOST_NAMED)
    ax.set_xticks(table.index[every - 1 :: every])
    when = FROM_TODAY[str(table.index.name)]
    return style.say(ax, title, x=when, y=worth.to_come(worth.of(table)))
