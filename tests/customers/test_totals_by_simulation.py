"""The model's interval of a total holds what comes, on cohorts that were not drawn by the package.

`benchmarks/coverage.py` is the long version, with the same worlds, seeds and tolerance.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.calibration import INTERVAL, cohort, tolerance
from benchmarks.coverage import totals
from benchmarks.nature import WORLDS

REPLICATES = 100


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS[3:], ids=lambda world: world.name)
def test_the_interval_of_a_total_holds_what_comes_as_often_as_it_says(world):
    found = [totals(world, cohort(world, k), seed=k) for k in range(REPLICATES)]
    held = np.mean([(each.purchases, each.money) for each in found], axis=0)
    assert (np.abs(held - INTERVAL) <= tolerance(INTERVAL, REPLICATES)).all(), held
