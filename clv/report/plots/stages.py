"""Where customers stand in the lifecycle, what that is worth, and who moved."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from clv.report import style, suppression, worth
from clv.report.labels import COLUMNS, OTHER, STAGES
from clv.report.messages import Messages, message
from clv.report.plots import marks
from clv.stages.rules import SILENT
from clv.stages.silence import NEXT_TELLS, WHY
from clv.stages.unlimited import NO_LIMIT

FEW_NAMES = 7  # columns whose slanted names do not run into each other

VALUE_TITLES: Messages = {  # by what the money is
    "revenue": "Expected revenue by stage of the lifecycle",
    "margin": "Expected value by stage of the lifecycle",
    "brought": "Revenue of the last year by stage of the lifecycle",
}


def stage_value(
    table: pd.DataFrame, *, value: str = "clv", unit: str = "", ax: Axes | None = None
) -> Axes:
    """Bars of expected revenue, or value, or of what was brought, by stage, in lifecycle order.

    `table`: indexed by stage; the column named by `value`, in `unit` (a currency or "").
    """
    title = VALUE_TITLES[worth.of(table)]
    known = table[value].reindex([stage for stage in [*STAGES, OTHER] if stage in table.index])
    sizes = known[known.fillna(0) != 0].astype(float)
    ax = style.axes(ax, height=1.2 + 0.36 * len(sizes))
    if sizes.empty:
        return style.no_data(ax, title)
    colours = [style.STAGES.get(stage, style.GREY) for stage in sizes.index]
    marks.bars(ax, sizes, style.with_shares(sizes, unit), color=colours)
    return style.say(ax, title, x=worth.to_come(worth.of(table)))


def stage_moves(matrix: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Heat map of people by stage then (down) and stage now (across), shaded by share of row.

    Hidden cells are grey, and shares are of those that are shown: no shade tells a number.

    `matrix`: index stage_then, columns stage_now, customers, as `Lifecycle.moves` returns it.
    """
    counts = matrix.loc[matrix.sum(axis=1) > 0, matrix.sum() > 0].astype(float)
    ax = style.axes(ax, height=1.8 + 0.36 * len(counts))
    title = message("People by stage then and stage now")
    if counts.empty:
        return style.no_data(ax, title)
    gone = suppression.hidden(counts)
    marks.heat(ax, marks.shares(counts, gone), style.people(counts), high=1, hidden=gone)
    ax.tick_params(axis="x", labelrotation=35 if counts.shape[1] <= FEW_NAMES else 90)
    return style.say(ax, title, x="stage now", y="stage then")


def silence_limits(thresholds: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Bars of the days of silence after which a customer is at risk, dormant, churned.

    `thresholds`: `threshold`, `purchase_days`, `value`, `why`, as `Thresholds.table` returns it; a
    NaN is a state that does not exist among customers with so many purchase days. Where none says
    when they are at risk, the bar is grey: nobody can tell who still buys.
    """
    rows = thresholds[thresholds["threshold"].isin(SILENT)]
    limits = rows.pivot(index="purchase_days", columns="threshold", values="value")
    limits = limits.reindex(index=rows["purchase_days"].unique(), columns=list(SILENT))
    ax = style.axes(ax, height=1.8 + 0.5 * len(limits))
    title = message("Days of silence before a stage begins")
    if limits.isna().all(axis=None):
        return style.no_data(ax, title)
    end = 1.15 * limits.max(axis=None)
    start, untold = 0 * limits["at_risk"].fillna(0), _untold(rows, limits)
    _from_day_on(ax, start, style.STAGES["active"], end)
    _from_day_on(ax, start.where(untold), style.GREY, end)
    for stage in SILENT:
        _from_day_on(ax, limits[stage], style.STAGES[stage], end)
    ax.set_yticks(range(len(limits)), style.names(limits.index))
    ax.invert_yaxis()
    style.scale(ax.xaxis, "days", whole=True, grid=False)
    ax.set_xlim(0, end)
    key = {STAGES[stage]: style.STAGES[stage] for stage in ("active", *SILENT)}
    key |= {COLUMNS[NO_LIMIT]: style.GREY} if untold.any() else {}
    return style.say(ax, title, x="days since the last purchase", y="purchase days so far", key=key)


def _untold(rows: pd.DataFrame, limits: pd.DataFrame) -> pd.Series:
    """Whether no limit says from which day on a customer is at risk, and none begins then."""
    first = rows[rows["threshold"] == "at_risk"].set_index("purchase_days")
    next_tells = first["why"].isin([WHY[basis] for basis in NEXT_TELLS])
    is_next = next_tells.reindex(limits.index, fill_value=False)
    return limits["at_risk"].isna() & (limits.isna().all(axis=1) | ~is_next)


def _from_day_on(ax: Axes, starts: pd.Series, colour: str, end: float) -> None:
    """One stage, from its first day to the end of the scale, over the stage before it."""
    known = starts.fillna(end)
    ax.barh(range(len(starts)), end - known, 0.66, left=known, color=colour)
    for place, (day, label) in enumerate(zip(starts, style.shown(starts), strict=True)):
        if day > 0:
            marks.note(ax, label, (day, place), shift=(4, 0), color=style.ink_on(colour))
