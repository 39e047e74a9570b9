"""NBD: what Ehrenberg's model says, and what BG/NBD says where nobody leaves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nbinom

from clv.errors import BadParameter, DidNotConverge
from clv.models import bgnbd, mbgnbd, nbd, pareto_nbd
from clv.models.nbd import Nbd

CDNOW = Nbd(r=0.3847658753, alpha=12.0720137321)
HISTORIES = np.array([0, 1, 5, 26]), np.array([0, 20.0, 30.0, 30.86]), np.array([39, 39, 39, 31.0])


def test_the_fit_of_the_cdnow_sample(cdnow):
    """The figures known before are those of a search that stopped 8e-11 below the top."""
    found = nbd.fit(*cdnow)
    assert found.estimates == pytest.approx([0.3847658753, 12.0720137321], rel=1e-6)
    assert found.log_likelihood == pytest.approx(-9763.657615, abs=1e-6)
    assert found.n_customers == 2357


def test_the_fit_is_the_top(cdnow):
    frequency, _, T, customers = cdnow
    curve = nbd.curve_of(frequency, T, customers, np.ones((1, len(T))))
    assert curve(nbd.fit(*cdnow).estimates).gradient == pytest.approx([0, 0], abs=1e-8)


def test_expected_purchases_of_the_cdnow_sample(cdnow):
    total = nbd.expected_purchases(CDNOW, *cdnow[:3], 39) @ cdnow.customers
    assert total == pytest.approx(2929.8204, abs=5e-5)


def test_it_is_bg_nbd_where_nobody_leaves():
    faithful = bgnbd.BgNbd(CDNOW.r, CDNOW.alpha, a=1e-11, b=1.0)
    for name, options in {
        "log_likelihood": {},
        "p_alive": {},
        "p_purchase": {"horizon": 39},
        "expected_purchases": {"horizon": 39},
        "discounted_purchases": {"horizon": 39, "force_of_interest": 0.002},
        "purchase_count_distribution": {"horizon": 39, "most": 5},
    }.items():
        ours = getattr(nbd, name)(CDNOW, *HISTORIES, **options)
        theirs = getattr(bgnbd, name)(faithful, *HISTORIES, **options)
        assert ours == pytest.approx(theirs, rel=1e-8), name
    new = nbd.expected_purchases_new_customer(CDNOW, [[1.0], [39.0]])
    assert new == pytest.approx(bgnbd.expected_purchases_new_customer(faithful, [[1.0], [39.0]]))


def test_numbers_of_purchases_are_negative_binomial():
    ours = nbd.purchase_count_distribution(CDNOW, *HISTORIES, 39, most=8)
    x, _, T = (column[:, None] for column in HISTORIES)
    rate = (CDNOW.alpha + T) / (CDNOW.alpha + T + 39)
    assert ours == pytest.approx(nbinom.pmf(np.arange(9), CDNOW.r + x, rate), rel=1e-9)


def test_a_horizon_of_ones_own_and_none_at_all():
    ours = nbd.purchase_count_distribution(CDNOW, 0, 0, 0, np.array([0.0, 52.0]), most=2)
    assert ours[0].tolist() == [1, 0, 0]
    assert ours[1, 0] == pytest.approx((CDNOW.alpha / (CDNOW.alpha + 52)) ** CDNOW.r)


def test_everybody_is_a_customer_for_ever():
    assert nbd.p_alive(CDNOW, *HISTORIES, horizon=1e6).tolist() == [1, 1, 1, 1]


def test_discounted_without_a_rate_they_are_the_expected_purchases():
    expected = nbd.expected_purchases(CDNOW, *HISTORIES, 39)
    worth = nbd.discounted_purchases(CDNOW, *HISTORIES, 39, force_of_interest=0.0)
    assert worth == pytest.approx(expected)
    tiny = nbd.discounted_purchases(CDNOW, *HISTORIES, 39, force_of_interest=1e-12)
    assert tiny == pytest.approx(expected, rel=1e-10)


def test_for_ever_they_are_worth_something_finite_only_if_money_has_a_price():
    worth = nbd.discounted_purchases(CDNOW, *HISTORIES, np.inf, force_of_interest=0.002)
    assert worth == pytest.approx(nbd.expected_purchases(CDNOW, *HISTORIES, 1) / 0.002)
    with pytest.raises(BadParameter, match="buy without end: take a finite horizon"):
        nbd.discounted_purchases(CDNOW, *HISTORIES, np.inf, force_of_interest=0.0)


def test_draws_have_the_expected_mean():
    drawn = nbd.draw_purchases(CDNOW, *HISTORIES, 39, draws=100_000, rng=np.random.default_rng(2))
    assert drawn.shape == (4, 100_000)
    expected = nbd.expected_purchases(CDNOW, *HISTORIES, 39)
    assert drawn.mean(axis=1) == pytest.approx(expected, rel=0.03)
    assert (drawn > 0).mean(axis=1) == pytest.approx(
        nbd.p_purchase(CDNOW, *HISTORIES, 39), abs=0.006
    )


def test_parameters_may_differ_by_customer():
    own = Nbd(r=0.5, alpha=np.array([5.0, 10.0, 20.0, 40.0]))
    ours = nbd.expected_purchases(own, *HISTORIES, 10)
    alone = nbd.expected_purchases(Nbd(0.5, 20.0), 5, 30.0, 39, 10)
    assert ours[2] == pytest.approx(alone[0])


def test_known_parameters_are_recovered_within_their_errors():
    rng = np.random.default_rng(7)
    T = rng.uniform(20, 60, 20_000)
    found = nbd.fit(rng.poisson(rng.gamma(0.7, 1 / 8, 20_000) * T), T, T)
    assert found.names == ("r", "alpha")
    assert np.abs((found.estimates - [0.7, 8]) / found.standard_errors).max() < 3


def test_the_curve_with_covariates_is_the_log_likelihood_of_customers_who_differ(cdnow):
    """As models of leaving take it where coefficients weigh a channel and an age."""
    rng = np.random.default_rng(7)
    frequency, recency, T, customers = cdnow
    channel, age = rng.integers(0, 2, len(T)), rng.normal(0, 1, len(T))
    effects, units = nbd.designed(np.column_stack([channel, age]), customers)
    curve, values = nbd.curve_of(frequency, T, customers, effects), np.array([0.7, 8, 0.5, -0.2])
    own = Nbd(r=0.7, alpha=8 * np.exp(-0.5 * channel + 0.2 * age))
    here, each = curve(values), nbd.log_likelihood(own, frequency, recency, T)
    assert here.value == pytest.approx(each @ customers, rel=1e-13)
    for i, step in enumerate(np.diag(1e-6 * np.abs(values))):
        up, down = curve(values + step), curve(values - step)
        slope = (up.value - down.value) / (2 * step[i])
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert here.gradient[i] == pytest.approx(slope, rel=1e-5)
        assert here.hessian[i] == pytest.approx(bend, rel=1e-5)
    spread = np.average(age**2, weights=customers) - np.average(age, weights=customers) ** 2
    assert units[1] == pytest.approx(1 / np.sqrt(spread))


def test_a_base_that_never_came_back_cannot_be_fitted():
    with pytest.raises(DidNotConverge, match="none of 2 customers has come back"):
        nbd.fit([0, 0], [0, 0], [10, 20])


def test_customers_who_buy_alike_have_no_spread_of_rates():
    with pytest.raises(DidNotConverge, match="`r`, `alpha` ran to a bound"):
        nbd.fit([4] * 50, [30] * 50, [40] * 50)


def test_a_parameter_that_is_not_positive_is_refused_by_name():
    with pytest.raises(BadParameter, match="`alpha` must be a positive number; got -1"):
        Nbd(r=1.0, alpha=-1)


@pytest.mark.parametrize(("model", "leaves"), [(bgnbd, "a"), (mbgnbd, "a"), (pareto_nbd, "s")])
def test_a_model_of_leaving_must_beat_the_one_in_which_nobody_leaves(model, leaves, cdnow):
    found = model.fit(*cdnow)
    stayed = nbd.curve_of(cdnow.frequency, cdnow.T, cdnow.customers, np.ones((1, len(cdnow.T))))

    def verdict(log_likelihood):
        return nbd.against_leaving(replace(found, log_likelihood=log_likelihood), stayed)

    best = nbd.fit(*cdnow).log_likelihood
    assert verdict(found.log_likelihood) is None
    assert verdict(best - 0.5).startswith("a nested model is better: the NBD, in which nobody")
    assert verdict(best + 1e-9).startswith(f"`{leaves}` ran to a bound: the NBD, in which nobody")
