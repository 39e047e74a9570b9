"""New customers of a shop whose log begins in the middle of its life, against the truth."""

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import arrivals
from clv.customers.newcomer import newcomer
from clv.models import simulate
from clv.models.bgnbd import BgNbd
from clv.models.gamma_gamma import GammaGamma
from clv.models.mbgnbd import MbgNbd
from clv.tables.births import Births, births

SPEND = GammaGamma(p=6.25, q=3.74, v=15.44)
SHOPS = {
    "mbgnbd": (clv.ModifiedBetaGeoModel, MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)),
    "bgnbd": (clv.BetaGeoModel, BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)),
}
SEEN = 730  # days of the export
CUSTOMERS_A_DAY = 12


def export(params, *, days_before, seed=1):
    """The last two years of a shop that is older than that by some days."""
    rng = np.random.default_rng(seed)
    born = rng.uniform(-days_before, SEEN, CUSTOMERS_A_DAY * (days_before + SEEN))
    later = simulate.draw_log(params, (SEEN - born) / 7, rng)
    rates = simulate.draw_spend_rates(SPEND, len(born), rng)
    customer = np.concatenate([np.arange(len(born)), later.customer])
    day = np.floor(np.concatenate([born, born[later.customer] + 7 * later.time])).astype(int)
    amount = simulate.draw_spend(SPEND, np.ones(len(day)), rng, rates=rates[customer])
    dates = pd.Timestamp("2023-01-01") + pd.to_timedelta(day, "D")
    rows = pd.DataFrame({"customer_id": customer.astype(str), "date": dates, "amount": amount})
    return clv.load(rows[(day >= 0) & (rows["amount"] > 0)], as_of="2024-12-30")


@pytest.mark.parametrize(("kind", "params"), SHOPS.values(), ids=SHOPS)
def test_leaving_the_warm_up_out_removes_most_of_what_an_extract_overstates(kind, params):
    log = export(params, days_before=4 * 365)
    customers = clv.customer_summary(log)
    models = kind.fit(customers), clv.GammaGammaModel.fit(customers)
    found = arrivals.fit(customers, *models, births(log))
    said = arrivals.difference(found, *models)["value"]
    known = kind(params.r, params.alpha, params.a, params.b, unit="W")
    truth = newcomer(known, clv.GammaGammaModel(SPEND.p, SPEND.q, SPEND.v)).expected
    overstated, left = said["everyone"] / truth - 1, said["after_warm_up"] / truth - 1
    assert overstated > 0.12
    assert abs(left) < overstated / 2


@pytest.fixture(scope="module")
def sample():
    customers = clv.customer_summary(clv.load("cdnow-sample"))
    return customers, clv.ModifiedBetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)


def test_where_births_are_observed_every_customer_was_new_once(sample):
    customers, purchases, spend = sample
    observed = births(clv.load("cdnow-sample"))
    assert arrivals.new_customers(customers, observed) is customers
    found = arrivals.fit(customers, purchases, spend, observed)
    assert found.purchases is purchases
    assert (found.customers, found.left_out, found.why) == (2357, 0, observed.reason)
    both = arrivals.difference(found, purchases, spend)
    pd.testing.assert_series_equal(
        both.loc["everyone"], both.loc["after_warm_up"], check_names=False
    )


def test_who_is_first_seen_on_the_last_day_of_the_warm_up_may_be_older(sample):
    customers = sample[0]
    end = pd.Timestamp("1997-02-10")
    born = arrivals.new_customers(customers, Births(False, end.date(), "declared"))
    assert born["first_purchase"].min() == end + pd.Timedelta(days=1)
    assert born.attrs == customers.attrs


def test_the_fit_after_the_warm_up_is_that_of_new_customers_alone(sample):
    customers, purchases, _ = sample
    spend = clv.GammaGammaModel.fit(customers, basis="all")
    late = Births(False, pd.Timestamp("1997-02-10").date(), "declared")
    found = arrivals.fit(customers, purchases, spend, late)
    born = arrivals.new_customers(customers, late)
    assert found.purchases == clv.ModifiedBetaGeoModel.fit(born)
    assert found.spend == clv.GammaGammaModel.fit(born, basis="all")
    assert (found.customers, found.left_out) == (len(born), 2357 - len(born))
    table = arrivals.difference(found, purchases, spend, horizon="6M", margin=0.5)
    assert table["customers"].tolist() == [2357, len(born)]
    alone = newcomer(found.purchases, found.spend, horizon="6M", margin=0.5)
    assert table["value"].iloc[1] == alone.expected


def test_too_few_new_customers_leave_the_models_as_they_are(sample):
    late = Births(False, pd.Timestamp("1997-03-24").date(), "declared: older")
    found = arrivals.fit(*sample, late)
    assert (found.purchases, found.left_out) == (sample[1], 0)
    assert found.why.startswith("declared: older; after the warm-up the models cannot be fitted:")
