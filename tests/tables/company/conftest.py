import numpy as np
import pytest

from clv.tables.company import company, history
from clv.tables.company.world import World


@pytest.fixture(scope="session")
def invented():
    """The company of the first seed: the tests read it and never change it."""
    return company.draw(seed=1)


@pytest.fixture(scope="session")
def lived():
    """What happens in a company, before any table tells a part of it."""
    rng = {name: np.random.default_rng([1, i]) for i, name in enumerate(history.STREAMS)}
    return history.draw(World(), company.CUSTOMERS, rng)


@pytest.fixture
def near():
    """Whether a share that was counted is within four standard errors of its probability."""

    def near(hits, probability):
        p = np.broadcast_to(probability, len(hits))
        return abs(hits.mean() - p.mean()) < 4 * np.sqrt((p * (1 - p)).sum()) / len(hits)

    return near
