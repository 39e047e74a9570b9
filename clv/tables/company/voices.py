"""Voices: what buyers ask, answer, write and recommend; who is likely to leave has more trouble."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.tables.company.history import History
from clv.tables.company.orders import Orders
from clv.tables.company.world import LAST, Array, Days, clocks, dates, numbered, pick

HOUR = np.timedelta64(3600, "s")
TOPICS = {"delivery": 0.45, "quality": 0.25, "invoice": 0.2, "machine": 0.1}
PRIORITIES = {"low": 0.3, "normal": 0.55, "high": 0.15}
TICKETS, TICKETS_OF_TROUBLE = 0.05, 0.4  # chance after an order: at least, and more with trouble
ASKED, REVIEWED, RECOMMENDED = 0.12, 0.06, 0.03  # chances after an order
REWARD = 10.0


def support_tickets(history: History, rng: np.random.Generator) -> pd.DataFrame:
    """The table of tickets: what came in after some orders."""
    leaving = history.buyers.leaving
    buyer, day = _after_some(TICKETS + TICKETS_OF_TROUBLE * leaving, history.orders, 6.0, rng)
    created, n = clocks(day, rng), len(day)
    answered = created + _hours(6.0, n, rng)
    closed = answered + _hours(30.0, n, rng)
    known = dates([LAST])[0] + 24 * HOUR
    rated = (closed < known) & (rng.random(n) < 0.6)
    csat = np.clip(np.round(4.6 - 4 * leaving[buyer] + rng.standard_normal(n)), 1, 5)
    return pd.DataFrame(
        {
            "ticket_id": numbered("T", np.arange(n)),
            "customer_id": history.buyer_id[buyer],
            "created_at": created,
            "first_response_at": np.where(answered < known, answered, np.datetime64("NaT", "s")),
            "closed_at": np.where(closed < known, closed, np.datetime64("NaT", "s")),
            "priority": pick(rng, PRIORITIES, n),
            "reopened": pd.Series(rng.random(n) < 0.08).astype("boolean").where(closed < known),
            "csat": np.where(rated, csat, np.nan),
            "topic": pick(rng, TOPICS, n),
        }
    )


def surveys(history: History, rng: np.random.Generator) -> pd.DataFrame:
    """The table of surveys: how likely they are to recommend us, and how content they are."""
    buyer, day = _after_some(ASKED, history.orders, 5.0, rng)
    n = len(day)
    mood = -8 * history.buyers.leaving[buyer] + 1.4 * rng.standard_normal(n)
    nps, csat = np.clip(np.round(9.4 + mood), 0, 10), np.clip(np.round(4.7 + mood / 2), 1, 5)
    asked = rng.random(n) < 0.6
    return pd.DataFrame(
        {
            "customer_id": history.buyer_id[buyer],
            "timestamp": dates(day),
            "kind": np.where(asked, "nps", "csat"),
            "score": np.where(asked, nps, csat),
        }
    )


def reviews(history: History, rng: np.random.Generator) -> pd.DataFrame:
    """The table of reviews, in halves of a star, most of them public."""
    buyer, day = _after_some(REVIEWED, history.orders, 10.0, rng)
    stars = 4.6 - 3 * history.buyers.leaving[buyer] + 0.6 * rng.standard_normal(len(day))
    return pd.DataFrame(
        {
            "customer_id": history.buyer_id[buyer],
            "timestamp": dates(day),
            "score": np.clip(np.round(2 * stars) / 2, 0.5, 5),
            "public": rng.random(len(day)) < 0.8,
        }
    )


def referrals(history: History, rng: np.random.Generator) -> pd.DataFrame:
    """The table of referrals: those from which a lead came, and those from which nobody did."""
    who, people, funnel = history.buyers, history.people, history.funnel
    order = np.argsort(who.first, kind="stable")
    came = np.flatnonzero(funnel.source == "referral")
    earlier = np.searchsorted(who.first[order], funnel.created[came])
    came, earlier = came[earlier > 0], earlier[earlier > 0]
    referrer = order[(rng.random(len(came)) * earlier).astype(np.int64)]
    lag = np.ceil(rng.exponential(5.0, len(came))).astype(np.int64)
    told = np.maximum(funnel.created[came] - lag, who.first[referrer])
    idle, later = _after_some(RECOMMENDED, history.orders, 5.0, rng)
    won = dates(people.first_order[came])
    heard = pd.DataFrame(
        {
            "referrer_id": history.buyer_id[referrer],
            "created_at": dates(told),
            "referred_id": people.customer_id[came],
            "converted_at": won,
            "reward": np.where(np.isnat(won), np.nan, REWARD),
        }
    )
    unheard = pd.DataFrame({"referrer_id": history.buyer_id[idle], "created_at": dates(later)})
    table = pd.concat([heard, unheard])
    table["code"] = "FRIEND-" + table["referrer_id"]
    return table.sort_values(["created_at", "referrer_id"], kind="stable", ignore_index=True)


def _after_some(
    chance: Array | float, orders: Orders, days: float, rng: np.random.Generator
) -> tuple[Days, Days]:
    """Buyer and day of what follows some orders so many days later on average, by day."""
    n_buyers = orders.buyer.max() + 1  # each has an order
    happens = rng.random(len(orders.day)) < np.broadcast_to(chance, n_buyers)[orders.buyer]
    later = np.ceil(rng.exponential(days, len(orders.day))).astype(np.int64)
    day = orders.day + later
    own = np.flatnonzero(happens & (day <= LAST))
    own = own[np.argsort(day[own], kind="stable")]
    return orders.buyer[own], day[own]


def _hours(median: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Lengths of time around so many hours, to the second, shape (size,)."""
    seconds = median * 3600 * rng.lognormal(0.0, 0.8, size)
    return seconds.astype("timedelta64[s]")
