import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clv.customers.concentration import deciles, in_tenths, lorenz, top_share


def test_equal_customers_hold_equal_shares():
    curve = lorenz(pd.Series([5.0] * 20))
    assert curve["share_of_value"].to_numpy() == pytest.approx(curve["share_of_customers"])


def test_one_customer_may_hold_everything():
    assert top_share(pd.Series([100.0] + [0.0] * 9), 0.10) == pytest.approx(1.0)


def test_a_share_finer_than_the_points_of_the_curve_is_exact():
    values = pd.Series([100.0] + [1.0] * 999)
    assert top_share(values, 0.001) == pytest.approx(100 / 1099)


def test_no_value_at_all_is_a_curve_of_zeros():
    assert lorenz(pd.Series([0.0, 0.0]))["share_of_value"].eq(0).all()


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50))
@example([5e-324])
def test_the_curve_rises_ever_more_slowly(values):
    shares = lorenz(pd.Series(values))["share_of_value"].to_numpy()
    assert (np.diff(shares) >= -1e-12).all()
    assert (np.diff(shares, 2) <= 1e-9).all()


@pytest.fixture
def valued():
    value = np.arange(25.0)
    ids = [f"c{n:02}" for n in range(25)]
    columns = ["clv", "p_alive", "expected_purchases", "expected_spend"]
    return pd.DataFrame(dict.fromkeys(columns, value), index=ids)


def test_tenths_are_of_equal_size_and_add_up(valued):
    table = deciles(valued)
    assert table["customers"].between(2, 3).all()
    assert table["total"].sum() == valued["clv"].sum()
    assert table["mean"].is_monotonic_decreasing
    assert table["share"].sum() == pytest.approx(1)


def test_tenths_know_what_their_money_is(valued):
    valued.attrs["value"] = "margin"
    assert deciles(valued).attrs["value"] == "margin"


def test_the_order_of_the_rows_decides_nothing(valued):
    tied = valued.assign(clv=1.0)
    shuffled = tied.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(deciles(tied), deciles(shuffled))


def test_a_tenth_is_of_those_with_the_most_and_ties_go_by_the_id():
    values = pd.DataFrame({"clv": [1.0] * 5 + [9.0] + [1.0] * 4}, index=list("jihgfedcba"))
    ranked = in_tenths(values, "clv")
    assert ranked.index.tolist() == list("eabcdfghij")
    assert ranked["decile"].tolist() == list(range(1, 11))
    assert in_tenths(values.iloc[:3], "clv")["decile"].tolist() == [1, 4, 7]
