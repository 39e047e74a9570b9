import pandas as pd
import pytest

import clv
from clv.stages.occupation import occupation


def shares(table, days):
    found = table[table["days"] == days].set_index("stage")["share"]
    return found[found > 0].to_dict()


def test_where_all_were_followed_customers_are_counted(spells_of, on):
    spells = spells_of(
        {
            "a": [("lead", 0), ("onboarding", 10, "purchase"), ("active", 100, "window")],
            "b": [("onboarding", 5), ("at_risk", 45, "silence")],
            "c": [("onboarding", 20), (None, 25, "refund"), ("onboarding", 90, "purchase")],
        }
    )
    table = occupation(spells, on(300), days=(0, 30, 200))
    third = pytest.approx(1 / 3)
    assert shares(table, 0) == {"lead": third, "onboarding": pytest.approx(2 / 3)}
    assert shares(table, 30) == {"onboarding": pytest.approx(2 / 3), "vanished": third}
    assert shares(table, 200) == {"active": third, "at_risk": third, "vanished": third}


def test_who_came_late_counts_as_long_as_they_were_seen(spells_of, on):
    spells = spells_of(
        {
            "a": [("onboarding", 0), ("active", 20, "purchase")],
            "b": [("onboarding", 0), ("at_risk", 40, "silence")],
            "late": [("onboarding", 70)],
            "today": [("onboarding", 100)],
        }
    )
    table = occupation(spells, on(100), days=(20, 40))
    # On day 20 a leaves, one of three that are still seen; on day 40 b does, the last one seen.
    assert shares(table, 20) == {
        "onboarding": pytest.approx(2 / 3),
        "active": pytest.approx(1 / 3),
    }
    assert shares(table, 40) == {"active": pytest.approx(1 / 3), "at_risk": pytest.approx(2 / 3)}


def test_who_was_first_heard_of_today_has_not_been_seen_to_stay(spells_of, on):
    spells = spells_of(
        {
            "a": [("lead", 0), ("onboarding", 3, "purchase")],
            "b": [("lead", 50)],
            **{f"today{n}": [("lead", 100)] for n in range(8)},
        }
    )
    assert shares(occupation(spells, on(100), days=(3,)), 3) == {"lead": 0.5, "onboarding": 0.5}


def test_whose_beginning_is_not_known_is_left_out(spells_of, on):
    spells = spells_of(
        {"a": [("lead", 0)], "b": [("active", 0), ("at_risk", 9, "silence")]}, uncertain=["b"]
    )
    assert shares(occupation(spells, on(100), days=(50,)), 50) == {"lead": 1.0}


def test_real_customers_are_all_somewhere_and_where_they_are_known_to_be(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    table = occupation(life.spells, life.as_of, days=(0, 90, 365))
    assert table.groupby("days")["share"].sum().tolist() == pytest.approx([1, 1, 1])
    # Everybody was followed for a year: shares are counts.
    first = life.spells.groupby("customer_id")["start"].transform("min")
    age = (life.spells["start"] - first).dt.days
    until = (life.spells["stop"] - first).dt.days.fillna(10**6)
    there = life.spells.loc[(age <= 365) & (until > 365), "state"].value_counts(normalize=True)
    assert shares(table, 365) == pytest.approx(there[there > 0].to_dict())


def test_of_nobody_whose_beginning_is_known_nothing_is_told(spells_of, on):
    spells = spells_of({"a": [("active", 0)]}, uncertain=["a"])
    assert occupation(spells, on(9)).empty


def test_without_bounds_the_shares_are_the_same(spells_of, on):
    spells = spells_of(
        {
            "a": [("lead", 0), ("onboarding", 10, "purchase"), ("active", 100, "window")],
            "b": [("onboarding", 5), ("at_risk", 45, "silence")],
        }
    )
    sure = occupation(spells, on(200), days=(0, 30, 190, 900))
    plain = occupation(spells, on(200), days=(0, 30, 190, 900), interval=None)
    assert list(plain) == ["days", "stage", "share"]
    assert plain["share"].isna().any()
    pd.testing.assert_frame_equal(plain, sure[list(plain)])
    assert list(occupation(spells.iloc[:0], on(200), interval=None)) == list(plain)
