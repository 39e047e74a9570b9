"""Segments: what they hold, who moved between them, and what the lifecycle says of them."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style, suppression
from clv.report.labels import OTHER
from clv.report.messages import message
from clv.report.plots import marks
from clv.report.words import Text


def segment_value(segments: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """For each segment, its share of customers beside its share of revenue.

    `segments`: indexed by segment; columns `customers`, `total_spend`.
    """
    ax = style.axes(ax, height=1.4 + 0.46 * len(segments))
    title = message("Each segment's share of customers and of revenue")
    if segments.empty:
        return style.no_data(ax, title)
    known = segments.reindex([key for key in [*style.SEGMENTS, OTHER] if key in segments.index])
    share = known[["customers", "total_spend"]] / known[["customers", "total_spend"]].sum()
    for shift, column in ((-0.19, "customers"), (0.19, "total_spend")):
        colours = [style.SEGMENTS.get(name, style.MUTED) for name in known.index]
        places = [place + shift for place in range(len(known))]
        drawn = ax.barh(
            places, share[column], 0.36, color=style.GREY if column == "customers" else colours
        )
        labels = style.shown(share[column], "share")
        ax.bar_label(drawn, labels, padding=4, color=style.INK, fontsize=style.SMALL)
    ax.set_yticks(range(len(known)), style.names(known.index))
    ax.invert_yaxis()
    style.no_scale(ax.xaxis)
    ax.margins(x=0.1, y=0.02)
    key = {message("Share of customers"): style.GREY, message("Share of revenue"): style.ACCENT}
    return style.say(ax, title, x="share of all", key=key)


def rfm_grid(grid: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of customers by recency score (5 on top) and frequency score.

    `grid`: index R, columns F (each 1 … 5), customers.
    """
    ax = style.axes(ax, height=4.2)
    title = message("Customers by recency and frequency score")
    if grid.empty:
        return style.no_data(ax, title)
    ordered = grid.sort_index(ascending=False).sort_index(axis=1).fillna(0)
    gone = suppression.hidden(ordered)
    marks.heat(ax, ordered, style.people(ordered), hidden=gone)
    return style.say(
        ax,
        title,
        x="frequency score (5: most purchase days)",
        y="recency score (5: bought most recently)",
    )


def segment_moves(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of customers by segment then (down) and segment now (across).

    `matrix`: index segment_then, columns segment_now, customers, as
    `customers.migration.segment_moves` returns it.
    """
    title = message("Customers by segment then and segment now")
    return _crossed(matrix, title, x=message("segment now"), y=message("segment then"), ax=ax)


def segment_stages(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of customers by segment (down) and stage of the lifecycle (across).

    `matrix`: index segment, columns stage, customers, as `stages.segment_stages` returns it.
    """
    title = message("Customers by segment and stage of the lifecycle")
    return _crossed(matrix, title, x=message("stage"), y=message("segment"), ax=ax)


def _crossed(
    matrix: pd.DataFrame, title: str, *, x: Text | str, y: Text | str, ax: Axes | None
) -> Axes:
    """Customers in two groupings, shaded by their share of the row; empty rows are left out.

    Hidden cells are grey, and shares are of those that are shown: no shade tells a number.
    """
    counts = matrix.loc[matrix.sum(axis=1) > 0, matrix.sum() > 0].astype(float)
    ax = style.axes(ax, height=2.4 + 0.36 * len(counts))
    if counts.empty:
        return style.no_data(ax, title)
    gone = suppression.hidden(counts)
    marks.heat(ax, marks.shares(counts, gone), style.people(counts), high=1, hidden=gone)
    ax.tick_params(axis="x", labelrotation=35)
    for label in ax.get_xticklabels():  # end below their cell
        label.set(ha="right", rotation_mode="anchor")
    return style.say(ax, title, x=x, y=y)
