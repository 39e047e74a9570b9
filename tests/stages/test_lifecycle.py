from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clv
from clv.errors import BadParameter, TooLittleToModel
from clv.stages import rules
from clv.stages.lifecycle import Lifecycle, lifecycle

FIRST, LAST = date(1997, 1, 1), date(1998, 6, 30)
DATES = st.dates(FIRST, LAST)


@pytest.fixture(scope="module")
def sample(cdnow_sample):
    return lifecycle(cdnow_sample, framework="")


@pytest.fixture
def stage_on(bought, on, limits):
    """The stage of one customer with these purchase days on a day."""

    def stage_on(purchases, day, **changes):
        life = Lifecycle(bought(a=purchases), on(day), limits(**changes))
        return life.stages().loc["a", "stage"]

    return stage_on


def test_a_single_purchase_passes_through_the_stages_of_silence(stage_on):
    days = [0, 59, 60, 119, 120, 199, 200]
    assert [stage_on([0], day) for day in days] == [
        "onboarding",
        "onboarding",
        "at_risk",
        "at_risk",
        "dormant",
        "dormant",
        "churned",
    ]


def test_onboarding_ends_ninety_days_after_the_first_purchase(stage_on):
    assert [stage_on([0, 40, 80], day) for day in (89, 90)] == ["onboarding", "active"]


@pytest.mark.parametrize("gap", [121, 200, 400])
def test_who_comes_back_after_a_lapse_is_reactivated_for_ninety_days(stage_on, gap):
    days = (gap, gap + 89, gap + 90)
    late = {"at_risk": 100, "dormant": 120, "churned": 200}
    stages = [stage_on([0, gap], day, **late) for day in days]
    assert stages == ["reactivated", "reactivated", "active"]


def test_the_second_purchase_after_a_lapse_ends_the_reactivation(stage_on):
    assert [stage_on([0, 150, 160], day) for day in (159, 160)] == ["reactivated", "active"]


def test_a_risk_that_was_overcome_is_no_reactivation(stage_on):
    assert stage_on([0, 119], 119) == "active"


def test_without_a_dormant_state_a_lapse_begins_with_churn(stage_on):
    assert stage_on([0, 150], 150, dormant=None) == "active"
    assert stage_on([0, 201], 201, dormant=None) == "reactivated"


def test_the_lapse_is_judged_by_the_stratum_in_which_it_was_spent(bought, on, limits):
    once, more = (limits(dormant=days).limits for days in (300, 120))
    mixed = tuple(a if a.least == 1 else b for a, b in zip(once, more, strict=True))
    mixed = replace(limits(), limits=mixed)
    life = Lifecycle(bought(a=[0, 150], b=[0, 10, 160]), on(160), mixed)
    assert life.stages()["stage"].tolist() == ["active", "reactivated"]


def test_loyal_takes_enough_purchase_days_and_enough_money(bought, on, limits):
    days = {
        "often": {100: 1.0, 110: 1.0, 120: 1.0},
        "loyal": {100: 40.0, 110: 40.0, 120: 20.0},
        "rich": {0: 500.0, 120: 500.0},
    }
    life = Lifecycle(bought(**days), on(120), limits(dormant=130))
    assert life.stages()["stage"].to_dict() == {
        "loyal": "loyal",
        "often": "onboarding",
        "rich": "active",
    }


def test_who_was_loyal_and_is_now_churned_is_one_row(bought, on, limits):
    life = Lifecycle(bought(a={0: 40.0, 30: 40.0, 60: 40.0}), on(500), limits())
    found = life.stages().loc["a"]
    assert (found["stage"], found["depth_now"], found["max_depth"]) == (
        "churned",
        "customer",
        "loyal",
    )


def test_activated_means_a_second_purchase_day_during_onboarding(bought, on, limits):
    life = Lifecycle(bought(a=[0, 89], b=[0, 90], c=[0]), on(100), limits())
    assert life.stages()["activated"].to_dict() == {"a": True, "b": False, "c": False}


def test_a_customer_at_risk_during_onboarding_stays_visible_as_such(bought, on, limits):
    found = Lifecycle(bought(a=[0]), on(70), limits()).stages().loc["a"]
    assert found["stage"] == "at_risk"
    assert found["in_onboarding"]


