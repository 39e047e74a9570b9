"""The one visual language: colours, sizes, and how a chart is set up, labelled and spoken.

Ink and grey are what happened, the accent is what we expect or point at. Stages and segments keep
their colour in every chart, and no colour is the only sign: names and numbers stand beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import Formatter, MaxNLocator

from clv.report import suppression
from clv.report.languages import MISSING
from clv.report.words import Text, Words, current, of_unit, said

# Colours ------------------------------------------------------------------------------------

PAPER: Final = "#FFFFFF"
INK: Final = "#1E2933"  # words and numbers
MUTED: Final = "#55616B"  # axes, and what happened
GREY: Final = "#B4BDC5"  # the rest
FAINT: Final = "#E6EAED"  # grid lines
ACCENT: Final = "#1B6CA8"  # what is expected, what is pointed at
LOSS: Final = "#C8641B"  # money that went, beside money that came

HEAT: Final = LinearSegmentedColormap.from_list("heat", ["#F1F6FA", "#9CC3DF", ACCENT, "#0B3C6F"])

# Sand before the first purchase, blue while a customer buys, amber to wine as one is lost; within
# each family, lightness tells the members apart without any hue.
STAGES: Final = {
    "reached": "#E3DCCB",
    "lead": "#C2B280",
    "prospect": "#8F8052",
    "lost_lead": "#5A5340",
    "onboarding": "#A6DDE8",
    "active": "#4AA8C9",
    "loyal": "#1B6CA8",
    "advocate": "#0B3C6F",
    "at_risk": "#F2B134",
    "dormant": "#C8641B",
    "churned": "#6E1F1A",
    "reactivated": "#7F3FD1",
}

SEGMENTS: Final = {
    "champions": "#0B3C6F",
    "loyal_customers": "#1B6CA8",
    "potential_loyalists": "#4AA8C9",
    "new_customers": "#A6DDE8",
    "promising": "#7F3FD1",
    "need_attention": "#F4D58A",
    "about_to_sleep": "#E0A030",
    "at_risk": "#C8641B",
    "cant_lose": "#8E1B3A",
    "hibernating": "#8A8A8A",
}

# Sizes --------------------------------------------------------------------------------------

WIDTH: Final = 7.2  # inches: a page is 760 pixels wide
LOWEST: Final = 2.4  # inches: room for title, key and scale around a single bar
SMALL: Final = 10.0  # points
BODY: Final = 11.0
TITLE: Final = 13.0
KEY_ROOM: Final = 28  # points between the plot and a title that has a key below it
KEY_ROW: Final = 17  # points that every further row of a key takes
KEY_LETTERS: Final = 70  # in one row of a key
PATCH: Final = 4  # letters, as wide as a patch of colour with the room around it


def axes(ax: Axes | None, *, height: float = 3.8) -> Axes:
    """The Axes given, or one on a fresh figure of the page's width, plain and quiet."""
    if ax is None:
        size = (WIDTH, max(height, LOWEST))
        _, ax = plt.subplots(figsize=size, facecolor=PAPER, layout="constrained")
    ax.set_facecolor(PAPER)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(GREY)
    ax.tick_params(colors=MUTED, labelcolor=INK, labelsize=BODY, length=0, pad=5)
    return ax


def say(
    ax: Axes,
    title: Text | str,
    *,
    x: Text | str = "",
    y: Text | str = "",
    key: Mapping[str, str] | None = None,
) -> Axes:
    """Title, axis labels and, where colours need one, a key: name to colour, below the title."""
    words = current()
    side = "right" if words.direction == "rtl" else "left"
    ax.set_xlabel(said(x, words), color=MUTED, fontsize=BODY, labelpad=6)
    ax.set_ylabel(said(y, words), color=MUTED, fontsize=BODY, labelpad=6)
    ax.set_title(
        said(title, words),
        loc=side,
        color=INK,
        fontsize=TITLE,
        fontweight="bold",
        wrap=True,
        pad=KEY_ROOM + KEY_ROW * (_rows(key) - 1) if key else 10,
    )
    if key:
        _explain(ax, key, side)
    return ax


def _rows(key: Mapping[str, str]) -> int:
    """Rows of a key: so many that none is wider than the chart, in this language."""
    letters = sum(len(said(name, current())) + PATCH for name in key)
    return math.ceil(letters / KEY_LETTERS)


