import numpy as np
import pytest

import clv
from clv.customers import traits
from clv.errors import UnitUnknown

YEAR = 365.25 / 7
NOTE = clv.GammaGammaModel(p=6.25, q=3.74, v=15.44)


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(customers):
    families = (clv.BetaGeoModel, clv.ModifiedBetaGeoModel, clv.ParetoNBDModel)
    return {family: family.fit(customers) for family in families}


def test_the_pace_is_counted_by_the_year_whatever_the_unit(customers, fitted):
    weekly = traits.pace(fitted[clv.BetaGeoModel])
    assert weekly.typical == pytest.approx(0.2425945 / 4.4136019 * YEAR, rel=1e-5)
    daily = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30", unit="D")
    same = traits.pace(clv.BetaGeoModel.fit(daily))
    assert same.typical == pytest.approx(weekly.typical, rel=1e-6)
    assert (same.low, same.high) == pytest.approx((weekly.low, weekly.high), rel=1e-4)


@pytest.mark.parametrize("trait", [traits.pace, traits.leaving])
@pytest.mark.parametrize("family", [clv.BetaGeoModel, clv.ModifiedBetaGeoModel, clv.ParetoNBDModel])
def test_the_typical_value_lies_inside_its_bounds(trait, family, fitted):
    narrow, wide = (trait(fitted[family], interval) for interval in (0.5, 0.9))
    assert wide.low < narrow.low < wide.typical < narrow.high < wide.high


def test_the_chance_of_leaving_is_named_after_the_first_moment_at_which_one_may(fitted):
    names = {family: traits.leaving(model).name for family, model in fitted.items()}
    assert list(names.values()) == ["after_first_repeat", "after_first", "lifetime"]


def test_the_chance_of_leaving_is_the_share_of_new_customers_who_do(fitted):
    chance = traits.leaving(fitted[clv.ModifiedBetaGeoModel])
    assert chance.typical == pytest.approx(0.8913594 / (0.8913594 + 1.6140023), rel=1e-5)
    assert 0 < chance.best_tenth < chance.middle < 1


def test_half_of_new_customers_have_left_by_the_median_lifetime(fitted):
    model = fitted[clv.ParetoNBDModel]
    weeks = traits.leaving(model).typical / 7
    assert (model.beta / (model.beta + weeks)) ** model.s == pytest.approx(0.5)


def test_the_mean_spend_is_that_of_the_population():
    told = traits.spend(NOTE)
    assert told.typical == pytest.approx(NOTE.population_mean)
    assert told.middle < told.typical < told.best_tenth


def test_parameters_that_were_given_have_no_bounds():
    told = traits.spend(NOTE)
    assert np.isnan([told.low, told.high]).all()


def test_bounds_of_spend_come_nearer_the_more_purchases_count(customers):
    repeat, every = (
        traits.spend(clv.GammaGammaModel.fit(customers, basis)) for basis in ("repeat", "all")
    )
    assert every.high / every.low < repeat.high / repeat.low


def test_a_pace_without_a_unit_of_time_is_refused():
    with pytest.raises(UnitUnknown, match="unit='D' or unit='W'"):
        traits.pace(clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426))