# Laws ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=8)
@given(DATES)
def test_nothing_after_the_day_is_looked_at(sample, day):
    seen = sample.days[sample.days["date"] <= pd.Timestamp(day)]
    then = Lifecycle(seen, day, sample.thresholds)
    pd.testing.assert_frame_equal(sample.stages(day), then.stages())


@settings(deadline=None, max_examples=8)
@given(DATES)
def test_every_customer_so_far_is_in_exactly_one_observable_stage(sample, day):
    stages = sample.stages(day)
    so_far = sample.days.loc[sample.days["date"] <= pd.Timestamp(day), "customer_id"].unique()
    assert sorted(stages.index) == sorted(so_far)
    assert stages.index.is_unique
    assert stages["stage"].isin(rules.OBSERVABLE).all()
    assert stages.drop(columns="touches_30d").notna().all(axis=None)
    assert stages["touches_30d"].isna().all()  # not 0: nothing tells of touches


@settings(deadline=None, max_examples=6)
@given(DATES, st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_the_names_of_customers_change_nothing(sample, day, seed):
    names = sample.days["customer_id"].drop_duplicates()
    other = dict(zip(names, names.sample(frac=1, random_state=seed), strict=True))
    rows = sample.days.sample(frac=1, random_state=seed)
    renamed = Lifecycle(
        rows.assign(customer_id=rows["customer_id"].map(other)), LAST, sample.thresholds
    )
    expected = sample.stages(day).rename(index=other).sort_index()
    pd.testing.assert_frame_equal(renamed.stages(day), expected)


@settings(deadline=None, max_examples=8)
@given(DATES)
def test_nobody_is_lapsed_on_the_day_of_a_purchase(sample, day):
    buyers = sample.days.loc[sample.days["date"] == pd.Timestamp(day), "customer_id"]
    stages = sample.stages(day)["stage"][buyers]
    assert not stages.isin(["at_risk", "dormant", "churned"]).any()


@settings(deadline=None, max_examples=8)
@given(DATES)
def test_loyal_customers_are_as_deep_as_they_have_ever_been(sample, day):
    stages = sample.stages(day)
    assert (stages["depth_now"] <= stages["max_depth"]).all()
    assert (stages.loc[stages["stage"] == "loyal", "depth_now"] == "loyal").all()


def test_the_calendar_does_not_matter(sample):
    shift = timedelta(days=777)
    later = sample.days.assign(date=sample.days["date"] + shift)
    shifted = Lifecycle(later, LAST + shift, sample.thresholds)
    pd.testing.assert_frame_equal(shifted.stages(), sample.stages())


# The whole -----------------------------------------------------------------------------------


def test_thresholds_are_fitted_on_what_is_visible_at_as_of(cdnow_sample):
    assert lifecycle(cdnow_sample, as_of="1997-12-31").thresholds.fitted_at == "1997-12-31"


def test_thresholds_of_an_earlier_fit_are_used_as_they_are(cdnow_sample, sample):
    earlier = lifecycle(cdnow_sample, as_of="1998-03-31").thresholds
    assert lifecycle(cdnow_sample, thresholds=earlier).thresholds is earlier


def test_what_a_sector_and_the_study_set_is_in_the_thresholds(cdnow_sample):
    found = lifecycle(cdnow_sample, sector="ecommerce", settings={"lead_ttl": 30}).thresholds
    assert (found.return_horizon, found.lead_ttl) == (90, 30)


def test_who_may_be_older_than_the_log_is_no_newcomer(bought):
    days = bought(old=[0, 50], new=[200, 240], **{f"c{i}": [i, i + 40] for i in range(90)})
    log = clv.load(days, births="unknown", as_of="2020-10-01")
    life = lifecycle(log)
    assert life.thresholds.warm_up_end is not None
    flags = life.stages()["entry_uncertain"]
    assert (flags["old"], flags["new"]) == (True, False)
    begun = life.spells.drop_duplicates("customer_id").set_index("customer_id")["state"]
    assert (begun["old"], begun["new"]) == ("active", "onboarding")


def test_counts_are_unknown_rather_than_zero_for_stages_that_need_more_data(sample):
    counts = sample.counts()
    assert counts.index.tolist() == list(rules.STATES)
    assert counts["customers"].sum() == 2357
    assert counts["customers"].isna().to_dict() == {
        state: state in rules.NEEDS for state in rules.STATES
    }
    assert counts.loc["lead", "needs"] == "leads, or customers with created_at"
    assert counts["share"].sum() == pytest.approx(1)


def test_moves_count_every_customer_once_with_newcomers_in_their_own_row(sample):
    start, end = "1997-02-28", "1997-12-31"
    moves = sample.moves(start, end)
    then, now = sample.stages(start)["stage"], sample.stages(end)["stage"]
    assert moves.loc[rules.NOT_YET].sum() == len(now) - len(then)
    assert moves.to_numpy().sum() == len(now)
    np.testing.assert_array_equal(
        moves.drop(index=rules.NOT_YET).sum(axis=1),
        then.value_counts(sort=False)[list(rules.OBSERVABLE)],
    )
    np.testing.assert_array_equal(moves.sum(), now.value_counts(sort=False)[list(rules.OBSERVABLE)])


def test_a_day_that_the_data_do_not_reach_is_refused(sample):
    with pytest.raises(BadParameter, match="`as_of` must be at most 1998-06-30"):
        sample.stages("1998-07-01")


def test_moves_go_forward_in_time(sample):
    with pytest.raises(BadParameter, match="`start` must be a day before 1997-12-31"):
        sample.moves("1998-01-31", "1997-12-31")


def test_on_the_first_day_of_a_history_nobody_can_have_moved():
    life = clv.lifecycle(clv.load("cdnow-sample"), as_of="1997-01-01")
    with pytest.raises(TooLittleToModel, match="one day long"):
        life.moves("1997-01-01")


def test_the_words_of_a_framework_are_added_to_the_stages(cdnow_sample, sample):
    crm = lifecycle(cdnow_sample, thresholds=sample.thresholds, framework="crm")
    stages, plain = crm.stages("1998-01-31"), sample.stages("1998-01-31")
    assert stages.drop(columns=["framework_stage", "badge"]).equals(plain)
    assert (stages["badge"] == "at_risk").equals(plain["stage"] == "at_risk")
    dormant = stages.loc[plain["stage"] == "dormant", "framework_stage"]
    assert set(dormant) == {"dormant"}
    with pytest.raises(BadParameter, match="framework"):
        lifecycle(cdnow_sample, framework="nonsense")


def test_thresholds_may_lie_in_a_file_and_nothing_written_is_the_default(
    cdnow_sample, sample, tmp_path
):
    sample.thresholds.to_json(tmp_path / "thresholds.json")
    read = lifecycle(cdnow_sample, as_of="1997-12-31", thresholds=tmp_path / "thresholds.json")
    assert read.thresholds == sample.thresholds
    plain = lifecycle(cdnow_sample, as_of="1997-12-31", thresholds="", sector="")
    assert plain.thresholds.fitted_at == "1997-12-31"
    assert plain.framework.name == "crm"


def test_a_day_before_the_first_purchase_is_not_looked_back_to(sample):
    assert sample.ago(30).isoformat() == "1998-05-31"
    assert sample.ago(9999) == sample.days["date"].min().date()


def test_transitions_are_every_change_of_stage_there_has_been(sample):
    told, spells = sample.transitions(), sample.spells
    entries = told["state"] == rules.NOT_YET
    assert told.loc[entries, "moves"].sum() == spells["customer_id"].nunique()
    assert told.loc[~entries, "moves"].sum() == spells["next_state"].notna().sum()
    year, rest = sample.transitions(end="1997-12-31"), sample.transitions("1997-12-31")
    assert year["moves"].sum() + rest["moves"].sum() == told["moves"].sum()


def test_without_leads_no_lead_gets_stuck(sample):
    told = sample.bottlenecks()
    assert told["state"].tolist() == ["lead", "prospect"]
    assert told["days"].tolist() == [sample.thresholds.lead_ttl] * 2
    assert told["verdict"].tolist() == ["not_observable"] * 2
    assert (told["needs"] != "").all()


def test_what_is_expected_comes_from_the_settings_whatever_the_thresholds(cdnow_sample, sample):
    own = {"expectations": {"lead": 0.3, "prospect": {"rate": 0.4, "days": 30}}}
    life = lifecycle(cdnow_sample, thresholds=sample.thresholds, settings=own)
    told = life.bottlenecks()
    assert told["expected"].tolist() == [0.3, 0.4]
    assert told["days"].tolist() == [sample.thresholds.lead_ttl, 30]
    with pytest.raises(BadParameter, match="lead` must be a share between 0 and 1"):
        lifecycle(cdnow_sample, settings={"expectations": {"lead": 20}})
