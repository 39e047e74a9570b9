import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.minimum import enough_to_model
from clv.errors import TooLittleToModel


def test_too_few_repeat_buyers_are_counted_in_the_refusal():
    customers = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-01-20")
    with pytest.raises(TooLittleToModel, match=r"Only \d+ customers .* needs 50"):
        enough_to_model(customers)


def test_one_price_for_everything_leaves_no_spend_to_model():
    orders = pd.DataFrame(
        {
            "customer_id": np.repeat(np.arange(60).astype(str), 3),
            "date": ["2024-01-01", "2024-02-01", "2024-03-01"] * 60,
            "amount": 9.99,
        }
    )
    customers = clv.customer_summary(clv.load(orders, as_of="2024-06-30"))
    with pytest.raises(TooLittleToModel, match="costs the same"):
        enough_to_model(customers)
