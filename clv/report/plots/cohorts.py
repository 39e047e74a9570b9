"""Cohorts and the growth of the base: who comes back, what they bring, who came and who went."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import Messages, message
from clv.report.plots import marks

MOST_LABELLED = 20  # columns of a heat map whose cells still have room for a number
FEWEST_POINTS = 4  # of a line that can be compared with others
LATE = 0.6  # of the time: a line that ends before it is named at its end
SINCE: Final[Messages] = {
    "M": "months since the first purchase",
    "Q": "quarters since the first purchase",
    "Y": "years since the first purchase",
}


def cohort_heatmap(retention: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of the share of each cohort that buys again, by periods since its first purchase.

    `retention`: indexed by cohort; columns 0, 1, 2 …; shares, NaN where not over yet;
    `attrs["period"]`.
    """
    # Period 0 is 100 % by definition, and would leave no shades for the rest.
    again = retention.drop(columns=[0], errors="ignore").dropna(how="all")
    title = message("Share of each cohort buying again, in percent")
    since = SINCE[retention.attrs.get("period", "M")]
    return _shares(again, title, x=since, y=message("first purchase"), ax=ax)


def aarrr(cohorts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of the AARRR rates that can be seen, by cohort; blank where it is too early.

    `cohorts`: indexed by cohort; one column per rate, shares, NaN where not known; `attrs` may
    hold the labels of the rates.
    """
    seen = cohorts.dropna(axis=1, how="all").dropna(how="all")
    seen = seen.rename(columns=cohorts.attrs.get("labels", {}))
    title = message("Rates of each cohort, in percent")
    # Customers by their first purchase, leads by the day on which they were first known.
    return _shares(seen, title, x=message("rate"), y=message("cohort"), ax=ax)


def _shares(table: pd.DataFrame, title: str, *, x: str, y: str, ax: Axes | None) -> Axes:
    """A heat map of shares by cohort, the numbers in percent where there is room."""
    ax = style.axes(ax, height=1.6 + 0.32 * len(table))
    if table.empty:
        return style.no_data(ax, title)
    roomy = max(table.shape) <= MOST_LABELLED
    percent = table.map(lambda share: style.shown([100 * share], "customers")[0])
    low, high = table.min(axis=None), table.max(axis=None)
    marks.heat(ax, table, percent if roomy else None, low=low, high=high)
    if not roomy:
        marks.colour_key(ax, ax.collections[0], "share")
    return style.say(ax, title, x=x, y=y)


def cohort_revenue(revenue: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """A line for each cohort: money per customer so far, by periods since the first purchase.

    The newest cohort that is long enough stands out. `revenue`: indexed by cohort; columns 0, 1,
    2 …; NaN where not over yet; `attrs` currency, period.
    """
    ax = style.axes(ax)
    title = message("What a customer has brought so far, by cohort")
    lines = revenue.loc[:, revenue.notna().any()]
    if lines.empty:
        return style.no_data(ax, title)
    known = lines.notna().sum(axis=1)
    long_enough = known.index[known >= min(FEWEST_POINTS, known.max())]
    newest, oldest = long_enough[-1], known.index[0]
    for cohort in lines.index:
        line = lines.loc[cohort].dropna()
        colour, width = (style.ACCENT, 2.6) if cohort == newest else (style.GREY, 1.4)
        ax.plot(line.index, line, color=colour, linewidth=width, marker=".", zorder=width)
    for cohort, colour in {oldest: style.MUTED, newest: style.ACCENT}.items():
        _name_end(ax, lines, cohort, colour)
    style.scale(ax.xaxis, whole=True, grid=False)
    style.scale(ax.yaxis, revenue.attrs.get("currency") or "")
    ax.set_ylim(0, 1.12 * lines.max(axis=None))
    ax.margins(x=0.03)
    ax.spines["left"].set_visible(False)
    since = SINCE[revenue.attrs.get("period", "M")]
    return style.say(ax, title, x=since, y="revenue per customer")


def _name_end(ax: Axes, lines: pd.DataFrame, cohort: pd.Period, colour: str) -> None:
    """Name a line at its end, on the side on which there are fewer other lines."""
    line = lines.loc[cohort].dropna()
    last, value = line.index[-1], line.iloc[-1]
    near = lines.drop(index=cohort).loc[:, last - 1 : last + 1].stack().dropna()
    shift = 14 if (near > value).sum() <= (near < value).sum() else -14
    at_edge = last > LATE * lines.columns[-1]
    marks.note(
        ax, style.month(cohort), (last, value), shift=(-4 if at_edge else 8, shift), color=colour
    )


def customer_flow(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of who came and came back, above, and who lapsed, below; a dot for what that leaves.

    `table`: indexed by period; columns `new`, `reactivated`, `lapsed`, as
    `stages.growth_by_period` returns it.
    """
    ax = style.axes(ax)
    title = message("Who came, who came back and who lapsed")
    if table.empty:
        return style.no_data(ax, title)
    new, back, lapsed = (table[name].to_numpy(float) for name in ("new", "reactivated", "lapsed"))
    places = np.arange(len(table))
    colours = [style.STAGES[stage] for stage in ("onboarding", "reactivated", "dormant")]
    ax.bar(places, back, 0.8, color=colours[1])
    ax.bar(places, new, 0.8, bottom=back, color=colours[0])
    ax.bar(places, -lapsed, 0.8, color=colours[2])
    ax.plot(places, new + back - lapsed, "o", color=style.INK, markersize=4, linestyle="none")
    ax.axhline(0, color=style.MUTED, linewidth=1)
    every = -(-len(table) // 7)
    ax.set_xticks(places[::every], style.names(table.index[::every]))
    style.scale(ax.yaxis, "customers", whole=True)
    ax.spines[["left", "bottom"]].set_visible(False)
    names = [message("New"), message("Reactivated"), message("Lapsed"), message("Change")]
    key = dict(zip(names, [*colours, style.INK], strict=True))
    return style.say(ax, title, x="end of the period", y="customers", key=key)
