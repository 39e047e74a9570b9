"""Earlier forecasts beside what came: grey is counted, the accent is expected."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import message

MOST_NAMED = 6  # months that still have room below the axis
KEY = {message("Came"): style.MUTED, message("Foreseen, with its bounds"): style.ACCENT}


def track_record(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Earlier forecasts of revenue, each with the models' bounds and wider ones, and what came.

    `table`: one row per forecast, the earliest first; `made_on`, `forecast`, `low`, `high`,
    `widened_low`, `widened_high`, `came`.
    """
    ax = style.axes(ax)
    title = message("Earlier forecasts of revenue, and what came")
    if table.empty:
        return style.no_data(ax, title)
    places = range(len(table))
    ax.vlines(places, table["widened_low"], table["widened_high"], color=style.ACCENT, alpha=0.30)
    ax.vlines(places, table["low"], table["high"], color=style.ACCENT, linewidth=5, alpha=0.45)
    ax.plot(places, table["forecast"], "o", color=style.ACCENT, markersize=7)
    ax.plot(places, table["came"], "D", color=style.MUTED, markersize=7)
    months = table["made_on"].dt.to_period("M").drop_duplicates()
    named = months.iloc[:: -(-len(months) // MOST_NAMED)]
    ax.set_xticks(table.index.get_indexer(named.index), [*map(style.month, named)])
    ax.margins(x=0.06, y=0.08)
    ax.set_ylim(bottom=0)
    style.scale(ax.yaxis, unit)
    ax.spines["left"].set_visible(False)
    return style.say(ax, title, x="forecast made in", y="revenue", key=KEY)
