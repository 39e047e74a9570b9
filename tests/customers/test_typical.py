import pandas as pd
import pytest

import clv
from clv.customers import typical

TERMS = {"horizon": "12M", "annual_discount_rate": 0.10}


@pytest.fixture(scope="module")
def models():
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


@pytest.fixture(scope="module")
def valued(models):
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return clv.value_customers(customers, *models, **TERMS)


@pytest.fixture(scope="module")
def table(valued, models):
    return typical.of_tenths(valued, *models, **TERMS)


def test_each_tenth_has_one_typical_customer(valued, table):
    assert table.index.tolist() == list(range(1, 11))
    assert table["customers"].sum() == len(valued)
    assert table["clv"].is_monotonic_decreasing


def test_the_typical_customer_is_near_the_medians_of_the_tenth(valued, table):
    best = valued.nlargest(int(table["customers"].iloc[0]), "clv")
    middle = best[["expected_purchases", "clv"]].median()
    assert table[["expected_purchases", "clv"]].iloc[0].to_numpy() == pytest.approx(
        middle.to_numpy(), rel=0.1
    )


def test_outcomes_spread_far_wider_than_means(table):
    spread = table["purchases_high"] - table["purchases_low"]
    assert (spread > 4 * table["expected_purchases_se"]).all()
    assert (table["purchases_most"] >= table["purchases_high"]).all()
    assert (table["clv_most"] >= table["clv_high"]).all()
    assert table["p_none"].between(0, 1).all()


def test_the_order_of_the_rows_decides_nothing(valued, models, table):
    mixed = valued.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(typical.of_tenths(mixed, *models, **TERMS), table)
