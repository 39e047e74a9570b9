"""Marks that several charts are made of: bars, spans, heat maps, and words beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, to_rgba

from clv.report import style
from clv.report.words import Text, current, said

LEAST_NUMBERED = 0.02  # of the highest bound
CELL_GAP = 1.5  # points between the cells of a heat map
FEWEST_PLACES = 4  # so that a single bar does not fill the chart


def bars(
    ax: Axes, values: pd.Series, labels: Sequence[str], *, color: str | Sequence[str] = style.ACCENT
) -> None:
    """Horizontal bars, the first on top, named by the index, each with its number at its end."""
    places = range(len(values))
    drawn = ax.barh(places, values, height=0.7, color=color)
    ax.bar_label(drawn, labels, padding=5, color=style.INK, fontsize=style.BODY)
    ax.set_yticks(places, style.names(values.index))
    ax.set_ylim(max(len(values), FEWEST_PLACES) - 0.5, -0.5)
    style.no_scale(ax.xaxis)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.16)


def beside(ax: Axes, table: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Upright bars of the columns named, side by side, on the groups of the index."""
    places, width = np.arange(len(table)), 0.8 / len(colours)
    for step, (column, colour) in enumerate(colours.items()):
        shift = (step - (len(colours) - 1) / 2) * width
        ax.bar(places + shift, table[column], width * 0.94, color=colour)
    ax.set_xticks(places, style.names(table.index))
    ax.spines["left"].set_visible(False)


def spans(ax: Axes, table: pd.DataFrame, unit: str) -> None:
    """A dot at `mean` on a line from `low` to `high`, with its number where it can be read."""
    places = range(len(table))
    ax.vlines(places, table["low"], table["high"], color=style.ACCENT, linewidth=2.5, alpha=0.45)
    ax.plot(places, table["mean"], "o", color=style.ACCENT, markersize=8, linestyle="none")
    for place, mean, number in zip(
        places, table["mean"], style.shown(table["mean"], unit), strict=True
    ):
        # Numbers of next to nothing would stand in one line, one over the other.
        if mean >= LEAST_NUMBERED * table["high"].max():
            note(ax, number, (place, mean), shift=(8, 6))
    ax.set_xticks(places, style.names(table.index))
    ax.margins(x=0.06)
    ax.set_ylim(bottom=0)
    style.scale(ax.yaxis, unit)
    ax.spines["left"].set_visible(False)


def colour_key(ax: Axes, drawn: ScalarMappable, unit: str) -> None:
    """The scale of a heat map whose cells hold no numbers."""
    bar = ax.figure.colorbar(drawn, ax=ax, pad=0.02, aspect=28)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=style.BODY, labelcolor=style.INK)
    style.scale(bar.ax.yaxis, unit, grid=False)


def heat(
    ax: Axes,
    shade: pd.DataFrame,
    labels: pd.DataFrame | None,
    *,
    low: float = 0,
    high: float | None = None,
    hidden: pd.DataFrame | None = None,
) -> None:
    """A grid of cells shaded from `low` to `high`, with the text of `labels` in them.

    Cells that are `hidden` are grey, all alike: a shade can be read as a number.
    """
    import seaborn  # takes seconds, and only heat maps need it

    if hidden is not None:
        shade = shade.mask(hidden, low)
    seaborn.heatmap(
        shade.set_axis(style.names(shade.index)).set_axis(style.names(shade.columns), axis=1),
        annot=None if labels is None else labels.to_numpy(),
        annot_kws={"fontsize": style.SMALL},
        fmt="",
        cmap=style.HEAT,
        vmin=low,
        vmax=high,
        cbar=False,
        linewidths=CELL_GAP,
        linecolor=style.PAPER,
        ax=ax,
    )
    ax.tick_params(length=0, labelsize=style.BODY, labelrotation=0)
    colours = ax.collections[0].to_rgba(shade)
    if hidden is not None:
        _grey(ax, hidden)
        colours[hidden.to_numpy()] = to_rgba(style.FAINT)
    for text in ax.texts:  # seaborn's own choice of dark or light is too pale on middle tones
        column, row = map(int, text.get_position())
        text.set_color(style.ink_on(colours[row, column]))


def _grey(ax: Axes, hidden: pd.DataFrame) -> None:
    """Paint the cells of a grid that are hidden over in one colour."""
    painted = np.ma.masked_where(~hidden.to_numpy(), np.zeros(hidden.shape))
    only = ListedColormap([style.FAINT])
    ax.pcolormesh(painted, cmap=only, edgecolors=style.PAPER, linewidth=CELL_GAP)


def shares(counts: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """The share that each cell of a grid has of those of its row that are shown; 0 if hidden.

    With a hidden cell in the sum, the shade of any other would tell how many it holds.
    """
    shown = counts.mask(hidden, 0)
    return shown.div(shown.sum(axis=1).replace(0, np.nan), axis=0).fillna(0)


def note(
    ax: Axes,
    text: Text | str,
    at: tuple[float, float],
    *,
    shift: tuple[float, float] = (8, 0),
    color: str = style.INK,
) -> None:
    """Words beside a point of the plot, `shift` points away from it."""
    ax.annotate(
        said(text, current()),
        at,
        xytext=shift,
        textcoords="offset points",
        ha="left" if shift[0] >= 0 else "right",
        va="center",
        color=color,
        fontsize=style.BODY,
        annotation_clip=False,
    )


def line_names(ax: Axes, lines: pd.DataFrame, colours: Mapping[str, tuple[str, str]]) -> None:
    """Name each line at its end, the higher one above: column to (name, colour)."""
    ends = lines.ffill().iloc[-1].sort_values()
    room = 0.07 * max(ax.get_ylim()[1], 1e-9)
    place = -np.inf
    for column, value in ends.items():
        place = max(value, place + room)
        name, colour = colours[column]
        note(ax, name, (lines.index[-1], place), color=colour)
