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
    assert together.tolist() == np.concatenate(alone).tolist()
