import pandas as pd
import pytest

from clv.report import outcomes


@pytest.mark.parametrize(
    ("bounds", "none", "said"),
    [
        ((0, 0, 2), 0.95, "most likely none; at most 2 in 99 of 100 cases"),
        ((0, 1, 3), 0.949, "0 to 1"),
        ((2, 13, 18), 0.0, "2 to 13"),
    ],
)
def test_where_nothing_is_most_likely_it_is_said_so(bounds, none, said, english):
    assert outcomes.outcome(*bounds, none=none, unit="").render(english) == said


@pytest.fixture
def typical():
    counts = {"purchases_low": [1, 0], "purchases_high": [9, 0], "purchases_most": [13, 2]}
    money = {"clv_low": [9.5, 0.0], "clv_high": [180.0, 0.0], "clv_most": [260.0, 41.5]}
    means = {"expected_purchases": [4.5, 0.04], "expected_purchases_se": 0.05, "clv": [90.0, 0.8]}
    both = {"customers": [236, 236], "p_none": [0.01, 0.97]}
    return pd.DataFrame(both | counts | money | means, index=pd.Index([1, 10], name="decile"))


def test_means_and_outcomes_have_names_of_their_own(typical, english):
    table = outcomes.table(typical, currency="USD")
    assert {"expected_purchases", "expected_purchases_se", "outcome_purchases"} <= {*table}
    assert [each.render(english) for each in table["outcome_purchases"]] == [
        "1 to 9",
        "most likely none; at most 2 in 99 of 100 cases",
    ]
    assert [each.render(english) for each in table["outcome_money"]] == [
        "$10 to $180",
        "most likely none; at most $42 in 99 of 100 cases",
    ]
    assert table.attrs["units"] == {"clv": "USD"}
