import sys

import pytest

import clv
from clv.customers import second_opinion


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")


@pytest.mark.parametrize("family", [clv.BetaGeoModel, clv.ModifiedBetaGeoModel])
def test_both_find_the_same_maximum_and_expect_the_same_purchases(customers, family):
    table = second_opinion.of_purchases(family.fit(customers), customers, "39W")
    said = table.loc[family.__name__]
    assert said["answer"] == "fitted"
    assert 0 <= said["higher_by"] < 1e-6
    assert said["they_expect"] == pytest.approx(said["expected"], rel=1e-6)
    assert said["farthest"] < 1e-4


def test_they_find_no_better_pareto_nbd(customers):
    ours = clv.ParetoNBDModel.fit(customers)
    said = second_opinion.of_purchases(ours, customers, "39W").loc["ParetoNBDModel"]
    assert said["higher_by"] > -1e-6
    assert said["farthest"] < 0.01


@pytest.mark.parametrize("basis", ["repeat", "all"])
def test_both_expect_the_same_spend(customers, basis):
    spend = clv.GammaGammaModel.fit(customers, basis)
    said = second_opinion.of_spend(spend, customers).loc["GammaGammaModel"]
    assert said["answer"] == "fitted"
    assert said["log_likelihood"] == pytest.approx(spend.estimation.log_likelihood)
    assert abs(said["higher_by"]) < 1e-6
    assert said["farthest"] < 1e-3


def test_a_failure_of_theirs_is_said_and_breaks_nothing(customers, monkeypatch):
    purchases = clv.BetaGeoModel.fit(customers)
    monkeypatch.setitem(sys.modules, "lifetimes", None)
    said = second_opinion.of_purchases(purchases, customers, "39W").loc["BetaGeoModel"]
    assert said["answer"].startswith("lifetimes gave no answer: ModuleNotFoundError: ")
    assert said["log_likelihood"] == pytest.approx(-9582.429207)
    assert said[["theirs", "higher_by", "they_expect", "farthest"]].isna().all()


def test_their_prints_and_warnings_stay_theirs(customers, capsys, recwarn):
    second_opinion.of_purchases(clv.BetaGeoModel.fit(customers), customers, "39W")
    assert capsys.readouterr().out == ""
    assert not recwarn.list
