import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.stability import cohort_stability
from clv.errors import TooLittleToModel


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")


@pytest.fixture(scope="module")
def stability(customers):
    return cohort_stability(customers, clv.ModifiedBetaGeoModel)


def test_it_is_the_likelihood_ratio_of_the_cohorts_to_all_together(customers, stability):
    month = customers["first_purchase"].dt.month
    parts = [customers[month == m] for m in (1, 2, 3)]
    own = sum(clv.ModifiedBetaGeoModel.fit(part).estimation.log_likelihood for part in parts)
    pooled = clv.ModifiedBetaGeoModel.fit(customers).estimation.log_likelihood
    assert stability.statistic == pytest.approx(2 * (own - pooled), abs=1e-6)
    assert stability.cohorts["customers"].tolist() == [781, 857, 719]


def test_the_cohorts_of_cdnow_are_of_one_kind(stability):
    assert stability.p_value == pytest.approx(0.647, abs=0.001)
    assert np.ptp(stability.cohorts["newcomer_purchases"]) < 0.1


def test_cohorts_that_differ_are_found_out(customers):
    lively = clv.customer_summary(clv.load("cdnow-sample"), "1998-06-30").sample(
        800, random_state=2
    )
    lively = lively.assign(
        frequency=3 * lively["frequency"], first_purchase=pd.Timestamp("1997-06-01")
    )
    mixed = pd.concat([customers, lively.set_axis([f"new {name}" for name in lively.index])])
    mixed.attrs = customers.attrs
    found = cohort_stability(mixed, clv.ModifiedBetaGeoModel)
    assert found.p_value < 1e-6
    assert found.cohorts["newcomer_purchases"].idxmax() == pd.Timestamp("1997-06-01")


def test_small_cohorts_are_joined_with_their_neighbours(customers):
    found = cohort_stability(customers, clv.ModifiedBetaGeoModel, period="W")
    repeat = customers["frequency"] > 0
    starts = found.cohorts.index
    cohort = starts[np.searchsorted(starts, customers["first_purchase"], side="right") - 1]
    assert repeat.groupby(cohort).sum().min() >= 50
    assert found.cohorts["customers"].sum() == len(customers)


def test_one_cohort_is_nothing_to_compare(customers):
    with pytest.raises(TooLittleToModel, match="Only 1 of 1 cohorts"):
        cohort_stability(customers, clv.ModifiedBetaGeoModel, period="Y")
