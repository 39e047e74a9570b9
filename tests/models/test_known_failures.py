"""What packages for these models are known to get wrong, one test each: none of it happens here."""

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest

from clv.errors import DidNotConverge
from clv.models import bgnbd, gamma_gamma, mbgnbd, pareto_nbd
from clv.models.bgnbd import BgNbd
from clv.models.expectation import new_customer_purchases
from clv.models.mbgnbd import MbgNbd
from clv.models.pareto_nbd import ParetoNbd

PAPER = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # Fader, Hardie & Lee (2005), table 2
# Maximum likelihood on the CDNOW sample.
BG = BgNbd(r=0.2425945, alpha=4.4136019, a=0.792922, b=2.4259065)
MBG = MbgNbd(r=0.5248431, alpha=6.1830852, a=0.8913594, b=1.6140023)
PARETO = ParetoNbd(r=0.55327, alpha=10.5778007, s=0.60602, beta=11.6639145)


def test_heavy_buyers_have_an_expectation():
    """Three packages return NaN for them."""
    heavy = bgnbd.expected_purchases(PAPER, [1200, 3000], 364, 365, 365)
    assert heavy == pytest.approx([871.728455689, 1166.6325105], rel=1e-11)
    silent = bgnbd.expected_purchases(PAPER, 600, 38, 39, 39)
    assert silent == pytest.approx(0.262681255048, rel=1e-11)


def test_a_plus_b_below_one_is_no_obstacle():
    """One package returns NaN."""
    params = BgNbd(r=0.11, alpha=2.24, a=0.31, b=0.50)
    assert bgnbd.expected_purchases(params, 0, 0, 1, 30) == pytest.approx(0.564588615533, rel=1e-11)


@pytest.mark.parametrize("a", [1.0, 1 + 1e-15, 1 - 1e-14, 1 + 1e-11, 1 - 1e-10])
def test_a_near_one_loses_no_digits(a):
    """The paper's formula divides zero by zero there; packages lose up to 3 %."""
    near = bgnbd.expected_purchases(replace(PAPER, a=a), 2, 30.43, 38.86, 39)
    assert near == pytest.approx(1.102136786, rel=5e-10)


def test_one_time_buyers_do_not_bear_a_dropout_they_never_faced():
    """The probability that nothing is bought stands on the purchase rate alone."""
    none = 1 - bgnbd.p_purchase(PAPER, 0, 0, 39, 39)
    assert none == pytest.approx(0.8557675226, rel=1e-10)
    assert none == pytest.approx(((4.414 + 39) / (4.414 + 39 + 39)) ** 0.243, rel=1e-14)


@pytest.mark.parametrize("model", [bgnbd, mbgnbd, pareto_nbd])
def test_days_and_weeks_are_the_same_customers(model, cdnow):
    weeks = model.fit(*cdnow).params
    days = model.fit(cdnow.frequency, 7 * cdnow.recency, 7 * cdnow.T, cdnow.customers).params
    worth = model.discounted_purchases(weeks, *cdnow[:3], 52.0, force_of_interest=0.0021)
    in_days = cdnow.frequency, 7 * cdnow.recency, 7 * cdnow.T
    assert model.discounted_purchases(
        days, *in_days, 364.0, force_of_interest=0.0003
    ) == pytest.approx(worth, rel=1e-6)


def test_dollars_and_cents_are_the_same_money(cdnow_spend):
    frequency, mean = cdnow_spend
    dollars = gamma_gamma.fit(frequency, mean).params
    cents = gamma_gamma.fit(frequency, 100 * mean).params
    assert gamma_gamma.expected_spend(cents, frequency, 100 * mean) == pytest.approx(
        100 * gamma_gamma.expected_spend(dollars, frequency, mean), rel=1e-7
    )


@pytest.mark.parametrize("model", [bgnbd, mbgnbd])
def test_a_fit_that_ran_away_is_not_returned_in_silence(model):
    """Everybody buys like clockwork and nobody has ever left: nothing tells how many leave."""
    with pytest.raises(DidNotConverge, match="not usable") as refused:
        model.fit(np.full(500, 20), np.full(500, 38.0), np.full(500, 39.0))
    assert refused.value.estimation is None or not refused.value.estimation.converged


def test_only_bgnbd_calls_every_one_time_buyer_alive(cdnow):
    """So P(alive) of BG/NBD tells nothing of them: 81 % of the sample, where others say 45 %."""
    once = cdnow.frequency == 0
    alive = {
        model: model.p_alive(params, *cdnow[:3])
        for model, params in ((bgnbd, BG), (mbgnbd, MBG), (pareto_nbd, PARETO))
    }
    assert (alive[bgnbd][once] == 1).all()
    assert (alive[mbgnbd][once] < 0.5).all()
    shares = [each @ cdnow.customers / cdnow.customers.sum() for each in alive.values()]
    assert shares == pytest.approx([0.813, 0.449, 0.446], abs=5e-4)


@pytest.mark.parametrize(
    ("a", "b", "w"),
    [(0.3, 1e4, 0.9), (30.0, 100.0, 0.9), (1222.8, 9043.8, 0.7), (2000.0, 8000.0, 2.0)],
)
def test_large_a_and_b_lose_no_digits(a, b, w):
    """The series for the expectation cancels there: 1e-11, 1e-7, wrong altogether, NaN."""
    r = 0.243
    with mp.workdps(400):
        whole = (mp.mpf(a) + b - 1) / (mp.mpf(a) - 1)
        rest = mp.hyp2f1(r, b, mp.mpf(a) + b - 1, mp.mpf(w) / (1 + mp.mpf(w)), maxterms=10**6)
        exact = whole * (1 - (1 + mp.mpf(w)) ** -mp.mpf(r) * rest)
    ours = new_customer_purchases(r, 1.0, a, b, w)
    assert float(mp.mpf(float(ours)) / exact) == pytest.approx(1, abs=1e-12)
