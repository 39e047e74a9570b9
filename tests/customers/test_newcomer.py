import numpy as np
import pytest

import clv
from clv.customers.newcomer import new_customer_value, newcomer
from clv.errors import BadParameter


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


def test_a_new_customer_may_be_valued_until_an_end_date(models):
    by_date = new_customer_value(*models, horizon="1998-06-30", as_of="1997-09-30")
    assert by_date == new_customer_value(*models, horizon="39W")


def test_a_new_customer_is_one_without_a_history(models):
    purchases, spend = models
    value = new_customer_value(purchases, spend, horizon="12M", annual_discount_rate=0.0)
    expected = purchases.expected_purchases_new_customer("12M") * spend.population_mean
    assert value == pytest.approx(expected)


def test_with_a_margin_only_what_is_kept_counts(models):
    whole, kept = newcomer(*models), newcomer(*models, margin=0.3)
    told = [0.3 * each for each in (whole.expected, whole.low, whole.high)]
    assert [kept.expected, kept.low, kept.high] == pytest.approx(told)
    with pytest.raises(BadParameter, match="a share from 0 to 1; got 30"):
        newcomer(*models, margin=30)


def test_what_the_model_weighs_of_customers_is_asked_of_a_newcomer_too():
    terms = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "unit": "W"}
    weighs = clv.BetaGeoModel(**terms, coefficients={"app": np.log(2)})
    spend = clv.GammaGammaModel(p=6.25, q=3.74, v=15.44)
    with_app = new_customer_value(weighs, spend, covariates={"app": 1})
    faster = clv.BetaGeoModel(**terms | {"alpha": 2.207})
    assert with_app == pytest.approx(new_customer_value(faster, spend))
