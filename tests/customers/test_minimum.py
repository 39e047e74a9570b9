import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.minimum import enough_purchases, enough_to_model, small_sample
from clv.errors import TooLittleToModel


def test_too_few_repeat_buyers_are_counted_in_the_refusal():
    customers = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-01-20")
    with pytest.raises(TooLittleToModel, match=r"Only \d+ repeat buyers .* needs 50"):
        enough_to_model(customers)


@pytest.fixture
def one_price():
    """Customers who differ in how often they paid 19.90: averages differ in their last digit."""
    orders = [
        (f"c{n}", f"2024-01-{day:02}", 19.90) for n in range(60) for day in range(1, 3 + n % 20)
    ]
    log = clv.load(pd.DataFrame(orders, columns=["customer_id", "date", "amount"]))
    return clv.customer_summary(log)


def test_one_price_for_everything_leaves_no_spend_to_model(one_price):
    assert one_price["monetary_value"].nunique() == 2
    with pytest.raises(TooLittleToModel, match="costs the same"):
        enough_to_model(one_price)
    enough_purchases(one_price)


def test_free_purchases_are_not_another_price(one_price):
    free = np.arange(len(one_price)) % 2 == 0
    some_free = one_price.assign(monetary_value=one_price["monetary_value"].mask(free, 0.0))
    with pytest.raises(TooLittleToModel, match="costs the same"):
        enough_to_model(some_free)


@pytest.mark.parametrize(("repeat", "told"), [(49, False), (50, True), (299, True), (300, False)])
def test_few_repeat_buyers_are_modelled_with_a_warning(repeat, told):
    customers = pd.DataFrame({"frequency": [1] * repeat + [0] * 500})
    messages = small_sample(customers)
    assert bool(messages) == told
    if told:
        assert (messages[0].level, messages[0].code) == ("warning", "small-sample")
        assert f"{repeat} repeat buyers" in messages[0].text
