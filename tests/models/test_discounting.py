import math

import pytest

from clv.errors import BadParameter
from clv.models.discounting import force_of_interest


def test_a_year_of_periods_compounds_to_the_annual_rate():
    force = force_of_interest(0.15, periods_per_year=365.25 / 7)
    assert math.exp(force * 365.25 / 7) == pytest.approx(1.15, rel=1e-15)


def test_no_discount_is_no_force():
    assert force_of_interest(0.0, periods_per_year=365.25) == 0


@pytest.mark.parametrize("rate", [-0.01, 1.0, 10, float("nan")])
def test_a_rate_outside_its_range_is_refused(rate):
    with pytest.raises(BadParameter, match="at least 0 and below 1"):
        force_of_interest(rate, periods_per_year=52)
