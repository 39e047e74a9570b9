from itertools import permutations

import pandas as pd
import pytest

import clv
from clv.errors import BadParameter
from clv.stages import rules
from clv.stages.transitions import KINDS, by_kind, counts, kind, movement, moves

HISTORIES = {
    "a": [("lead", 0), ("prospect", 9, "opportunity"), ("onboarding", 20, "purchase"),
          ("active", 110, "window")],
    "b": [("lead", 5), ("lost_lead", 65, "silence"), ("onboarding", 80, "purchase")],
    "c": [("onboarding", 1), ("at_risk", 41, "silence"), ("active", 50, "purchase"),
          ("at_risk", 95, "silence")],
}  # fmt: skip


def pairs(table):
    return {(row.state, row.next_state): row.moves for row in table.itertuples()}


@pytest.mark.parametrize(
    ("expected", "state", "following"),
    [
        ("forward", "lead", "prospect"),
        ("forward", "onboarding", "active"),
        ("forward", "active", "loyal"),
        ("skip", "reached", "onboarding"),
        ("skip", "active", "advocate"),
        ("backward", "loyal", "active"),
        ("backward", "prospect", "lead"),
        ("loss", "lead", "lost_lead"),
        ("loss", "prospect", "lost_lead"),
        ("lapse", "loyal", "at_risk"),
        ("deepening", "at_risk", "dormant"),
        ("deepening", "dormant", "churned"),
        ("recovery", "at_risk", "loyal"),
        ("re_entry", "dormant", "reactivated"),
        ("re_entry", "churned", "onboarding"),
        ("revival", "lost_lead", "lead"),
        ("revival", "lost_lead", "onboarding"),
        ("entry", rules.NOT_YET, "lead"),
    ],
)
def test_a_move_has_a_kind(expected, state, following):
    assert kind(state, following) == expected


def test_every_move_there_can_be_has_a_kind_and_its_reverse_has_another():
    for state, following in permutations(rules.STATES, 2):
        assert kind(state, following) in KINDS
        ups = {kind(state, following), kind(following, state)}
        assert len(ups) == 2 or ups == {"backward"}, (state, following)


def test_moves_of_a_period_are_counted_from_after_its_first_day(spells_of, on):
    table = counts(spells_of(HISTORIES), on(5), on(50))
    assert pairs(table) == {
        ("lead", "prospect"): 1,
        ("prospect", "onboarding"): 1,
        ("onboarding", "at_risk"): 1,
        ("at_risk", "active"): 1,
    }
    assert table["kind"].tolist() == ["forward", "forward", "lapse", "recovery"]
    assert table["by_rule"].tolist() == [0, 0, 1, 0]
    assert table.attrs == {"start": "2020-01-06", "end": "2020-02-20"}


def test_periods_that_follow_each_other_share_no_move(spells_of, on):
    spells = spells_of(HISTORIES)
    whole = moves(spells, on(-1), on(200))
    parts = [moves(spells, on(first), on(last)) for first, last in ((-1, 41), (41, 80), (80, 200))]
    assert sorted(whole.to_numpy().tolist()) == sorted(pd.concat(parts).to_numpy().tolist())
    assert (whole["state"] == rules.NOT_YET).sum() == 3
    assert len(whole) == len(spells)  # each spell is entered once


def test_who_comes_back_from_nowhere_enters_again(spells_of, on):
    spells = spells_of(
        {"a": [("onboarding", 0), (None, 4, "refund"), ("onboarding", 9, "purchase")]}
    )
    found = moves(spells, on(-1), on(20))
    assert found["state"].tolist() == [rules.NOT_YET] * 2
    assert found["day"].dt.date.tolist() == [on(0), on(9)]


def test_movement_sets_two_periods_side_by_side(spells_of, on):
    table = movement(spells_of(HISTORIES), on(110), days=60).set_index(["state", "next_state"])
    assert table.loc[("active", "at_risk"), ["before", "after"]].tolist() == [0, 1]
    assert table.loc[("at_risk", "active"), ["before", "after"]].tolist() == [1, 0]
    assert (table["change"] == table["after"] - table["before"]).all()
    assert table.attrs == {"start": "2019-12-22", "middle": "2020-02-20", "end": "2020-04-20"}


def test_a_period_that_ends_before_it_begins_is_refused(spells_of, on):
    with pytest.raises(BadParameter, match="`start` must be a day before 2020-01-06"):
        counts(spells_of(HISTORIES), on(5), on(5))
    with pytest.raises(BadParameter, match="`days` must be 1 or more"):
        movement(spells_of(HISTORIES), on(5), days=0)


def test_a_period_without_a_move_is_an_empty_table(spells_of, on):
    assert counts(spells_of(HISTORIES), on(300), on(301)).empty
    assert by_kind(spells_of(HISTORIES), on(900), days=9).empty


def test_customers_are_counted_by_kind_of_move_in_two_periods(spells_of, on):
    table = by_kind(spells_of(HISTORIES), on(110), days=60)
    assert table.loc["lapse", ["customers", "before", "change"]].tolist() == [1, 1, 0]
    assert table.loc["loss", ["customers", "before", "change"]].tolist() == [1, 0, 1]
    assert table.loc["lapse", "most"] == 1
    assert table.loc["forward", ["state", "next_state"]].tolist() == ["onboarding", "active"]
    assert table.loc["recovery", ["customers", "before"]].tolist() == [0, 1]
    assert table.loc["recovery", ["state", "most"]].isna().all()
    assert table.attrs["days"] == 60


def test_a_customer_who_moves_twice_in_a_way_counts_once(spells_of, on):
    twice = [("active", 0), ("at_risk", 10, "silence"), ("active", 20, "purchase")]
    twice += [("at_risk", 30, "silence"), ("active", 40, "purchase")]
    table = by_kind(spells_of({"a": twice}), on(50), days=50)
    assert table.loc["lapse", ["customers", "most"]].tolist() == [1, 2]


def test_the_moves_of_real_customers_lead_from_where_they_stood_to_where_they_stand(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    start, end = "1997-09-30", "1998-03-31"
    made = moves(life.spells, start, end)
    change = made["next_state"].value_counts(sort=False) - made["state"].value_counts(sort=False)
    change = change.reindex(rules.STATES)
    stood, stand = (life.states(day).value_counts(sort=False) for day in (start, end))
    assert (stand - stood).equals(change[stand.index].astype(stood.dtype).set_axis(stand.index))
    assert isinstance(life.spells, pd.DataFrame)
