"""The log and the people in it: rows, months, cohorts, segments."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.labels import OTHER
from clv.report.messages import message
from clv.report.plots import marks

MOST_PURCHASE_DAYS = 10  # from here on, purchase days share one bar
MOST_LABELLED = 20  # columns of a heat map whose cells still have room for a number


def account(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of the rows accepted and set aside, by what became of them and why.

    `table`: `what`, `reason`, `rows`, as in `transactions.account`.
    """
    fates = table[table["what"] != "in"]
    ax = style.axes(ax, height=1.2 + 0.36 * len(fates))
    title = message("Rows of the log, by what became of them")
    if fates.empty:
        return style.no_data(ax, title)
    rows = fates["rows"].set_axis(fates["reason"].where(fates["reason"] != "", fates["what"]))
    colours = [style.ACCENT if what == "accepted" else style.GREY for what in fates["what"]]
    marks.bars(ax, rows, style.with_shares(rows, "rows"), color=colours)
    return style.say(ax, title, x="rows")


def purchases_per_month(monthly: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Stacked bars of purchases by month: of new customers below, repeat ones above.

    `monthly`: indexed by month; columns `new`, `repeat`.
    """
    ax = style.axes(ax)
    title = message("Purchase days in each month")
    if monthly.empty:
        return style.no_data(ax, title)
    places = range(len(monthly))
    ax.bar(places, monthly["repeat"], 0.86, color=style.ACCENT)
    ax.bar(places, monthly["new"], 0.86, bottom=monthly["repeat"], color=style.GREY)
    every = -(-len(monthly) // 7)
    ax.set_xticks(places[::every], [style.month(month) for month in monthly.index[::every]])
    style.scale(ax.yaxis, whole=True)
    ax.spines["left"].set_visible(False)
    key = {message("First purchase"): style.GREY, message("Repeat purchase"): style.ACCENT}
    return style.say(ax, title, x="month", y="purchase days", key=key)


def purchase_days_histogram(customers: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of customers by how many days they have bought on; one-time buyers stand out.

    `customers`: one row per customer; column `frequency` (repeat purchase days).
    """
    ax = style.axes(ax)
    title = message("Customers by the number of days they bought on")
    if customers.empty:
        return style.no_data(ax, title)
    days = (customers["frequency"] + 1).clip(upper=MOST_PURCHASE_DAYS)
    counts = days.value_counts().reindex(range(1, MOST_PURCHASE_DAYS + 1), fill_value=0)
    colours = [style.ACCENT, *[style.GREY] * (len(counts) - 1)]
    drawn = ax.bar(counts.index, counts, 0.8, color=colours)
    shares = style.shown(counts / len(customers), "share")
    ax.bar_label(drawn, shares, padding=3, color=style.INK, fontsize=style.BODY)
    ax.set_xticks(counts.index, [*map(str, counts.index[:-1]), f"{MOST_PURCHASE_DAYS}+"])
    style.scale(ax.yaxis, whole=True)
    ax.spines["left"].set_visible(False)
    return style.say(ax, title, x="purchase days", y="customers")


def cohort_heatmap(retention: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of the share of each cohort that buys again, by periods since its first purchase.

    `retention`: indexed by cohort; columns 0, 1, 2 …; shares, NaN where not over yet.
    """
    # Period 0 is 100 % by definition, and would leave no shades for the rest.
    again = retention.drop(columns=[0], errors="ignore").dropna(how="all")
    ax = style.axes(ax, height=1.6 + 0.32 * len(again))
    title = message("Share of each cohort buying again, in percent")
    if again.empty:
        return style.no_data(ax, title)
    roomy = max(again.shape) <= MOST_LABELLED
    percent = again.map(lambda share: style.shown([100 * share], "customers")[0])
    low, high = again.min(axis=None), again.max(axis=None)
    marks.heat(ax, again, percent if roomy else None, low=low, high=high)
    if not roomy:
        marks.colour_key(ax, ax.collections[0], "share")
    return style.say(ax, title, x="months since the first purchase", y="first purchase")


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
    marks.heat(ax, ordered, style.people(ordered))
    return style.say(
        ax,
        title,
        x="frequency score (5: most purchase days)",
        y="recency score (5: bought most recently)",
    )
