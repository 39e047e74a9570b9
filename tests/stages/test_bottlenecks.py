import numpy as np
import pandas as pd
import pytest

from clv.errors import BadParameter
from clv.stages.bottlenecks import (
    REACHED,
    Expectation,
    bottlenecks,
    holm,
    leads_to_prospects,
    of_groups,
    reaching,
    together,
)
from clv.stages.stays import stays

AS_OF = 400  # a day number long after every lead began


def leads(won, lost, prefix="", day=20):
    """Leads of day 0: so many became prospects, so many were lost by silence after 180 days."""
    histories = {
        f"{prefix}won{n}": [("lead", 0), ("prospect", day, "opportunity")] for n in range(won)
    }
    return histories | {
        f"{prefix}lost{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(lost)
    }


@pytest.mark.parametrize(
    ("verdict", "won", "lost"),
    [
        ("bottleneck", 10, 190),
        ("bottleneck", 0, 150),
        ("ok", 80, 120),
        ("cannot_tell", 20, 90),
        ("not_enough_data", 5, 94),
        ("not_enough_data", 0, 1),
    ],
)
def test_a_move_is_judged_by_its_interval_and_by_how_many_were_followed(
    spells_of, on, verdict, won, lost
):
    row = bottlenecks(spells_of(leads(won, lost)), on(AS_OF)).iloc[0]
    assert row["verdict"] == verdict
    assert row["share"] == pytest.approx(won / (won + lost))
    assert row[["entries", "mature"]].tolist() == [won + lost] * 2
    assert row[["state", "reaches", "expected", "days"]].tolist() == ["lead", "prospect", 0.2, 180]


def test_leads_that_are_still_open_are_not_failures(spells_of, on):
    young = {f"young{n}": [("lead", AS_OF - 10)] for n in range(1000)}
    row = bottlenecks(spells_of(leads(50, 100) | young), on(AS_OF)).iloc[0]
    assert row["share"] == pytest.approx(1 / 3)
    assert row[["entries", "mature"]].tolist() == [1150, 150]
    assert row["verdict"] == "ok"


def test_who_buys_at_once_has_passed_and_whom_a_rule_moved_has_not(spells_of, on):
    spells = spells_of(
        {
            "bought": [("lead", 0), ("onboarding", 9, "purchase")],
            "ruled": [("lead", 0), ("prospect", 9, "window")],
            "asked": [("lead", 0), ("prospect", 9, "lead")],
        }
    )
    own = reaching(stays(spells, on(50)), leads_to_prospects())
    assert own["next_state"].tolist() == [REACHED, "prospect", REACHED]


def test_a_flag_must_hold_for_all_that_a_report_judges(spells_of, on):
    spells = spells_of(leads(22, 138))
    lead, many = leads_to_prospects(), 20
    alone = bottlenecks(spells, on(AS_OF), [lead]).iloc[0]
    assert alone["verdict"] == "bottleneck"
    among = bottlenecks(spells, on(AS_OF), [lead] * many)
    assert among["p_holm"].tolist() == pytest.approx([alone["p"] * many] * many)
    assert set(among["verdict"]) == {"cannot_tell"}


def test_what_cannot_be_judged_does_not_weigh_on_the_others(spells_of, on):
    few = Expectation("dormant", ("reactivated",), rate=0.5, days=90)
    table = bottlenecks(spells_of(leads(22, 138)), on(AS_OF), [leads_to_prospects(), few])
    assert table["verdict"].tolist() == ["bottleneck", "not_enough_data"]
    assert table["p_holm"].iloc[0] == table["p"].iloc[0]
    assert np.isnan(table["share"].iloc[1])


def test_holms_correction_by_hand():
    # 0.01 · 4, 0.02 · 3, 0.03 · 2 (not below the one before), 0.5 · 1
    corrected = holm([0.5, 0.01, 0.03, 0.02])
    assert corrected.tolist() == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert holm([]).tolist() == []
    assert holm([0.9, 0.8]).tolist() == [1, 1]


