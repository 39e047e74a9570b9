import numpy as np
import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, TooLittleToModel
from clv.stages import rules
from clv.stages.validation import (
    _auc,
    _auc_error,
    against_fixed_bands,
    by_health,
    by_stage,
    comparable,
    days_to_judge,
    followed,
)


@pytest.fixture(scope="module")
def cdnow():
    return clv.load("cdnow")


def test_later_purchases_of_cdnow_fall_from_loyal_to_churned(cdnow):
    later = by_stage(followed(cdnow, "1998-03-31"))
    assert later.attrs["ordered"]
    assert later.attrs["until"] == "1998-06-29"
    assert later["customers"].sum() == 23_570


def test_a_stage_promises_a_chance_that_later_purchases_keep(cdnow):
    later = by_stage(followed(cdnow, "1998-03-31")).dropna(subset="promised")
    assert later.index.tolist() == ["at_risk", "dormant", "churned"]
    assert (later["share"] < later["promised"]).all()


def test_returns_are_counted_after_the_day_and_up_to_the_last(cdnow_sample):
    later = by_stage(followed(cdnow_sample, "1998-03-31", days=30))
    bought = cdnow_sample.purchase_days()
    between = bought["date"].between("1998-04-01", "1998-04-30")
    assert later["returned"].sum() == bought.loc[between, "customer_id"].nunique()
    assert later.index.tolist() == list(rules.OBSERVABLE)


def test_an_empty_stage_has_no_share(cdnow_sample):
    onboarding = by_stage(followed(cdnow_sample, "1998-03-31")).loc["onboarding"]
    assert onboarding["customers"] == 0
    assert onboarding[["share", "low", "high"]].isna().all()


def test_a_single_stage_is_in_no_order(cdnow_sample):
    first_day = by_stage(followed(cdnow_sample, "1997-01-01", days=30))
    assert (first_day["customers"] > 0).sum() == 1
    assert first_day.attrs["ordered"] is False


def stages(**bought):
    """Everyone known on a day by stage: how many of them, and how many bought."""
    rows = [(stage, n < k) for stage, (size, k) in bought.items() for n in range(size)]
    found = pd.DataFrame(rows, columns=["stage", "bought"])
    found["stage"] = pd.Categorical(found["stage"], categories=rules.STATES, ordered=True)
    found.attrs = {"observable": rules.OBSERVABLE}
    return found


def test_a_few_customers_are_in_no_order():
    assert not by_stage(stages(loyal=(5, 1), at_risk=(13, 1))).attrs["ordered"]
    few = by_stage(stages(loyal=(30, 20), active=(19, 19), at_risk=(200, 20)))
    assert few.attrs["ordered"]  # the nineteen are passed over
    assert comparable(few).index.tolist() == ["loyal", "at_risk"]


def test_what_chance_may_have_put_in_order_is_in_none():
    assert not by_stage(stages(loyal=(20, 8), at_risk=(40, 10))).attrs["ordered"]
    assert by_stage(stages(loyal=(200, 80), at_risk=(400, 100))).attrs["ordered"]


def test_the_time_after_must_be_in_the_data(cdnow_sample):
    with pytest.raises(BadParameter, match="end by 1998-06-30, where the transactions end"):
        by_stage(followed(cdnow_sample, "1998-06-01"))


def test_stages_foretell_purchases_no_worse_than_fixed_bands_of_silence(cdnow):
    found = against_fixed_bands(cdnow, "1997-09-30")
    assert found.loc["stages", "log_loss"] <= found.loc["fixed_bands", "log_loss"]
    assert found.loc["stages", "auc"] >= found.loc["fixed_bands", "auc"]


def test_the_area_under_the_curve_counts_ties_as_half():
    chance = pd.Series([0.1, 0.4, 0.4, 0.9])
    bought = pd.Series([False, False, True, True])
    assert _auc(chance, bought) == pytest.approx((1 + 0.5 + 1 + 1) / 4)


def test_the_history_holds_the_days_to_judge_by_three_times(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    assert days_to_judge(life) == life.thresholds.return_horizon == 102
    early = clv.lifecycle(cdnow_sample, as_of="1997-04-01")
    assert days_to_judge(early) == 30
    assert days_to_judge(clv.lifecycle(cdnow_sample, as_of="1997-01-02")) == 1


def test_a_history_of_one_day_judges_nothing(cdnow_sample):
    with pytest.raises(TooLittleToModel, match="one day long"):
        days_to_judge(clv.lifecycle(cdnow_sample, as_of="1997-01-01"))


def test_health_is_judged_by_who_bought_later():
    found = pd.DataFrame(
        {
            "health": [90.0, 80.0, 40.0, 30.0, None],
            "band": pd.Categorical(
                ["green", "green", "red", "red", None], ["red", "amber", "green"]
            ),
            "bought": [True, False, False, True, True],
        }
    )
    judged = by_health(found)
    assert judged["customers"].tolist() == [2, 0, 2]
    assert judged.loc["green", "share"] == 0.5
    assert judged.attrs["auc"] == pytest.approx(0.5)
    assert judged.attrs["auc_low"] == 0  # two who bought, two who did not
    assert judged.attrs["auc_high"] == 1


def test_the_error_of_an_area_is_how_far_areas_of_drawn_customers_differ():
    # The formula is that of exponential scores, four times as high among those who buy.
    rng = np.random.default_rng(8)
    outcome = pd.Series([True] * 40 + [False] * 80)
    scale = np.where(outcome, 4.0, 1.0)
    areas = [_auc(pd.Series(rng.exponential(scale)), outcome) for _ in range(1000)]
    assert np.mean(areas) == pytest.approx(0.8, abs=0.01)
    assert _auc_error(0.8, outcome) == pytest.approx(np.std(areas), rel=0.08)


def test_without_health_nothing_is_said_of_it(cdnow_sample):
    judged = by_health(followed(cdnow_sample, "1998-03-31"))
    assert judged["customers"].sum() == 0
    assert pd.isna(judged.attrs["auc"])
