"""What to do for customers in each state of the lifecycle: a play for each, read from YAML.

A play has an aim, something to do and something to avoid, a measure that tells whether it worked,
and an owner. Applied to a base it says how many customers each play is for, and how much money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from clv import strict_yaml
from clv.errors import SourceUnreadable, near
from clv.stages.framework_checks import LANGUAGES
from clv.stages.rules import STATES
from clv.strict_yaml import Entry, Fault

SHIPPED = "playbook.yml"
KEYS = ("title", "owners", "plays")
YEAR = 365  # days
SAID = ("aim", "do", "avoid", "measure")  # of each play, in every language

Labels = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Play:
    """What to do for the customers of one state."""

    state: str
    owner: Labels
    aim: Labels
    do: Labels
    avoid: Labels
    measure: Labels


@dataclass(frozen=True, slots=True)
class Playbook:
    """A play for every state."""

    title: Labels
    plays: Mapping[str, Play]  # by state, in lifecycle order


def read(path: str | Path | None = None) -> Playbook:
    """The playbook that comes with the package, or one of your own: the path of a YAML file.

    Raises `StudyInvalid` naming every fault of a file with its line.

    >>> read().plays["lead"].aim["en"]
    'A conversation'
    """
    if not path:
        return _shipped()
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnreadable(f"The playbook {path} cannot be read: {error}.") from error
    return parsed(text, str(path))


def money(customers: pd.DataFrame, days: pd.DataFrame) -> pd.Series:
    """What rests with each customer: expected to come or, without models, brought last year.

    Parameters
    ----------
    customers : DataFrame
        As scored: with `clv` where there are models.
    days : DataFrame
        Purchase days: customer_id, date, amount.

    Returns
    -------
    Series by customer_id. `attrs["value"]` says what it is: "revenue" or "margin", which are
    expected, or "brought".

    """
    if "clv" in customers:
        found, kind = customers["clv"].rename("amount"), customers.attrs["value"]
    else:
        recent = days[days["date"] > days["date"].max() - pd.Timedelta(days=YEAR)]
        brought = recent.groupby("customer_id")["amount"].sum()
        found, kind = brought.reindex(customers.index, fill_value=0.0), "brought"
    found.attrs = {"value": kind}
    return found


def plays(stages: pd.Series, money: pd.Series) -> pd.DataFrame:
    """How many customers each play is for, and the money that rests with them, most first.

    Whoever stands in a stage counts, also those who are contacted one by one or left alone: beside
    the sizes of the stages, a number without them would tell how many these are.

    Parameters
    ----------
    stages : Series
        The state of each customer, by customer_id.
    money : Series
        What rests with each, as of `money`; not known of those who are not in it, such as leads.

    Returns
    -------
    DataFrame indexed by stage: `customers`, `amount` (money, NaN where none is known), `share` (of
    all the money of the plays). `attrs["value"]` as that of `money`.

    """
    grouped = money.reindex(stages.index).groupby(stages, observed=True)
    table = pd.DataFrame({"customers": grouped.size(), "amount": grouped.sum(min_count=1)})
    table = table.sort_values("amount", ascending=False, kind="stable").rename_axis("stage")
    total = table["amount"].sum()
    table["share"] = table["amount"] / (total if total > 0 else float("nan"))
    table.attrs = dict(money.attrs)
    return table


@cache
def _shipped() -> Playbook:
    text = files("clv.growth").joinpath(SHIPPED).read_text(encoding="utf-8")
    return parsed(text, SHIPPED)


def parsed(text: str, where: str) -> Playbook:
    """A playbook from its YAML; every fault is named at once."""
    found, faults = strict_yaml.entries(text, where, "a playbook")
    faults += _faults(found)
    if faults:
        raise strict_yaml.invalid(where, faults)
    owners, told = found["owners"].value, found["plays"].value
    made = {
        state: Play(state, owners[told[state]["owner"]], **{k: told[state][k] for k in SAID})
        for state in STATES
    }
    return Playbook(found["title"].value, made)


def _faults(found: Mapping[str, Entry]) -> list[Fault]:
    """What is wrong with a playbook: first with its keys, then with what they hold."""
    of_keys = strict_yaml.of_keys(found, KEYS, KEYS)
    return of_keys or [*_of_words(found), *_of_plays(found)]


def _of_words(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """A title and owners that lack their words."""
    yield from _unsaid("title", found["title"].value, found["title"].line)
    for owner, labels in found["owners"].value.items():
        yield from _unsaid(owner, labels, found["owners"].inner.get(owner))


def _of_plays(found: Mapping[str, Entry]) -> Iterator[Fault]:
    """States without a play, plays without a state, and plays that lack something."""
    told, owners = found["plays"], found["owners"].value
    for state in told.value.keys() - set(STATES):
        yield Fault(told.inner[state], f"unknown state `{state}`.{near(state, STATES)}")
    for state in STATES:
        play, line = told.value.get(state), told.inner.get(state, told.line)
        if not isinstance(play, dict) or set(play) != {"owner", *SAID}:
            yield Fault(line, f"`{state}` must have owner, {', '.join(SAID)}, and nothing else")
            continue
        if play["owner"] not in owners:
            told_near = near(str(play["owner"]), owners)
            yield Fault(line, f"`{state}` is owned by `{play['owner']}`, no owner.{told_near}")
        for key in SAID:
            yield from _unsaid(f"{state}: {key}", play[key], line)


def _unsaid(name: str, labels: object, line: int | None) -> Iterator[Fault]:
    """What is said needs English; other languages are text too."""
    if fault := strict_yaml.not_in_words(labels, LANGUAGES, "words"):
        yield Fault(line, f"`{name}` {fault}")
