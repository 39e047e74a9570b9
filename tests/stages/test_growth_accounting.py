import numpy as np
import pytest

import clv
from clv.errors import BadParameter
from clv.stages.growth_accounting import growth

HISTORIES = {
    "stays": [("onboarding", 0), ("active", 90, "window")],
    "new": [("lead", 0), ("onboarding", 50, "purchase")],
    "lapses": [("onboarding", 0), ("at_risk", 20, "silence"), ("dormant", 40, "silence")],
    "returns": [("onboarding", -90), ("dormant", 20, "silence"),
                ("reactivated", 60, "purchase")],
    "passes": [("onboarding", 35), ("dormant", 99, "silence")],
    "undone": [("lead", 0), ("onboarding", 10, "purchase"), ("lead", 70, "refund")],
    "gone": [("onboarding", 10), (None, 70, "refund")],
    "never": [("lead", 0), ("lost_lead", 60, "silence")],
}  # fmt: skip


def test_each_customer_has_one_place_in_the_account(spells_of, on):
    account = growth(spells_of(HISTORIES), [on(30), on(100)]).iloc[0]
    assert account.drop(["start", "end", "quick_ratio"]).to_dict() == {
        "at_start": 4,  # stays, lapses, undone, gone
        "new": 1,
        "reactivated": 1,
        "lapsed": 1,
        "undone": 2,
        "retained": 1,
        "at_end": 3,
    }
    assert account["quick_ratio"] == pytest.approx(2 / 3)


def test_the_account_adds_up_and_goes_on_where_the_last_one_ended(cdnow_sample):
    ends = ["1997-01-31", "1997-04-30", "1997-09-30", "1997-12-31", "1998-06-30"]
    life = clv.lifecycle(cdnow_sample)
    table = growth(life.spells, ends)
    come = table["new"] + table["reactivated"]
    assert (table["at_start"] + come - table["lapsed"] - table["undone"] == table["at_end"]).all()
    assert (table["retained"] + come == table["at_end"]).all()
    assert (table["at_end"].iloc[:-1].to_numpy() == table["at_start"].iloc[1:].to_numpy()).all()
    lapsed = life.states().isin(["dormant", "churned"])
    assert table["at_end"].iloc[-1] == (~lapsed).sum()
    assert table["reactivated"].sum() > 0


def test_a_period_in_which_nobody_went_has_no_finite_ratio(spells_of, on):
    table = growth(spells_of(HISTORIES), [on(-100), on(-10), on(-5)])
    assert table["quick_ratio"].tolist()[0] == np.inf
    assert np.isnan(table["quick_ratio"].tolist()[1])


@pytest.mark.parametrize("days", [[], [5], [5, 5], [5, 3]])
def test_ends_that_are_no_periods_are_refused(spells_of, on, days):
    with pytest.raises(BadParameter, match="two or more days, ascending"):
        growth(spells_of(HISTORIES), [on(day) for day in days])
