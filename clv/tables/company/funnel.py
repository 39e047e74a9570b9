"""The funnel: what becomes of each lead, by races between what may happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.tables.company.world import (
    LAST,
    NEVER,
    Array,
    Days,
    Texts,
    World,
    dates,
    numbered,
    pick,
)

HORIZONS = {"qualified": 180, "opportunity": 30, "won": 90}  # days since the step before
RESPONSE_SHAPE = 2.0  # of the gamma distribution of the time until somebody calls
STAGES = {"discovery": 0.0, "proposal": 0.35, "negotiation": 0.7}  # share of the way to the close
OWNERS = {"deniz": 1, "leyla": 1, "sam": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Every lead and what becomes of it, whether the tables know that yet or not; shape (n,)."""

    created: Days
    source: Texts
    segment: Texts
    interest: Array  # own factor of the rate to be qualified
    response: Array  # days until somebody called; infinite where nobody ever did
    qualified: Days
    dropped: Days  # before there was an opportunity
    opened: Days
    won: Days
    lost: Days
    reason: Texts  # of being dropped or lost, else empty


def draw(world: World, n_leads: int, rng: np.random.Generator) -> Funnel:
    """Leads, and the races that they run."""
    created = np.sort((rng.beta(1.2, 1.0, n_leads) * (LAST + 1)).astype(np.int64))
    source = pick(rng, {name: each.share for name, each in world.sources.items()}, n_leads)
    segment = pick(rng, world.segments, n_leads)
    spread = world.interest
    interest = np.exp(spread * rng.standard_normal(n_leads) - spread**2 / 2)
    response = _response(world, source, rng)
    first, reasons = _race(rng, qualifying(world, interest, response), world.drops)
    called = np.isfinite(response)
    exit_at = _after(created, np.where(called, response, 0) + np.where(called, first, np.inf))
    qualified = np.where(reasons == "", exit_at, NEVER)
    second, later = _race(rng, np.full(n_leads, world.opens), world.drops_qualified)
    left = _after(qualified, second)
    opened = np.where(later == "", left, NEVER)
    dropped = np.minimum(
        np.where(reasons != "", exit_at, NEVER), np.where(later != "", left, NEVER)
    )
    third, why = _race(rng, np.full(n_leads, world.wins), *losing(world, segment))
    closed = _after(opened, third)
    lost = np.where(why != "", closed, NEVER)
    reason = np.select([reasons != "", later != ""], [reasons, later], why)
    return Funnel(
        *(created, source, segment, interest, response),
        qualified=qualified,
        dropped=dropped,
        opened=opened,
        won=np.where(why == "", closed, NEVER),
        lost=lost,
        reason=np.where(np.minimum(dropped, lost) < NEVER, reason, ""),
    )


def qualifying(world: World, interest: Array, response: Array) -> Array:
    """Rate per day by which leads that waited so long are qualified once called, shape (n,)."""
    return world.qualifies * interest * 0.5 ** (response / world.cools)


def losing(world: World, segment: Texts) -> tuple[Mapping[str, float], Array]:
    """Rates per day of each reason to lose an opportunity, and their factors by lead, (n, k)."""
    factors = np.ones((len(segment), len(world.losses)))
    factors[segment == world.dear_to, list(world.losses).index("price")] = world.dear
    return world.losses, factors


def _response(world: World, source: Texts, rng: np.random.Generator) -> Array:
    """Days until somebody calls each lead."""
    mean, unanswered = (
        pd.Series({name: each[place] for name, each in world.sources.items()})[source].to_numpy()
        for place in (1, 2)
    )
    days = rng.gamma(RESPONSE_SHAPE, mean / RESPONSE_SHAPE)
    return np.where(rng.random(len(source)) < unanswered, np.inf, days)


def _race(
    rng: np.random.Generator,
    forward: Array,
    others: Mapping[str, float],
    factors: Array | float = 1.0,
) -> tuple[Array, Texts]:
    """Days until the first of several exits, and the reason that came first; empty: forward."""
    rates = np.column_stack([forward, np.ones((len(forward), 1)) * list(others.values()) * factors])
    total = rates.sum(axis=1)
    days = rng.standard_exponential(len(total)) / total
    drawn = rng.random(len(total)) * total
    place = (drawn[:, None] >= np.cumsum(rates, axis=1)[:, :-1]).sum(axis=1)
    return days, np.array(["", *others])[place]


def _after(day: Days, days: Array) -> Days:
    """The day on which something happens that comes so much later; never, after what never was."""
    later = np.ceil(np.minimum(days, NEVER)).astype(np.int64)
    return np.minimum(np.where(day < NEVER, day + np.maximum(later, 1), NEVER), NEVER)


# The tables -------------------------------------------------------------------------------------


