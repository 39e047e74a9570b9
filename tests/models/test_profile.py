import pickle

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtri

from clv.errors import BadParameter
from clv.models import beta_geometric_fit, mbgnbd, nbd
from clv.models.newton import Climb, Curve, Scale, climb
from clv.models.profile import Profile, trace

LEVELS = [0.5, 0.9, 0.95, 0.99]


def traced(surface, start, sizes=None):
    start = np.asarray(start, dtype=float)
    top = climb(surface, start)
    return Profile(lambda: trace(surface, top, np.ones(len(start)) if sizes is None else sizes))


def ridge(place):
    """Two that are known together and hardly apart."""
    bend = np.array([[2.0, 1.9], [1.9, 2.0]])
    return Curve(float(-place @ bend @ place / 2), -bend @ place, -bend)


def plateau(place):
    """To the right it never falls by more than 1, to the left without end."""
    x, y = place
    fall = np.exp(-x)
    bends = [fall - 2 * fall**2, -1.0]
    return Curve(
        float(-((1 - fall) ** 2) - y**2 / 2), np.array([-2 * (1 - fall) * fall, -y]),
        np.diag([2 * bends[0], bends[1]]),
    )  # fmt: skip


def by_brute_force(surface, top: Climb, which: int, interval: float) -> list[float]:
    """Ends of an interval from the profile itself, climbed anew at every point of the search."""
    others, root = np.delete(np.arange(len(top.place)), which), ndtri((1 + interval) / 2)

    def excess(distance):
        place = top.place.copy()
        place[which] += distance
        return np.sqrt(2 * (top.height - climb(surface, place, others).height)) - root

    return [brentq(excess, side * 3.0, side * 1e-6, xtol=1e-10) for side in (-1, 1)]


def test_the_profile_of_a_parabola_is_walds():
    ends = traced(ridge, [0.1, 0.0]).distances(0.90)
    error = np.sqrt(np.linalg.inv([[2.0, 1.9], [1.9, 2.0]])[0, 0])
    assert ends == pytest.approx(1.644854 * error * np.array([[-1, 1], [-1, 1]]), rel=1e-6)


@pytest.mark.parametrize("interval", LEVELS)
def test_intervals_of_the_cdnow_sample_are_those_of_brute_force(cdnow, interval):
    found = mbgnbd.fit(*cdnow)
    effects = np.ones((1, len(cdnow.T)))
    curve = beta_geometric_fit._curve(mbgnbd.MbgNbd, cdnow[:3], cdnow.customers, effects)
    surface = Scale(4, np.empty(0)).surface(curve)
    top = climb(surface, np.log(found.estimates))
    for estimate, ends, which in zip(
        found.estimates, found.bounds(interval), range(4), strict=True
    ):
        exact = by_brute_force(surface, top, which, interval)
        assert np.log(ends / estimate) == pytest.approx(exact, rel=1e-3)


def test_where_the_loss_ends_the_interval_does_not():
    profile = traced(plateau, [0.5, 0.5])
    (low, high), _ = profile.distances(0.95)
    assert (np.isfinite(low), high) == (True, np.inf)
    assert np.isfinite(profile.distances(0.5)).all()
    assert low == pytest.approx(-np.log(1 + 1.959964 / np.sqrt(2)), rel=1e-4)


def test_distances_are_told_in_the_sizes_of_the_parameters():
    one, ten = traced(ridge, [0.1, 0.0]), traced(ridge, [0.1, 0.0], np.array([1.0, 10.0]))
    assert ten.distances(0.9) == pytest.approx(one.distances(0.9) * [[1], [10]])


def test_profiles_are_traced_when_they_are_asked_for_and_once(cdnow):
    calls = []
    profile = Profile(lambda: calls.append(1) or [np.array([[-4.0, -4, 1], [4, 4, 1]])])
    assert calls == []
    profile.distances(0.9)
    profile.distances(0.95)
    assert calls == [1]


def test_a_pickle_keeps_the_profiles_and_not_the_data(cdnow):
    found = nbd.fit(*cdnow)
    copy = pickle.loads(pickle.dumps(found))
    for interval in LEVELS:
        assert (copy.bounds(interval) == found.bounds(interval)).all()
    assert len(pickle.dumps(found)) < 3000


@pytest.mark.parametrize("interval", [0, 0.9999, 90, np.nan])
def test_an_interval_is_a_share_that_was_traced(cdnow, interval):
    with pytest.raises(BadParameter, match=r"above 0 and at most 0\.999"):
        nbd.fit(*cdnow).bounds(interval)


@pytest.mark.slow
def test_profile_intervals_of_a_hundred_customers_hold_what_they_promise():
    known, held = nbd.Nbd(r=0.8, alpha=8.0), []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        T = rng.uniform(20, 60, 100)
        found = nbd.fit(rng.poisson(rng.gamma(known.r, 1 / known.alpha, 100) * T), T, T)
        low, high = found.bounds(0.90).T
        held.append((low < [0.8, 8.0]) & (high > [0.8, 8.0]))
    assert np.mean(held, axis=0) == pytest.approx([0.90, 0.90], abs=0.04)
