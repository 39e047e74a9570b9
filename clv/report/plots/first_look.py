"""A first look at a log: gaps between purchases, and amounts, as bars on steps that widen."""

from __future__ import annotations

import math

import pandas as pd
from babel.numbers import get_currency_name
from matplotlib.axes import Axes

from clv.report import style
from clv.report.messages import message
from clv.report.words import Text, current


def gaps(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of the days that customers let pass from one purchase day to the next.

    `table`: `at_least`, `below` (days), `purchase_days`.
    """
    title = message("Days from one purchase day of a customer to the next")
    return _steps(table, ax, title, x=message("days since the purchase before"))


def amounts(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of what a purchase day brings, on a logarithmic scale.

    `table`: `at_least`, `below` (money), `purchase_days`; `attrs["currency"]`.
    """
    title = message("What a purchase day brings, each step about twice the one before")
    currency = table.attrs.get("currency")
    scale = Text("amount, on a logarithmic scale")
    if currency:
        name = get_currency_name(currency, count=100, locale=current().locale)
        scale = Text("amount in {currency}, on a logarithmic scale", {"currency": name})
    return _steps(table, ax, title, x=scale)


def _steps(table: pd.DataFrame, ax: Axes | None, title: str, *, x: Text | str) -> Axes:
    """Bars on steps that are written at their edges; the highest of them stands out."""
    ax = style.axes(ax)
    if table.empty:
        return style.no_data(ax, title)
    days, places = table["purchase_days"], range(len(table))
    colours = [style.ACCENT if count == days.max() else style.GREY for count in days]
    drawn = ax.bar(places, days, 0.94, color=colours)
    shares = style.shown(days / days.sum(), "share")
    ax.bar_label(drawn, shares, padding=3, color=style.INK, fontsize=style.BODY)
    edges = [*table["at_least"], table["below"].iloc[-1]]
    written = style.Ticks("", current())
    shown = [written(edge) for edge in edges if math.isfinite(edge)]
    ax.set_xticks([place - 0.5 for place in range(len(shown))], shown)
    style.scale(ax.yaxis, whole=True)
    ax.spines["left"].set_visible(False)
    return style.say(ax, Text(title), x=x, y=message("purchase days"))
