"""The CDNOW sample to 1997-09-30 as it stands in the papers, read with numpy alone.

`tests/customers/test_purchases.py` and `test_spend.py` make these files again from the raw log.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

HERE = Path(__file__).parent


class Histories(NamedTuple):
    frequency: np.ndarray
    recency: np.ndarray  # weeks
    T: np.ndarray  # weeks
    customers: np.ndarray


class Spending(NamedTuple):
    frequency: np.ndarray
    monetary_value: np.ndarray


def read(name: str) -> np.ndarray:
    return np.loadtxt(HERE / name, delimiter=",", skiprows=1).T


@pytest.fixture(scope="session")
def cdnow() -> Histories:
    frequency, recency, T, customers = read("cdnow_sample_counts.csv")
    return Histories(frequency, recency / 7, T / 7, customers)


@pytest.fixture(scope="session")
def cdnow_spend() -> Spending:
    return Spending(*read("cdnow_sample_spend.csv"))