def leads(funnel: Funnel, customer_id: Texts, rng: np.random.Generator) -> pd.DataFrame:
    """The table of leads: each with its last status that is known."""
    called = np.isfinite(funnel.response)
    answered = funnel.created + np.where(called, funnel.response, NEVER).astype(np.int64)
    steps = {
        "converted": funnel.won,
        "lost": funnel.lost,
        "disqualified": funnel.dropped,
        "opportunity": funnel.opened,
        "qualified": funnel.qualified,
        "contacted": answered,
    }
    seen = [day <= LAST for day in steps.values()]
    over = np.minimum(funnel.lost, funnel.dropped) <= LAST
    score = 50 + 30 * np.log(funnel.interest) + 10 * rng.standard_normal(len(funnel.created))
    return pd.DataFrame(
        {
            "lead_id": numbered("L", np.arange(len(funnel.created))),
            "created_at": dates(funnel.created),
            "customer_id": customer_id,
            "source": funnel.source,
            "score": np.clip(score, 0, 100).round(),
            "scored_at": dates(funnel.created),
            "status": np.select(seen, list(steps), "new"),
            "status_at": dates(np.select(seen, list(steps.values()), funnel.created)),
            "qualified_at": dates(funnel.qualified),
            "disqualified_at": dates(funnel.dropped),
            "lost_reason": pd.Series(funnel.reason, dtype="str").where(over),
        }
    )


def opportunities(funnel: Funnel, customer_id: Texts, rng: np.random.Generator) -> pd.DataFrame:
    """The table of opportunities that the company knows."""
    own = np.flatnonzero(funnel.opened <= LAST)
    won, lost = funnel.won[own] <= LAST, funnel.lost[own] <= LAST
    return pd.DataFrame(
        {
            "opportunity_id": numbered("D", np.arange(len(own))),
            "lead_id": numbered("L", own),
            "customer_id": customer_id[own],
            "created_at": dates(funnel.opened[own]),
            "amount": rng.lognormal(6.0, 0.8, len(own)).round(-1) + 50,
            "closed_at": dates(np.minimum(funnel.won, funnel.lost)[own]),
            "outcome": np.select([won, lost], ["won", "lost"], "open"),
            "lost_reason": pd.Series(funnel.reason[own], dtype="str").where(lost),
            "owner": pick(rng, OWNERS, len(own)),
        }
    )


def stage_history(funnel: Funnel) -> pd.DataFrame:
    """The stages that each opportunity is known to have entered."""
    own = np.flatnonzero(funnel.opened <= LAST)
    opened, closed = funnel.opened[own], np.minimum(funnel.won, funnel.lost)[own]
    ways = [opened + ((closed - opened) * share).astype(np.int64) for share in STAGES.values()]
    ends = np.where(funnel.won[own] < NEVER, "won", "lost")
    parts = [
        pd.DataFrame({"opportunity": np.arange(len(own)), "stage": stage, "entered_at": day})
        for stage, day in [*zip(STAGES, ways, strict=True), (ends, closed)]
    ]
    steps = pd.concat(parts).sort_values(["opportunity", "entered_at"], kind="stable")
    steps = steps[steps["entered_at"] <= LAST].reset_index(drop=True)
    steps.insert(0, "opportunity_id", numbered("D", steps.pop("opportunity")))
    return steps.assign(entered_at=dates(steps["entered_at"]))


# The truth --------------------------------------------------------------------------------------


def chances(world: World, funnel: Funnel) -> pd.DataFrame:
    """What of each lead was never seen: interest, response_days and p_qualified, by lead_id.

    p_qualified: chance to be qualified within 180 days, given how long it waited for a call.
    """
    forward = qualifying(world, funnel.interest, funnel.response)
    left = np.maximum(HORIZONS["qualified"] - funnel.response, 0)
    return pd.DataFrame(
        {
            "interest": funnel.interest,
            "response_days": funnel.response,
            "p_qualified": _cumulative(forward, sum(world.drops.values()), left),
        },
        index=pd.Index(numbered("L", np.arange(len(left))), name="lead_id"),
    )


def moves(world: World, funnel: Funnel) -> pd.DataFrame:
    """How likely each step is by its horizon: step, group, days, rate, other_rate, probability.

    Rates are per day, `other_rate` that of leaving in another way. Leads of a source differ in
    their rates, so there the first is a mean, and the probability the mean of theirs.
    """
    found = chances(world, funnel)["p_qualified"].to_numpy()
    forward = qualifying(world, funnel.interest, funnel.response)
    days = HORIZONS["qualified"]
    rows = [
        ("qualified", name, days, forward[own].mean(), sum(world.drops.values()), found[own].mean())
        for name in world.sources
        if (own := funnel.source == name).any()
    ]
    rates, factors = losing(world, np.array(list(world.segments)))
    others = [("opportunity", "all", world.opens, sum(world.drops_qualified.values()))]
    others += [
        ("won", name, world.wins, factor @ list(rates.values()))
        for name, factor in zip(world.segments, factors, strict=True)
    ]
    for step, group, rate, other in others:
        share = _cumulative(rate, other, HORIZONS[step])
        rows.append((step, group, HORIZONS[step], rate, other, share))
    columns = ["step", "group", "days", "rate", "other_rate", "probability"]
    return pd.DataFrame(rows, columns=columns)


def loss_reasons(world: World) -> pd.DataFrame:
    """Rate per day of each reason to lose an opportunity: rows are segments, columns reasons."""
    rates, factors = losing(world, np.array(list(world.segments)))
    table = pd.DataFrame(factors * list(rates.values()), columns=list(rates))
    return table.set_index(pd.Index(list(world.segments), name="segment"))


def _cumulative(rate: Array | float, other: float, days: Array | float) -> Array | float:
    """Chance of an exit at one rate, in a race with another, within so many days."""
    return rate / (rate + other) * -np.expm1(-(rate + other) * days)
