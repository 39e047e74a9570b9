import numpy as np
import pytest

from clv.models.chi_square import upper_tail


@pytest.mark.parametrize(
    ("statistic", "degrees"), [(3.841, 1), (5.991, 2), (7.815, 3), (18.307, 10), (43.773, 30)]
)
def test_one_in_twenty_exceed_what_every_table_says(statistic, degrees):
    assert upper_tail(statistic, degrees) == pytest.approx(0.05, abs=2e-5)


def test_it_is_the_chance_of_fewer_events_of_a_poisson():
    mean, events = 7.3 / 2, np.arange(3)  # of 2 x 3 degrees: fewer than 3 events
    chances = np.exp(-mean) * mean**events / [1, 1, 2]
    assert upper_tail(7.3, 6) == pytest.approx(chances.sum(), rel=1e-12)


@pytest.mark.parametrize("statistic", [0.0, -1e-9])
def test_likelihoods_that_are_equal_but_for_rounding_are_no_evidence(statistic):
    assert upper_tail(statistic, 8) == 1.0
