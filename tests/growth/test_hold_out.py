import numpy as np
import pytest

from clv.errors import BadParameter
from clv.growth.hold_out import SHARE, held_out

IDS = [f"C{number:05d}" for number in range(20_000)]


@pytest.fixture(scope="module")
def alone():
    return held_out(IDS, seed=1)


def test_a_tenth_is_held_out(alone):
    error = np.sqrt(SHARE * (1 - SHARE) / len(IDS))
    assert alone.mean() == pytest.approx(SHARE, abs=3 * error)


def test_it_is_the_same_whoever_else_is_asked_about_and_in_whatever_order(alone):
    some = np.random.default_rng(1).permutation(len(IDS))[:500]
    assert held_out([IDS[n] for n in some], seed=1).tolist() == alone[some].tolist()


def test_another_seed_holds_out_others_by_chance(alone):
    other = held_out(IDS, seed=2)
    both = (alone & other).mean()
    assert both == pytest.approx(SHARE**2, abs=3 * np.sqrt(SHARE**2 / len(IDS)))


def test_a_larger_share_holds_out_the_same_and_more(alone):
    more = held_out(IDS, seed=1, share=0.5)
    assert (more[alone]).all()
    assert more.mean() == pytest.approx(0.5, abs=0.02)


def test_ids_that_look_like_the_same_number_are_two_customers():
    assert held_out(["7", "007"], seed=1, share=0.5).tolist() == [False, True]


def test_nobody_is_held_out_of_nobody():
    assert held_out([], seed=1).shape == (0,)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(BadParameter, match=r"from 0 to below 1, such as 0\.10"):
        held_out(IDS, seed=1, share=share)
