"""What the models say, beside what happened: grey is counted, the accent is expected."""

from __future__ import annotations

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import Messages, message
from clv.report.plots import marks
from clv.report.words import Text, current

SIDES = {"actual": style.GREY, "expected": style.ACCENT}
KEY = {message("Counted"): style.GREY, message("Expected by the model"): style.ACCENT}
LINES = {
    "actual": (message("Counted"), style.MUTED),
    "expected": (message("Expected"), style.ACCENT),
}
SPAN: Messages = {
    "W": "weeks from first to last purchase",
    "D": "days from first to last purchase",
    "": "time from first to last purchase",
}
GROUPS: Messages = {  # of customers, by what they are grouped by
    "repeat_purchases": "repeat purchases before the test period",
    "decile": "tenths of the customers, the highest forecasts first",
}
AVERAGES: Messages = {  # of the purchases that count
    "repeat": "Average purchase of repeat buyers: counted, and expected",
    "all": "Average purchase of all customers: counted, and expected",
}


def frequency_recency_matrix(
    matrix: pd.DataFrame,
    *,
    title: Text | str = message("Chance of still being a customer"),
    unit: str = "share",
    ax: Axes | None = None,
) -> Axes:
    """Heat map of a model's answer by repeat purchases (up) and recency (across).

    `matrix`: index frequency, columns recency in periods of `attrs["unit"]`; p_alive (unit
    "share") or expected purchases (unit "purchases").
    """
    ax = style.axes(ax, height=4.4)
    if matrix.empty:
        return style.no_data(ax, title)
    low, high = (0, 1) if unit == "share" else (0, None)
    drawn = ax.pcolormesh(
        matrix.columns, matrix.index, matrix, cmap=style.HEAT, vmin=low, vmax=high, rasterized=True
    )
    marks.colour_key(ax, drawn, unit)
    style.scale(ax.xaxis, grid=False)
    style.scale(ax.yaxis, whole=True, grid=False)
    return style.say(ax, title, x=SPAN[matrix.attrs.get("unit", "")], y="repeat purchases")


