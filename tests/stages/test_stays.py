import numpy as np
import pytest

import clv
from clv.models.survival import kaplan_meier
from clv.stages.spells import BY_RULE
from clv.stages.stays import by_rule, lengths, rates, stays, success

# Ten prospects: 4 bought after 10, 20, 30, 40 days; 2 went back to being leads after 15; 4 are open
# on day 100, seen for 35, 50, 60 and 90 days.
PROSPECTS = {
    **{f"won{d}": [("prospect", 0), ("onboarding", d, "purchase")] for d in (10, 20, 30, 40)},
    **{f"back{n}": [("prospect", 0), ("lead", 15, "opportunity")] for n in (1, 2)},
    **{f"open{d}": [("prospect", 100 - d)] for d in (35, 50, 60, 90)},
}


def test_success_is_counted_from_entry_with_the_other_exits_competing(spells_of, on):
    table = success(spells_of(PROSPECTS), on(100), days=(30, 60, 90))
    won = table[(table["state"] == "prospect") & (table["next_state"] == "onboarding")]
    # Of 10; after day 35 one is no longer under watch, so 40 is one of 4 at risk of the 5/10 left.
    assert won["share"].tolist() == pytest.approx([0.3, 0.425, 0.425])
    assert (won["kind"] == "forward").all()
    assert (won["moved"] == 4).all()
    assert (won["still_open"] == 4).all()
    assert won["naive"].tolist() == [0.4, 0.4, 0.4]
    assert (won["low"] < won["share"]).all()
    assert (won["share"] < won["high"]).all()


def test_beyond_what_anybody_was_followed_nothing_is_said(spells_of, on):
    table = success(spells_of(PROSPECTS), on(100), days=(90, 91))
    won = table[table["state"] == "prospect"]
    assert won["share"].isna().tolist() == [False, True] * 2


def test_the_future_is_not_looked_at(spells_of, on):
    early = stays(spells_of(PROSPECTS), on(20))
    assert set(early["customer_id"]) == {n for n in PROSPECTS if not n.startswith("open")} | {
        "open90"
    }
    assert early.set_index("customer_id").loc["won20", "next_state"].tolist() == ["onboarding", ""]
    assert early.set_index("customer_id").loc["won30", ["next_state", "days"]].tolist() == ["", 20]


def test_what_began_before_the_log_is_left_out_and_what_came_later_is_not(spells_of, on):
    spells = spells_of({"a": [("active", 0), ("at_risk", 9, "silence")]}, uncertain=["a"])
    assert stays(spells, on(20))["state"].tolist() == ["at_risk"]


def test_exits_by_rule_have_a_limit_and_no_chance(spells_of, on):
    silent = {
        **{f"back{n}": [("at_risk", 0), ("active", 10 * n, "purchase")] for n in (1, 2)},
        **{f"gone{n}": [("at_risk", 0), ("dormant", 60, "silence")] for n in range(6)},
        **{f"open{n}": [("at_risk", 55)] for n in range(2)},
    }
    spells = spells_of(silent)
    table = success(spells, on(70))
    assert set(zip(table["state"], table["next_state"], strict=True)) == {("at_risk", "active")}
    ruled = by_rule(spells, on(70))
    assert ruled[["state", "next_state", "moved"]].to_numpy().tolist() == [
        ["at_risk", "dormant", 6]
    ]
    assert ruled[["limits", "limit", "limit_low", "limit_high"]].iloc[0].tolist() == [1, 60, 60, 60]
    # 1 of 10, then (the two open ones were last seen on day 15) 1 of 7 of the rest.
    assert ruled["share"].iloc[0] == pytest.approx(0.1 + 0.9 / 7)
    there = lengths(spells, on(70)).loc["at_risk"]
    assert there[["entries", "by_event", "by_rule", "still_open"]].tolist() == [10, 2, 6, 2]
    assert there["median"] == np.inf
    assert there["biased_mean"] == pytest.approx((10 + 20 + 6 * 60) / 8)


