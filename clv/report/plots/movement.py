"""Why money moved: from one period to the next, cause by cause."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import message
from clv.report.plots import marks
from clv.report.words import Text, current


def revenue_movement(causes: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Waterfall from the revenue of the period before to that of this one, a step for each cause.

    `causes`: indexed by cause; `amount`; with `attrs` before and after, as
    `customers.movement.revenue_movement` returns it.
    """
    title = message("Why revenue moved")
    ax = _waterfall(causes, unit, title, ends=("period_before", "period_now"), ax=ax)
    return ax if causes.empty else style.say(ax, title, x="revenue", key=_key())


def value_bridge(parts: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Waterfall from the total of the last report to that of this one, a step for each part.

    `parts`: indexed by cause; `amount`, `low`, `high`; with `attrs` before and after, as
    `customers.value_bridge.value_bridge` returns it. A thin line is how sure a step is.
    """
    title = message("Why the expected total moved")
    ax = _waterfall(parts, unit, title, ends=("last_report", "this_report"), ax=ax)
    if parts.empty:
        return ax
    starts = parts.attrs["before"] + np.cumsum([0.0, *parts["amount"].iloc[:-1]])
    ax.hlines(
        np.arange(1, len(parts) + 1),
        starts + parts["low"],
        starts + parts["high"],
        color=style.INK,
        linewidth=1.2,
    )
    return style.say(ax, title, x="expected over the horizon", key=_key())


def _waterfall(
    causes: pd.DataFrame, unit: str, title: str, *, ends: tuple[str, str], ax: Axes | None
) -> Axes:
    """Steps from one total to another; `ends` are what the totals are called."""
    ax = style.axes(ax, height=1.4 + 0.4 * (len(causes) + 2))
    if causes.empty:
        return style.no_data(ax, title)
    before, after = causes.attrs["before"], causes.attrs["after"]
    steps = np.array([before, *causes["amount"], after])
    levels = before + np.cumsum(steps[1:-1])
    starts = np.array([0.0, before, *levels[:-1], 0.0])
    colours = [style.ACCENT if step >= 0 else style.LOSS for step in steps]
    colours[0] = colours[-1] = style.GREY
    places = np.arange(len(steps))
    ax.barh(places, steps, 0.66, left=starts, color=colours)
    for place, end in enumerate([before, *levels]):  # each step begins where the last one ended
        ax.plot([end, end], [place - 0.33, place + 1.33], color=style.GREY, linewidth=1)
    sure = causes.get("high", causes["amount"]).fillna(causes["amount"]).to_numpy()
    right = np.maximum(starts, starts + steps)
    right[1:-1] = np.maximum(right[1:-1], starts[1:-1] + sure)
    for place, label in enumerate(_signed(steps, unit)):
        marks.note(ax, label, (right[place], place), shift=(6, 0))
    ax.set_yticks(places, style.names([ends[0], *map(str, causes.index), ends[1]]))
    ax.invert_yaxis()
    style.no_scale(ax.xaxis)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(min(0.0, levels.min()), 1.2 * right.max())
    return ax


def _key() -> dict[str, str]:
    return {message("More"): style.ACCENT, message("Less"): style.LOSS}


def _signed(steps: np.ndarray, unit: str) -> list[str]:
    """The two totals as they are, the steps between them each with its sign."""
    words, numbers = current(), style.shown(steps, unit)
    more = (Text("+{amount}", {"amount": number}).render(words) for number in numbers)
    inner = range(1, len(steps) - 1)
    return [
        plus if place in inner and steps[place] > 0 else number
        for place, (plus, number) in enumerate(zip(more, numbers, strict=True))
    ]
