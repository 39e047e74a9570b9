"""One base of customers, valued and staged, that the tests of growth share."""

import pytest

import clv


@pytest.fixture(scope="session")
def sample():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="session")
def life(sample):
    return clv.lifecycle(sample)


@pytest.fixture(scope="session")
def purchases(sample):
    return clv.ModifiedBetaGeoModel.fit(clv.customer_summary(sample))


@pytest.fixture(scope="session")
def valued(sample, purchases, life):
    customers = clv.customer_summary(sample)
    customers = customers.assign(**life.stages()[["stage", "reason", "since_last"]])
    spend = clv.GammaGammaModel.fit(customers, "all")
    return clv.value_customers(customers, purchases, spend, interval=None)
