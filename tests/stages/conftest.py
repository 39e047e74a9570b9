"""Purchases that the tests of the stages share."""

import pandas as pd
import pytest

import clv


@pytest.fixture(scope="session")
def cdnow_sample():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="session")
def sample_days(cdnow_sample):
    return cdnow_sample.purchase_days()


@pytest.fixture
def bought():
    """Purchase days from day numbers: bought(a=[0, 30]) or, with money, bought(a={0: 5.0})."""

    def bought(**customers):
        rows = [
            (name, pd.Timestamp("2020-01-01") + pd.Timedelta(days=day), amount)
            for name, purchases in customers.items()
            for day, amount in (
                purchases if isinstance(purchases, dict) else dict.fromkeys(purchases, 10.0)
            ).items()
        ]
        return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])

    return bought


@pytest.fixture
def on():
    """The calendar day of a day number."""
    return lambda day: (pd.Timestamp("2020-01-01") + pd.Timedelta(days=day)).date()
