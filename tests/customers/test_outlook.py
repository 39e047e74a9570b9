import math

import pytest

import clv
from clv.customers import arrivals, rolling
from clv.customers.newcomer import newcomer
from clv.customers.outlook import outlook
from clv.customers.totals import total_value
from clv.tables.births import births


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def models(log):
    customers = clv.customer_summary(log)
    return clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


@pytest.fixture(scope="module")
def valued(log, models):
    return clv.value_customers(clv.customer_summary(log), *models, horizon="26W")


@pytest.fixture(scope="module")
def origins(log):
    return rolling.rolling_origins(log, "mbgnbd", horizon="26W")


@pytest.fixture(scope="module")
def told(log, valued, models, origins):
    return outlook(log, valued, *models, origins, horizon="26W")


def test_the_total_is_widened_by_the_errors_of_earlier_forecasts(told, valued, models, origins):
    total = total_value(valued, *models, horizon="26W")
    assert told.total == total
    assert told.wide == rolling.widened(total, origins["error"])
    assert told.tested == len(origins) >= rolling.ENOUGH
    assert told.wide.high > total.high


def test_the_last_forecast_is_the_latest_of_them(told, origins):
    assert told.last.revenue_came == origins["came"].iloc[-1]
    assert told.missed == told.last.missed


def test_a_new_customer_is_valued_by_those_who_are_new(told, log, models):
    assert told.newcomer == newcomer(*models, horizon="26W", as_of=log.as_of)
    assert told.newcomers["value"].nunique() == 1  # CDNOW: nobody is older than the log
    assert told.arrivals.left_out == 0


def test_where_customers_may_be_older_than_the_log_the_warm_up_is_left_out(log, models, origins):
    doubted = clv.load(log.purchase_days(), births="unknown")
    customers = clv.value_customers(clv.customer_summary(doubted), *models, interval=None)
    told = outlook(doubted, customers, *models, origins)
    assert told.arrivals.left_out > 0
    assert told.newcomer.expected == told.newcomers.loc["after_warm_up", "value"]
    born = arrivals.new_customers(customers, births(doubted))
    assert told.arrivals.customers == len(born)


def test_a_margin_of_each_row_is_averaged_for_customers_to_come(log, models, origins):
    rows = log.purchase_days().assign(kept=0.25)
    known = clv.load(rows, margin="kept", births="observed")
    customers = clv.customer_summary(known)
    kept = clv.value_customers(customers, *models, margin="margin", interval=None)
    told = outlook(known, kept, *models, origins)
    assert told.newcomer.expected == pytest.approx(0.25 * newcomer(*models).expected)


def test_without_a_forecast_nothing_is_known_to_have_missed(log, models, origins):
    early = clv.load(log.purchase_days("1997-02-15"))
    customers = clv.value_customers(clv.customer_summary(early), *models, interval=None)
    told = outlook(early, customers, *models, origins.iloc[:0])
    assert told.last is None
    assert math.isnan(told.missed)
    assert told.wide == told.total
