"""Exact spells: from which day to which each customer is in which state, and what ended it.

A state can change only on known days: a purchase, a silence that reaches a limit, the end of a
window, an event of another table, a day on which the past turned out to be another. The rules are
tried on all of these days of all customers, and days on which the state stays as it was are left
out. So weekly and monthly reports agree: a snapshot of any day is a look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.stages import rules
from clv.stages.events import Events
from clv.stages.moments import NO_TIMES
from clv.stages.timelines import SPAN, Timelines, Whole, stamps

CAUSES = (  # where two things happen on one day that both may count, the first of them does
    "purchase",
    "refund",
    "contract",
    "payment",
    "health",
    "opportunity",
    "lead",
    "touch",
    "advocacy",
    "silence",
    "window",
)
BY_RULE = ("silence", "window")  # exits by rule, not by chance
OWN_CAUSES = {  # what must have happened for a rule to begin or to cease to hold; else, any event
    "contract": ("contract",),
    "health": ("health",),
    "payment": ("payment",),
    "advocacy": ("advocacy",),
    "opportunity": ("opportunity",),
    "qualified": ("lead",),
    "lost": ("opportunity", "lead"),
    "interest": ("lead",),
    "touch": ("touch",),
}
BLOCK = 50_000  # customers whose days are tried at once: bounds the memory
FLAGS = ("in_onboarding", "activated", "is_advocate", "promoter", "entry_uncertain")
NAT = np.iinfo(np.int64).min
NOWHERE = -1  # the state of a customer of whom nothing is known, and the rule

Points = tuple[Whole, Whole, Whole]  # customer, day, causes as bits
Piece = tuple[Whole, Whole, str]  # customer, ascending, day, cause


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of all customers: their purchases and everything else."""

    timelines: Timelines
    events: Events

    def at(self, customer: Whole, day: Whole, seen: Whole | None = None) -> pd.DataFrame:
        """Every signal and limit of each customer on each day, one row per point.

        `seen`: the last day of which anything is known: the day itself, or the day before.
        """
        bounds = self.timelines.bounds
        bought = self.timelines.at(customer, day, seen)
        found = {**bought, **self.events.at(customer, day, bought, seen)}
        found["in_onboarding"] = found["tenure"] < bounds.onboarding_days
        found["activated"] = found["second_after"] < bounds.onboarding_days
        limits = ("reentry_days", "onboarding_days", "loyal_days", "loyal_money", "lead_ttl")
        limits += ("payment_grace", "health_red")
        return pd.DataFrame({**found, **{name: getattr(bounds, name) for name in limits}})


@dataclass(frozen=True, eq=False)
class Moves:
    """Days on which customers came from one state to another, and what happened on them."""

    customer: Whole  # shape (n,) each
    day: Whole
    before: Whole  # the rule that held the day before
    rule: Whole  # the one that holds now
    happened: Whole  # causes as bits

    def causes(self, known: Known) -> Whole:
        """What brought each move about, a number in CAUSES, shape (n,)."""
        foreseen = self._foreseen(known)
        by_rule = _STATES[foreseen] == _STATES[self.rule]
        ruled = np.where(_SILENT[foreseen], *map(CAUSES.index, BY_RULE))
        return np.where(by_rule, ruled, self._events())

    def _foreseen(self, known: Known) -> Whole:
        """The rule that would hold now if nothing had happened on the day, shape (n,)."""
        found = self.rule.copy()
        asked = (self.happened & EVENTS > 0) & (self.before != NOWHERE)
        customer, day = self.customer[asked], self.day[asked]
        found[asked] = rules.first_match(known.at(customer, day, day - 1))
        return found

    def _events(self) -> Whole:
        """Which event of the day made the move, if one did.

        Of a rule that comes before the one that held it began to hold, else that one ceased to.
        """
        turned = np.minimum(self.rule, self.before)  # none, where a customer vanished
        events = self.happened & EVENTS
        own = events & _OWN[turned]
        bits = np.where(own > 0, own, events)
        # The lowest bit is the first of them.
        return np.log2(np.maximum(bits & -bits, 1)).astype(np.int64)


def spells(known: Known, customers: pd.Index, last: int) -> pd.DataFrame:
    """Every spell of every customer until the day `last`, sorted by customer and start.

    Returns
    -------
    DataFrame
        customer_id; state, from `start` on and until the day before `stop` (NaT: open on the last
        day); next_state and cause of the exit (missing while open; the next state also where a
        refund cancelled all that was known); reason, depth, max_depth, purchase_days and the flags
        in_onboarding, activated, is_advocate, promoter, entry_uncertain, all on the first day.
    """
    blocks = [_block(known, *points) for points in _blocks(known, len(customers), last)]
    found = pd.concat(blocks, ignore_index=True)
    found.insert(0, "customer_id", customers.take(found.pop("customer")))
    return found


