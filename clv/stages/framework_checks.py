"""What may be wrong with the YAML of a framework: every fault, with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clv import strict_yaml
from clv.errors import near
from clv.stages.rules import LOST, STATES
from clv.strict_yaml import Entry, Fault
from clv.study_lifecycle import SECTORS

LANGUAGES = ("en", "tr", "ar")
NEEDED = ("title", "ladder", "off_ladder", "states")
KEYS = (*NEEDED, "per_cohort", "first_by_sector")
QUESTIONS = {  # what a branch may ask for: the answers, all of which it must hold
    "depth": ("customer", "loyal", "advocate"),
    "activated": ("activated", "not_activated"),
    "purchases": ("once", "again"),
}


def faults(found: Mapping[str, Entry]) -> list[Fault]:
    """What is wrong with a framework: first with its keys, then with what they hold."""
    of_keys = strict_yaml.of_keys(found, KEYS, NEEDED)
    return of_keys or [*_misnamed(found), *_alike(found), *_misplaced(found), *_repeated(found)]


def _misnamed(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """Stages without a name, on both sides of the ladder, or measured though they are none."""
    ladder, beside = found["ladder"], found["off_ladder"]
    if not ladder.value:
        yield Fault(ladder.line, "`ladder` must hold one stage or more: {lead: {en: Lead}}")
    yield from _unlabelled("title", found["title"].value, found["title"].line)
    for entry in (ladder, beside):
        for stage, labels in entry.value.items():
            yield from _unlabelled(stage, labels, entry.inner.get(stage))
    own = found.get("first_by_sector", Entry({}))
    if not (isinstance(own.value, dict) and own.value.keys() <= set(SECTORS)):
        yield Fault(own.line, f"`first_by_sector` must hold names by sector: {list(SECTORS)}")
    else:
        for sector, labels in own.value.items():
            yield from _unlabelled(sector, labels, own.inner.get(sector))
    for stage in ladder.value.keys() & beside.value.keys():
        yield Fault(beside.inner[stage], f"`{stage}` stands on the ladder and off it")
    listed = found.get("per_cohort", Entry([]))
    if not (isinstance(listed.value, list) and all(map(list(ladder.value).count, listed.value))):
        yield Fault(listed.line, f"`per_cohort` must list stages of {list(ladder.value)}")


def _unlabelled(stage: str, labels: object, line: int | None) -> Iterator[Fault]:
    """A stage needs an English name; names in other languages are text too."""
    if fault := strict_yaml.not_in_words(labels, LANGUAGES):
        yield Fault(line, f"`{stage}` {fault}")


def _alike(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """Two stages that are called the same: no reader could tell them apart."""
    stages = {**found["ladder"].value, **found["off_ladder"].value}
    lines = {**found["ladder"].inner, **found["off_ladder"].inner}
    for language in LANGUAGES:
        named: dict[str, str] = {}
        for stage, labels in stages.items():
            label = labels.get(language) if isinstance(labels, dict) else None
            if isinstance(label, str) and named.setdefault(label, stage) != stage:
                told = f"`{stage}` is called {label!r} as `{named[label]}` is; name it otherwise"
                yield Fault(lines.get(stage), told)


def _misplaced(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """States that are none, and states whose stage is missing or cannot be."""
    states, beside = found["states"], found["off_ladder"].value
    stages = {**found["ladder"].value, **beside}
    measured = found.get("per_cohort", Entry([])).value
    for state in states.value.keys() - set(STATES):
        yield Fault(states.inner[state], f"unknown state `{state}`.{near(state, STATES)}")
    for state in STATES:
        line = states.inner.get(state, states.line)
        for stage in _leaves(states.value.get(state)):
            if stage is None:
                answers = " or ".join(f"{{{', '.join(each)}}}" for each in QUESTIONS.values())
                told = f"`{state}` must name a stage, or one for each answer of {answers}"
                yield Fault(line, told)
            elif stage not in stages:
                told = f"`{state}` leads to `{stage}`, which is no stage.{near(stage, stages)}"
                yield Fault(line, told)
            elif isinstance(measured, list) and stage in measured:
                told = f"`{state}` leads to `{stage}`, in which nobody stands (`per_cohort`)"
                yield Fault(line, told)
            elif state in LOST and stage not in beside:  # on the ladder, totals would lie
                told = f"`{state}` must stand off the ladder: who has lapsed is a row of its own"
                yield Fault(line, told)


def _leaves(tree: object) -> Iterator[str | None]:
    """The stages that a tree leads to; None for a branch that is no question."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict) and any(set(tree) == set(each) for each in QUESTIONS.values()):
        for inner in tree.values():
            yield from _leaves(inner)
    else:
        yield None


def _repeated(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """Branches that ask again what one above them has asked: one answer could never come."""
    states = found["states"]
    for state, tree in states.value.items():
        for question in _asked_again(tree):
            told = f"`{state}` asks for {question} again below an answer to it; ask once"
            yield Fault(states.inner.get(state), told)


def _asked_again(tree: object, asked: tuple[str, ...] = ()) -> Iterator[str]:
    """The questions that a branch asks for though one above it has."""
    if not isinstance(tree, dict):
        return
    own = [name for name, answers in QUESTIONS.items() if set(tree) == set(answers)]
    yield from (name for name in own if name in asked)
    for inner in tree.values():
        yield from _asked_again(inner, (*asked, *own))
