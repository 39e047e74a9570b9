import numpy as np
import pytest

import clv
from clv.customers.matrix import frequency_recency
from clv.errors import BadParameter, UnitUnknown

PAPER = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")


@pytest.fixture(scope="module")
def customers():
    return clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")


@pytest.fixture(scope="module")
def matrix(customers):
    return frequency_recency(PAPER, customers)


def test_the_later_the_last_purchase_the_likelier_alive(matrix):
    repeat = matrix.drop(index=0).dropna(axis="columns")
    assert (np.diff(repeat.to_numpy(), axis=1) > 0).all()


def test_a_customer_without_a_repeat_has_no_recency_but_zero(matrix):
    assert matrix.loc[0].notna().sum() == 1
    assert matrix.loc[0, 0.0] == 1.0  # BG/NBD takes every one-time buyer for alive


def test_the_cells_are_the_model_s_answers(customers, matrix):
    last = matrix.columns[-1]
    asked = customers.head(1).assign(frequency=3, recency=last, T=last)
    assert matrix.loc[3, last] == pytest.approx(PAPER.p_alive(asked).iloc[0])


def test_a_model_of_no_unit_takes_the_tables(customers, matrix):
    unit_free = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert frequency_recency(unit_free, customers).equals(matrix)


def test_a_table_in_another_unit_is_refused():
    daily = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30", unit="D")
    with pytest.raises(UnitUnknown, match="counts in unit 'D', not 'W'"):
        frequency_recency(PAPER, daily)


def test_the_cells_may_be_the_purchases_to_expect(customers):
    expected = frequency_recency(PAPER, customers, quantity="expected_purchases", horizon="39W")
    last = expected.columns[-1]
    asked = customers.head(1).assign(frequency=3, recency=last, T=last)
    assert expected.loc[3, last] == pytest.approx(PAPER.expected_purchases(asked, "39W").iloc[0])


def test_an_end_date_counts_from_the_tables_own_day(customers):
    to_a_day = frequency_recency(
        PAPER, customers, quantity="expected_purchases", horizon="1998-06-30"
    )
    weeks = frequency_recency(PAPER, customers, quantity="expected_purchases", horizon="39W")
    assert to_a_day.to_numpy() == pytest.approx(weeks.to_numpy(), nan_ok=True)


def test_another_quantity_is_refused(customers):
    with pytest.raises(BadParameter, match="p_alive or expected_purchases"):
        frequency_recency(PAPER, customers, quantity="clv")
