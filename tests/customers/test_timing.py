import numpy as np
import pytest

import clv
from clv.customers.timing import by_period, whole_life

TERMS = {"horizon": "12M", "annual_discount_rate": 0.10}


@pytest.fixture(scope="module")
def models():
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


@pytest.fixture(scope="module")
def valued(models):
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return clv.value_customers(customers, *models, **TERMS, interval=None)


def test_the_months_add_up_to_the_horizon(valued, models):
    table = by_period(valued, models[0], **TERMS)
    assert table.index.tolist() == list(range(1, 13))
    assert table.index.name == "month"
    assert table["expected"].sum() == pytest.approx(valued["clv"].sum(), rel=1e-12)
    assert table["so_far"].to_numpy() == pytest.approx(table["expected"].cumsum().to_numpy())


def test_each_month_brings_less_than_the_one_before(valued, models):
    assert (np.diff(by_period(valued, models[0], **TERMS)["expected"]) < 0).all()


def test_what_comes_by_the_middle_is_the_value_of_half_the_horizon(valued, models):
    half = clv.value_customers(valued, *models, horizon="6M", interval=None)["clv"].sum()
    assert by_period(valued, models[0], **TERMS)["so_far"].loc[6] == pytest.approx(half)


@pytest.mark.parametrize(
    ("horizon", "period", "number"),
    [("39W", "month", 9), ("10D", "month", 1), ("1998-09-30", "month", 3), ("4Y", "quarter", 16)],
)
def test_a_horizon_is_told_in_months_and_a_long_one_in_quarters(models, horizon, period, number):
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    valued = clv.value_customers(customers, *models, horizon=horizon, interval=None)
    table = by_period(valued, models[0], horizon=horizon)
    assert (table.index.name, len(table)) == (period, number)
    assert table["so_far"].iloc[-1] == pytest.approx(valued["clv"].sum())


def test_a_margin_is_kept_in_every_period(valued, models):
    half = clv.value_customers(valued, *models, **TERMS, interval=None, margin=0.5)
    whole = by_period(valued, models[0], **TERMS)
    assert by_period(half, models[0], **TERMS)["expected"].to_numpy() == pytest.approx(
        0.5 * whole["expected"].to_numpy()
    )
    assert by_period(half, models[0], **TERMS).attrs["value"] == "margin"


def test_the_whole_life_is_worth_more_than_any_horizon(valued, models):
    ever = whole_life(valued, models[0], **TERMS)
    far = clv.value_customers(valued, *models, horizon="90Y", interval=None)["clv"].sum()
    assert valued["clv"].sum() < far < ever < 1.01 * far


def test_a_sum_without_end_is_not_known(valued, models):
    terms = {"horizon": "12M", "annual_discount_rate": 0.0}
    undiscounted = clv.value_customers(valued, *models, **terms, interval=None)
    assert models[0].a < 1  # some hardly ever leave
    assert np.isnan(whole_life(undiscounted, models[0], **terms))