def test_a_stage_that_both_an_event_and_a_rule_lead_to_has_a_chance_by_the_event_alone(
    spells_of, on
):
    spells = spells_of(
        {
            **{f"told{n}": [("lead", 0), ("lost_lead", 20, "lead")] for n in range(3)},
            **{f"silent{n}": [("lead", 0), ("lost_lead", 60, "silence")] for n in range(7)},
        }
    )
    row = success(spells, on(200), days=(90,)).iloc[0]
    assert row[["share", "naive"]].tolist() == pytest.approx([0.3, 0.3])
    assert by_rule(spells, on(200))["share"].tolist() == [0]  # who was given up did not come back


def test_who_comes_back_before_a_limit_is_not_who_leaves_for_good_before_it(spells_of, on):
    spells = spells_of(
        {
            **{f"back{n}": [("at_risk", 0), ("active", 20, "purchase")] for n in range(2)},
            **{f"ended{n}": [("at_risk", 0), ("churned", 20, "contract")] for n in range(3)},
            **{f"silent{n}": [("at_risk", 0), ("dormant", 60, "silence")] for n in range(5)},
        }
    )
    assert by_rule(spells, on(200))["share"].tolist() == pytest.approx([0.2])


def test_with_one_limit_the_share_that_returns_before_it_is_kaplan_meiers(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    found = stays(life.spells, life.as_of)
    onboarding = found[found["state"] == "onboarding"]
    event = (onboarding["next_state"] != "") & ~onboarding["by_rule"]
    ruled = by_rule(life.spells, life.as_of).set_index("state").loc["onboarding"]
    assert ruled["limits"] == 1
    still = kaplan_meier(onboarding["days"], event).at(ruled["limit"])
    assert ruled["share"] == pytest.approx(1 - still)


def test_the_lengths_of_stays_that_all_ended_are_their_median_and_mean(spells_of, on):
    days = [5, 7, 9, 30, 400]
    spells = spells_of({str(d): [("churned", 0), ("reactivated", d, "purchase")] for d in days})
    there = lengths(spells, on(500)).loc["churned"]
    assert there["median"] == 9
    assert there["mean"] == pytest.approx((5 + 7 + 9 + 30 + 365) / 5)
    assert there["mean_low"] < there["mean"] < there["mean_high"] <= 365
    assert there["biased_mean"] == pytest.approx(np.mean(days))


def test_rates_divide_events_by_the_time_spent_in_the_period(spells_of, on):
    table = rates(spells_of(PROSPECTS), on(10), on(60)).set_index(["state", "next_state"])
    won = table.loc[("prospect", "onboarding")]
    days = (0 + 10 + 20 + 30) + 2 * 5 + (0 + 10 + 20 + 50)  # of those won, back and open
    assert won["moved"] == 3  # day 10 belongs to the period before
    assert won["years"] == pytest.approx(days / 365.25)
    assert won["low"] < won["rate"] < won["high"]
    assert won["rate"] == pytest.approx(3 * 365.25 / days)


def test_stays_of_which_nobody_saw_a_day_say_nothing(spells_of, on):
    spells = spells_of({"a": [("lead", 0)], "b": [("lead", 0)]})
    assert success(spells, on(0)).empty
    assert by_rule(spells, on(0)).empty
    assert lengths(spells, on(0)).loc["lead", ["entries", "still_open"]].tolist() == [2, 2]
    assert np.isnan(lengths(spells, on(0)).loc["lead", "mean"])


def test_a_stage_that_nobody_has_left_is_not_known_to_last_for_ever(spells_of, on):
    spells = spells_of({str(n): [("churned", n)] for n in range(9)})
    there = lengths(spells, on(500)).loc["churned"]
    assert there["mean"] == 365
    assert np.isnan(there[["mean_low", "mean_high"]].astype(float)).all()


def test_the_account_of_real_stays_adds_up(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    table = lengths(life.spells, life.as_of)
    assert (table["by_event"] + table["by_rule"] + table["still_open"] == table["entries"]).all()
    assert table["entries"].sum() == len(life.spells)
    ended = life.spells[life.spells["stop"].notna()]
    assert table["by_rule"].sum() == ended["cause"].isin(BY_RULE).sum()
