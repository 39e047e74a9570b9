"""The stages of a framework on a page, under its own names.

They are data, in three languages (`clv/stages/ladders`, or a company's own file), and no messages
of the catalogue: whoever writes a framework translates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from clv.report.languages import Words
from clv.report.words import Label, Text, Value
from clv.stages.rules import DEPTHS

if TYPE_CHECKING:
    from clv.stages.frameworks import Framework


LAPSED = ("dormant", "churned")


@dataclass(frozen=True, slots=True)
class Named:
    """What brings its own names, by language: data, and no message of the catalogue.

    >>> Named("lead", {"en": "Lead", "tr": "Potansiyel"}).render(Words.of("tr"))
    'Potansiyel'
    """

    key: str
    names: Mapping[str, str] = field(compare=False)

    def render(self, words: Words) -> str:
        return self.names.get(words.language, self.names["en"])


def stage(framework: Framework, key: str) -> Named:
    """What a framework calls one of its stages."""
    return _named(key, framework.ladder.get(key) or framework.off_ladder[key])


def title(framework: Framework) -> Named:
    """What a framework calls itself."""
    return _named(framework.name, framework.title)


def ladder(counts: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """The ladder as a page shows it: stages by their names, nobody where nobody can be seen.

    Parameters
    ----------
    counts
        As `Lifecycle.ladder` returns it.

    Returns
    -------
    DataFrame
        Indexed by stage: customers, at_risk, share_of_customers (of all who have bought; NaN of
        stages in which others stand too), on_ladder, per_cohort. `attrs`: title.
    """
    names = pd.Index([stage(framework, key) for key in counts.index], name="stage", dtype=object)
    share = (counts["bought"] / counts["bought"].sum()).astype(float)
    of_buyers = counts["bought"].eq(counts["customers"]).fillna(value=False) & (share > 0)
    counts = counts.assign(share_of_customers=share.where(of_buyers))
    columns = ["customers", "at_risk", "share_of_customers", "on_ladder", "per_cohort"]
    shown = counts.set_axis(names)[columns]
    shown.attrs = {"title": title(framework), "units": {"share_of_customers": "share"}}
    shown.attrs["labels"] = {"customers": "people"}
    return shown


def states(stages: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Which of our twelve states stand in which stage of a framework, and how many customers.

    Who has lapsed is told apart by whether they were loyal once, which no ladder shows.

    `stages`: as `Lifecycle.stages` returns it.
    """
    codes = pd.Categorical(stages["max_depth"], categories=DEPTHS).codes
    loyal = stages["stage"].isin(LAPSED) & (codes >= DEPTHS.index("loyal"))
    kinds = stages.assign(was_loyal=loyal)
    counted = kinds.groupby(["framework_stage", "stage", "was_loyal"], observed=True).size()
    found = counted.rename("customers").reset_index()
    return pd.DataFrame(
        {
            "framework_stage": [stage(framework, key) for key in found["framework_stage"]],
            "stage": [
                _state(*each) for each in zip(found["stage"], found["was_loyal"], strict=True)
            ],
            "customers": found["customers"],
        }
    )


def _state(state: str, was_loyal: bool) -> Value:
    """One of our states, and what those who have left it behind once were."""
    told = Label(str(state))
    return Text("{stage}, once loyal or more", {"stage": told}) if was_loyal else told


def _named(key: str, names: Mapping[str, str]) -> Named:
    return Named(key, dict(names))
