import dataclasses

import pandas as pd
import pytest

from clv.stages.silence import MEANING, STRATA, Limit
from clv.stages.thresholds import Thresholds
from clv.stages.unlimited import unlimited


def thresholds(**first):
    """At risk from 90 days on, dormant 180, churned 300, but as told for strata `of_<least>`."""
    limits = [
        Limit(state, least, after, None, None, None, None, 60, "learned")
        for least in STRATA
        for state, after in zip(MEANING, (90, 180, 300), strict=True)
    ]
    told = [first.get(f"of_{limit.least}", {}).get(limit.state, limit.after) for limit in limits]
    limits = [dataclasses.replace(one, after=day) for one, day in zip(limits, told, strict=True)]
    return Thresholds("2024-12-31", 10, 5, 90, 9, 3, 100.0, tuple(limits))


def stages(**held):
    table = pd.DataFrame(held, index=["stage", "purchase_days"]).T
    return table.astype({"purchase_days": int})


NO_RISK = {"at_risk": None, "dormant": None, "churned": None}


def test_without_a_limit_nobody_can_tell_who_buys():
    found = unlimited(
        stages(a=("active", 1), b=("active", 2), c=("loyal", 3), d=("at_risk", 5)),
        thresholds(of_2=NO_RISK),
    )
    assert found.to_dict() == {"a": False, "b": True, "c": True, "d": False}


def test_who_is_new_or_has_just_returned_is_judged_by_a_window():
    new = stages(a=("onboarding", 1), b=("reactivated", 2), c=("lead", 0))
    none = {f"of_{least}": NO_RISK for least in STRATA}
    assert not unlimited(new, thresholds(**none)).any()


@pytest.mark.parametrize(
    ("basis", "judged"),
    [("unstable", False), ("not_reached", False), ("same_day", True), ("gives_way", True)],
)
def test_a_missing_limit_matters_unless_the_next_stage_begins_on_that_day(basis, judged):
    known = thresholds(of_1={"at_risk": None})
    limits = [dataclasses.replace(known.limits[0], basis=basis), *known.limits[1:]]
    own = dataclasses.replace(known, limits=tuple(limits))
    assert own.limited([1, 2]).tolist() == [judged, True]
