"""The model's interval of a total holds what comes, on cohorts that were not drawn by the package.

`benchmarks/coverage.py` is the long version, with the same worlds, seeds and intervals; it holds
each against the one future that came.
"""

from __future__ import annotations

import numpy as np
import pytest

import clv
from benchmarks.calibration import INTERVAL, cohort
from benchmarks.futures import futures, share_held, table
from benchmarks.nature import WORLDS, draw
from clv.customers.totals import total_purchases, total_value

COHORTS = 20


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_what_comes_of_a_cohort_is_what_comes_of_such_histories(world):
    rng = np.random.default_rng(world.seed)
    drawn = draw(world, 40_000, rng)
    ahead = futures(world, drawn, 40, rng)
    came = (drawn.purchases > 0).sum(), drawn.purchases.sum(), drawn.money.sum()
    for sums, seen in zip(ahead[1:], came, strict=True):
        assert seen == pytest.approx(sums.mean(), abs=3 * sums.std())
        assert sums.std() < 0.04 * sums.mean()


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS[3:], ids=lambda world: world.name)
def test_the_interval_of_a_total_holds_what_comes_as_often_as_it_says(world):
    """Each held against a hundred futures, which leaves a spread of 0.06 between cohorts.

    So twenty of them tell the share held to 0.014, where a hundred of one future each told it to
    0.03.
    """
    held, rng = [], np.random.default_rng(world.seed)
    horizon = f"{world.horizon}W"
    for k in range(COHORTS):
        drawn = cohort(world, k)
        customers, ahead = table(drawn), futures(world, drawn, 100, rng)
        models = clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)
        how = {"horizon": horizon, "annual_discount_rate": 0.0, "interval": None}
        valued = clv.value_customers(customers, *models, **how)
        how = {"horizon": horizon, "interval": INTERVAL, "seed": k}
        bought = total_purchases(customers, models[0], **how)
        paid = total_value(valued, *models, **how)
        held.append([share_held(bought, ahead.purchases), share_held(paid, ahead.money)])
    assert np.mean(held, axis=0) == pytest.approx([INTERVAL] * 2, abs=0.05)
