import pytest

import clv
from clv.errors import TooManyFaulty

HEADER = "customer_id,date,amount,order_id"


def test_an_order_that_is_anothers_later_is_still_the_first_ones(csv):
    path = csv("a,2024-01-01,5,7", "b,2024-09-01,5,7", header=HEADER)
    assert clv.load(path, as_of="2024-06-30").rows["accepted"] == 1
    with pytest.raises(TooManyFaulty, match=r"2 of 2 rows .* `order_id` stands under two"):
        clv.load(path)


def test_a_faulty_row_does_not_take_an_order_from_its_customer(csv):
    path = csv(*["a,2024-01-01,5,"] * 9, "a,2024-01-01,5,7", "b,2024-01-01,x,7", header=HEADER)
    quarantine = clv.load(path, max_faulty=0.1).quarantine
    assert quarantine["reason"].tolist() == ["amount-not-a-number"]


def test_lines_of_an_order_may_be_equal_where_the_grain_is_the_line(csv):
    path = csv(*["a,2024-01-01,5,1"] * 3, header=HEADER)
    assert clv.load(path).rows["duplicates"] == 2
    assert clv.load(path, grain="order_line").rows["accepted"] == 3
