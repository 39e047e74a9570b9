import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import coverage
from clv.errors import BadParameter

MODEL = clv.ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")


def table(rows):
    customers = pd.DataFrame(rows, columns=["frequency", "recency", "T", "actual"])
    customers.attrs["unit"] = "W"
    return customers


CUSTOMERS = table([(0, 0, 39, 0), (0, 0, 39, 2), (2, 30.5, 39, 1), (29, 38.5, 39, 25)])


@pytest.fixture(scope="module")
def judged():
    return coverage.judged(MODEL, CUSTOMERS, CUSTOMERS["actual"], "39W")


@pytest.fixture(scope="module")
def chances():
    return MODEL.purchase_count_distribution(CUSTOMERS, "39W", most=200).to_numpy()


def test_the_log_score_is_the_logarithm_of_the_chance_of_what_came(judged, chances):
    came = chances[np.arange(4), CUSTOMERS["actual"]]
    assert judged["log_score"].to_numpy() == pytest.approx(np.log(came), rel=1e-9)


def test_the_ranked_probability_score_is_the_distance_to_what_came(judged, chances):
    # The other form of Gneiting & Raftery (2007): E|Y - y| - E|Y - Y'| / 2.
    counts = np.arange(chances.shape[1])
    away = np.abs(counts - CUSTOMERS["actual"].to_numpy()[:, None])
    spread = np.einsum("ij,ik,jk->i", chances, chances, np.abs(counts - counts[:, None]))
    expected = (chances * away).sum(axis=1) - spread / 2
    assert judged["rps"].to_numpy() == pytest.approx(expected, rel=1e-5)


def test_an_interval_reaches_from_quantile_to_quantile_and_has_its_own_mass(judged, chances):
    up_to = chances.cumsum(axis=1)
    low, high = (up_to < 0.05).sum(axis=1), (up_to < 0.95).sum(axis=1)
    assert judged["low"].tolist() == low.tolist()
    assert judged["high"].tolist() == high.tolist()
    mass = [chances[i, low[i] : high[i] + 1].sum() for i in range(4)]
    assert judged["mass"].to_numpy() == pytest.approx(mass)
    assert (judged["mass"] >= 0.90).all()


def test_the_central_share_is_that_of_many_randomised_transforms(judged, chances):
    row, came = np.arange(4), CUSTOMERS["actual"].to_numpy()
    up_to = chances.cumsum(axis=1)[row, came]
    uniform = np.random.default_rng(3).random((20_000, 4))
    transform = up_to - uniform * chances[row, came]
    share = ((transform > 0.05) & (transform < 0.95)).mean(axis=0)
    assert judged["central"].to_numpy() == pytest.approx(share, abs=0.01)


def test_what_hardly_could_come_is_judged_by_its_tiny_chance():
    surprised = table([(0, 0, 39, 400), (0, 0, 39, 0)])
    judged = coverage.judged(MODEL, surprised, surprised["actual"], "39W")
    chance = MODEL.purchase_count_distribution(surprised, "39W", most=400).iloc[0, 400]
    assert 0 < chance < 1e-20
    assert judged.loc[0, "log_score"] == pytest.approx(np.log(chance))
    expected = 400 - MODEL.expected_purchases(surprised, "39W")[0]
    assert judged.loc[0, "rps"] == pytest.approx(expected, abs=0.2)
    assert judged.loc[0, "central"] == 0


def test_at_the_true_parameters_intervals_hold_their_mass_and_transforms_are_uniform():
    rng = np.random.default_rng(8)
    rows = [(0, 0, 39, 0)] * 3000 + [(2, 30.5, 39, 0)] * 3000 + [(12, 38.5, 39, 0)] * 3000
    customers = table(rows)
    actual = MODEL.simulate(customers, "39W", rng)
    judged = coverage.judged(MODEL, customers, actual, "39W")
    inside = actual.between(judged["low"], judged["high"]).mean()
    assert inside == pytest.approx(judged["mass"].mean(), abs=0.01)
    assert judged["central"].mean() == pytest.approx(0.90, abs=0.015)


@pytest.mark.parametrize("interval", [0, 1, 90])
def test_an_interval_is_a_share(interval):
    with pytest.raises(BadParameter, match="`interval` must be a share between 0 and 1"):
        coverage.judged(MODEL, CUSTOMERS, CUSTOMERS["actual"], "39W", interval=interval)
