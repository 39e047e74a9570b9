import pandas as pd
import pytest

from clv.customers.loyalty import silent_loyal


@pytest.fixture
def valued():
    table = pd.DataFrame(
        {
            "frequency": [4, 4, 9, 3, 0],
            "p_alive": [0.49, 0.50, 0.01, 0.0, 0.0],
            "total_spend": [10.0, 20.0, 30.0, 40.0, 50.0],
            "clv": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    table.attrs["currency"] = "USD"
    return table


def test_loyal_is_who_bought_on_five_days_and_gone_who_is_rather_not_there(valued):
    table = silent_loyal(valued)
    assert table.loc["likely_gone"].to_dict() == {"customers": 2, "total_spend": 40, "clv": 4}
    assert table.loc["likely_here"].to_dict() == {"customers": 1, "total_spend": 20, "clv": 2}
    assert table.attrs["currency"] == "USD"


def test_without_loyal_customers_there_are_rows_of_zeros(valued):
    assert silent_loyal(valued.tail(2))["customers"].tolist() == [0, 0]
