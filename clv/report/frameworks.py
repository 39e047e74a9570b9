"""The stages of a framework on a page, under its own names.

They are data, in three languages (`clv/stages/ladders`, or a company's own file), and no messages
of the catalogue: whoever writes a framework translates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.report.aarrr import counted
from clv.report.named import Named
from clv.report.privacy import few
from clv.report.words import Label, Text, Value
from clv.stages.rules import DEPTHS, LAPSED

if TYPE_CHECKING:
    from clv.stages.frameworks import Framework


AT_RISK = Label("at_risk")


def stage(framework: Framework, key: str) -> Named:
    """What a framework calls one of its stages."""
    return _named(key, framework.ladder.get(key) or framework.off_ladder[key])


def title(framework: Framework) -> Named:
    """What a framework calls itself."""
    return _named(framework.name, framework.title)


def ladder(
    counts: pd.DataFrame, framework: Framework, rates: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The ladder as a page shows it: stages by their names, nobody where nobody can be seen.

    Parameters
    ----------
    counts
        As `Lifecycle.ladder` returns it.
    rates
        As `stages.aarrr.overall` returns them: a stage in which nobody stands shows the rate of
        its name.

    Returns
    -------
    DataFrame
        Indexed by stage: customers, at_risk, share_of_customers (of all who have bought; NaN of
        stages in which others stand too), on_ladder, per_cohort; where the framework measures a
        stage also measured and counts (its rate, and who counts; missing of the others). `attrs`:
        title. Where those at risk in a stage are a handful, all who are at risk have a row of their
        own instead, the last.
    """
    counts = _at_risk_apart(counts)
    named = [AT_RISK if key is AT_RISK else stage(framework, key) for key in counts.index]
    names = pd.Index(named, name="stage", dtype=object)
    share = (counts["bought"] / counts["bought"].sum()).astype(float)
    of_buyers = counts["bought"].eq(counts["customers"]).fillna(value=False) & (share > 0)
    counts = counts.assign(share_of_customers=share.where(of_buyers))
    columns = ["customers", "at_risk", "share_of_customers", "on_ladder", "per_cohort"]
    units = {"share_of_customers": "share"}
    if framework.per_cohort:
        counts = counts.join(_measured(counts.index, framework, rates))
        columns, units = [*columns, "measured", "counts"], units | {"measured": "share"}
    shown = counts.set_axis(names)[columns]
    shown.attrs = {"title": title(framework), "units": units}
    shown.attrs["labels"] = {"customers": "people"}
    return shown


def _at_risk_apart(counts: pd.DataFrame) -> pd.DataFrame:
    """Those at risk in a row of their own, where those of one stage are a handful.

    How many stand in each state is told beside the ladder: what a stage holds besides them would be
    the handful.
    """
    risk = counts["at_risk"].fillna(0)
    if not (risk.map(few) & (counts["customers"] > risk)).any():
        return counts
    own = counts.assign(
        customers=counts["customers"] - risk,
        bought=counts["bought"] - risk,
        at_risk=counts["at_risk"].mask(risk > 0, 0),
    )
    total = int(risk.sum())
    row = {"customers": total, "at_risk": 0, "bought": total, "on_ladder": False}
    apart = pd.DataFrame([row | {"per_cohort": False}], index=pd.Index([AT_RISK], dtype=object))
    together = pd.concat([own.set_axis(own.index.astype(object)), apart])
    return together.astype(own.dtypes[list(row)].to_dict())


def _measured(keys: pd.Index, framework: Framework, rates: pd.DataFrame | None) -> pd.DataFrame:
    """The rate of each stage that is measured, and who counts; missing where it is not known."""
    measured = pd.Series(np.nan, keys)
    counts = pd.Series(None, keys, dtype=object)
    for key in framework.per_cohort:
        rate = None if rates is None or key not in rates.index else rates.loc[key]
        if rate is not None and pd.notna(rate["share"]) and not few(rate["customers"]):
            measured[key], counts[key] = rate["share"], counted(rate)
    return pd.DataFrame({"measured": measured, "counts": counts})


def states(stages: pd.DataFrame, framework: Framework) -> pd.DataFrame:
    """Which of our twelve states stand in which stage of a framework, and how many customers.

    Who has lapsed is told apart by whether they were loyal once, which no ladder shows. A state of
    which some part is a handful has one row: what it holds in all is told elsewhere.

    `stages`: as `Lifecycle.stages` returns it.
    """
    codes = pd.Categorical(stages["max_depth"], categories=DEPTHS).codes
    loyal = stages["stage"].isin(LAPSED) & (codes >= DEPTHS.index("loyal"))
    kinds = stages.assign(was_loyal=loyal)
    counted = kinds.groupby(["framework_stage", "stage", "was_loyal"], observed=True).size()
    found = _in_one(counted.rename("customers").reset_index())
    shown = pd.DataFrame(
        {
            "framework_stage": [
                stage(framework, key) if key else None for key in found["framework_stage"]
            ],
            "stage": [
                _state(*each) for each in zip(found["stage"], found["was_loyal"], strict=True)
            ],
            "customers": found["customers"],
        }
    )
    shown.attrs["labels"] = {"customers": "people"}
    return shown


def _in_one(found: pd.DataFrame) -> pd.DataFrame:
    """The parts of a state in one row where one is a handful; "" for more stages than one."""
    found = found.astype({"framework_stage": str, "stage": str})
    small = found["customers"].map(few).groupby(found["stage"]).transform("any")
    whole = found[small].groupby("stage", sort=False, as_index=False)
    told = whole.agg(
        framework_stage=(
            "framework_stage",
            lambda keys: keys.iloc[0] if keys.nunique() == 1 else "",
        ),
        was_loyal=("was_loyal", "all"),
        customers=("customers", "sum"),
    )
    return pd.concat([found[~small], told], ignore_index=True)


def _state(state: str, was_loyal: bool) -> Value:
    """One of our states, and what those who have left it behind once were."""
    told = Label(str(state))
    return Text("{stage}, once loyal or more", {"stage": told}) if was_loyal else told


def _named(key: str, names: Mapping[str, str]) -> Named:
    return Named(key, dict(names))
