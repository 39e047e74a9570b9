"""Simulated histories against what the models' own formulas say of new customers."""

import numpy as np
import pytest

from clv.models import bgnbd, gamma_gamma, mbgnbd, pareto_nbd, simulate
from clv.models.bgnbd import BgNbd
from clv.models.gamma_gamma import GammaGamma
from clv.models.mbgnbd import MbgNbd
from clv.models.pareto_nbd import ParetoNbd

MODELS = {
    "bgnbd": (bgnbd, BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)),
    "mbgnbd": (mbgnbd, MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)),
    "pareto_nbd": (pareto_nbd, ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.664)),
}
NOTE = GammaGamma(p=6.25, q=3.74, v=15.44)
MANY = 100_000

every_model = pytest.mark.parametrize(("model", "params"), MODELS.values(), ids=MODELS)


def within_four_errors(sample, truth):
    return abs(sample.mean() - truth) < 4 * sample.std() / np.sqrt(len(sample))


@every_model
@pytest.mark.parametrize("T", [2.0, 39.0, 200.0])
def test_customers_buy_as_often_as_the_model_expects(model, params, T):
    frequency, _ = simulate.draw_histories(params, np.full(MANY, T), np.random.default_rng(1))
    assert within_four_errors(frequency, model.expected_purchases_new_customer(params, T))


@every_model
def test_histories_are_those_that_the_likelihood_knows(model, params):
    T = np.random.default_rng(2).uniform(20, 60, 20_000)
    frequency, recency = simulate.draw_histories(params, T, np.random.default_rng(3))
    assert ((recency >= 0) & (recency <= T) & ((recency == 0) == (frequency == 0))).all()
    found = model.fit(frequency, recency, T)
    z = (found.estimates - np.array([getattr(params, n) for n in found.names])) / (
        found.standard_errors
    )
    assert np.abs(z).max() < 4


@every_model
def test_what_follows_a_history_is_what_a_longer_one_holds(model, params):
    log = simulate.draw_log(params, np.full(MANY, 60.0), np.random.default_rng(4))
    seen = log.time <= 30
    frequency = np.bincount(log.customer[seen], minlength=MANY)
    later = np.bincount(log.customer[~seen], minlength=MANY)
    recency = np.zeros(MANY)
    np.maximum.at(recency, log.customer[seen], log.time[seen])
    expected = model.expected_purchases(params, frequency, recency, 30.0, 30.0)
    assert within_four_errors(later - expected, 0.0)


@every_model
def test_a_log_holds_the_same_histories_in_order(model, params):
    T = np.linspace(0, 80, 500)
    frequency, recency = simulate.draw_histories(params, T, np.random.default_rng(5))
    customer, moment = simulate.draw_log(params, T, np.random.default_rng(5))
    assert np.bincount(customer, minlength=500).tolist() == frequency.tolist()
    assert (np.lexsort((moment, customer)) == np.arange(len(moment))).all()
    assert (moment <= T[customer]).all()
    assert ((recency > 0) == (frequency > 0)).all()


def test_mbg_customers_may_leave_right_after_the_first_purchase():
    leaving = {"r": 5.0, "alpha": 1.0, "a": 900.0, "b": 100.0}
    T, rng = np.full(MANY, 1e6), np.random.default_rng(6)
    once, _ = simulate.draw_histories(MbgNbd(**leaving), T, rng)
    twice, _ = simulate.draw_histories(BgNbd(**leaving), T, rng)
    assert within_four_errors(once == 0, 0.9)
    assert twice.min() == 1
    assert within_four_errors(twice == 1, 0.9)


def test_each_customer_may_have_parameters_of_its_own():
    alpha = np.repeat([4.414, 44.14], MANY // 2)
    params = BgNbd(r=0.243, alpha=alpha, a=0.793, b=2.426)
    frequency, _ = simulate.draw_histories(params, np.full(MANY, 39.0), np.random.default_rng(7))
    for own in (alpha == 4.414, alpha == 44.14):
        one = BgNbd(r=0.243, alpha=alpha[own][0], a=0.793, b=2.426)
        expected = bgnbd.expected_purchases_new_customer(one, 39.0)
        assert within_four_errors(frequency[own], expected)


def test_without_time_nobody_comes_back():
    for _, params in MODELS.values():
        frequency, recency = simulate.draw_histories(params, [0.0] * 9, np.random.default_rng(9))
        assert not frequency.any()
        assert not recency.any()


def test_mean_spend_is_the_model_s_and_unknown_without_a_purchase():
    frequency = np.tile([0, 1, 7], MANY)
    spend = simulate.draw_spend(NOTE, frequency, np.random.default_rng(10))
    assert (np.isnan(spend) == (frequency == 0)).all()
    mean = gamma_gamma.expected_spend(NOTE, 0, np.nan)[0]
    assert within_four_errors(spend[frequency == 1], mean)
    assert within_four_errors(spend[frequency == 7], mean)
    found = gamma_gamma.fit(frequency[:30_000], spend[:30_000])
    z = (found.estimates - [NOTE.p, NOTE.q, NOTE.v]) / found.standard_errors
    assert np.abs(z).max() < 4


def test_first_and_repeat_spend_are_one_customer_s_where_the_rates_are():
    rng = np.random.default_rng(11)
    rates = simulate.draw_spend_rates(NOTE, MANY, rng)
    first = simulate.draw_spend(NOTE, np.ones(MANY), rng, rates=rates)
    repeat = simulate.draw_spend(NOTE, np.full(MANY, 3), rng, rates=rates)
    expected = gamma_gamma.expected_spend(NOTE, 1, first)
    assert within_four_errors(repeat - expected, 0.0)
    assert np.corrcoef(first, repeat)[0, 1] > 0.5