def frequency_fit(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of customers by number of repeat purchases: as counted, and as the model expects.

    `table`: indexed by number of repeat purchases (0 … "7+"); columns `actual`, `expected`.
    """
    ax = style.axes(ax)
    title = message("Customers by repeat purchases: counted, and expected")
    if table.empty:
        return style.no_data(ax, title)
    marks.beside(ax, table, SIDES)
    style.scale(ax.yaxis, whole=True)
    return style.say(ax, title, x="repeat purchases", y="customers", key=KEY)


def spend_fit(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Density of the average purchase: as counted, and as the model expects.

    `table`: indexed by amount (the middle of each bin); columns `actual`, `expected` (densities);
    `attrs["basis"]` says which purchases count, "repeat" or "all".
    """
    ax = style.axes(ax)
    title = AVERAGES[table.attrs.get("basis", "repeat")]
    if table.empty:
        return style.no_data(ax, title)
    ax.fill_between(table.index, table["actual"], step="mid", color=style.GREY, linewidth=0)
    ax.plot(table.index, table["expected"], color=style.ACCENT, linewidth=2.5)
    style.scale(ax.xaxis, unit, grid=False)
    style.no_scale(ax.yaxis)
    ax.set_xlim(0, table.index.max())
    ax.set_ylim(bottom=0)
    return style.say(ax, title, x="average purchase", y="how common", key=KEY)


def spend_by_frequency(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Mean spend per purchase with its interval, by number of repeat purchases.

    `table`: indexed by number of repeat purchases; columns `mean`, `low`, `high`.
    """
    ax = style.axes(ax)
    title = message("Average purchase, by how often customers came back")
    if table.empty:
        return style.no_data(ax, title)
    marks.spans(ax, table, unit)
    return style.say(ax, title, x="repeat purchases", y="average purchase")


def tracking(table: pd.DataFrame, *, cumulative: bool = True, ax: Axes | None = None) -> Axes:
    """Lines of repeat purchases over time: as counted, and as the model expects.

    `table`: indexed by date; columns `actual`, `expected`, cumulative; an optional bool column
    `holdout` marks what the model had not seen. `cumulative=False` draws each period's own.
    """
    ax = style.axes(ax)
    title = message("Repeat purchases: counted, and expected")
    if table.empty:
        return style.no_data(ax, title)
    lines = table[[*LINES]] if cumulative else table[[*LINES]].diff().fillna(table[[*LINES]])
    for column, (_, colour) in LINES.items():
        ax.plot(lines.index, lines[column], color=colour, linewidth=2.5)
    ax.set_ylim(0, 1.12 * max(lines.max(axis=None), 1))  # room for a word above the lines
    style.scale(ax.yaxis, whole=True)
    ax.spines["left"].set_visible(False)
    _time_axis(ax, lines.index)
    if "holdout" in table and table["holdout"].any():
        _forecast_begins(ax, table.index[table["holdout"]][0])
    marks.line_names(ax, lines, LINES)
    span = message("repeat purchases so far") if cumulative else message("repeat purchases")
    return style.say(ax, title, x="date" if _is_dated(lines.index) else "period", y=span)


def seasons(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars up and down: purchases of each month against what the model expected.

    `table`: indexed by month (1 to 12); columns `ratio`, `low`, `high`. Months that chance may
    account for are grey.
    """
    ax = style.axes(ax)
    title = message("Purchases against what the model expects, by month")
    if table.empty:
        return style.no_data(ax, title)
    off, chance = table["ratio"] - 1, table["low"].le(1) & table["high"].ge(1)
    colours = [style.GREY if at_random else style.ACCENT for at_random in chance]
    drawn = ax.bar(range(len(table)), off, 0.7, color=colours)
    ax.bar_label(drawn, style.shown(off, "share"), padding=4, color=style.INK, fontsize=style.BODY)
    ax.axhline(0, color=style.MUTED, linewidth=1)
    ax.set_xticks(range(len(table)), [current().month(n, "abbreviated") for n in table.index])
    style.scale(ax.yaxis, "share")
    ax.margins(y=0.16)
    ax.spines[["left", "bottom"]].set_visible(False)
    return style.say(ax, title, x="month", y="more or less than expected")


def calibration(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of mean purchases in the holdout by group: as counted, and as predicted.

    `table`: indexed by repeat_purchases before the holdout, or by decile of the forecast; columns
    `predicted`, `actual` (purchases per customer).
    """
    ax = style.axes(ax)
    title = message("Purchases per customer in the test period, by group")
    if table.empty:
        return style.no_data(ax, title)
    marks.beside(ax, table, {"actual": style.GREY, "predicted": style.ACCENT})
    style.scale(ax.yaxis)
    groups = GROUPS.get(str(table.index.name), message("group"))
    return style.say(ax, title, x=groups, y="purchases per customer", key=KEY)


def _is_dated(index: pd.Index) -> bool:
    return isinstance(index, pd.DatetimeIndex)


def _time_axis(ax: Axes, index: pd.Index) -> None:
    """Months on an axis of days; plain numbers on any other."""
    if not _is_dated(index):
        return style.scale(ax.xaxis, whole=True, grid=False)
    words = current()
    ax.xaxis.set_major_locator(dates.AutoDateLocator(minticks=4, maxticks=7))
    ax.xaxis.set_major_formatter(lambda day, _: style.month(dates.num2date(day), words))
    return None


def _forecast_begins(ax: Axes, start: object) -> None:
    """A line where the model's own data end."""
    ax.axvline(start, color=style.MUTED, linewidth=1, linestyle=(0, (4, 3)))
    top = ax.get_ylim()[1]
    marks.note(ax, "forecast begins", (start, top), shift=(-6, -8), color=style.MUTED)
