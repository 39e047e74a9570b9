"""BG/NBD against print: Fader, Hardie & Lee (2005), Marketing Science 24(2), unless named."""

import numpy as np
import pytest

from clv.models import bgnbd

PAPER = bgnbd.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # table 2 of the paper
PER_WEEK = np.log(1.1) / 52

# x, t_x, T, log-likelihood, P(alive), E[Y(39)], discounted residual purchases at ln 1.1 / 52 and at
# .0027 a week, P(alive at T + 39), P(no purchase in 39): computed apart from this code.
ROWS = np.array([
    [0, 0, 39, -0.5554981608, 1, 0.1945307217,
     1.298508169, 1.013547513, 0.9557642568, 0.8557675226],
    [0, 0, 27, -0.47688078, 1, 0.2593953815,
     1.580546333, 1.24774139, 0.942391425, 0.8219015629],
    [1, 5, 39, -4.8651851674, 0.3139204276, 0.2998845472,
     1.685712528, 1.351677501, 0.2641370983, 0.8275951298],
    [1, 38, 39, -5.7337598746, 0.7482328644, 0.714778186,
     4.017914742, 3.221738504, 0.62957374, 0.5890710558],
    [2, 30.43, 38.86, -9.4586063071, 0.7265785701, 1.2260281748,
     6.360321129, 5.156379826, 0.5671380356, 0.4453728621],
    [5, 20, 39, -16.8260963761, 0.2837940898, 1.0776434563,
     5.106403856, 4.18622413, 0.1993546091, 0.726057429],
    [10, 38.5, 39, -27.4752374118, 0.9275177396, 6.732409886,
     30.48808862, 25.12145677, 0.6116186228, 0.07378832933],
    [29, 38.86, 38.86, -44.4621509439, 0.974598802, 19.8468919355,
     86.64215345, 71.67058142, 0.6069684849, 0.02540120473],
])  # fmt: skip
HISTORIES = tuple(ROWS[:, :3].T)


def test_the_fit_of_the_cdnow_sample_is_the_one_of_table_2(cdnow):
    found = bgnbd.fit(*cdnow)
    assert found.estimates == pytest.approx([0.2425945, 4.4136019, 0.792922, 2.4259065], rel=1e-6)
    assert found.log_likelihood == pytest.approx(-9582.429207, abs=1e-5)
    assert found.standard_errors == pytest.approx(
        [0.012557, 0.378224, 0.185734, 0.705414], rel=5e-5
    )
    assert (found.aic, found.bic) == pytest.approx((19172.85841, 19195.91899), abs=1e-4)
    assert found.n_customers == 2357


def test_the_log_likelihood_of_the_sample_is_the_published_one(cdnow):
    each = bgnbd.log_likelihood(PAPER, *cdnow[:3])
    assert each @ cdnow.customers == pytest.approx(-9582.4, abs=0.05)


# The CDNOW sample at the maximum, as the R package BTYD has it: its search stopped so close to the
# top that five digits agree.
SAMPLE = bgnbd.BgNbd(r=0.2425945, alpha=4.4136019, a=0.792922, b=2.4259065)


def test_sums_over_the_sample(cdnow):
    alive = bgnbd.p_alive(SAMPLE, *cdnow[:3]) @ cdnow.customers
    expected = bgnbd.expected_purchases(SAMPLE, *cdnow[:3], 39) @ cdnow.customers
    assert alive == pytest.approx(1917.277, rel=1e-6)
    assert expected == pytest.approx(1653.4078, rel=1e-6)


def test_repeat_purchases_of_a_new_customer_of_the_sample_in_52_weeks():
    ours = bgnbd.expected_purchases_new_customer(SAMPLE, 52)
    assert ours == pytest.approx(1.444011, abs=2e-6)


def test_how_many_of_the_sample_come_back_how_often(cdnow):
    """Frequency of repeat transactions, 0 to 6 and 7 to 29, the most that anybody made."""
    chances = bgnbd.purchase_count_distribution(SAMPLE, 0, 0, 0, cdnow.T, most=29)
    ours = cdnow.customers @ chances
    published = [1407.6843, 460.3241, 192.4613, 101.1641, 59.847, 38.1196, 25.549, 71.2254]
    assert [*ours[:7], ours[7:].sum()] == pytest.approx(published, rel=3e-5)
    actual = np.bincount(np.minimum(cdnow.frequency, 7).astype(int), cdnow.customers)
    assert actual.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_conditional_expectations_of_the_sample_by_frequency(cdnow):
    """Mean purchases to expect in 39 weeks after 0 to 6, and 7 or more, repeat purchases."""
    group = np.minimum(cdnow.frequency, 7).astype(int)
    expected = bgnbd.expected_purchases(SAMPLE, *cdnow[:3], 39)
    ours = np.bincount(group, cdnow.customers * expected) / np.bincount(group, cdnow.customers)
    published = [
        0.2250904, 0.5231358, 1.0441246, 1.5202532, 2.1638204, 2.653784, 3.5039508, 6.1570256,
    ]  # fmt: skip
    assert ours == pytest.approx(published, rel=3e-5)