def depths(signals: pd.DataFrame, *, ever: bool) -> pd.Categorical:
    """How deep customers are, or have ever been, by the signals of `Known.at`."""
    which = "ever" if ever else "is"
    loyal, advocate = signals[f"{which}_loyal"], signals[f"{which}_advocate"]
    prospect = signals["ever_prospect"] if ever else signals["opportunities"] + signals["qualified"]
    steps = [signals["touches"], signals["ever_lead"], prospect, signals["purchase_days"]]
    depth = np.zeros(len(signals), dtype=np.int64)
    for level, there in enumerate([*steps, loyal, advocate], start=1):
        depth[there.to_numpy() > 0] = level
    return pd.Categorical.from_codes(depth, categories=rules.DEPTHS, ordered=True)


def _block(known: Known, customer: Whole, day: Whole, causes: Whole) -> pd.DataFrame:
    """Spells of some customers, from the points on which their state may change."""
    signals = known.at(customer, day)
    rule = rules.first_match(signals)
    state = _STATES[rule]
    begins = np.append(True, customer[1:] != customer[:-1])[: len(customer)]
    rule_before = np.where(begins, NOWHERE, np.roll(rule, 1))
    turn = state != _STATES[rule_before]
    kept = signals[turn]
    moved = Moves(customer[turn], day[turn], rule_before[turn], rule[turn], causes[turn])
    return _rows(customer[turn], day[turn], state[turn], moved.causes(known)).assign(
        reason=pd.Categorical.from_codes(
            np.append(rules.REASON_OF_RULE, -1)[rule[turn]], categories=rules.REASONS
        ),
        depth=depths(kept, ever=False),
        max_depth=depths(kept, ever=True),
        purchase_days=kept["purchase_days"].to_numpy(),
        **{flag: kept[flag].to_numpy() for flag in FLAGS},
    )[state[turn] != NOWHERE]


def _rows(customer: Whole, day: Whole, state: Whole, cause: Whole) -> pd.DataFrame:
    """Spells from the days on which states begin; those of nothing known are among them."""
    follows = np.append(customer[1:] == customer[:-1], False)[: len(customer)]
    stop = np.where(follows, np.roll(day, -1), NAT)
    return pd.DataFrame(
        {
            "customer": customer,
            "state": _states(state),
            "start": stamps(day),
            "stop": stamps(stop),
            "next_state": _states(np.where(follows, np.roll(state, -1), NOWHERE)),
            "cause": pd.Categorical.from_codes(
                np.where(follows, np.roll(cause, -1), -1), categories=CAUSES
            ),
        }
    )


def _states(codes: Whole) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=rules.STATES, ordered=True)


def _blocks(known: Known, n_customers: int, last: int) -> Iterator[Points]:
    """The days on which states may change, of some customers at a time."""
    pieces = [*_of_purchases(known), *_of_events(known)]
    for first in range(0, n_customers, BLOCK):
        own = [_within(piece, (first, first + BLOCK), last) for piece in pieces]
        yield _joined([np.concatenate(parts) for parts in zip(*own, strict=True)])


def _within(piece: Piece, customers: tuple[int, int], last: int) -> Points:
    """The part of a piece that concerns some customers, from one on and below the other."""
    customer, day, cause = piece
    start, stop = np.searchsorted(customer, customers)
    seen = day[start:stop] <= last
    bit = np.full(seen.sum(), 1 << CAUSES.index(cause))
    return customer[start:stop][seen], day[start:stop][seen], bit


def _joined(points: list[Whole]) -> Points:
    """Points in order, each once, with all of its causes."""
    customer, day, bit = points
    place, which = np.unique(customer * SPAN + day, return_inverse=True)
    causes = np.zeros(len(place), dtype=np.int64)
    np.bitwise_or.at(causes, which, bit)
    return place // SPAN, place % SPAN, causes


def _of_purchases(known: Known) -> Iterator[Piece]:
    """Days on which purchases, or silence after them, may change a state: customer, day, cause."""
    own = known.timelines
    for version, day, cause in own.changes(any_gap=known.events.contracts is not NO_TIMES):
        true = (day >= own.since[version]) & (day < own.until[version])
        yield own.owner[version[true]], day[true], cause


def _of_events(known: Known) -> Iterator[Piece]:
    """Days on which events, or the time after them, may change a state: customer, day, cause."""
    for moments, cause in known.events.changes(known.timelines.bounds.lead_ttl):
        yield moments.customer, moments.day, cause


def _bits(causes: tuple[str, ...]) -> int:
    """Causes as one number."""
    return sum(1 << CAUSES.index(cause) for cause in causes)


EVENTS = _bits(tuple(cause for cause in CAUSES if cause not in BY_RULE))
_STATES = np.append(rules.STATE_OF_RULE, NOWHERE)  # by rule, the last one being none
_SILENT = np.array([rule.reason in ("silence", "browsing") for rule in rules.RULES] + [False])
_OWN = np.array(
    [_bits(OWN_CAUSES.get(rule.reason, CAUSES)) for rule in rules.RULES] + [_bits(CAUSES)]
)
