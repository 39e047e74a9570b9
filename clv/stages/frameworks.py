"""The words of others for the twelve states: stages of a framework, read from YAML.

A framework gives every customer one stage, whatever the state, the depth, the activation and the
number of purchases: the mapping is a tree that asks for one of them at a time, so that no customer
falls between two branches or into both. Who has lapsed stands off the ladder, in rows of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import pandas as pd

from clv import strict_yaml
from clv.errors import BadParameter, SourceUnreadable
from clv.stages import framework_checks
from clv.stages.framework_checks import QUESTIONS
from clv.stages.rules import DEPTHS, NEEDS, STATES

RISK = "at_risk"  # a badge beside the stage that a customer keeps

Tree = str | Mapping[str, Any]  # a stage, or an answer's trees
Labels = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class Framework:
    """Stages in their order, what they are called, and who stands in each."""

    name: str
    title: Labels
    ladder: Mapping[str, Labels]  # in order
    off_ladder: Mapping[str, Labels]
    states: Mapping[str, Tree]
    per_cohort: tuple[str, ...] = ()  # stages that are measured, and in which nobody stands
    first_by_sector: Mapping[str, Labels] = field(default_factory=dict)  # its own first stage

    @property
    def stages(self) -> tuple[str, ...]:
        """All stages in order: those of the ladder, then those off it."""
        return (*self.ladder, *self.off_ladder)

    def label(self, stage: str, language: str = "en") -> str:
        """What a stage is called; in English where the framework has no word of a language."""
        known = self.ladder.get(stage) or self.off_ladder[stage]
        return known.get(language, known["en"])

    def spoken_in(self, sector: str | None) -> Self:
        """The same framework, its first stage called as a sector calls it, if it has a word."""
        if not sector or sector not in self.first_by_sector:
            return self
        first = next(iter(self.ladder))
        return replace(self, ladder={**self.ladder, first: self.first_by_sector[sector]})

    def stage(self, state: str, depth: str, activated: bool, purchase_days: int) -> str:
        """The stage of one customer."""
        asked = {
            "depth": depth if depth in QUESTIONS["depth"] else "customer",
            "activated": "activated" if activated else "not_activated",
            "purchases": "again" if purchase_days > 1 else "once",
        }
        tree = self.states[state]
        while not isinstance(tree, str):
            tree = tree[asked[question_of(tree)]]
        return tree

    def of(self, stages: pd.DataFrame) -> pd.DataFrame:
        """The stage of every customer.

        Parameters
        ----------
        stages
            As `Lifecycle.stages` returns it: stage, depth_now, activated, purchase_days.

        Returns
        -------
        DataFrame
            Indexed as `stages`: framework_stage (ordered), badge ("at_risk" or "").
        """
        state = pd.Categorical(stages["stage"], categories=STATES)
        kind = [
            pd.Categorical(stages["depth_now"], categories=DEPTHS).codes,
            stages["activated"].to_numpy(bool),
            stages["purchase_days"].clip(upper=2).to_numpy(int),
        ]
        kinds, which = np.unique(np.column_stack([state.codes, *kind]), axis=0, return_inverse=True)
        found = [self.stage(STATES[s], DEPTHS[d], bool(a), int(k)) for s, d, a, k in kinds]
        placed = np.array(found, dtype=object)[which] if found else []
        return pd.DataFrame(
            {
                "framework_stage": pd.Categorical(placed, categories=self.stages, ordered=True),
                "badge": np.where(state == RISK, RISK, ""),
            },
            index=stages.index,
        )

    def counts(self, stages: pd.DataFrame, observable: Collection[str] = STATES) -> pd.DataFrame:
        """Customers by stage of the framework.

        Parameters
        ----------
        stages
            As `Lifecycle.stages` returns it.
        observable
            The states that the tables can show. A stage that none of them leads to is not known,
            and neither is one that some of them lead to, but nobody stands in.

        Returns
        -------
        DataFrame
            Indexed by framework_stage, every stage in its order: customers, at_risk and bought (of
            them, who is at risk, who has bought), all Int64 and NA where a stage is measured, or
            cannot be seen; on_ladder (bool); per_cohort (bool: measured, nobody stands in it);
            needs (the tables that would show it, else "").
        """
        placed = self.of(stages)
        found = placed.groupby("framework_stage", observed=False)["badge"]
        bought = (stages["purchase_days"] >= 1).groupby(placed["framework_stage"], observed=False)
        table = pd.DataFrame(
            {"customers": found.size(), "at_risk": found.agg(_at_risk), "bought": bought.sum()}
        )
        needs = [self._needs(each, n, observable) for each, n in table["customers"].items()]
        table = table.astype("Int64").assign(
            on_ladder=table.index.isin(list(self.ladder)),
            per_cohort=table.index.isin(list(self.per_cohort)),
            needs=needs,
        )
        unknown = table["per_cohort"] | (table["needs"] != "")
        table.loc[unknown, ["customers", "at_risk", "bought"]] = pd.NA
        return table

    def _needs(self, stage: str, customers: int, observable: Collection[str]) -> str:
        """What would show a stage that cannot be seen; nothing for one that can.

        One that is seen in part, and empty in that part, may well be full in the other.
        """
        ways = [
            shown
            for state in STATES
            for leaf, shown in _paths(self.states[state], state)
            if leaf == stage
        ]
        hidden = [state for state in ways if state not in observable]
        seen = len(hidden) < len(ways) and customers > 0
        return "" if seen or not hidden else NEEDS[hidden[0]]


def _at_risk(badges: pd.Series) -> int:
    return int((badges == RISK).sum())


def _paths(tree: Tree, state: str) -> Iterator[tuple[str, str]]:
    """The stages that a tree leads to, each with the state that must be seen for it."""
    if isinstance(tree, str):
        yield tree, state
        return
    for answer, inner in tree.items():
        # Who was an advocate and is at risk is seen as an advocate only where advocates are.
        yield from _paths(inner, "advocate" if answer == "advocate" else state)


def question_of(tree: Mapping[str, Any]) -> str:
    """What a branch asks for."""
    return next(asked for asked, answers in QUESTIONS.items() if set(answers) == set(tree))


def shipped() -> tuple[str, ...]:
    """The names of the frameworks that come with the package."""
    room = files("clv.stages").joinpath("ladders")
    return tuple(sorted(each.name.removesuffix(".yml") for each in room.iterdir()))


def read(name: str | Path) -> Framework:
    """A framework that comes with the package, or one of your own: the path of a YAML file.

    Raises `BadParameter` for an unknown name, `StudyInvalid` naming every fault of a file with its
    line.
    """
    if str(name) in shipped():
        return _shipped(str(name))
    path = Path(str(name))  # a number, say, is refused as the name that it is not
    if path.suffix not in {".yml", ".yaml"}:
        allowed = f"one of {list(shipped())}, or the path of a .yml file"
        raise BadParameter.from_value("framework", str(name), allowed)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnreadable(f"The framework {path} cannot be read: {error}.") from error
    return parsed(text, path.stem, str(path))


@cache
def _shipped(name: str) -> Framework:
    text = files("clv.stages").joinpath("ladders", f"{name}.yml").read_text(encoding="utf-8")
    return parsed(text, name, f"{name}.yml")


def parsed(text: str, name: str, where: str) -> Framework:
    """A framework from its YAML; every fault is named at once."""
    found, faults = strict_yaml.entries(text, where, "a framework")
    faults += framework_checks.faults(found)
    if faults:
        raise strict_yaml.invalid(where, faults)
    values = {key: entry.value for key, entry in found.items()}
    per_cohort = tuple(values.pop("per_cohort", ()))
    frozen = {key: MappingProxyType(value) for key, value in values.items()}
    return Framework(name=name, per_cohort=per_cohort, **frozen)
