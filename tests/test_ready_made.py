"""What a ready-made summary can carry, and what it cannot."""

import numpy as np
import pytest

import clv
from clv import ready_made
from clv.errors import BadParameter
from clv.tables.summaries import NUMBERS


@pytest.fixture(scope="module")
def customers():
    made = clv.customer_summary(clv.load("cdnow-sample"))
    made = made[(made["frequency"] == 0) | (made["monetary_value"] > 0)]
    return made[list(NUMBERS)]


@pytest.fixture(scope="module")
def scored(customers):
    return ready_made.score(customers, margin=0.5)


def test_every_customer_is_valued_and_segmented(scored, customers):
    found = scored.customers
    assert list(found.index) == list(customers.index)
    assert found[["p_alive", "expected_purchases", "expected_spend", "clv"]].notna().all(axis=None)
    assert {"R", "F", "M", "segment"} <= set(found.columns)
    assert found.attrs["value"] == "margin"


def test_nothing_is_made_up_that_needs_purchases(scored):
    assert not {"stage", "total_spend", "first_purchase"} & set(scored.customers.columns)
    assert scored.rolling is None


def test_values_are_those_of_the_same_models_on_the_same_numbers(scored, customers):
    again = clv.value_customers(customers, scored.purchases, scored.spend, margin=0.5)
    np.testing.assert_array_equal(scored.customers["clv"], again["clv"])


def test_the_model_is_the_simplest_that_fits_best(scored):
    table = scored.comparison
    assert table["chosen"].sum() == 1
    assert table.loc[table["chosen"], "bic"].item() <= table["bic"].min() + ready_made.ALIKE
    assert "no earlier day" in scored.model["reason"]


def test_a_named_model_is_used(customers):
    found = ready_made.score(customers.head(800), model="bgnbd", interval=0.8)
    assert (found.model["purchases"], found.model["reason"]) == ("bgnbd", "named in the study")


def test_too_little_data_leaves_the_segments(customers):
    found = ready_made.score(customers.head(20))
    assert found.model["state"] == "skipped"
    assert "segment" in found.customers


def test_first_purchases_cannot_count(customers):
    with pytest.raises(BadParameter, match="`spend_basis` must be 'repeat'"):
        ready_made.score(customers, spend_basis="all")
