"""Where customers stand in the lifecycle, what that is worth, and who moved."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style, worth
from clv.report.labels import OTHER, STAGES
from clv.report.messages import Messages, message
from clv.report.plots import marks
from clv.report.words import Text

SILENCES = ["at_risk", "dormant", "churned"]  # stages that a silence begins

VALUE_TITLES: Messages = {  # by what the money is
    "revenue": "Expected revenue by stage of the lifecycle",
    "margin": "Expected value by stage of the lifecycle",
}


def stage_sizes(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of customers by stage, in lifecycle order; stages that hold nobody are left out.

    `table`: indexed by stage; column `customers`.
    """
    title = message("Customers by stage of the lifecycle")
    return _by_stage(
        table, "customers", unit="customers", title=title, x=message("customers"), ax=ax
    )


def stage_value(
    table: pd.DataFrame, *, value: str = "clv", unit: str = "", ax: Axes | None = None
) -> Axes:
    """Bars of expected revenue, or value, by stage, in lifecycle order.

    `table`: indexed by stage; the column named by `value`, in `unit` (a currency or "").
    """
    kind = worth.of(table)
    title = VALUE_TITLES[kind]
    return _by_stage(table, value, unit=unit, title=title, x=worth.to_come(kind), ax=ax)


def _by_stage(
    table: pd.DataFrame, column: str, *, unit: str, title: str, x: Text | str, ax: Axes | None
) -> Axes:
    known = table[column].reindex([stage for stage in [*STAGES, OTHER] if stage in table.index])
    sizes = known[known.fillna(0) != 0].astype(float)
    ax = style.axes(ax, height=1.2 + 0.36 * len(sizes))
    if sizes.empty:
        return style.no_data(ax, title)
    colours = [style.STAGES.get(stage, style.GREY) for stage in sizes.index]
    marks.bars(ax, sizes, style.with_shares(sizes, unit), color=colours)
    return style.say(ax, title, x=x)


def stage_moves(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of customers by stage then (down) and stage now (across), shaded by share of row.

    `matrix`: index stage_then, columns stage_now, customers, as `Lifecycle.moves` returns it.
    """
    counts = matrix.loc[matrix.sum(axis=1) > 0, matrix.sum() > 0].astype(float)
    ax = style.axes(ax, height=1.8 + 0.36 * len(counts))
    title = message("Customers by stage then and stage now")
    if counts.empty:
        return style.no_data(ax, title)
    shares = counts.div(counts.sum(axis=1), axis=0)
    marks.heat(ax, shares, style.people(counts), high=1)
    ax.tick_params(axis="x", labelrotation=35)
    return style.say(ax, title, x="stage now", y="stage then")


def silence_limits(thresholds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of the days of silence after which a customer is at risk, dormant, churned.

    `thresholds`: `threshold`, `purchase_days`, `value`, as `Thresholds.table` returns it; a NaN
    is a state that does not exist among customers with so many purchase days.
    """
    rows = thresholds[thresholds["threshold"].isin(SILENCES)]
    limits = rows.pivot(index="purchase_days", columns="threshold", values="value")
    limits = limits.reindex(index=rows["purchase_days"].unique(), columns=SILENCES)
    ax = style.axes(ax, height=1.8 + 0.5 * len(limits))
    title = message("Days of silence before a stage begins")
    if limits.isna().all(axis=None):
        return style.no_data(ax, title)
    end = 1.15 * limits.max(axis=None)
    for stage in ("active", *SILENCES):
        _from_day_on(ax, limits.get(stage, 0 * limits["at_risk"].fillna(0)), stage, end)
    ax.set_yticks(range(len(limits)), style.names(limits.index))
    ax.invert_yaxis()
    style.scale(ax.xaxis, "days", whole=True, grid=False)
    ax.set_xlim(0, end)
    key = {STAGES[stage]: style.STAGES[stage] for stage in ("active", *SILENCES)}
    return style.say(ax, title, x="days since the last purchase", y="purchase days so far", key=key)


def _from_day_on(ax: Axes, starts: pd.Series, stage: str, end: float) -> None:
    """One stage, from its first day to the end of the scale, over the stage before it."""
    colour = style.STAGES[stage]
    known = starts.fillna(end)
    ax.barh(range(len(starts)), end - known, 0.66, left=known, color=colour)
    for place, (day, label) in enumerate(zip(starts, style.shown(starts), strict=True)):
        if day > 0:
            marks.note(ax, label, (day, place), shift=(4, 0), color=style.ink_on(colour))
