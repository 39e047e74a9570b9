"""Where people stand who move between states, from histories of which some are still going on.

The share in each state by Aalen, O. O. & S. Johansen (1978), "An Empirical Transition Matrix for
Non-homogeneous Markov Chains Based on Censored Observations", Scandinavian Journal of Statistics
5(3), 141-150. The shares (not the transition probabilities) are right whether or not the next move
depends on the past: Datta, S. & G. A. Satten (2001), Statistics & Probability Letters 55(4). For
chances from one state at one time on, only those who stood there are followed (landmark: Putter, H.
& C. Spitoni, 2018, Statistical Methods in Medical Research 27(7)).

Variances are infinitesimal-jackknife ones: the sum over subjects of the squared derivative of the
estimate by the subject's weight, all spells of a subject together. That is what survfit of R's
package survival does for several states (Therneau, T. M. & P. M. Grambsch, 2000, "Modeling
Survival Data", section 7.2). Where nobody is censored it is the binomial one. The derivatives are
not carried forward in time but taken backward, from what each step means for what is asked: the
cost is that of the event times plus that of the spells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clv.errors import BadParameter, TooLittleToModel
from clv.models.spells import Array, Numbers, Spells

ROUNDING = 1e-9  # share of a state that is as good as empty
UNWATCHED = 0.05  # share that may stand for a while where nobody is under watch


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A number for each state at each time asked for, and how sure it is."""

    at: Array  # shape (h,)
    value: Array  # shape (h, states)
    variance: Array  # shape (h, states); NaN with fewer than two subjects
    influence: Array  # shape (subjects, h, states): derivative by the weight of each subject
    subjects: NDArray[np.generic]  # shape (subjects,): their names, in the order of `influence`


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Spells followed from a common time on, and the steps that the shares in the states take."""

    start: float
    known_until: float  # beyond, some have not been followed, or nobody has
    times: Array  # shape (k,), ascending: the distinct times after `start` with a move
    at_risk: Array  # shape (k, states): weight of those under watch in each state before each time
    steps: Array  # shape (k, states, states): share that moves; on the diagonal, minus all leaving
    shares: Array  # shape (k + 1, states): share in each state at `start` and after each time
    spells: Spells  # those after `start`
    first: Numbers  # shape (n,): number of steps up to each entry
    last: Numbers  # shape (n,): number of steps up to each exit, its own included

    def occupation(self, at: ArrayLike) -> Estimate:
        """Share in each state at each time of `at`, none of them before `start`.

        NaN beyond `known_until`: what nobody was followed to see is not known.
        """
        at = self._times(at)
        seen = np.searchsorted(self.times, at, side="right")
        return self._estimate(at, self.shares[seen], [self._chances(number) for number in seen])

    def shares_at(self, at: ArrayLike) -> Array:
        """The values of `occupation` alone, shape (h, states): how sure they are takes longest."""
        at = self._times(at)
        seen = np.searchsorted(self.times, at, side="right")
        return np.where((at > self.known_until)[:, None], np.nan, self.shares[seen])

    def mean_time(self, until: ArrayLike) -> Estimate:
        """Mean time spent in each state from `start` until each time; NaN as in `occupation`."""
        until = self._times(until)
        later = [self._mean_times(time) for time in until]
        return self._estimate(
            until, np.array([self.shares[0] @ worth[0] for worth in later]), later
        )

    def _times(self, at: ArrayLike) -> Array:
        at = np.atleast_1d(np.asarray(at, dtype=float))
        if not (at >= self.start).all():
            raise BadParameter.from_value("at", at.min(), f"at least the start, {self.start:g}")
        return at

    def _chances(self, number: int) -> Array:
        """Chance to be in each state after step `number`: from the start, and after each step."""
        here = np.eye(self.shares.shape[1])
        found = np.empty((number + 1, *here.shape))
        found[number] = here
        for k in range(number - 1, -1, -1):
            found[k] = found[k + 1] + self.steps[k] @ found[k + 1]
        return found

    def _mean_times(self, until: float) -> Array:
        """Mean time in each state until then: from the start, and after each step."""
        here = np.eye(self.shares.shape[1])
        number = int(np.searchsorted(self.times, until, side="right"))
        lengths = np.diff(np.concatenate([[self.start], self.times[:number], [until]]))
        found = np.empty((number + 1, *here.shape))
        found[number] = here * lengths[number]
        for k in range(number - 1, -1, -1):
            found[k] = here * lengths[k] + found[k + 1] + self.steps[k] @ found[k + 1]
        return found

    def _estimate(self, at: Array, value: Array, later: list[Array]) -> Estimate:
        """Values, and their derivatives by each subject.

        `later` holds, for each time asked for, an array (steps + 1, states, states): what it means
        for the value to be in each state at the start and right after each step.
        """
        subjects, which = np.unique(self.spells.subject, return_inverse=True)
        influence = np.empty((len(subjects), *value.shape))
        for number, worth in enumerate(later):
            rows = self._row_influence(worth)
            for state in range(value.shape[1]):
                summed = np.bincount(which, rows[:, state], minlength=len(subjects))
                influence[:, number, state] = summed
        weight = np.zeros(len(subjects))
        weight[which] = self.spells.weight
        variance = np.einsum("s,shk->hk", weight, influence**2)
        unknown = (at > self.known_until)[:, None]
        variance = np.where(unknown | (weight.sum() < 2), np.nan, variance)
        return Estimate(at, np.where(unknown, np.nan, value), variance, influence, subjects)

    def _row_influence(self, worth: Array) -> Array:
        """Derivative of a value by the weight of each spell, shape (n, states).

        Of one who moves: what the move changed, less what was expected of everybody under watch.
        """
        spells, number = self.spells, len(worth) - 1
        after = worth[1:]
        each = _ratio(self.shares[:number], self.at_risk[:number])
        expected = each[..., None] * (self.steps[:number] @ after)
        summed = np.concatenate([np.zeros((1, *after.shape[1:])), np.cumsum(expected, axis=0)])
        first, last = np.minimum(self.first, number), np.minimum(self.last, number)
        rows = summed[first, spells.origin] - summed[last, spells.origin]
        moved = spells.ended & (self.last <= number)
        step, origin = self.last[moved] - 1, spells.origin[moved]
        gain = after[step, spells.destination[moved]] - after[step, origin]
        rows[moved] += each[step, origin][:, None] * gain
        there = spells.entry == self.start
        own = np.eye(len(worth[0]))[spells.origin[there]] - self.shares[0]
        rows[there] += own @ worth[0] / spells.weight[there].sum()
        return rows


def histories(spells: Spells, *, states: int, start: float | None = None) -> Histories:
    """Follow spells of subjects who may move to and fro between `states` states.

    Parameters
    ----------
    spells
        On a clock that all share.
    start
        The time from which to follow; by default the first entry. Earlier time is not looked at:
        the shares start as those of the subjects then under watch.

    >>> path = histories(Spells.of([0, 0, 0, 0], [1, 2, -1, 1], [0] * 4, [2, 3, 3, 5]), states=3)
    >>> path.occupation([2, 5]).value.tolist()
    [[0.75, 0.25, 0.0], [0.0, 0.75, 0.25]]
    """
    if max(spells.origin.max(initial=0), spells.destination.max(initial=0)) >= states:
        raise BadParameter.from_value("states", states, "more than the highest state's number")
    start = float(spells.entry.min(initial=np.inf) if start is None else start)
    spells = spells.after(start)
    times = np.unique(spells.exit[spells.ended])
    first = np.searchsorted(times, spells.entry, side="right")
    last = np.searchsorted(times, spells.exit, side="right")
    at_risk = _at_risk(spells, first, last, shape=(len(times), states))
    steps = _steps(spells, last, at_risk)
    shares = np.empty((len(times) + 1, states))
    shares[0] = _shares_at_start(spells, start, states)
    for k, step in enumerate(steps):
        shares[k + 1] = np.clip(shares[k] + shares[k] @ step, 0, 1)  # rounding only
    known_until = _known_until(spells, start, times, shares)
    return Histories(start, known_until, times, at_risk, steps, shares, spells, first, last)


def landmark(spells: Spells, *, states: int, at: float, state: int) -> Histories:
    """Follow, from the time `at` on, those who were then in `state`.

    The shares at later times are their chances to be in each state, whatever else they depend on.
    """
    return histories(spells.of_those_in(state, at), states=states, start=at)


def _shares_at_start(spells: Spells, start: float, states: int) -> Array:
    here = spells.where(spells.entry == start)
    if not len(here):
        raise TooLittleToModel(
            f"Nobody is under watch at {start:g}, so nobody can be followed from there. Take a "
            "time at which somebody is."
        )
    weight = np.bincount(here.origin, here.weight, minlength=states)
    return weight / weight.sum()


def _at_risk(spells: Spells, first: Numbers, last: Numbers, *, shape: tuple[int, int]) -> Array:
    """Weight under watch in each state before each step."""
    steps, states = shape
    size = (steps + 1) * states
    come = np.bincount(first * states + spells.origin, spells.weight, minlength=size)
    gone = np.bincount(last * states + spells.origin, spells.weight, minlength=size)
    return np.cumsum((come - gone).reshape(-1, states), axis=0)[:steps]


def _steps(spells: Spells, last: Numbers, at_risk: Array) -> Array:
    """Share of each state that moves to each other at each step; diagonal: minus what leaves."""
    number, states = at_risk.shape
    moved = spells.ended
    cell = (last[moved] - 1) * states + spells.origin[moved]
    cell = cell * states + spells.destination[moved]
    moves = np.bincount(cell, spells.weight[moved], minlength=number * states**2)
    steps = _ratio(moves.reshape(number, states, states), at_risk[..., None])
    own = np.arange(states)
    steps[:, own, own] = -steps.sum(axis=2)
    return steps


def _ratio(part: Array, whole: Array) -> Array:
    """Part of a whole; 0 of nothing."""
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _known_until(spells: Spells, start: float, times: Array, shares: Array) -> float:
    """The first time from which on it is not known what those in some state do.

    Because nobody will be under watch in it any more, or not for a while in which too large a share
    of all stands there.
    """
    marks = np.unique(np.concatenate([[start], spells.entry, spells.exit]))
    share = shares[np.searchsorted(times, marks, side="right")]
    watched = np.zeros(share.shape)
    np.add.at(watched, (np.searchsorted(marks, spells.entry), spells.origin), 1)
    np.add.at(watched, (np.searchsorted(marks, spells.exit), spells.origin), -1)
    watched = np.cumsum(watched, axis=0)
    again = np.maximum.accumulate(watched[::-1], axis=0)[::-1] > 0
    left = np.isin(np.arange(shares.shape[1]), spells.origin)  # the others keep whom they hold
    lost = (watched == 0) & (share > np.where(again, UNWATCHED, ROUNDING)) & left
    return float(marks[lost.any(axis=1)].min(initial=np.inf))
