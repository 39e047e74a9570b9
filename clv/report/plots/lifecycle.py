"""The ladder of a framework, how soon customers move on, what becomes of them, what it costs."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from clv.report import style, worth
from clv.report.labels import STAGES
from clv.report.messages import Messages, message
from clv.report.plots import marks
from clv.report.privacy import few
from clv.report.words import People, Text, current, said

THICK = 0.07  # share of people from which a band has room for its name
LETTERS = 75  # of a name, as wide as a chart
FEWEST_DAYS = 2  # points that a line or a band is drawn through
AT_RISK = style.STAGES["at_risk"]

MONEY_TITLES: Messages = {  # by what the money is
    "revenue": "Revenue of one more buyer in a hundred",
    "margin": "Value of one more buyer in a hundred",
}


def ladder(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of people by stage of a framework, those at risk marked, lapsed ones in grey.

    Customers stand there with their share of all customers, people before a purchase without one.

    `table`: as `report.frameworks.ladder` returns it; a stage of which nothing is known has no bar,
    and says so.
    """
    ax = style.axes(ax, height=1.5 + 0.38 * len(table))
    title = Text("{framework}: people by stage", {"framework": table.attrs["title"]})
    customers = table["customers"].astype("Float64")
    if not customers.fillna(0).sum():
        return style.no_data(ax, title)
    risk = table["at_risk"].astype("Float64").fillna(0)
    risk = risk.mask(risk.map(few), 0).to_numpy(float)  # its length would tell a handful
    length = customers.fillna(0).to_numpy(float)
    ladder = table["on_ladder"].fillna(value=False).to_numpy(bool)
    places = np.arange(len(table))
    colours = np.where(ladder, style.ACCENT, style.GREY)
    ax.barh(places, length - risk, 0.7, color=colours)
    ax.barh(places, risk, 0.7, left=length - risk, color=AT_RISK)
    for place, label in enumerate(_told(table, customers)):
        known = pd.notna(customers.iloc[place])
        ink = style.INK if known else style.MUTED
        marks.note(ax, label, (length[place], place), shift=(6, 0), color=ink)
    ax.set_yticks(places, style.names(table.index))
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, 1.5 * length.max())
    style.no_scale(ax.xaxis)
    ax.spines["left"].set_visible(False)
    key = {message("On the ladder"): style.ACCENT, message("of them at risk"): AT_RISK}
    return style.say(ax, title, x="people", key={**key, message("Off it"): style.GREY})


def _told(table: pd.DataFrame, customers: pd.Series) -> list[str]:
    """What stands beside each bar: how many, how many of them at risk, or why there is none."""
    words = current()
    shares = style.shown(table["share_of_customers"], "share")
    numbers = [
        Text("{number} ({share})", {"number": number, "share": share}).render(words)
        if share
        else number
        for number, share in zip(style.shown(customers, "customers"), shares, strict=True)
    ]
    per_cohort = table["per_cohort"].fillna(value=False).astype(bool)
    rates = style.shown(table["measured"], "share") if "measured" in table else [""] * len(table)
    found = []
    for number, customer, risk, measured, rate in zip(
        numbers, customers, table["at_risk"], per_cohort, rates, strict=True
    ):
        if measured and rate:
            told = Text("{share} of new customers: nobody stands in it", {"share": rate})
            found.append(told.render(words))
        elif measured:
            found.append(said(message("a measure: nobody stands in it"), words))
        elif pd.isna(customer):
            found.append(said(message("cannot be seen in these data"), words))
        elif pd.notna(risk) and risk > 0:
            values = {"number": number, "risk": People(risk)}
            found.append(Text("{number}, of them {risk} at risk", values).render(words))
        else:
            found.append(number)
    return found


