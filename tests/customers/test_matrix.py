import numpy as np
import pytest

import clv
from clv.customers.matrix import frequency_recency


@pytest.fixture(scope="module")
def matrix():
    customers = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")
    paper = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    return frequency_recency(paper, customers)


def test_the_later_the_last_purchase_the_likelier_alive(matrix):
    repeat = matrix.drop(index=0).dropna(axis="columns")
    assert (np.diff(repeat.to_numpy(), axis=1) > 0).all()


def test_a_customer_without_a_repeat_has_no_recency_but_zero(matrix):
    assert matrix.loc[0].notna().sum() == 1
    assert matrix.loc[0, 0.0] == 1.0  # BG/NBD takes every one-time buyer for alive


def test_the_cells_are_the_model_s_answers(matrix):
    last = matrix.columns[-1]
    customers = clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30").head(1)
    asked = customers.assign(frequency=3, recency=last, T=last)
    paper = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    assert matrix.loc[3, last] == pytest.approx(paper.p_alive(asked).iloc[0])
