"""Intervals hold what they promise, on cohorts that were not drawn by the package.

`benchmarks/coverage.py` is the long version of this, in more worlds and with ten times as many
cohorts; worlds, seeds and the tolerance of three binomial standard errors are the same.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.calibration import (
    INTERVAL,
    MODELS,
    cohort,
    customers_purchases,
    parameters,
    tolerance,
)
from benchmarks.nature import WORLDS, draw

REPLICATES = 200
FEW = 20
CLEAR = WORLDS[2:]  # where a thousand customers pin every parameter down, BG/NBD and MBG/NBD

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("world", CLEAR, ids=lambda world: world.name)
def test_profile_likelihood_intervals_hold_the_true_parameters_as_often_as_they_say(world):
    trials = [parameters(world, cohort(world, replicate)) for replicate in range(REPLICATES)]
    for fits in zip(*trials, strict=True):
        held = np.array([fit.profile for fit in fits])
        assert not np.isnan(held).any(), {fit.why for fit in fits}
        off = np.abs(held.mean(axis=0) - INTERVAL)
        assert (off <= tolerance(INTERVAL, REPLICATES)).all(), dict(
            zip(fits[0].names, held.mean(axis=0), strict=True)
        )


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_purchases_of_single_customers_come_as_they_were_foreseen(world):
    rng = np.random.default_rng(world.seed)
    found = [customers_purchases(world, cohort(world, k), rng) for k in range(FEW)]
    pit, held, mass = np.mean([(each.pit, each.interval, each.mass) for each in found], axis=0)
    assert 0.88 <= pit <= 0.92
    assert held == pytest.approx(mass, abs=0.02)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_new_customers_buy_as_often_as_expected(world):
    drawn = draw(world, 100_000, np.random.default_rng(world.seed))
    model = MODELS[world.model]
    kind = {"bgnbd": "BgNbd", "mbgnbd": "MbgNbd"}[world.model]
    params = getattr(model, kind)(*world.buying)
    expected = model.expected_purchases_new_customer(params, drawn.T)
    error = drawn.frequency.std() / np.sqrt(len(drawn.T))
    assert drawn.frequency.mean() == pytest.approx(expected.mean(), abs=3 * error)
