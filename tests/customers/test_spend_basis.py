import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import spend_basis

# One row per customer and invoice: UCI Machine Learning Repository, Chen (2012), CC BY 4.0.
RETAIL = Path(os.environ.get("CLV_ONLINE_RETAIL", "data/online_retail_ii_orders.parquet"))
RETAIL_COLUMNS = {"customer_id": "customer_id", "date": "invoice_date", "amount": "amount"}


def foreseen(**bases):
    """Customers who all spent 10 a purchase, on one purchase each."""
    table = pd.DataFrame(bases)
    return table.assign(purchases=1, spent=10.0)


@pytest.fixture(scope="module")
def cdnow():
    return spend_basis.choose_basis(clv.load("cdnow"))


def test_on_cdnow_first_purchases_are_like_later_ones_and_are_learned_from(cdnow):
    assert cdnow.name == "all"
    assert cdnow.reason.startswith("smaller log error of spend over the earlier origins (0.6535 ")
    assert cdnow.first_to_repeat == pytest.approx(1.006, abs=1e-3)


def test_what_was_chosen_ranks_spend_better_at_an_origin_that_took_no_part(cdnow):
    table = cdnow.table
    assert table["chosen"].tolist() == [False, True]
    assert table.loc["repeat", "rank_correlation"] == pytest.approx(0.4556, abs=1e-4)
    assert table.loc["all", "rank_correlation"] == pytest.approx(0.5215, abs=1e-4)
    assert table.loc["all", "log_error"] < table.loc["repeat", "log_error"]
    assert abs(table.loc["all", "bias"]) < abs(table.loc["repeat", "bias"]) < 0.03


@pytest.mark.skipif(not RETAIL.exists(), reason="needs Online Retail II: set CLV_ONLINE_RETAIL")
def test_on_online_retail_what_was_chosen_ranks_spend_better():
    log = clv.load(RETAIL, columns=RETAIL_COLUMNS, refunds="set_aside")
    basis = spend_basis.choose_basis(log)
    assert basis.name == "all"
    table = basis.table["rank_correlation"]
    assert table["all"] > table["repeat"] + 0.05


def test_measures_are_of_spend_per_purchase_and_of_the_money_that_came():
    test = foreseen(repeat=[10.0, 20.0], all=[10.0, 10.0]).assign(purchases=[3, 1])
    measured = spend_basis.measures(test)
    assert measured.loc["repeat", "log_error"] == pytest.approx(np.log(2) / np.sqrt(2))
    assert measured["bias"].tolist() == pytest.approx([0.25, 0])


def test_the_smaller_log_error_wins():
    name, why = spend_basis.choose(foreseen(repeat=[10.5] * 9, all=[10.1] * 8 + [10.3]))
    assert name == "all"
    assert "smaller log error" in why


def test_between_equals_the_smaller_bias_wins():
    high, low = 12.0, 100 / 12  # as far from 10, on the log scale
    alike = foreseen(repeat=[high, low] * 5, all=[high] * 6 + [low] * 4)
    name, why = spend_basis.choose(alike)
    assert name == "repeat"
    assert "within one standard error" in why
    assert "the smaller bias (+1.7%)" in why


def test_a_total_missed_by_far_more_is_no_gain():
    # Nearer to most customers, but far too high where the money is.
    near = foreseen(repeat=[13.0] * 99 + [10.0], all=[10.5] * 99 + [14.0])
    name, why = spend_basis.choose(near.assign(purchases=[1] * 99 + [900]))
    assert name == "repeat"
    assert "missed its total by +36.5% against +3.0%" in why


def test_a_history_too_short_to_test_takes_the_papers_basis_and_says_so():
    basis = spend_basis.choose_basis(clv.load("cdnow-sample"), as_of="1997-02-01")
    assert basis.name == "repeat"
    assert "too short" in basis.reason
    assert basis.table.index.tolist() == ["repeat"]