def test_tracking_of_the_sample_in_weeks_20_to_25(cdnow):
    """Cumulative and weekly repeat transactions since the first customer came."""
    weeks = np.arange(19, 26)
    age = np.maximum(weeks[:, None] - (cdnow.T.max() - cdnow.T), 0)
    cumulative = bgnbd.expected_purchases_new_customer(SAMPLE, age) @ cdnow.customers
    published = [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6]
    assert cumulative[1:] == pytest.approx(published, rel=3e-6)
    weekly = [76.86531, 74.88843, 73.04554, 71.32166, 69.70412, 68.18213]
    assert np.diff(cumulative) == pytest.approx(weekly, rel=4e-6)


def test_log_likelihood_and_p_alive_of_known_customers():
    assert bgnbd.log_likelihood(PAPER, *HISTORIES) == pytest.approx(ROWS[:, 3], rel=1e-9)
    assert bgnbd.p_alive(PAPER, *HISTORIES) == pytest.approx(ROWS[:, 4], rel=1e-9)


def test_expected_purchases_of_known_customers():
    assert bgnbd.expected_purchases(PAPER, *HISTORIES, 39) == pytest.approx(ROWS[:, 5], rel=1e-9)
    assert bgnbd.expected_purchases(PAPER, 26, 30.86, 31, 52) == pytest.approx(
        25.75819594, rel=1e-9
    )


def test_without_end_they_are_the_discounted_residual_transactions():
    for column, force in ((6, PER_WEEK), (7, 0.0027)):
        worth = bgnbd.discounted_purchases(PAPER, *HISTORIES, np.inf, force_of_interest=force)
        assert worth == pytest.approx(ROWS[:, column], rel=5e-10)


def test_the_share_still_alive_39_weeks_later():
    later = bgnbd.p_alive(PAPER, *HISTORIES, 39)
    assert later == pytest.approx(ROWS[:, 8], rel=1e-9)


def test_probability_of_no_purchase_of_known_customers():
    assert 1 - bgnbd.p_purchase(PAPER, *HISTORIES, 39) == pytest.approx(ROWS[:, 9], rel=1e-9)


def test_purchases_of_new_customers():
    expected = bgnbd.expected_purchases_new_customer(PAPER, [1, 10, 39, 52, 78])
    published = [0.05326789117, 0.43241336223, 1.19672319332, 1.446050595, 1.86051905794]
    assert expected == pytest.approx(published, rel=1e-9)


def test_the_distribution_of_purchases_of_new_customers():
    published = [
        0.573786352096, 0.199395280836, 0.085429759539, 0.045860353848,
        0.027671449336, 0.017965493867, 0.012268976716, 0.008695428804,
    ]  # fmt: skip
    ours = bgnbd.purchase_count_distribution(PAPER, 0, 0, 0, 39, most=7)[0]
    assert ours == pytest.approx(published, rel=1e-9)


def test_who_buys_often_and_stops_is_less_alive_than_who_buys_seldom_and_stops():
    """Known as the increasing frequency paradox."""
    published = [
        0.7056268472, 0.6870911325, 0.663866181, 0.6365456419, 0.6056144893, 0.5715517342,
        0.5348847516, 0.4962124844, 0.4562050527, 0.4155845331, 0.3750918929, 0.3354462162,
        0.2973031346, 0.2612190431, 0.2276260877, 0.1968204445,
    ]  # fmt: skip
    assert bgnbd.p_alive(PAPER, np.arange(5, 21), 30, 39) == pytest.approx(published, rel=1e-9)
    known = bgnbd.p_alive(PAPER, [26, 23], [30.86, 39], [31, 39])
    assert known == pytest.approx([0.9689156497, 0.9685554542], rel=1e-9)


def test_the_log_likelihood_of_a_heavy_buyer_is_finite():
    params = bgnbd.BgNbd(r=0.25, alpha=4, a=0.8, b=2.5)
    ours = bgnbd.log_likelihood(params, [0, 200], [0, 38], 40)
    assert ours == pytest.approx([-0.59947382, 100.795693], rel=1e-8)
