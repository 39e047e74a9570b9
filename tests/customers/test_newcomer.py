import numpy as np
import pytest

import clv
from clv.customers.newcomer import newcomer
from clv.customers.value import new_customer_value


@pytest.fixture(scope="module")
def models():
    customers = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


def test_its_mean_is_the_value_of_a_new_customer(models):
    assert newcomer(*models).expected == new_customer_value(*models)


def test_the_bounds_hold_it_and_widen_with_the_interval(models):
    half, most = newcomer(*models, interval=0.5), newcomer(*models, interval=0.9)
    assert 0 < most.low < half.low < half.expected < half.high < most.high


def test_ten_times_the_customers_pin_it_down_better(models):
    sample = newcomer(*models)
    everybody = clv.customer_summary(clv.load("cdnow"), "1997-09-30")
    whole = newcomer(clv.ModifiedBetaGeoModel.fit(everybody), clv.GammaGammaModel.fit(everybody))
    ratio = np.log(sample.high / sample.low) / np.log(whole.high / whole.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.15)


def test_parameters_that_were_given_have_no_bounds():
    purchases = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    told = newcomer(purchases, clv.GammaGammaModel(p=6.25, q=3.74, v=15.44))
    assert told.expected > 0
    assert np.isnan([told.low, told.high]).all()