def _explain(ax: Axes, key: Mapping[str, str], side: str) -> None:
    """A key between title and plot: a patch of each colour, and what it stands for."""
    words = current()
    ax.legend(
        [plt.Rectangle((0, 0), 1, 1, color=colour) for colour in key.values()],
        [said(name, words) for name in key],
        loc=f"lower {side}",
        bbox_to_anchor=(0 if side == "left" else 1, 1),
        ncols=math.ceil(len(key) / _rows(key)),
        frameon=False,
        fontsize=BODY,
        labelcolor=INK,
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.2,
        borderpad=0.2,
    )


def no_data(ax: Axes, title: Text | str) -> Axes:
    """An Axes that says so where a table has no rows: a page is never left without its picture."""
    ax.set_axis_off()
    nothing = said("No data", current())
    ax.text(0.5, 0.5, nothing, transform=ax.transAxes, ha="center", color=MUTED, fontsize=TITLE)
    return say(ax, title)


def names(keys: Iterable[object]) -> list[str]:
    """What groups are called: stages, segments and models by name, periods by their month.

    What brings its own names is called by them.
    """
    return [_name(key) for key in keys]


def _name(key: object) -> str:
    if isinstance(key, pd.Period | pd.Timestamp):
        return month(key)
    if hasattr(key, "render"):
        return key.render(current())
    return current().label(key) if isinstance(key, str) else str(key)


# Numbers ------------------------------------------------------------------------------------


def shown(values: Sequence[float], unit: str = "") -> list[str]:
    """Numbers as they stand beside their marks; unknown ones are left blank."""
    words, values = current(), np.asarray(values, dtype=float)
    known = np.abs(values[np.isfinite(values)])
    digits = 0 if known.size and known.max() >= 100 else None
    return [
        of_unit(value, unit, digits).render(words) if math.isfinite(value) else ""
        for value in values
    ]


def with_shares(values: pd.Series, unit: str = "") -> list[str]:
    """Numbers, each with its share of their sum: "1,210 (5%)"."""
    pairs = zip(shown(values, unit), shown(values / values.sum(), "share"), strict=True)
    words = current()
    return [
        Text("{number} ({share})", {"number": number, "share": share}).render(words)
        for number, share in pairs
    ]


def people(counts: pd.DataFrame) -> pd.DataFrame:
    """Customers in the cells of a grid: blank for none, and no cell that could name somebody."""
    some = counts.map(lambda count: shown([count], "customers")[0])
    return some.where(counts > 0, "").mask(suppression.hidden(counts), MISSING)


class Ticks(Formatter):
    """Tick labels in a unit and a language, with just the decimals that tell them apart."""

    def __init__(self, unit: str, words: Words) -> None:
        self.unit, self.words = unit, words

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        scaled = np.asarray(values) * (100 if self.unit == "share" else 1)
        digits = next((n for n in range(6) if np.allclose(scaled, scaled.round(n), atol=1e-8)), 6)
        return [of_unit(value, self.unit, digits).render(self.words) for value in values]


def scale(axis: Axis, unit: str = "", *, whole: bool = False, grid: bool = True) -> None:
    """A scale of few, rounded, spoken numbers with faint lines across the plot."""
    axis.set_major_locator(MaxNLocator(5, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(Ticks(unit, current()))
    if grid:
        axis.grid(color=FAINT, linewidth=1)


def no_scale(axis: Axis) -> None:
    """No ticks: the numbers stand beside their marks."""
    axis.set_ticks([])
    side = "bottom" if axis.axis_name == "x" else "left"
    axis.axes.spines[side].set_visible(False)


def month(day: object, words: Words | None = None) -> str:
    """A month and its year, or a quarter or a year where a period is one, short: "Jan 1997"."""
    words = words or current()
    if isinstance(day, pd.Period):
        return words.period(day.start_time.date(), day.freqstr[0])
    return words.period(pd.Timestamp(day).date())


def luminance(colour: str) -> float:
    """How light a colour is to the eye, 0 to 1 (WCAG 2, relative luminance)."""
    channels = np.asarray(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour; either way above 4.5 to 1."""
    return "black" if luminance(colour) > 0.179 else "white"
