import numpy as np
import pytest

from clv.models import heterogeneity
from clv.models.bgnbd import BgNbd
from clv.models.gamma_gamma import GammaGamma
from clv.models.pareto_nbd import ParetoNbd

PAPER = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
PARETO = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)
NOTE = GammaGamma(p=6.25, q=3.74, v=15.44)
LEVELS = (np.arange(20_000) + 0.5) / 20_000


@pytest.mark.parametrize(
    ("quantile", "params", "mean", "within"),
    [
        (heterogeneity.rate, PAPER, 0.243 / 4.414, 1e-3),
        (heterogeneity.rate, PARETO, 0.553 / 10.578, 1e-3),
        (heterogeneity.dropout, PAPER, 0.793 / (0.793 + 2.426), 1e-3),
        (heterogeneity.mean_spend, NOTE, 6.25 * 15.44 / 2.74, 5e-3),
    ],
)
def test_the_mean_of_all_quantiles_is_the_mean_of_the_paper(quantile, params, mean, within):
    assert np.mean([quantile(params, level) for level in LEVELS]) == pytest.approx(mean, rel=within)


def test_who_has_left_by_a_lifetime_s_quantile_is_its_level():
    left = 1 - (PARETO.beta / (PARETO.beta + heterogeneity.lifetime(PARETO, 0.9))) ** PARETO.s
    assert left == pytest.approx(0.9)


def test_where_hardly_anybody_leaves_the_lifetime_is_beyond_any_number():
    loyal = ParetoNbd(r=1, alpha=1, s=5e-4, beta=1)
    assert heterogeneity.lifetime(loyal, 0.5) == np.inf
    assert heterogeneity.lifetime(PARETO, 1.0) == np.inf
    assert heterogeneity.lifetime(loyal, 1e-9) == pytest.approx(np.exp(2e-6) - 1)


def test_customers_drawn_from_the_model_lie_below_its_quantiles_as_often_as_they_say():
    rng = np.random.default_rng(1)
    spend = NOTE.p / rng.gamma(NOTE.q, 1 / NOTE.v, 100_000)
    rate = rng.gamma(PAPER.r, 1 / PAPER.alpha, 100_000)
    assert (spend < heterogeneity.mean_spend(NOTE, 0.9)).mean() == pytest.approx(0.9, abs=0.005)
    assert (rate < heterogeneity.rate(PAPER, 0.5)).mean() == pytest.approx(0.5, abs=0.005)
