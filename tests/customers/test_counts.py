import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import counts
from clv.customers.counts import Counts, count_chances

PAPER = {
    "bgnbd": clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426),
    "mbgnbd": clv.ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614),
    "pareto_nbd": clv.ParetoNBDModel(r=0.553, alpha=10.578, s=0.606, beta=11.669),
}


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30").iloc[:500]


@pytest.mark.parametrize("name", PAPER)
def test_the_chances_are_those_of_the_model(customers, name):
    histories = PAPER[name].histories(customers)
    for rows, chances in count_chances(PAPER[name], histories, "39W"):
        asked, most = histories.distinct(rows), chances.shape[1] - 1
        told = PAPER[name].purchase_count_distribution(asked, "39W", most).to_numpy()
        assert chances == pytest.approx(told, rel=1e-9, abs=1e-13)


def test_every_history_comes_once_however_small_the_blocks(customers, monkeypatch):
    monkeypatch.setattr(counts, "CELLS", 100)
    histories = PAPER["mbgnbd"].histories(customers)
    rows = [each for each, _ in count_chances(PAPER["mbgnbd"], histories, "39W")]
    assert sorted(np.concatenate(rows)) == list(range(len(histories.customers)))


def test_as_many_purchases_are_looked_at_as_matter():
    table = pd.DataFrame({"frequency": [0, 300], "recency": [0.0, 50.0], "T": [50.0, 50.0]})
    table.attrs["unit"] = "W"
    histories = PAPER["bgnbd"].histories(table)
    for _, chances in count_chances(PAPER["bgnbd"], histories, "52W"):
        assert chances.sum(axis=1) == pytest.approx(1, abs=2 * counts.BEYOND)


def test_columns_that_a_model_weighs_tell_customers_apart(customers):
    model = clv.BetaGeoModel(r=0.2, alpha=4, a=0.8, b=2.4, coefficients={"app": 0.7})
    twins = customers.assign(app=np.arange(len(customers)) % 2)
    histories = model.histories(twins)
    for rows, chances in count_chances(model, histories, "39W"):
        told = model.purchase_count_distribution(
            histories.distinct(rows), "39W", chances.shape[1] - 1
        )
        assert chances == pytest.approx(told.to_numpy(), rel=1e-9, abs=1e-13)


def test_draws_have_the_chances(customers):
    model, rng, n = PAPER["mbgnbd"], np.random.default_rng(4), 200_000
    histories = model.histories(customers.nlargest(3, "frequency"))
    drawn = Counts.of(model, histories, "39W")
    for history in range(len(histories.customers)):
        who, count = drawn.of_customers(np.full(n, history)).draw(rng)
        _, told = next(count_chances(model, histories.distinct([history]), "39W"))
        came = np.bincount(count, minlength=told.shape[1]) / n
        came[0] = 1 - len(who) / n
        error = np.sqrt(told[0] * (1 - told[0]) / n)
        assert (np.abs(came[: told.shape[1]] - told[0]) <= 4.5 * error + 1e-5).all()
