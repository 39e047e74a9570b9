"""Every exit from a stage as a table, for whoever wants to know exactly: by event, and by rule."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from clv.report.findings.finding import estimate, share_of_buyers, sure
from clv.report.privacy import FEWEST
from clv.report.words import Count, Interval, Label, Number, Quantity, Share, Text, Value
from clv.stages.onward import WAITING
from clv.stages.thresholds import Thresholds

DAYS: Final = (
    "median",
    "median_low",
    "median_high",
    "mean",
    "mean_low",
    "mean_high",
    "biased_mean",
)
SHARES: Final = ("share", "low", "high")


def by_days(table: pd.DataFrame, groups: str | list[str] = "stage") -> pd.DataFrame:
    """A row for each group, a column for each number of days: shares, each with its bounds.

    Parameters
    ----------
    table
        One row per group and number of days: days, entries, share, low, high, naive, still_open,
        as `stages.onward.onward` and `stages.stays.success` return them.
    groups
        The columns that tell the groups apart.
    """
    rows = {
        name: {
            **{int(row.days): _share(row) for row in own.itertuples()},
            **own.iloc[-1][["entries", "naive", "still_open"]],
        }
        for name, own in table.groupby(groups, sort=False)
    }
    found = pd.DataFrame.from_dict(rows, orient="index")
    if groups == "stage" and rows:
        found.index = pd.CategoricalIndex(found.index, found.index, name="stage")
    days = {day: Quantity(day, "days") for day in table["days"].unique()}
    counts = dict.fromkeys(("entries", "still_open"), "customers")
    found.attrs = {"labels": days | {"entries": "entered"}, "units": counts | {"naive": "share"}}
    return found


def by_event(success: pd.DataFrame) -> pd.DataFrame:
    """How likely each move by an event is by some days: a row for each move.

    `success`: as `stages.stays.success` returns it; moves of a handful of customers are left out.
    """
    known = success[success["moved"] >= FEWEST]
    found = by_days(known, ["state", "next_state"])
    shown = found.reset_index(drop=True)
    shown.insert(0, "move", [move(*pair) for pair in found.index])
    shown.attrs = found.attrs
    return shown


def by_rule(ruled: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """The limit of each exit by rule, and who moves on or comes back before it.

    Among customers who buy, each purchase begins the silence anew: what a limit is counted from is
    the last purchase and not the stage's first day, and nobody can be said to come back before it.

    Parameters
    ----------
    ruled
        As `stages.stays.by_rule` returns it; exits of a handful of customers are left out.
    thresholds
        By which the stages were told.
    """
    known = ruled[ruled["moved"] >= FEWEST]
    waiting = known["state"].isin(WAITING)
    rows = list(zip(known.itertuples(), waiting, strict=True))
    return pd.DataFrame(
        {
            "move": _moves(known),
            "moved": known["moved"].to_numpy(),
            "limit": [
                limit(row) if waits else _silence(thresholds, row.next_state) for row, waits in rows
            ],
            "came_back_before": [_share(row) if waits else None for row, waits in rows],
        }
    )


def _silence(thresholds: Thresholds, state: str) -> Text | None:
    """The days of silence after which a state begins; None where it is not silence that does."""
    days = [limit.after for limit in thresholds.limits if limit.state == state]
    days = [day for day in days if day is not None]
    if not days:
        return None
    if min(days) == max(days):
        return Text("{days} of silence", {"days": Quantity(days[0], "days")})
    between = Interval(Count(min(days)), Count(max(days)))
    return Text("{between} days of silence", {"between": between})


def limit(row: Any) -> Text:  # noqa: ANN401 -- a row of a table
    """The days after which a limit is reached, and how far they differ between customers."""
    days = Quantity(round(row.limit), "days")
    if row.limit_low == row.limit_high:
        return Text("{days}", {"days": days})
    between = Interval(Count(row.limit_low), Count(row.limit_high))
    return Text("{days} ({between})", {"days": days, "between": between})


def lengths(stays: pd.DataFrame) -> pd.DataFrame:
    """How long customers stay in each stage, a column for each; infinite medians are not reached.

    `stays`: as `stages.stays.lengths` returns it.
    """
    shown = stays.replace(float("inf"), float("nan"))
    shown.index = pd.CategoricalIndex(shown.index, shown.index, name="stage")
    shown.attrs = {"units": dict.fromkeys(DAYS, "days")}
    return shown


def occupation(there: pd.DataFrame) -> pd.DataFrame:
    """The share of customers in each stage, a row each, by the days since they were first known.

    `there`: as `stages.occupation.occupation` returns it for some days.
    """
    shown = there.pivot(index="stage", columns="days", values="share")
    shown = shown.loc[there["stage"].unique()]
    shown.index = pd.CategoricalIndex(shown.index, shown.index, name="stage")
    days = list(shown.columns)
    labels = {day: Quantity(day, "days") for day in days}
    shown = shown.rename_axis(columns=None)
    shown.attrs = {"units": dict.fromkeys(days, "share"), "labels": labels}
    return shown


def later(behaviour: pd.DataFrame) -> pd.DataFrame:
    """Who of each stage bought afterwards, beside what the stage promises at most.

    `behaviour`: as `stages.validation.by_stage` returns it.
    """
    shown = behaviour[["customers", "promised"]].copy()
    shown.insert(1, "bought_again", [share_of_buyers(row) for row in behaviour.itertuples()])
    days, horizon = (Quantity(behaviour.attrs[name], "days") for name in ("days", "horizon"))
    labels = {
        "bought_again": Text("Bought again within {days}", {"days": days}),
        "promised": Text("Promised within {days}, at most", {"days": horizon}),
    }
    shown.attrs = {"units": {"promised": "share"}, "labels": labels}
    return shown


def rates(moves: pd.DataFrame) -> pd.DataFrame:
    """How often each move was made in a period, per year spent in the stage.

    `moves`: as `stages.stays.rates` returns it; moves of a handful of customers are left out.
    """
    known = moves[moves["moved"] >= FEWEST].reset_index(drop=True)
    rates = known[["rate", "low", "high"]].itertuples(index=False)
    return pd.DataFrame(
        {
            "move": _moves(known),
            "moved": known["moved"],
            "years": known["years"],
            "rate": [estimate(*map(Number, row)) for row in rates],
        }
    )


def _moves(table: pd.DataFrame) -> list[Text]:
    """Each row's move, from one stage to another."""
    return [move(*pair) for pair in zip(table["state"], table["next_state"], strict=True)]


def move(state: str, next_state: str) -> Text:
    """A move as it is read."""
    return Text("{then} → {now}", {"then": Label(state), "now": Label(next_state)})


def _share(row: Any) -> Value:  # noqa: ANN401 -- a row of a table
    return sure(*(Share(getattr(row, name)) for name in SHARES))
