import numpy as np
import pytest
from scipy import stats

from clv.models import bgnbd, gamma_gamma
from clv.models.bgnbd import BgNbd
from clv.models.gamma_gamma import GammaGamma
from clv.models.outcomes import count_quantile, money_quantile

PAPER = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
NOTE = GammaGamma(p=6.25, q=3.74, v=15.44)
LEVELS = [0.05, 0.5, 0.9, 0.95, 0.99]


@pytest.mark.parametrize("level", LEVELS)
def test_a_count_quantile_is_the_one_of_the_distribution(level):
    counts = stats.poisson(4.2)
    chances = counts.pmf(np.arange(60))[None, :]
    assert count_quantile(chances, level).tolist() == [counts.ppf(level)]


def test_beyond_the_counts_given_the_bound_is_the_last_of_them():
    assert count_quantile([[0.1, 0.2, 0.3]], 0.95).tolist() == [2]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [1, 3, 40])
def test_money_of_a_known_number_of_purchases_is_a_beta_prime(level, k):
    chances = np.zeros((1, 41))
    chances[0, k] = 1.0
    exact = stats.betaprime(NOTE.p * k, NOTE.p * 2 + NOTE.q).ppf(level)
    assert money_quantile(NOTE, [2], chances, level) == pytest.approx([exact], rel=3e-6)


@pytest.mark.parametrize("level", [0.005, 0.05, 0.5, 0.95, 0.995])
def test_money_of_few_purchases_whose_sizes_vary_much_is_right_to_four_digits(level):
    varying = GammaGamma(p=0.37, q=2.98, v=15.44)
    exact = stats.betaprime(0.37, 0.37 * 108 + 2.98).ppf(level)
    assert money_quantile(varying, [108], [[0.0, 1.0]], level) == pytest.approx([exact], rel=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_bounds_are_those_of_many_draws(level):
    rng = np.random.default_rng(20)
    history = [np.array([7]), np.array([30.0]), np.array([38.0])]
    draws = bgnbd.draw_purchases(PAPER, *history, 52.0, draws=400_000, rng=rng)
    chances = bgnbd.purchase_count_distribution(PAPER, *history, 52.0, most=200)
    drawn = np.quantile(draws, level, method="inverted_cdf")
    assert count_quantile(chances, level)[0] == pytest.approx(drawn, abs=1)
    money = gamma_gamma.draw_factors(NOTE, np.array([[7]]), draws, rng)
    bound = money_quantile(NOTE, [7], chances, level)
    assert np.mean(money <= bound) == pytest.approx(max(level, chances[0, 0]), abs=0.004)


def test_where_nothing_is_bought_most_of_the_time_the_bound_is_nothing():
    chances = np.array([[0.96, 0.04], [0.5, 0.5]])
    bounds = money_quantile(NOTE, [0, 0], chances, 0.95)
    assert bounds[0] == 0
    assert bounds[1] > 0


def test_a_bound_depends_on_its_own_customer_alone():
    rng = np.random.default_rng(3)
    chances = rng.dirichlet(np.ones(12), size=30)
    frequency = rng.integers(0, 9, 30)
    together = money_quantile(NOTE, frequency, chances, 0.9)
    alone = [money_quantile(NOTE, frequency[i : i + 1], chances[i : i + 1], 0.9) for i in range(30)]
    assert together == pytest.approx(np.concatenate(alone), rel=1e-12)


def test_a_level_that_is_reached_but_for_rounding_is_reached():
    even = np.full((1, 20), 0.05)  # their sums, in floating point, miss 0.15 and pass 0.95
    levels = np.arange(1, 20) / 20
    assert [count_quantile(even, level)[0] for level in levels] == list(range(19))
    assert count_quantile([[0.7, 0.1, 0.1, 0.1, 0.0]], 1.0).tolist() == [3]


def test_no_level_at_all_is_reached_by_nothing():
    assert count_quantile([[0.0, 1.0]], 0.0).tolist() == [0]


def test_money_beyond_the_counts_given_is_that_of_the_last_of_them():
    short = money_quantile(NOTE, [2], [[0.1, 0.2, 0.3]], 0.95)
    whole = money_quantile(NOTE, [2], [[0.1, 0.2, 0.7]], 0.95)
    assert short == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize("interval", [0.5, 0.8, 0.9, 0.95])
def test_an_interval_of_counts_holds_at_least_what_it_is_called(interval):
    history = [np.array([0, 1, 7, 29]), np.array([0, 5, 30, 38.0]), np.full(4, 39.0)]
    chances = bgnbd.purchase_count_distribution(PAPER, *history, 52.0, most=400)
    low, high = (count_quantile(chances, (1 + side * interval) / 2) for side in (-1, 1))
    counts = np.arange(chances.shape[1])
    inside = (counts >= low[:, None]) & (counts <= high[:, None])
    assert ((chances * inside).sum(axis=1) >= interval - 1e-12).all()
