import pandas as pd
import pytest

import clv
from clv.customers import assumptions
from clv.customers.regularity import gap_regularity
from clv.errors import TooLittleToModel, UnitUnknown


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30")


def test_dependence_of_spend_on_frequency_is_the_known_one(customers):
    table = assumptions.spend_independence(customers)
    assert table.loc["pearson", "value"] == pytest.approx(0.113888, abs=1e-6)
    # The known value, 0.206314, ranks equal averages by their rounding noise.
    assert table.loc["spearman", "value"] == pytest.approx(0.206314, abs=2e-5)
    assert table.loc["pearson", "without_largest"] == pytest.approx(0.056957, abs=1e-6)
    assert table.loc["spearman", "without_largest"] == pytest.approx(0.203652, abs=2e-5)


def test_groups_say_their_last_one_is_open(customers):
    groups = assumptions.count_groups(customers["frequency"])
    assert groups.value_counts()["7+"] == (customers["frequency"] >= 7).sum()
    assert list(groups.cat.categories) == ["0", "1", "2", "3", "4", "5", "6", "7+"]


def test_counts_that_came_as_floats_are_grouped_alike(customers):
    groups = assumptions.count_groups(customers["frequency"].astype(float))
    pd.testing.assert_series_equal(groups, assumptions.count_groups(customers["frequency"]))


def test_a_table_in_days_is_not_held_against_a_model_in_weeks():
    daily = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30", unit="D")
    weekly = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    with pytest.raises(UnitUnknown, match="counts in unit 'D', not 'W'"):
        assumptions.frequency_fit(weekly, daily)


def test_calibration_frequencies_are_those_of_the_paper(customers):
    # Fader, Hardie & Lee (2005), figure 2, computed at the maximum of the likelihood.
    table = assumptions.frequency_fit(clv.BetaGeoModel.fit(customers), customers)
    assert table["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert table["expected"].tolist()[:7] == pytest.approx(
        [1407.6843, 460.3241, 192.4613, 101.1641, 59.847, 38.1196, 25.549], abs=2e-3
    )
    assert table["expected"].sum() == pytest.approx(2357)


def test_mean_spend_lies_within_its_interval(customers):
    table = assumptions.spend_by_frequency(customers)
    assert "0" not in table.index
    assert table["customers"].sum() == 946
    assert ((table["low"] < table["mean"]) & (table["mean"] < table["high"])).all()


def test_a_wider_interval_of_mean_spend_is_wider_by_its_quantile(customers):
    usual, wide = (assumptions.spend_by_frequency(customers, "all", i) for i in (0.90, 0.95))
    ratio = (wide["high"] - wide["low"]) / (usual["high"] - usual["low"])
    assert ratio.to_numpy() == pytest.approx(1.959964 / 1.644854, rel=1e-6)
    assert usual["mean"].equals(wide["mean"])


def test_with_every_purchase_one_time_buyers_are_a_group_of_their_own(customers):
    table = assumptions.spend_by_frequency(customers, "all")
    assert table.loc["0", "customers"] == (customers["frequency"] == 0).sum()
    once = customers.loc[customers["frequency"] == 0, "total_spend"]
    assert table.loc["0", "mean"] == pytest.approx(once.mean())


def test_dependence_with_every_purchase_is_that_of_the_averages_of_all(customers):
    table = assumptions.spend_independence(customers, "all")
    average = customers["total_spend"] / (customers["frequency"] + 1)
    assert table.loc["pearson", "value"] == pytest.approx(customers["frequency"].corr(average))


def test_where_nobody_came_back_repeat_spend_depends_on_nothing(customers):
    once = customers[customers["frequency"] == 0]
    with pytest.raises(TooLittleToModel, match="Nobody has a purchase that counts"):
        assumptions.spend_independence(once)
    one = pd.concat([once, customers[customers["frequency"] > 0].iloc[:1]])
    assert assumptions.spend_independence(one).isna().all(axis=None)


def test_what_the_data_cannot_carry_is_left_out(customers):
    few = customers[customers["frequency"] > 0].iloc[:60]
    assert assumptions.cohorts(few, clv.BetaGeoModel) is None
    days = clv.load("cdnow-sample").purchase_days("1997-01-31")
    assert assumptions.gaps(days.iloc[:50]) is None


def test_what_the_data_can_carry_is_said(customers):
    days = clv.load("cdnow-sample").purchase_days("1997-09-30")
    assert assumptions.gaps(days) == gap_regularity(days)
    assert len(assumptions.cohorts(customers, clv.BetaGeoModel).cohorts) == 3


def test_counted_and_expected_are_apart_by_the_customers_who_would_have_to_move(customers):
    good = assumptions.frequency_fit(clv.BetaGeoModel.fit(customers), customers)
    assert assumptions.misplaced(good) == pytest.approx(0.0124, abs=1e-3)
    assert assumptions.misplaced(good.assign(expected=good["actual"] * 3)) == 0


@pytest.mark.parametrize("basis", ["repeat", "all"])
def test_densities_of_spend_are_densities(customers, basis):
    spend = clv.GammaGammaModel.fit(customers, basis)
    table = assumptions.spend_fit(spend, customers)
    assert table.attrs["basis"] == basis
    width = pd.Series(table.index).diff().mean()
    assert 0.9 < (table["actual"] * width).sum() <= 1.001
    assert 0.9 < (table["expected"] * width).sum() <= 1.001
