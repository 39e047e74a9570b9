"""Every exit from a stage as a table, for whoever wants to know exactly: by event, and by rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from clv.report.findings.finding import estimate, share_of_buyers, sure
from clv.report.messages import message
from clv.report.privacy import FEWEST, few
from clv.report.words import Count, Day, Interval, Label, Number, Quantity, Share, Text, Value
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
MOST: Final = 0.75  # exits by rule, above which the rule says how long people stay
MEANS: Final = ("mean", "mean_low", "mean_high", "biased_mean")
IN_LENGTHS: Final = {  # the names of columns whose own would say too little
    "customers": "people",
    "mean": "mean_of_year",
    "mean_low": "mean_of_year_low",
    "mean_high": "mean_of_year_high",
}
WITHOUT_CONTACT: Final = message("{days} without contact or change")


def by_days(table: pd.DataFrame, groups: str | list[str] = "stage") -> pd.DataFrame:
    """A row for each group, a column for each number of days: shares, each with its bounds.

    Parameters
    ----------
    table
        One row per group and number of days: days, entries, share, low, high, moved, naive,
        still_open, as `stages.onward.onward` and `stages.stays.success` return them. What would
        tell of a handful, as entries times a share does, is left open.
    groups
        The columns that tell the groups apart.
    """
    rows = {name: _by_days(own) for name, own in table.groupby(groups, sort=False)}
    found = pd.DataFrame.from_dict(rows, orient="index")
    if groups == "stage" and rows:
        found.index = pd.CategoricalIndex(found.index, found.index, name="stage")
    days = {day: Quantity(day, "days") for day in table["days"].unique()}
    counts = dict.fromkeys(("entries", "still_open"), "customers")
    found.attrs = {"labels": days | {"entries": "entered"}, "units": counts | {"naive": "share"}}
    return found


def _by_days(own: pd.DataFrame) -> dict[object, object]:
    """One group's row: what it has entered, by which days who has moved, and who is still there."""
    last = own.iloc[-1]
    moved = few(last["moved"])
    few_left = moved or few(last["still_open"]) or few(last["entries"] - last["moved"])
    shares = {int(row.days): None if moved else _share(row) for row in own.itertuples()}
    counts = {name: float("nan") if few_left else last[name] for name in ("naive", "still_open")}
    return {**shares, "entries": last["entries"], **counts}


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
    """The limit of each exit by rule, how long they stay until then, and who moves on before it.

    Among customers who buy, each purchase begins the silence anew: what a limit is counted from is
    the last purchase and not the stage's first day, and nobody can be said to come back before it.

    Parameters
    ----------
    ruled
        As `stays.by_rule` returns it; exits of a handful of customers are left out.
    thresholds
        By which the stages were told.
    """
    known = ruled[ruled["moved"] >= FEWEST]
    rows = list(zip(known.itertuples(), known["state"].isin(WAITING), strict=True))
    shown = pd.DataFrame(
        {
            "move": _moves(known),
            "moved": known["moved"].to_numpy(),
            "limit": [limit(thresholds, state) for state in known["next_state"]],
            "stay": [stay(row) if waits else None for row, waits in rows],
            "came_back_before": [_share(row) if waits else None for row, waits in rows],
        }
    )
    shown.attrs["labels"] = {"stay": "stay_until_limit"}
    return shown


def limit(thresholds: Thresholds, state: str) -> Text | None:
    """The days after which a rule begins a state; None where it is none of silence."""
    if state == "lost_lead":
        return Text(WITHOUT_CONTACT, {"days": Quantity(thresholds.lead_ttl, "days")})
    days = [each.after for each in thresholds.limits if each.state == state]
    days = [day for day in days if day is not None]
    if not days:
        return None
    if min(days) == max(days):
        return Text("{days} of silence", {"days": Quantity(days[0], "days")})
    between = Interval(Count(min(days)), Count(max(days)))
    return Text("{between} days of silence", {"between": between})


def stay(row: Any) -> Quantity | None:  # noqa: ANN401 -- a row of a table
    """The days that half of those whom a limit has moved had spent in the stage until then.

    It is no limit itself: silence may have begun before the stage, or anew within it.
    """
    return None if row.moved < FEWEST else Quantity(round(row.limit), "days")


def lengths(stays: pd.DataFrame) -> pd.DataFrame:
    """How long people stay in each stage, a column for each; infinite medians are not reached.

    Where a limit ends most stays, no mean is told: it would describe the rule, and not the people.

    `stays`: as `stages.stays.lengths` returns it.
    """
    shown = stays.replace(float("inf"), float("nan"))
    ruled = shown["by_rule"] > MOST * (shown["by_rule"] + shown["by_event"])
    means = {name: shown[name].mask(ruled) for name in MEANS}
    shown = shown.assign(**means)
    shown.index = pd.CategoricalIndex(shown.index, shown.index, name="stage")
    shown.attrs = {"units": dict.fromkeys(DAYS, "days"), "labels": IN_LENGTHS}
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
        "customers": "people",
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


def of_period(start: str | date, end: str | date) -> Text:
    """What `rates` of a period tell; it begins after the day `start`."""
    first = pd.Timestamp(start).date() + timedelta(days=1)
    days = {"first": Day(first), "last": Day(pd.Timestamp(end).date())}
    return Text("Exits by an event, a year spent in the stage, from {first} to {last}.", days)


def _moves(table: pd.DataFrame) -> list[Text]:
    """Each row's move, from one stage to another."""
    return [move(*pair) for pair in zip(table["state"], table["next_state"], strict=True)]


def move(state: str, next_state: str) -> Text:
    """A move as it is read."""
    return Text("{then} → {now}", {"then": Label(state), "now": Label(next_state)})


def _share(row: Any) -> Value:  # noqa: ANN401 -- a row of a table
    return sure(*(Share(getattr(row, name)) for name in SHARES))
