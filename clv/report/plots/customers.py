"""The log and the people in it: rows, months, purchase days."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import message
from clv.report.plots import marks

MOST_PURCHASE_DAYS = 10  # from here on, purchase days share one bar


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
