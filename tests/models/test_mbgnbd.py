"""MBG/NBD (Batislam, Denizel & Filiztekin 2007) against figures computed apart from this code."""

import numpy as np
import pytest

from clv.models import mbgnbd

ROUNDED = mbgnbd.MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)  # the CDNOW sample, in print
PER_WEEK = np.log(1.1) / 52

# Columns as in test_bgnbd.
ROWS = np.array([
    [0, 0, 39, -0.5404721212, 0.3893476487, 0.1534394484,
     0.9034810298, 0.720767657, 0.3535988701, 0.8914908581],
    [0, 0, 27, -0.4742185339, 0.4284944315, 0.2207145436,
     1.17777447, 0.9508952685, 0.37830732, 0.8564417238],
    [1, 5, 39, -4.8797821524, 0.2586293207, 0.2851254254,
     1.448853847, 1.181960107, 0.2088850318, 0.8414968306],
    [1, 38, 39, -5.9300453269, 0.7392668982, 0.8150034505,
     4.141408585, 3.378518644, 0.5970776595, 0.546934021],
    [2, 30.43, 38.86, -9.4855513145, 0.7062022651, 1.2629606233,
     5.96307381, 4.913027319, 0.5308247157, 0.4400059092],
    [5, 20, 39, -16.7074065519, 0.2669996359, 1.0063582553,
     4.353752532, 3.625723429, 0.18074435, 0.7415783058],
    [10, 38.5, 39, -27.4509603422, 0.9205981598, 6.4635985194,
     26.70582075, 22.35551951, 0.5837319386, 0.08071917401],
    [29, 38.86, 38.86, -44.9829552057, 0.9717187748, 18.7838943066,
     74.68710947, 62.77846604, 0.579739911, 0.02828123497],
])  # fmt: skip
HISTORIES = tuple(ROWS[:, :3].T)


def test_the_fit_of_the_cdnow_sample(cdnow):
    found = mbgnbd.fit(*cdnow)
    published = [0.5248431, 6.1830852, 0.8913594, 1.6140023]
    assert found.estimates == pytest.approx(published, rel=1e-6)
    assert found.log_likelihood == pytest.approx(-9582.135716, abs=1e-5)
    assert found.standard_errors == pytest.approx(
        [0.083268, 0.695621, 0.154790, 0.537495], rel=5e-5
    )


def test_sums_over_the_sample(cdnow):
    """The published sum of expectations, 1576.7119, carries the packages' quadrature error: ours is
    that of thirty digits."""
    params = mbgnbd.MbgNbd(r=0.5248431, alpha=6.1830852, a=0.8913594, b=1.6140023)
    alive = mbgnbd.p_alive(params, *cdnow[:3]) @ cdnow.customers
    expected = mbgnbd.expected_purchases(params, *cdnow[:3], 39) @ cdnow.customers
    assert alive == pytest.approx(1057.632, rel=1e-5)
    assert expected == pytest.approx(1576.728, abs=1e-3)
    assert expected == pytest.approx(1576.7119, rel=2e-5)


def test_log_likelihood_and_p_alive_of_known_customers():
    assert mbgnbd.log_likelihood(ROUNDED, *HISTORIES) == pytest.approx(ROWS[:, 3], rel=1e-9)
    assert mbgnbd.p_alive(ROUNDED, *HISTORIES) == pytest.approx(ROWS[:, 4], rel=1e-9)
    more = mbgnbd.p_alive(ROUNDED, [26, 1], [30.86, 20], [31, 39])
    assert more == pytest.approx([0.9655661441, 0.5607573669], rel=1e-9)


def test_expected_purchases_of_known_customers():
    ours = mbgnbd.expected_purchases(ROUNDED, *HISTORIES, 39)
    assert ours == pytest.approx(ROWS[:, 5], rel=1e-9)


def test_without_end_they_are_the_discounted_residual_transactions():
    for column, force in ((6, PER_WEEK), (7, 0.0027)):
        worth = mbgnbd.discounted_purchases(ROUNDED, *HISTORIES, np.inf, force_of_interest=force)
        assert worth == pytest.approx(ROWS[:, column], rel=5e-10)


def test_the_share_still_alive_39_weeks_later():
    later = mbgnbd.p_alive(ROUNDED, *HISTORIES, 39)
    assert later == pytest.approx(ROWS[:, 8], rel=1e-9)


def test_probability_of_no_purchase_of_known_customers():
    assert 1 - mbgnbd.p_purchase(ROUNDED, *HISTORIES, 39) == pytest.approx(ROWS[:, 9], rel=1e-9)


def test_purchases_of_new_customers():
    """Also by adaptive quadrature in thirty digits, which the packages miss from week 39 on."""
    expected = mbgnbd.expected_purchases_new_customer(ROUNDED, [1, 10, 39, 78])
    exact = [0.05308479526370182, 0.4334674151565707, 1.1829536655971726, 1.804757577553143]
    assert expected == pytest.approx(exact, rel=1e-12)


def test_the_distribution_of_purchases_of_new_customers():
    published = [
        0.582473189493, 0.182783077288, 0.086894825673, 0.048570442952,
        0.029774148559, 0.019387323554, 0.013174035023, 0.009240696567,
    ]  # fmt: skip
    ours = mbgnbd.purchase_count_distribution(ROUNDED, 0, 0, 0, 39, most=7)[0]
    assert ours == pytest.approx(published, rel=1e-9)


def test_half_the_customers_may_have_left_after_their_first_purchase():
    alive = mbgnbd.p_alive(mbgnbd.MbgNbd(r=1, alpha=1, a=2, b=2), 0, 0, 0)
    assert alive == pytest.approx(0.5)


def test_the_log_likelihood_of_a_heavy_buyer_is_finite():
    params = mbgnbd.MbgNbd(r=0.25, alpha=4, a=0.8, b=2.5)
    ours = mbgnbd.log_likelihood(params, [0, 200], [0, 38], 40)
    assert ours == pytest.approx([-0.41792826, 100.78691], rel=1e-7)
