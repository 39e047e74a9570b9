from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.stages.spells import BY_RULE, CAUSES

LAST = date(1998, 6, 30)
VITALITY = ["loyal", "advocate", "onboarding", "active", "reactivated", "at_risk", "dormant"]


@pytest.fixture(scope="module")
def sample(cdnow_sample):
    return lifecycle(cdnow_sample, framework="")


@pytest.fixture
def spells_of(bought, on, limits):
    """State, first day, last day plus one and cause of each spell of one customer, in days."""

    def spells_of(purchases, day, **changes):
        life = Lifecycle(bought(a=purchases), on(day), limits(**changes))
        rows = life.spells
        began = pd.Timestamp(on(0))
        return [
            (row.state, (row.start - began).days, (row.stop - began).days, row.cause)
            if pd.notna(row.stop)
            else (row.state, (row.start - began).days)
            for row in rows.itertuples()
        ]

    return spells_of


def test_silence_moves_a_customer_on_the_days_of_its_limits(spells_of):
    assert spells_of([0], 500) == [
        ("onboarding", 0, 60, "silence"),
        ("at_risk", 60, 120, "silence"),
        ("dormant", 120, 200, "silence"),
        ("churned", 200),
    ]


def test_a_purchase_ends_a_spell_on_its_day(spells_of):
    assert spells_of([0, 70, 75], 80) == [
        ("onboarding", 0, 60, "silence"),
        ("at_risk", 60, 70, "purchase"),
        ("onboarding", 70),
    ]


def test_windows_end_onboarding_and_reentry(spells_of):
    late = {"at_risk": 100, "dormant": 120, "churned": 200}
    assert spells_of([0, 95, 235], 330, **late) == [
        ("onboarding", 0, 90, "window"),
        ("active", 90, 195, "silence"),
        ("at_risk", 195, 215, "silence"),
        ("dormant", 215, 235, "purchase"),
        ("reactivated", 235, 325, "window"),
        ("active", 325),
    ]


def test_a_purchase_that_leaves_the_window_ends_loyalty(spells_of):
    money = {0: 40.0, 10: 40.0, 20: 40.0, 300: 1.0, 370: 1.0}
    assert spells_of(money, 380, at_risk=400, dormant=None, churned=None) == [
        ("onboarding", 0, 20, "purchase"),
        ("loyal", 20, 365, "window"),
        ("active", 365),
    ]


def test_an_exit_by_rule_is_one_by_silence_or_by_the_end_of_a_window():
    assert set(BY_RULE) < set(CAUSES)


def test_the_first_day_of_a_spell_tells_its_depth_and_flags(bought, on, limits):
    life = Lifecycle(bought(a={0: 40.0, 30: 40.0, 60: 40.0}), on(500), limits())
    found = life.spells.set_index("state")
    assert found.loc["loyal", ["depth", "max_depth"]].tolist() == ["loyal", "loyal"]
    assert found.loc["churned", ["depth", "max_depth"]].tolist() == ["loyal", "loyal"]
    assert found.loc["onboarding", ["purchase_days", "activated", "in_onboarding"]].tolist() == [
        1,
        False,
        True,
    ]
    assert found.loc["churned", "activated"]


# Laws ----------------------------------------------------------------------------------------


def tiled(spells, last):
    """Spells of a customer touch, differ, and the last one is open; those after a gap may not."""
    follows = spells["customer_id"].eq(spells["customer_id"].shift(-1))
    after = spells.shift(-1)
    vanished = spells["stop"].notna() & spells["next_state"].isna()
    touching = follows & ~vanished
    assert (spells.loc[touching, "stop"] == after.loc[touching, "start"]).all()
    assert (spells.loc[touching, "next_state"] == after.loc[touching, "state"]).all()
    assert (spells["next_state"].astype(str) != spells["state"].astype(str)).all()
    assert (spells.loc[follows & vanished, "stop"] < after.loc[follows & vanished, "start"]).all()
    assert (~(spells["stop"] <= spells["start"])).all()
    assert spells["stop"].isna().equals(~follows & ~vanished)
    assert spells["cause"].isna().equals(spells["stop"].isna())
    assert spells["start"].max() <= pd.Timestamp(last)
    assert (spells["max_depth"] >= spells["depth"]).all()


def test_spells_tile_the_time_from_the_first_purchase_on(sample):
    tiled(sample.spells, LAST)
    first = sample.days.groupby("customer_id")["date"].min()
    begun = sample.spells.groupby("customer_id")["start"].min()
    pd.testing.assert_series_equal(begun, first, check_names=False)


@settings(deadline=None, max_examples=12)
@given(st.dates(date(1997, 1, 1), LAST))
def test_a_snapshot_is_what_the_rules_say_of_what_was_known(sample, day):
    seen = sample.days[sample.days["date"] <= pd.Timestamp(day)]
    then = Lifecycle(seen, day, sample.thresholds).stages()
    pd.testing.assert_series_equal(sample.states(day), then["stage"])
    pd.testing.assert_frame_equal(sample.stages(day), then)


histories = st.lists(
    st.tuples(st.integers(0, 700), st.sampled_from([5.0, 30.0, 100.0])), min_size=1, max_size=9
)
silences = st.tuples(*[st.none() | st.integers(20, 300)] * 3)


def plainly(purchases, day, bounds):
    """The state of one customer, written out for one day from the definitions."""
    days = sorted(when for when in purchases if when <= day)
    after = {name: bounds.after(name, [len(days)])[0] for name in ("at_risk", "dormant", "churned")}
    silence = day - days[-1]
    for name in ("churned", "dormant", "at_risk"):
        if silence >= after[name]:
            return name
    if len(days) > 1:
        lapse = [bounds.after(name, [len(days) - 1])[0] for name in ("dormant", "churned")]
        if any(days[-1] - days[-2] > limit for limit in lapse) and silence < bounds.reentry_days:
            return "reactivated"
    recent = [when for when in days if when > day - bounds.window_days]
    money = sum(purchases[when] for when in recent)
    if len(recent) >= bounds.loyal_days and money >= bounds.loyal_money:
        return "loyal"
    return "onboarding" if day - days[0] < bounds.onboarding_days else "active"


@settings(deadline=None, max_examples=60)
@given(histories, silences)
def test_every_day_of_every_spell_is_what_the_definitions_say(limits, purchases, silences):
    purchases = dict(purchases)
    began = pd.Timestamp("2020-01-01")
    rows = [("a", began + pd.Timedelta(days=day), money) for day, money in purchases.items()]
    days = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    bounds = limits(*silences)
    life = Lifecycle(days, (began + pd.Timedelta(days=900)).date(), bounds)
    tiled(life.spells, life.as_of)
    for row in life.spells.itertuples():
        stop = life.as_of if pd.isna(row.stop) else row.stop - pd.Timedelta(days=1)
        for day in {(row.start - began).days, (pd.Timestamp(stop) - began).days}:
            assert plainly(purchases, day, bounds) == row.state
