import numpy as np
import pytest

from clv.errors import BadParameter
from clv.models.markov_value import recency_chain, value

# Pfeifer & Carraway (2000): a purchase brings 40, a mailing costs 4 until the fifth period in vain.
CHAIN = recency_chain([0.30, 0.20, 0.15, 0.05])
REWARDS = [36, -4, -4, -4, 0]


def test_four_periods_are_worth_what_the_paper_says():
    found = value(CHAIN, REWARDS, discount_rate=0.2, periods=4)
    assert found.round(3).tolist() == [50.115, 4.220, 0.592, -1.980, 0.0]


def test_all_periods_are_worth_what_the_paper_says():
    found = value(CHAIN, REWARDS, discount_rate=0.2)
    assert found.round(3).tolist() == [52.320, 5.554, 1.251, -1.820, 0.0]


def test_many_periods_are_as_good_as_all():
    long = value(CHAIN, REWARDS, discount_rate=0.2, periods=200)
    assert long == pytest.approx(value(CHAIN, REWARDS, discount_rate=0.2))


def test_no_period_ahead_is_the_present_one_alone():
    assert value(CHAIN, REWARDS, discount_rate=0.2, periods=0).tolist() == REWARDS


def test_chances_that_do_not_add_up_are_refused():
    with pytest.raises(BadParameter, match="each row sums to 1"):
        value(CHAIN * 0.9, REWARDS, discount_rate=0.2)


@pytest.mark.parametrize("rate", [0, -0.1])
def test_all_that_is_to_come_needs_a_discount(rate):
    with pytest.raises(BadParameter, match="`discount_rate` must be above 0"):
        value(np.eye(2), [1, 0], discount_rate=rate)