def onward(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """A line for each stage: the share that has moved on by each day since it was entered.

    `table`: `stage`, `days`, `share`, as `stages.onward.onward` returns it.
    """
    ax = style.axes(ax, height=4.2)
    title = message("How soon people move on, or come back")
    lines = table.pivot(index="days", columns="stage", values="share").astype(float)
    lines = lines.reindex(columns=[stage for stage in STAGES if stage in lines])
    if len(lines.dropna(how="all")) < FEWEST_DAYS:
        return style.no_data(ax, title)
    for stage, line in lines.items():
        ax.plot(line.index, line, color=style.STAGES[stage], linewidth=2.5)
        # From where nobody was followed any longer, on to the name of the line.
        ax.plot(line.index, line.ffill().where(line.shift(-1).isna()), color=style.GREY, ls=":")
    ax.set_ylim(0, 1.08 * lines.max(axis=None))
    ax.set_xlim(0, lines.index.max())
    style.scale(ax.yaxis, "share")
    style.scale(ax.xaxis, "days", whole=True, grid=False)
    marks.line_names(ax, lines, {stage: (STAGES[stage], style.INK) for stage in lines})
    return style.say(ax, title, x="days since they entered the stage", y="have moved on")


def occupation(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bands of the share of people in each stage, by days since they were first known.

    `table`: `days`, `stage`, `share`, as `stages.occupation.occupation` returns it.
    """
    ax = style.axes(ax, height=4.2)
    title = message("What becomes of people")
    bands = table.pivot(index="days", columns="stage", values="share").astype(float)
    bands = bands[[stage for stage in style.STAGES if stage in bands]].dropna()
    if len(bands) < FEWEST_DAYS:
        return style.no_data(ax, title)
    colours = [style.STAGES[stage] for stage in bands]
    # Rules move customers on one day: a slope would show them moving before it.
    steps = {"step": "post", "edgecolor": style.PAPER, "linewidth": 0.6}
    ax.stackplot(bands.index, bands.T, colors=colours, **steps)
    top = bands.cumsum(axis=1)
    named = [stage for stage in bands if _name_inside(ax, stage, top[stage], bands[stage])]
    ax.set_ylim(0, top.iloc[:, -1].max())
    ax.set_xlim(bands.index.min(), bands.index.max())
    style.scale(ax.yaxis, "share", grid=False)
    style.scale(ax.xaxis, "days", whole=True, grid=False)
    thin = [stage for stage in bands if stage not in named and bands[stage].max() > 0]
    key = {STAGES[stage]: style.STAGES[stage] for stage in reversed(thin)}
    style.say(ax, title, x="days since they were first known", y="share of people", key=key)
    return ax


def _name_inside(ax: Axes, stage: str, top: pd.Series, band: pd.Series) -> bool:
    """Write the name of a stage into its band, where that has most room; whether there is any."""
    name = said(STAGES[stage], current())
    points = math.ceil((len(top) - 1) * (len(name) + 2) / LETTERS) | 1  # odd: one in the middle
    ends = pd.DataFrame({"top": top, "bottom": top - band}).iloc[:-1]  # each holds until the next
    wide = ends.rolling(points, center=True)
    ceiling, floor = wide.min()["top"], wide.max()["bottom"]
    room = (ceiling - floor).fillna(0)
    day = room.idxmax()
    if room[day] < THICK:
        return False
    colour = style.ink_on(style.STAGES[stage])
    ax.text(
        day + (top.index[1] - top.index[0]) / 2,
        (ceiling[day] + floor[day]) / 2,
        name,
        ha="center",
        va="center",
        color=colour,
        fontsize=style.BODY,
    )
    return True


def loss_reasons(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of how often each reason was given for a lost lead, most frequent first.

    `table`: indexed by reason; column `customers`.
    """
    title = message("Why leads are lost")
    ax = style.axes(ax, height=1.2 + 0.36 * len(table))
    if table.empty:
        return style.no_data(ax, title)
    values = table["customers"].astype(float)
    marks.bars(ax, values, style.with_shares(values, "customers"))
    return style.say(ax, title, x="lost leads")


def worth_fixing(table: pd.DataFrame, *, unit: str = "", ax: Axes | None = None) -> Axes:
    """Bars of what one more buyer in a hundred brings, by stage, most first.

    `table`: indexed by stage; column `one_point` (money of `unit`).
    """
    title = MONEY_TITLES[worth.of(table)]
    money = table["one_point"].dropna()
    ax = style.axes(ax, height=1.2 + 0.36 * len(money))
    if money.empty:
        return style.no_data(ax, title)
    colours = [style.STAGES.get(stage, style.GREY) for stage in money.index]
    marks.bars(ax, money, style.shown(money, unit), color=colours)
    return style.say(ax, title, x=worth.noun(worth.of(table)))
