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
    ax = style.axes(ax, height=1.4 + 0.4 * (len(causes) + 2))
    title = message("Why revenue moved")
    if causes.empty:
        return style.no_data(ax, title)
    before, after = causes.attrs["before"], causes.attrs["after"]
    names = ["period_before", *map(str, causes.index), "period_now"]
    steps = np.array([before, *causes["amount"], after])
    ends = before + np.cumsum(steps[1:-1])
    starts = np.array([0.0, before, *ends[:-1], 0.0])
    colours = [style.ACCENT if step >= 0 else style.LOSS for step in steps]
    colours[0] = colours[-1] = style.GREY
    places = np.arange(len(steps))
    ax.barh(places, steps, 0.66, left=starts, color=colours)
    for place, end in enumerate([before, *ends]):  # each step begins where the last one ended
        ax.plot([end, end], [place - 0.33, place + 1.33], color=style.GREY, linewidth=1)
    right = np.maximum(starts, starts + steps)
    for place, label in enumerate(_signed(steps, unit)):
        marks.note(ax, label, (right[place], place), shift=(6, 0))
    ax.set_yticks(places, style.names(names))
    ax.invert_yaxis()
    style.no_scale(ax.xaxis)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(min(0.0, ends.min()), 1.2 * right.max())
    key = {message("More"): style.ACCENT, message("Less"): style.LOSS}
    return style.say(ax, title, x="revenue", key=key)


def _signed(steps: np.ndarray, unit: str) -> list[str]:
    """The two totals as they are, the steps between them each with its sign."""
    words, numbers = current(), style.shown(steps, unit)
    more = (Text("+{amount}", {"amount": number}).render(words) for number in numbers)
    inner = range(1, len(steps) - 1)
    return [
        plus if place in inner and steps[place] > 0 else number
        for place, (plus, number) in enumerate(zip(more, numbers, strict=True))
    ]