def test_the_time_that_leads_are_given_is_that_of_the_study(spells_of, on):
    late = spells_of(leads(60, 100, day=90))
    row = bottlenecks(late, on(AS_OF), [leads_to_prospects(60)]).iloc[0]
    assert row["share"] == 0
    assert row["verdict"] == "bottleneck"


@pytest.mark.parametrize(
    ("named", "changed"),
    [("rate", {"rate": 20}), ("days", {"days": 0}), ("state", {"reaches": ("customer",)})],
)
def test_an_expectation_that_cannot_be_met_is_refused(named, changed):
    terms = {"state": "lead", "reaches": ("prospect",), "rate": 0.2, "days": 180} | changed
    with pytest.raises(BadParameter, match=f"`{named}` must be"):
        Expectation(**terms)


@pytest.mark.slow
def test_a_move_that_just_meets_its_expectation_is_seldom_flagged(spells_of, on):
    """Leads of a true 20 % within 180 days, entering over a year, so that many are still open."""
    rng = np.random.default_rng(3)
    flagged = []
    for _ in range(200):
        histories = {}
        for n in range(250):
            start, days = int(rng.integers(0, 365)), int(rng.integers(1, 180))
            wins = rng.random() < 0.20
            end = ("prospect", start + days, "opportunity")
            lost = ("lost_lead", start + 180, "silence")
            then = end if wins else lost
            histories[str(n)] = [("lead", start), *([then] if then[1] <= AS_OF else [])]
        row = bottlenecks(spells_of(histories), on(AS_OF)).iloc[0]
        flagged.append(row["verdict"] == "bottleneck")
    assert np.mean(flagged) == pytest.approx(0.05, abs=0.04)


def test_a_source_can_be_a_bottleneck_where_all_leads_together_are_none(spells_of, on):
    histories = leads(160, 40, "fair") | leads(10, 190, "advert") | leads(3, 1, "few")
    groups = pd.Series(
        {
            name: name.rstrip("0123456789").removesuffix("won").removesuffix("lost")
            for name in histories
        }
    )
    spells = spells_of(histories)
    table = of_groups(spells, on(AS_OF), leads_to_prospects(), groups)
    assert table["verdict"].to_dict() == {
        "advert": "bottleneck",
        "few": "not_enough_data",
        "fair": "ok",
    }  # the lowest share first
    assert bottlenecks(spells, on(AS_OF))["verdict"].tolist() == ["ok"]
    alone = bottlenecks(spells_of(leads(10, 190)), on(AS_OF))
    assert table.loc["advert", "p_holm"] == pytest.approx(2 * alone["p"].iloc[0])


def test_all_that_a_report_judges_is_judged_together(spells_of, on):
    histories = leads(22, 138, "fair")  # alone a bottleneck, among four none
    groups = pd.Series({name: f"source {n % 3}" for n, name in enumerate(histories)})
    spells = spells_of(histories)
    whole = bottlenecks(spells, on(AS_OF))
    assert whole["verdict"].tolist() == ["bottleneck"]
    parts = pd.concat([whole.set_axis([name]) for name in "abc"])
    parts.attrs = whole.attrs
    again, judged = together(whole, parts)
    assert again["p_holm"].tolist() == pytest.approx([4 * whole["p"].iloc[0]])
    assert judged.index.tolist() == ["a", "b", "c"]
    few = of_groups(spells, on(AS_OF), leads_to_prospects(), groups)
    unchanged, unjudged = together(whole, few)  # groups of 53: not enough to be judged
    assert unchanged["p_holm"].tolist() == whole["p_holm"].tolist()
    assert unchanged["verdict"].tolist() == ["bottleneck"]
    assert set(unjudged["verdict"]) == {"not_enough_data"}
    many = pd.concat([whole] * 20)
    many.attrs = whole.attrs
    assert together(whole, many)[0]["verdict"].tolist() == ["cannot_tell"]


def test_without_groups_none_is_judged(spells_of, on):
    assert of_groups(
        spells_of(leads(9, 9)), on(AS_OF), leads_to_prospects(), pd.Series(dtype="str")
    ).empty
