import pandas as pd
import pytest

import clv
from clv.errors import BadParameter
from clv.stages import rules
from clv.stages.validation import _auc, against_fixed_bands, later_behaviour


@pytest.fixture(scope="module")
def cdnow():
    return clv.load("cdnow")


def test_later_purchases_of_cdnow_fall_from_loyal_to_churned(cdnow):
    later = later_behaviour(cdnow, "1998-03-31")
    assert later.attrs["ordered"]
    assert later.attrs["until"] == "1998-06-29"
    assert later["customers"].sum() == 23_570


def test_a_stage_promises_a_chance_that_later_purchases_keep(cdnow):
    later = later_behaviour(cdnow, "1998-03-31").dropna(subset="promised")
    assert later.index.tolist() == ["at_risk", "dormant", "churned"]
    assert (later["share"] < later["promised"]).all()


def test_returns_are_counted_after_the_day_and_up_to_the_last(cdnow_sample):
    later = later_behaviour(cdnow_sample, "1998-03-31", days=30)
    bought = cdnow_sample.purchase_days()
    between = bought["date"].between("1998-04-01", "1998-04-30")
    assert later["returned"].sum() == bought.loc[between, "customer_id"].nunique()
    assert later.index.tolist() == list(rules.OBSERVABLE)


def test_an_empty_stage_has_no_share(cdnow_sample):
    onboarding = later_behaviour(cdnow_sample, "1998-03-31").loc["onboarding"]
    assert onboarding["customers"] == 0
    assert onboarding[["share", "low", "high"]].isna().all()


def test_a_single_stage_is_in_no_order(cdnow_sample):
    first_day = later_behaviour(cdnow_sample, "1997-01-01", days=30)
    assert (first_day["customers"] > 0).sum() == 1
    assert first_day.attrs["ordered"] is False


def test_the_time_after_must_be_in_the_data(cdnow_sample):
    with pytest.raises(BadParameter, match="end by 1998-06-30, where the transactions end"):
        later_behaviour(cdnow_sample, "1998-06-01")


def test_stages_foretell_purchases_no_worse_than_fixed_bands_of_silence(cdnow):
    found = against_fixed_bands(cdnow, "1997-09-30")
    assert found.loc["stages", "log_loss"] <= found.loc["fixed_bands", "log_loss"]
    assert found.loc["stages", "auc"] >= found.loc["fixed_bands", "auc"]


def test_the_area_under_the_curve_counts_ties_as_half():
    chance = pd.Series([0.1, 0.4, 0.4, 0.9])
    bought = pd.Series([False, False, True, True])
    assert _auc(chance, bought) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
